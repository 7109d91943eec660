import type { NotifyChannel } from "../config/index.ts";
import { invalidError } from "../core/index.ts";
import type { Secret } from "../core/index.ts";

/**
 * What the server's file `notify` says, mode 0600: a block of `FIELD VALUE` lines for each channel, with the values of
 * secrets in it. Empty without channels.
 * @param secrets by name; every one that a channel names
 */
export function notifyFile(channels: readonly NotifyChannel[], secrets: ReadonlyMap<string, Secret>): string {
  return channels
    .map(({ kind, events, fields, secrets: names }) => {
      const values = Object.entries(names).map(
        ([field, name]) => [field, oneLine(name, secrets.get(name)?.reveal() ?? "")] as const,
      );
      const lines = [["channel", kind], ["on", events.join(" ")], ...Object.entries(fields), ...values];
      return lines.map(([field, value]) => `${field} ${value}\n`).join("");
    })
    .join("");
}

/** Addresses and tokens are one line; what is not would read as another field. */
function oneLine(name: string, value: string): string {
  const text = value.trim();
  if (!/[\r\n]/.test(text)) return text;
  throw invalidError("notify-secret", `notify: the secret ${name} has more than one line`);
}
