import { stringify } from "yaml";
import { configJsonSchema, loadMergedDocument } from "../../config/index.ts";
import { command } from "../definition.ts";
import { toggle } from "../parameters.ts";

export const config = command({
  description: [
    "Prints wherry.yaml merged for one environment: as somebody would have written it for this one alone. Everything in it has been checked.",
    "With --schema it prints the JSON Schema of wherry.yaml instead, which gives editors completion.",
  ],
  flags: { schema: toggle("print the JSON Schema of wherry.yaml") },
  needs: ["environment"],
  examples: [
    { line: "config -e production", what: "what production gets" },
    { line: "config --schema > wherry.schema.json", what: "completion in your editor" },
  ],
  async run({ schema, environment, directory, server, stack }, ctx) {
    if (schema) return configJsonSchema();
    return loadMergedDocument(ctx, { environment, directory, server, stack });
  },
  print(document) {
    // An editor wants the schema as JSON; only a schema has this key.
    return Object.hasOwn(document, "$schema") ? [JSON.stringify(document, null, 2)] : [stringify(document).trimEnd()];
  },
});
