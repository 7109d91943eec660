/**
 * From any repository to files that deploy: looks at what is there (detect/), decides everything (design.ts), and writes
 * plain Dockerfiles, compose files and wherry.yaml (render/) through the one writer. `Proposal.design` is what others
 * build on who write more for the same app.
 */
export { look, nameFor, propose, write } from "./init.ts";
export type { Proposal } from "./init.ts";
export type { Choices, Design } from "./design.ts";
export type { Evidence, NamedPart, Note, Survey } from "./model.ts";
export type { NodeProject, PackageManager, Repository, StoreKind } from "./model.ts";
export { readPackage, runScript } from "./detect/node-project.ts";
export { resolveDigests } from "./digests.ts";
export { inspect } from "./inspect.ts";
export { meaningOf, stores, valueFor } from "./stores.ts";
export type { Store } from "./stores.ts";
export { readRepository } from "./survey.ts";
