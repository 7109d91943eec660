import * as z from "zod";
import { proposeInfra } from "../../../infra/index.ts";
import type { InfraProposal } from "../../../infra/index.ts";
import { apply } from "../../../writer/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";

export const init = command({
  description: [
    "Writes the machines of an environment as OpenTofu files into infra/ENVIRONMENT, from `infrastructure:` in wherry.yaml: SSH keys, network, firewall, addresses that outlive their server, servers that are ready to be deployed to, and volumes, a load balancer, DNS records where they are asked for. The files are yours, and work with tofu or terraform alone.",
    "Run again, it brings up to date what nobody has edited. Nothing is ordered: that is wherry infra apply.",
  ],
  needs: ["machines", "plan", "yes"],
  examples: [
    { line: "infra init -e production --plan", what: "show what would be written" },
    { line: "infra init -e production --yes", what: "write it" },
  ],
  schema: z.strictObject({
    environment: z.string(),
    serverType: z.string(),
    location: z.string(),
    files: z.array(
      z.strictObject({ path: z.string(), kind: z.enum(["create", "update", "same", "edited"]), diff: z.string() }),
    ),
    notes: z.array(z.string()),
    written: z.array(z.string()),
  }),
  async run({ environment, directory, plan, yes }, ctx) {
    const proposal = await proposeInfra(ctx, { environment, directory });
    const wanted = proposal.changes.filter(({ kind }) => kind === "create" || kind === "update");
    if (plan || wanted.length === 0) return documentOf(proposal, []);
    const { serverType, location } = proposal.machines;
    const what = wanted.length === 1 ? "1 file" : `${wanted.length} files`;
    const folder = `infra/${proposal.machines.environment}`;
    await confirm(ctx, { question: `Write ${what} into ${folder} (servers: ${serverType} in ${location})?`, yes });
    return documentOf(proposal, await apply(ctx, proposal.directory, proposal.changes));
  },
  print({ environment, serverType, location, files, notes, written }, { style }) {
    const word = { create: "new", update: "updated", same: "as it should be", edited: "left alone (yours)" };
    return [
      ...files.filter(({ kind, path }) => kind !== "same" && !written.includes(path)).map(({ diff }) => diff),
      ...files.map(({ path, kind }) => {
        const would = (kind === "create" || kind === "update") && !written.includes(path) ? "would be " : "";
        return `${would}${word[kind]}: ${path}`;
      }),
      "",
      `servers: ${serverType} in ${location}`,
      ...(notes.length === 0 ? [] : ["", style.bold("To know:"), ...notes.map((note) => `  ${note}`)]),
      "",
      files.some(({ kind, path }) => (kind === "create" || kind === "update") && !written.includes(path))
        ? `do it: wherry infra init -e ${environment} --yes`
        : `next: wherry infra plan -e ${environment}`,
    ];
  },
});

function documentOf({ machines, changes, notes }: InfraProposal, written: readonly string[]) {
  return {
    environment: machines.environment,
    serverType: machines.serverType,
    location: machines.location,
    files: changes.map(({ path, kind, diff }) => ({ path, kind, diff })),
    notes: [...notes],
    written: [...written],
  };
}
