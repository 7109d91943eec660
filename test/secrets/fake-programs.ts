import { fakeProgram } from "./helpers.ts";

/** As `op item` answers, as far as it is asked: https://developer.1password.com/docs/cli/reference/management-commands/item */
export function fakeOp(bin: string): () => readonly string[] {
  return fakeProgram(
    bin,
    "op",
    `
const [, verb] = args;
if (verb === "get") {
  const item = load();
  if (item === undefined) fail('[ERROR] 2026/11/25 10:00:00 "shop production" isn\\'t an item in the "team" vault. Specify the item with its UUID, name, or domain.');
  process.stdout.write(JSON.stringify({ id: "x1", version: 1, ...item }));
} else if (verb === "create" || verb === "edit") {
  if (verb === "create" && args.at(-1) !== "-") fail("[ERROR] no item given");
  const item = JSON.parse(input());
  if (typeof item.title !== "string" || !Array.isArray(item.fields)) fail("[ERROR] invalid JSON in piped input");
  save(item);
} else fail("[ERROR] unknown command");
`,
  );
}

/** As `bw` answers, as far as it is asked: https://bitwarden.com/help/cli/ */
export function fakeBw(bin: string): () => readonly string[] {
  return fakeProgram(
    bin,
    "bw",
    `
const words = args.filter((word) => !word.startsWith("--"));
if (words[0] === "sync") process.stdout.write("Syncing complete.");
else if (words[0] === "list") {
  const item = load();
  const near = { id: "other", name: "shop production old", fields: [{ name: "APP_PASSWORD", value: "wrong", type: 1 }] };
  process.stdout.write(JSON.stringify(item === undefined ? [near] : [near, item]));
} else if (words[0] === "create" || words[0] === "edit") {
  const item = JSON.parse(Buffer.from(input(), "base64").toString());
  if (item.type !== 2 || !item.secureNote) fail("not a secure note");
  save({ id: "b1", ...item });
  process.stdout.write(JSON.stringify(item));
} else fail("unknown command");
`,
  );
}
