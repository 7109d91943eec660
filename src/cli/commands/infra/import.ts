import * as z from "zod";
import { proposeImport } from "../../../infra/index.ts";
import type { ImportProposal } from "../../../infra/index.ts";
import { apply } from "../../../writer/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { list } from "../../parameters.ts";

export const importServers = command({
  description: [
    "Writes servers that somebody made by hand at Hetzner into infra/ENVIRONMENT, with `import` blocks: the next wherry infra apply takes them into OpenTofu's care. Their names, labels, networks, firewalls and keys stay as they are, and a plan that would remove one of them is refused.",
    "Writes `infrastructure:` into wherry.yaml where the environment has none. `server:` stays as you wrote it.",
  ],
  flags: {
    name: list("name or number of a server at the provider; may be said several times", { placeholder: "NAME" }),
  },
  needs: ["machines", "plan", "yes"],
  examples: [
    { line: "infra import -e production --name web-1 --plan", what: "show what would be written" },
    { line: "infra import -e production --name web-1 --name web-2", what: "write it for two servers" },
  ],
  schema: z.strictObject({
    environment: z.string(),
    servers: z.array(
      z.strictObject({
        id: z.int(),
        name: z.string(),
        type: z.string(),
        location: z.string(),
        backups: z.boolean(),
        ipv4: z.string().nullable(),
      }),
    ),
    files: z.array(
      z.strictObject({ path: z.string(), kind: z.enum(["create", "update", "same", "edited"]), diff: z.string() }),
    ),
    notes: z.array(z.string()),
    written: z.array(z.string()),
  }),
  async run({ environment, directory, name, plan, yes }, ctx) {
    const proposal = await proposeImport(ctx, { environment, directory, servers: name });
    const wanted = proposal.changes.filter(({ kind }) => kind === "create" || kind === "update");
    if (plan || wanted.length === 0) return documentOf(proposal, []);
    await confirm(ctx, { question: `Write ${wanted.map(({ path }) => path).join(", ")}?`, yes });
    return documentOf(proposal, await apply(ctx, proposal.directory, proposal.changes));
  },
  print: ({ environment, servers, files, notes, written }, { style }) => [
    ...files.filter(({ kind, path }) => kind !== "same" && !written.includes(path)).map(({ diff }) => diff),
    ...servers.map(
      ({ name, type, location, ipv4 }) =>
        `taken in: ${name} (${type} in ${location}${ipv4 === null ? "" : `, ${ipv4}`})`,
    ),
    ...written.map((path) => `written: ${path}`),
    "",
    style.bold("To know:"),
    ...notes.map((note) => `  ${note}`),
    "",
    files.some(({ kind, path }) => (kind === "create" || kind === "update") && !written.includes(path))
      ? `do it: wherry infra import -e ${environment}${servers.map(({ name }) => ` --name ${name}`).join("")} --yes`
      : `next: wherry infra plan -e ${environment}`,
  ],
});

function documentOf({ environment, servers, changes, notes }: ImportProposal, written: readonly string[]) {
  return {
    environment,
    servers: servers.map(({ id, name, type, location, backups, ipv4 }) => ({
      id,
      name,
      type,
      location,
      backups,
      ipv4,
    })),
    files: changes.map(({ path, kind, diff }) => ({ path, kind, diff })),
    notes: [...notes],
    written: [...written],
  };
}
