import type { BackupSettings, Settings } from "../config/index.ts";
import { invalidError } from "../core/index.ts";
import type { Secret } from "../core/index.ts";

/** What the program on the server works by, as lines KEY, tab, VALUE. Holds nothing secret. */
export function settingsFile({ repository, every, keep, services }: BackupSettings): string {
  const lines = [
    ["repository", repository],
    ["every", String(Math.ceil(every))],
    ...Object.entries(keep).map(([period, amount]) => [period, String(amount)]),
    ...Object.entries(services).map(([name, one]) => ["service", name, one.method ?? "", one.consistency ?? ""]),
  ];
  return lines.map((fields) => `${fields.join("\t")}\n`).join("");
}

/** Secrets that backups need beside those of the app. */
export function secretsOf({ repository, secrets }: BackupSettings): readonly string[] {
  const { password, accessKey, secretKey } = secrets;
  return repository.startsWith("s3:") ? [password, accessKey, secretKey] : [password];
}

/** Variables for restic, `NAME=VALUE` a line: mode 0600 on the server. Empty where the repository needs none. */
export function credentialsFile(backup: BackupSettings, values: ReadonlyMap<string, Secret>): string {
  if (!backup.repository.startsWith("s3:")) return "";
  const { accessKey, secretKey } = backup.secrets;
  return [
    `AWS_ACCESS_KEY_ID=${valueOf(values, accessKey)}\n`,
    `AWS_SECRET_ACCESS_KEY=${valueOf(values, secretKey)}\n`,
  ].join("");
}

export function passwordFile(backup: BackupSettings, values: ReadonlyMap<string, Secret>): string {
  return `${valueOf(values, backup.secrets.password)}\n`;
}

function valueOf(values: ReadonlyMap<string, Secret>, name: string): string {
  const value = (values.get(name)?.reveal() ?? "").trim();
  if (!/[\r\n]/.test(value)) return value;
  throw invalidError("backup-secret", `backup: the secret ${name} has more than one line`);
}

/** The part of wherry.yaml, or the sentence that says how to begin. */
export function backupSettings({ backup, environment, file }: Settings): BackupSettings {
  if (backup !== undefined) return backup;
  throw invalidError("no-backup", `${environment} has no backup: in ${file}`, {
    hint: "backup: { repository: /srv/backups/shop }, and the secret BACKUP_PASSWORD",
  });
}
