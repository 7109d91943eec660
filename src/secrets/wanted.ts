import { resolve } from "node:path";
import { readSources, secretNamesOf } from "../compose/index.ts";
import type { EnvironmentSettings } from "../config/index.ts";
import type { Context } from "../system/index.ts";
import type { WantedSecret } from "./read.ts";

/** What needs a value here: by wherry.yaml, and by the `secrets:` of the compose files as they are written. Sorted by name. */
export async function wantedSecrets(ctx: Context, settings: EnvironmentSettings): Promise<readonly WantedSecret[]> {
  const files = settings.compose.map((file) => resolve(settings.directory, file));
  const inCompose = secretNamesOf(await readSources(ctx, files));
  const known = new Map([...inCompose, ...wantedByConfig(settings)].map((secret) => [secret.name, secret]));
  return [...known.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The secrets of the app, and those of the things around it. */
function wantedByConfig(settings: EnvironmentSettings): readonly WantedSecret[] {
  const { secrets, notify, tls, backup, services } = settings;
  const around = [
    ...notify.flatMap((channel) => Object.values(channel.secrets)),
    ...(tls.kind === "off"
      ? []
      : [...(tls.dns?.secrets ?? []), ...Object.values(tls.certificates).map(({ key }) => key)]),
    ...(backup === undefined
      ? []
      : backup.repository.startsWith("s3:")
        ? Object.values(backup.secrets)
        : [backup.secrets.password]),
    ...Object.values(services).flatMap(({ proxy }) => Object.values(proxy?.auth ?? {})),
  ];
  const known = new Map<string, WantedSecret>(secrets.map((secret) => [secret.name, secret]));
  for (const name of around) if (!known.has(name)) known.set(name, { name, at: undefined });
  return [...known.values()];
}
