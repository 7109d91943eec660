import * as z from "zod";
import { planRemoval, remove as removeEnvironment } from "../../release/index.ts";
import { confirm } from "../confirm.ts";
import { command } from "../definition.ts";
import { toggle } from "../parameters.ts";

export const remove = command({
  description: [
    "Removes everything of an environment from its server: containers, networks, releases, images that no other environment needs. Volumes stay, unless --volumes is given and the app's name is typed; for the preview of a pull request --yes is enough.",
  ],
  flags: { volumes: toggle("remove the volumes too: the data is gone for good") },
  needs: ["environment", "plan", "yes"],
  examples: [
    { line: "remove -e development", what: "take an environment down" },
    { line: "remove -e preview-12 --volumes --yes", what: "the preview of a pull request, with its data" },
  ],
  schema: z.strictObject({
    app: z.string(),
    environment: z.string(),
    preview: z.boolean(),
    server: z.string(),
    containers: z.array(z.string()),
    networks: z.array(z.string()),
    volumes: z.array(z.string()),
    removed: z.boolean(),
  }),
  async run({ volumes, plan, yes, environment, directory, server, stack }, ctx) {
    const found = await planRemoval(ctx, { environment, directory, server, stack });
    if (plan) return { ...found, removed: false };
    const name = `${found.app}-${found.environment}`;
    const lost = volumes && found.volumes.length > 0 ? ` and the data in ${found.volumes.join(", ")}` : "";
    await confirm(ctx, {
      question: `Remove ${name} from ${found.server}${lost}?`,
      yes,
      ...(volumes && !found.preview ? { typed: name } : {}),
    });
    const options = {
      environment: found.environment,
      directory,
      server,
      stack,
      volumes: volumes ? "remove" : "keep",
    } as const;
    return { ...(await removeEnvironment(ctx, options, ctx.report)), removed: true };
  },
  print({ app, environment, server, containers, networks, volumes, removed }, { style }) {
    const list = (title: string, items: readonly string[]): readonly string[] =>
      items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`)];
    if (!removed) {
      return [
        `of ${app} ${environment} on ${server} would be removed:`,
        ...list("containers", containers),
        ...list("networks", networks),
        ...list("kept without --volumes", volumes),
        style.dim("Nothing was changed."),
      ];
    }
    return [`${style.good("removed:")} ${app} ${environment} from ${server}`, ...list("volumes it had", volumes)];
  },
});
