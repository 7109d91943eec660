import * as z from "zod";

/** Where the values of secrets come from, as people write it: a list, of which the first that has a value wins. */

const words = z.string().min(1);
const path = z
  .string()
  .regex(/^[^/\0].*$/, "a path is relative to the folder of wherry.yaml")
  .refine((text) => !text.split("/").includes(".."), "a path stays in the folder of wherry.yaml");
// It becomes an argument of a program, which would read a leading dash as an option.
const name = words.regex(/^[^-\0]/, "a name does not start with a dash");

const recipient = z
  .string()
  .regex(
    /^age1[0-9a-z]+$/,
    "a recipient is a public key that starts with age1, as wherry secrets key or age-keygen prints it",
  );

const recipients = z.union([
  path,
  z.record(z.string().min(1), recipient).refine((all) => Object.keys(all).length > 0, "nobody could read the secrets"),
]);

const programs = z
  .strictObject({
    age: z
      .strictObject({
        recipients: recipients.describe("Who can read the values: name -> public key, or a file with one key a line."),
        file: path.optional().describe("Default: secrets.<environment>.age.yaml"),
      })
      .optional()
      .describe("A file in the repository, each value encrypted with age."),
    pass: z
      .strictObject({ folder: name.optional().describe("Default: APP/ENVIRONMENT") })
      .optional()
      .describe("The password store of the program pass."),
    "1password": z
      .strictObject({
        vault: name.describe("Vault of the item."),
        item: name.optional().describe("Item whose fields are the secrets. Default: APP ENVIRONMENT"),
        account: name.optional().describe("Account, where there are several."),
      })
      .optional()
      .describe("An item of 1Password, by its program op."),
    bitwarden: z
      .strictObject({
        item: name.optional().describe("Item whose fields are the secrets. Default: APP ENVIRONMENT"),
      })
      .optional()
      .describe("An item of Bitwarden or Vaultwarden, by its program bw."),
    vault: z
      .strictObject({
        address: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe("Default: the variable VAULT_ADDR or BAO_ADDR"),
        mount: words.optional().describe("Where the KV engine (version 2) is. Default: secret"),
        path: words.optional().describe("Secret whose keys are the secrets. Default: APP/ENVIRONMENT"),
        namespace: words.optional().describe("Namespace."),
      })
      .optional()
      .describe("HashiCorp Vault or OpenBao."),
  })
  .refine((one) => Object.keys(one).length === 1, "each source is an entry of its own");

export const secretsFrom = z
  .array(z.union([z.enum(["environment", "file", "github"]), programs]))
  .min(1)
  .describe(
    "Where the values of secrets come from; the first that has a value wins: environment (variables of the process), file (.wherry/secrets.<environment>.env), github (secrets of its environments, for its workflows alone), age, pass, 1password, bitwarden, vault. Default: [environment, file]",
  );

type Raw = z.infer<typeof secretsFrom>;

/** One place that values come from, with its defaults filled in. */
export type SecretsFrom =
  | { readonly kind: "environment" }
  | { readonly kind: "file" }
  | { readonly kind: "github"; readonly environment: string }
  | {
      readonly kind: "age";
      /** Relative to the folder of wherry.yaml. */
      readonly file: string;
      /** A path of the same kind, or name -> public key. */
      readonly recipients: string | Readonly<Record<string, string>>;
    }
  | { readonly kind: "pass"; readonly folder: string }
  | {
      readonly kind: "1password";
      readonly vault: string;
      readonly item: string;
      readonly account: string | undefined;
    }
  | { readonly kind: "bitwarden"; readonly item: string }
  | {
      readonly kind: "vault";
      readonly address: string | undefined;
      readonly mount: string;
      readonly path: string;
      readonly namespace: string | undefined;
    };

export function secretsFromOf(raw: Raw | undefined, app: string, environment: string): readonly SecretsFrom[] {
  return (raw ?? (["environment", "file"] as const)).map((one): SecretsFrom => {
    if (one === "github") return { kind: one, environment };
    if (typeof one === "string") return { kind: one };
    if (one.age !== undefined) {
      return { kind: "age", file: one.age.file ?? `secrets.${environment}.age.yaml`, recipients: one.age.recipients };
    }
    if (one.pass !== undefined) return { kind: "pass", folder: one.pass.folder ?? `${app}/${environment}` };
    const item = `${app} ${environment}`;
    const onePassword = one["1password"];
    if (onePassword !== undefined) {
      return {
        kind: "1password",
        vault: onePassword.vault,
        item: onePassword.item ?? item,
        account: onePassword.account,
      };
    }
    if (one.bitwarden !== undefined) return { kind: "bitwarden", item: one.bitwarden.item ?? item };
    const { address, mount = "secret", path = `${app}/${environment}`, namespace } = one.vault ?? {};
    return { kind: "vault", address, mount, path, namespace };
  });
}
