import { loadSettings } from "../config/index.ts";
import type { LoadOptions, Settings } from "../config/index.ts";
import { notifyFile, notifyLibrary } from "../notify/index.ts";
import { readSecrets } from "../secrets/index.ts";
import { script, withConnection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { ask } from "./ask.ts";

/** The server's file of channels, with the values of the secrets that they name. */
export async function readNotifyFile(ctx: Context, settings: Settings): Promise<string> {
  const names = settings.notify.flatMap(({ secrets }) => Object.values(secrets));
  const wanted = [...new Set(names)].map((name) => ({ name, at: undefined }));
  return notifyFile(settings.notify, wanted.length === 0 ? new Map() : await readSecrets(ctx, settings, wanted));
}

export interface NotifyTest {
  readonly environment: string;
  readonly server: string;
  readonly channels: readonly { readonly kind: string; readonly problem: string | null }[];
}

/** Sends a message to every channel, from the server, and says what came back. */
export async function testNotifications(ctx: Context, options: LoadOptions): Promise<NotifyTest> {
  const settings = await loadSettings(ctx, options);
  const { app, environment } = settings;
  const file = await readNotifyFile(ctx, settings);
  return withConnection(ctx, settings.server, async (connection) => {
    const text = `${notifyLibrary}mkdir -p "$home"; printf '%s' "$1" | put "$home/notify"; notify test "$2" "$3"`;
    const message = ["A test message of Wherry", `${app} ${environment} tells you here when a release was taken back.`];
    const steps = [{ id: "notify", script: script(text, [file, ...message]) }];
    const told = await ask(connection, settings, steps, { otherwise: "cannot tell anybody", timeout: 300_000 });
    const channels = told.split("\n").flatMap((line): NotifyTest["channels"] => {
      const [word, kind = "", ...rest] = line.split(" ");
      if (word === "notified") return [{ kind, problem: null }];
      return word === "notify-failed" ? [{ kind, problem: rest.join(" ") }] : [];
    });
    return { environment, server: connection.name, channels };
  });
}
