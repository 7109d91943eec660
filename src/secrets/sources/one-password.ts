import * as z from "zod";
import type { SecretsFrom } from "../../config/index.ts";
import { refusedError } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { ask, failureOf, picked, tryAsk } from "./program.ts";
import type { SecretSource } from "./source.ts";

const Item = z.looseObject({
  fields: z.array(z.looseObject({ label: z.string().optional(), value: z.string().optional() })).optional(),
});
type Item = z.infer<typeof Item>;

/**
 * An item of 1Password by its program op: each field is a secret. Read as JSON, and written as JSON to its standard input.
 * https://developer.1password.com/docs/cli/item-template-json
 */
export function onePasswordSource(
  ctx: Context,
  { vault, item, account }: SecretsFrom & { readonly kind: "1password" },
): SecretSource {
  const where = ["--vault", vault, ...(account === undefined ? [] : ["--account", account])];
  const hint = "sign in: eval $(op signin), or in CI the variable OP_SERVICE_ACCOUNT_TOKEN";

  async function read(): Promise<Item | undefined> {
    const call = { what: `read the item ${item}`, hint };
    const result = await tryAsk(ctx, ["op", "item", "get", item, ...where, "--format", "json"], call);
    if (result.exitCode !== 0) {
      if (/isn't an item|no item found|not found in vault/i.test(result.stderr)) return undefined;
      throw failureOf("op", result, call);
    }
    return parseAnswer(result.stdout);
  }

  async function write(changed: (fields: NonNullable<Item["fields"]>) => NonNullable<Item["fields"]>): Promise<void> {
    const before = await read();
    const content = { title: item, category: "SECURE_NOTE", ...before, fields: changed(before?.fields ?? []) };
    const input = JSON.stringify(content);
    // `-` says that the item comes on standard input; edit sees that by itself.
    if (before === undefined)
      await ask(ctx, ["op", "item", "create", ...where, "-"], { what: `create the item ${item}`, hint, input });
    else await ask(ctx, ["op", "item", "edit", item, ...where], { what: `change the item ${item}`, hint, input });
  }

  return {
    title: `1password (${vault}/${item})`,
    readOnly: undefined,
    unreadable: async () => undefined,
    names: async () => [...fieldsOf(await read()).keys()],
    read: async (names) => picked(fieldsOf(await read()), names),
    async write(values) {
      await write((fields) => [
        ...fields.filter(({ label }) => !values.has(label ?? "")),
        ...[...values].map(([label, value]) => ({ label, type: "CONCEALED", value: value.reveal() })),
      ]);
      return { notes: [] };
    },
    async remove(names) {
      if ((await read()) !== undefined)
        await write((fields) => fields.filter(({ label }) => !names.includes(label ?? "")));
    },
  };
}

function parseAnswer(text: string): Item {
  try {
    return Item.parse(JSON.parse(text));
  } catch {
    // The cause would quote values.
    throw refusedError("secrets-program", "the answer of op is no item of 1Password", {
      hint: "is it version 2? op --version",
    });
  }
}

function fieldsOf(item: Item | undefined): ReadonlyMap<string, string> {
  return new Map(
    (item?.fields ?? []).flatMap(({ label, value }) =>
      label === undefined || value === undefined || value === "" ? [] : [[label, value] as const],
    ),
  );
}
