import * as z from "zod";

export const notesSchema = z.strictObject({
  breaking: z.array(z.string()),
  features: z.array(z.string()),
  fixes: z.array(z.string()),
  others: z.array(z.string()),
});
