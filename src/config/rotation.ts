import * as z from "zod";

/** What has to happen around a secret when it gets a new value: `rotation:` in wherry.yaml, by the name of the secret. */

const command = z
  .array(z.string().min(1))
  .min(1)
  .describe("Program and arguments, started without a shell in the folder of wherry.yaml.");

// They become names of roles, and part of what psql reads.
const role = z.string().regex(/^[a-z_][a-z0-9_]{0,50}$/, "a role is written in small letters, digits and _");

export const rotation = z
  .record(
    z.string(),
    z
      .strictObject({
        prepare: command.optional().describe("Makes the new value valid, beside the old one; it is on standard input."),
        revoke: command.optional().describe("Makes the old value invalid; it is on standard input."),
        postgres: z
          .strictObject({
            service: z.string().min(1).describe("Service of the database, in the same stack."),
            user: z.string().min(1).describe("Secret that holds the name of the role that logs in."),
            owner: role.describe("Role that owns the tables; the two that take turns are OWNER_a and OWNER_b."),
          })
          .optional()
          .describe(
            "The password of a role of PostgreSQL: two roles take turns, and both can log in during the switch.",
          ),
      })
      .refine(({ prepare, revoke, postgres }) => prepare ?? revoke ?? postgres, "it says nothing of what to do"),
  )
  .describe("What happens around a secret when it is rotated.");

export interface RotationSettings {
  readonly prepare: readonly string[] | undefined;
  readonly revoke: readonly string[] | undefined;
  readonly postgres: { readonly service: string; readonly user: string; readonly owner: string } | undefined;
}

export function rotationOf(written: z.infer<typeof rotation> | undefined): ReadonlyMap<string, RotationSettings> {
  return new Map(
    Object.entries(written ?? {}).map(([name, { prepare, revoke, postgres }]) => [name, { prepare, revoke, postgres }]),
  );
}
