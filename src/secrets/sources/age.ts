import { join } from "node:path";
import type { SecretsFrom } from "../../config/index.ts";
import { invalidError, refusedError, Secret } from "../../core/index.ts";
import type { WherryError } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { apply, compare } from "../../writer/index.ts";
import { decryptValue, encryptValue, publicKeyOf } from "../age/crypt.ts";
import { parseAgeDocument, renderAgeDocument } from "../age/document.ts";
import type { AgeDocument } from "../age/document.ts";
import { keyFile, keyVariable, readIdentities, readRecipients } from "../age/keys.ts";
import type { SecretPlace, SecretSource } from "./source.ts";

type Options = SecretsFrom & { readonly kind: "age" };

/** A file in the repository: everybody sees the names, and those who have one of the keys the values. */
export function ageSource(ctx: Context, place: SecretPlace, options: Options): SecretSource {
  const { environment, directory } = place;
  const { file } = options;
  const read = async () => {
    const text = await ctx.files.readText(join(directory, file));
    return text === undefined ? undefined : parseAgeDocument(file, text, environment);
  };
  const secret = (name: string) => ({ environment, name });

  async function decrypt(names: readonly string[]): Promise<ReadonlyMap<string, Secret>> {
    const document = await read();
    const wanted = names.filter((name) => document?.values.has(name) === true);
    if (document === undefined || wanted.length === 0) return new Map();
    const identities = await readIdentities(ctx);
    if (identities === undefined) throw noKey(ctx, file, wanted);
    const found = new Map<string, Secret>();
    for (const name of wanted) {
      const result = await decryptValue(secret(name), document.values.get(name) ?? "", identities.keys);
      if ("value" in result) {
        found.set(name, new Secret(result.value));
      } else if (result.problem === "damaged") {
        throw invalidError(
          "secret-damaged",
          `${file}: ${name} was changed after it was encrypted, or is another secret's value`,
          {
            at: document.at(name),
            hint: `git log -p -- ${file} says who did; take the last good version, or wherry secrets set ${name} -e ${environment}`,
          },
        );
      } else {
        throw await wrongKey(identities.from, identities.keys, { file, name, environment });
      }
    }
    return found;
  }

  /**
   * All values are for the same people. Where these have changed, what is there has to be opened and encrypted again, which
   * needs a key; adding a value for the same people needs none.
   */
  async function change(edit: (values: Map<string, string>) => Promise<void>): Promise<readonly string[]> {
    const document = await read();
    const readers = await readRecipients(ctx, directory, options.recipients);
    const values = new Map(document?.values);
    await edit(values);
    const before = new Set(document?.recipients);
    const gone = [...before].filter((key) => !readers.has(key));
    const come = [...readers.keys()].filter((key) => !before.has(key));
    const old = [...values.keys()].filter((name) => document?.values.get(name) === values.get(name));
    if (gone.length + come.length > 0) {
      for (const [name, value] of await decrypt(old))
        values.set(name, await encryptValue(secret(name), value.reveal(), readers.keys()));
    }
    const next: AgeDocument = { recipients: [...readers.keys()], values };
    const content = renderAgeDocument(next, environment, (key) => readers.get(key));
    await apply(ctx, directory, await compare(ctx, directory, [{ path: file, content, from: "current" }]));
    const added = document === undefined ? [] : come.map((key) => readers.get(key) ?? key);
    return [
      ...(added.length === 0 ? [] : [`from now on also readable for ${added.join(", ")}`]),
      ...notesOf(gone, old, environment),
    ];
  }

  return {
    title: `age (${file})`,
    readOnly: undefined,
    async unreadable() {
      if ((await readIdentities(ctx)) !== undefined) return undefined;
      return `there is no private key: neither ${keyVariable} nor ${keyFile(ctx) ?? "a home folder"}`;
    },
    names: async () => [...((await read())?.values.keys() ?? [])],
    read: decrypt,
    async write(values) {
      const readers = await readRecipients(ctx, directory, options.recipients);
      const notes = await change(async (all) => {
        for (const [name, value] of values)
          all.set(name, await encryptValue(secret(name), value.reveal(), readers.keys()));
      });
      return { notes: [...notes, `commit ${file}, so that others and CI get it`] };
    },
    share: async () => ({ notes: [...(await change(async () => {})), `commit ${file}, so that others and CI get it`] }),
    async remove(names) {
      if ((await read()) === undefined) return;
      await change(async (all) => names.forEach((name) => all.delete(name)));
    },
  };
}

function notesOf(gone: readonly string[], old: readonly string[], environment: string): readonly string[] {
  if (gone.length === 0 || old.length === 0) return [];
  return [
    `${gone.length === 1 ? "a key was" : `${gone.length} keys were`} taken out: who has it can still read the values of older commits; wherry secrets rotate NAME -e ${environment} gives new ones to ${old.join(", ")}`,
  ];
}

function noKey(ctx: Context, file: string, names: readonly string[]): WherryError {
  return refusedError("no-age-key", `${file} has ${names.join(", ")}, and there is no private key to open it`, {
    hint: `put your key into ${keyFile(ctx) ?? keyVariable} (mode 0600), in CI into the variable ${keyVariable}; without one: wherry secrets key makes it, and somebody who can read the secrets adds you`,
  });
}

async function wrongKey(
  from: string,
  keys: readonly Secret[],
  { file, name, environment }: { readonly file: string; readonly name: string; readonly environment: string },
): Promise<WherryError> {
  const known = await Promise.all(keys.map((key) => publicKeyOf(key).catch(() => undefined)));
  const mine = known.filter((key) => key !== undefined).join(", ");
  return refusedError(
    "wrong-age-key",
    `the key in ${from} does not open ${name} in ${file}${mine === "" ? ": it is no valid key" : ""}`,
    {
      context: mine === "" ? [] : [`its public key: ${mine}`],
      hint: `somebody who can read the secrets adds this public key to the recipients in wherry.yaml, runs wherry secrets share -e ${environment}, and commits`,
    },
  );
}
