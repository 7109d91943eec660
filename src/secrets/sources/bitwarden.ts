import * as z from "zod";
import type { SecretsFrom } from "../../config/index.ts";
import { refusedError } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { ask, picked } from "./program.ts";
import type { SecretSource } from "./source.ts";

const Field = z.looseObject({ name: z.string().nullish(), value: z.string().nullish() });
const Item = z.looseObject({ id: z.string(), name: z.string(), fields: z.array(Field).nullish() });
type Item = z.infer<typeof Item>;

// Numbers of Bitwarden's own: https://bitwarden.com/help/cli/#enums
const hiddenField = 1;
const secureNote = { type: 2, secureNote: { type: 0 } };

/** An item of Bitwarden or Vaultwarden by the program bw: each custom field is a secret. */
export function bitwardenSource(ctx: Context, { item }: SecretsFrom & { readonly kind: "bitwarden" }): SecretSource {
  const hint = 'sign in and unlock: bw login, export BW_SESSION="$(bw unlock --raw)"';
  const bw = (args: readonly string[], what: string, input?: string): Promise<string> =>
    ask(ctx, ["bw", "--nointeraction", ...args], { what, hint, ...(input === undefined ? {} : { input }) });

  async function read(): Promise<Item | undefined> {
    // It answers from its copy on this machine, which may be old.
    await bw(["sync"], "fetch the vault");
    // By search: asked for one item by name, it also takes one whose name only begins like that.
    const answer = await bw(["list", "items", "--search", item], `list the item ${item}`);
    const found = parseAnswer(answer).filter(({ name }) => name === item);
    if (found.length < 2) return found[0];
    throw refusedError("secrets-program", `Bitwarden has ${found.length} items with the name ${item}`, {
      hint: "give one of them another name",
    });
  }

  async function write(changed: (fields: NonNullable<Item["fields"]>) => NonNullable<Item["fields"]>): Promise<void> {
    const before = await read();
    const content = {
      ...(before ?? { name: item, notes: null, ...secureNote }),
      fields: changed(before?.fields ?? []),
    };
    // What `bw encode` makes of it.
    const input = Buffer.from(JSON.stringify(content)).toString("base64");
    if (before === undefined) await bw(["create", "item"], `create the item ${item}`, input);
    else await bw(["edit", "item", before.id], `change the item ${item}`, input);
  }

  return {
    title: `bitwarden (${item})`,
    readOnly: undefined,
    unreadable: async () => undefined,
    names: async () => [...fieldsOf(await read()).keys()],
    read: async (names) => picked(fieldsOf(await read()), names),
    async write(values) {
      await write((fields) => [
        ...fields.filter(({ name }) => !values.has(name ?? "")),
        ...[...values].map(([name, value]) => ({ name, value: value.reveal(), type: hiddenField })),
      ]);
      return { notes: [] };
    },
    async remove(names) {
      if ((await read()) !== undefined)
        await write((fields) => fields.filter(({ name }) => !names.includes(name ?? "")));
    },
  };
}

function parseAnswer(text: string): readonly Item[] {
  try {
    return z.array(Item).parse(JSON.parse(text));
  } catch {
    // The cause would quote values.
    throw refusedError("secrets-program", "the answer of bw is no list of items", {
      hint: "bw --version says which one it is",
    });
  }
}

function fieldsOf(item: Item | undefined): ReadonlyMap<string, string> {
  return new Map(
    (item?.fields ?? []).flatMap(({ name, value }) =>
      name == null || value == null || value === "" ? [] : [[name, value] as const],
    ),
  );
}
