import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";

/** What runners of pipelines have in common: a home of their own on this machine, and eyes on what runs meanwhile. */

/** Why a runner cannot have a home of its own here; undefined where it can. */
export function whyNoHome(): string | undefined {
  const { status } = spawnSync("unshare", [...namespace(), "mount", "--bind", "/etc/passwd", "/etc/passwd"]);
  return status === 0 ? undefined : "unshare and mount cannot give the runner a home of its own here";
}

/**
 * The words behind `unshare` for a program whose home is elsewhere. OpenSSH asks the system where the home of its user is, and
 * not HOME: so the system has to say the same.
 * @param passwd file with the text of `passwdWith`
 */
export function atHome(passwd: string, argv: readonly string[]): readonly string[] {
  return [...namespace(), "sh", "-c", 'mount --bind "$1" /etc/passwd && shift && exec "$@"', "sh", passwd, ...argv];
}

function namespace(): readonly string[] {
  return userInfo().uid === 0 ? ["--mount"] : ["--user", "--map-current-user", "--keep-caps", "--mount"];
}

/** This machine's users, with another home for the one who runs this. */
export function passwdWith(home: string): string {
  const { uid } = userInfo();
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => {
      const fields = line.split(":");
      return fields[2] === String(uid) ? [...fields.slice(0, 5), home, ...fields.slice(6)].join(":") : line;
    })
    .join("\n");
}

/** Collects the command lines of all programs of this machine until it is called again. */
export function watchCommandLines(seen: Set<string>): () => void {
  const timer = setInterval(() => look(seen), 100);
  return () => clearInterval(timer);
}

function look(seen: Set<string>): void {
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
    } catch {
      // It has ended in between.
    }
  }
}

/** What a shell wrote of its environment with `env -0`. */
export function variablesOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split("\0").flatMap((line) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(pairs);
}
