import * as z from "zod";
import { proposeAnsible } from "../../../infra/index.ts";
import { apply } from "../../../writer/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";

export const ansible = command({
  description: [
    "Writes an inventory of the servers of wherry.yaml and a playbook into infra/ansible, made from the same table as server harden and with the same program: one task for each control, which changes only what fails. It needs Ansible, and neither collections nor roles.",
    "Like server harden it lets the server take back by itself what could lock you out, and stops that over a new connection alone. ansible-playbook --check says what would be changed.",
  ],
  needs: ["plan", "yes"],
  examples: [
    { line: "infra ansible --plan", what: "show what would be written" },
    {
      line: "infra ansible --yes",
      what: "write it; then: ansible-playbook -i infra/ansible/inventory.yaml infra/ansible/harden.yaml",
    },
  ],
  schema: z.strictObject({
    root: z.string(),
    files: z.array(
      z.strictObject({ path: z.string(), kind: z.enum(["create", "update", "same", "edited"]), diff: z.string() }),
    ),
    written: z.array(z.string()),
  }),
  async run({ plan, yes, directory }, ctx) {
    const { root, changes } = await proposeAnsible(ctx, { directory });
    const files = changes.map(({ path, kind, diff }) => ({ path, kind, diff }));
    const wanted = changes.filter(({ kind }) => kind === "create" || kind === "update");
    if (plan || wanted.length === 0) return { root, files, written: [] };
    await confirm(ctx, { question: `Write ${wanted.map(({ path }) => path).join(", ")}?`, yes });
    return { root, files, written: [...(await apply(ctx, root, changes))] };
  },
  print({ files, written }, { style }) {
    const words = { create: "new", update: "updated", same: "as it should be", edited: "left alone (yours)" };
    return [
      ...files
        .filter(({ kind, path }) => kind !== "same" && !written.includes(path))
        .flatMap(({ diff }) => [diff.trimEnd(), ""]),
      ...files.map(({ path, kind }) => {
        const would = (kind === "create" || kind === "update") && !written.includes(path) ? "would be " : "";
        return `${would}${words[kind]}: ${path}`;
      }),
      ...(written.length === 0
        ? []
        : [style.dim("next: ansible-playbook --check -i infra/ansible/inventory.yaml infra/ansible/harden.yaml")]),
    ];
  },
});
