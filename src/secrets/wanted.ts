import type { Settings } from "../config/index.ts";
import type { WantedSecret } from "./read.ts";

/** What wherry.yaml needs values for, by name: the secrets of the app, and those of the things around it. Sorted. */
export function wantedByConfig(settings: Settings): readonly WantedSecret[] {
  const { secrets, notify, tls, backup, services } = settings;
  const around = [
    ...notify.flatMap((channel) => Object.values(channel.secrets)),
    ...(tls.kind === "off" ? [] : [...(tls.dns?.secrets ?? []), ...Object.values(tls.certificates).map(({ key }) => key)]),
    ...(backup === undefined
      ? []
      : backup.repository.startsWith("s3:")
        ? Object.values(backup.secrets)
        : [backup.secrets.password]),
    ...Object.values(services).flatMap(({ proxy }) => Object.values(proxy?.auth ?? {})),
  ];
  const known = new Map<string, WantedSecret>(secrets.map((secret) => [secret.name, secret]));
  for (const name of around) if (!known.has(name)) known.set(name, { name, at: undefined });
  return [...known.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
