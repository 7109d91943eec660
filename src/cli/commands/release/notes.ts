import * as z from "zod";
import { readNotes } from "../../../versions/index.ts";
import { command } from "../../definition.ts";
import { formatNotes } from "../../format/notes.ts";
import { required } from "../../parameters.ts";
import { notesSchema } from "./schema.ts";

export const notes = command({
  description: ["Says what came with a version: the commits since the version before it, by kind."],
  args: { tag: required("tag of the version", { placeholder: "TAG" }) },
  examples: [{ line: "release notes PROD-1.4.0", what: "what came with it" }],
  schema: z.strictObject({ tag: z.string(), previous: z.string().nullable(), notes: notesSchema }),
  run: ({ tag, directory }, ctx) => readNotes(ctx, { tag, directory }),
  print: ({ tag, previous, notes: found }, { style }) => [
    previous === null ? `${tag} is the first version` : `${tag}, after ${previous}`,
    ...formatNotes(found, style),
  ],
});
