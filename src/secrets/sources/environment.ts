import { Secret, usageError } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import type { SecretSource } from "./source.ts";

/** Variables of the process, as CI hands them over. */
export function environmentSource(ctx: Context): SecretSource {
  // An empty variable is what CI hands over for a secret that nobody has set.
  const has = (name: string): boolean => (ctx.env[name] ?? "") !== "";
  const readOnly = "variables of this process are set by whoever starts it";
  const refuse = (): never => {
    throw usageError("read-only-source", `environment: ${readOnly}`);
  };
  return {
    title: "environment",
    readOnly,
    unreadable: async () => undefined,
    names: async (wanted) => wanted.filter(has),
    read: async (names) => new Map(names.filter(has).map((name) => [name, new Secret(ctx.env[name] ?? "")])),
    write: async () => refuse(),
    remove: async () => refuse(),
  };
}
