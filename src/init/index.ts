/**
 * From any repository to files that deploy: looks at what is there (detect/), decides everything (design.ts), and writes
 * plain Dockerfiles, compose files and wherry.yaml (render/) through the one writer. `Proposal.design` is what others
 * build on who write more for the same app.
 */
export { look, nameFor, propose, write } from "./init.ts";
export type { Proposal } from "./init.ts";
export type { Choices, Design } from "./design.ts";
export type { Evidence, NamedPart, Note, Survey } from "./model.ts";
