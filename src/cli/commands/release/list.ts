import * as z from "zod";
import { listVersions } from "../../../versions/index.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { optional } from "../../parameters.ts";

export const list = command({
  description: ["Lists the versions that are tagged, the latest first, as this clone knows them."],
  args: { environment: optional("only of this environment", { placeholder: "ENVIRONMENT" }) },
  examples: [{ line: "release list production", what: "the versions of production" }],
  schema: z.array(
    z.strictObject({ environment: z.string(), version: z.string(), tag: z.string(), commit: z.string() }),
  ),
  run: ({ environment, directory }, ctx) => listVersions(ctx, { environment, directory }),
  print: (versions, { style }) =>
    versions.length === 0
      ? ["no version is tagged yet: wherry release ENVIRONMENT"]
      : table(versions.map(({ environment, tag, commit }) => [environment, style.bold(tag), commit.slice(0, 12)])),
});
