import type { ServerAddress } from "./settings.ts";

/** `local`, `host`, `user@host`, `user@host:port`, `user@[2001:db8::1]:port`; undefined when it is none of these. */
export function parseServer(text: string): ServerAddress | undefined {
  if (text === "local") return { kind: "local" };
  const match =
    /^(?:(?<user>[^\s@:[\]]+)@)?(?:\[(?<bracketed>[0-9a-f:.%\w]+)\]|(?<host>[^\s@:[\]/]+))(?::(?<port>\d{1,5}))?$/i.exec(
      text,
    );
  const host = match?.groups?.bracketed ?? match?.groups?.host;
  const port = match?.groups?.port === undefined ? undefined : Number(match.groups.port);
  // A host that starts with a dash would be read as an option of ssh.
  if (host === undefined || host.startsWith("-") || match?.groups?.user?.startsWith("-")) return undefined;
  if (port !== undefined && (port < 1 || port > 65535)) return undefined;
  return { kind: "ssh", host, user: match?.groups?.user, port };
}
