import { planInfra } from "../../../infra/index.ts";
import { command } from "../../definition.ts";
import { nextStep, planDocument, planLines } from "../../format/infra.ts";
import { plan as schema } from "./shapes.ts";

export const plan = command({
  description: [
    "Asks tofu (or terraform) what it would do with the files of an environment, and says it in words: what is new, changed, made anew or removed, what is lost by it, what it costs per month before and after (by the provider's own list, VAT apart), and what else there is where a server type cannot be ordered now.",
    "The token is the secret HCLOUD_TOKEN or DIGITALOCEAN_TOKEN, as the provider is, from the environment or from where secrets are kept.",
  ],
  needs: ["machines"],
  examples: [{ line: "infra plan -e production", what: "say what would be ordered, and for how much" }],
  schema,
  run: async ({ environment, directory }, ctx) =>
    planDocument(await planInfra(ctx, { environment, directory }, ctx.report)),
  print: (data, { style }) => [...planLines(data, style), ...(data.changes.length === 0 ? [] : ["", nextStep(data)])],
});
