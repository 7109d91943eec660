import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { parseBackupStatus } from "../../src/backup/index.ts";
import { credentialsFile, passwordFile, secretsOf, settingsFile } from "../../src/backup/files.ts";
import { backupProgram } from "../../src/backup/program.ts";
import find from "../../src/backup/scripts/find.sh?raw";
import { performScript, placeScript } from "../../src/backup/scripts.ts";
import { backup, backupOf } from "../../src/config/backup.ts";
import type { BackupSettings } from "../../src/config/index.ts";
import { Secret } from "../../src/core/index.ts";

const settings = (raw: Record<string, unknown>): BackupSettings => {
  const found = backupOf(backup.parse({ repository: "/srv/copies", ...raw }));
  if (found === undefined) throw new Error("no settings");
  return found;
};

test("the program on the server is a shell script that a shell can read", () => {
  execFileSync("sh", ["-n"], { input: backupProgram });
});

test("settings reach the program as lines of a file", () => {
  const services = { db: { method: "postgres" }, files: { consistency: "stop" } } as const;
  expect(settingsFile(settings({ every: "6h", keep: { daily: 2 }, services }))).toBe(
    "repository\t/srv/copies\nevery\t21600\ndaily\t2\nweekly\t4\nmonthly\t6\nservice\tdb\tpostgres\t\nservice\tfiles\t\tstop\n",
  );
});

test("keys of S3 are asked for where they are needed, and stand in a file of their own", () => {
  const s3 = settings({ repository: "s3:https://example.com/copies", access_key: "KEY" });
  const values = new Map([
    ["BACKUP_PASSWORD", new Secret("pass word")],
    ["KEY", new Secret("id")],
    ["AWS_SECRET_ACCESS_KEY", new Secret("$(secret)\n")],
  ]);
  expect(secretsOf(settings({}))).toEqual(["BACKUP_PASSWORD"]);
  expect(credentialsFile(settings({}), values)).toBe("");
  expect(secretsOf(s3)).toEqual(["BACKUP_PASSWORD", "KEY", "AWS_SECRET_ACCESS_KEY"]);
  expect(credentialsFile(s3, values)).toBe("AWS_ACCESS_KEY_ID=id\nAWS_SECRET_ACCESS_KEY=$(secret)\n");
  expect(passwordFile(s3, values)).toBe("pass word\n");
});

test("a secret of several lines, of which all but one would be lost, is refused", () => {
  const values = new Map([["BACKUP_PASSWORD", new Secret("one\ntwo")]]);
  expect(() => passwordFile(settings({}), values)).toThrow(/more than one line/);
});

test("values are arguments of the scripts, never their text", () => {
  const values = new Map([["BACKUP_PASSWORD", new Secret("hidden")]]);
  const { text, args } = placeScript(settings({}), values, undefined);
  expect(text).not.toContain("hidden");
  expect(args.slice(1)).toEqual([settingsFile(settings({})), "hidden\n", ""]);
  expect(performScript({ verb: "drill", by: "command", copy: "$(id)", service: "" }).args).toEqual([
    "drill",
    "command",
    "$(id)",
    "",
  ]);
});

test.each([
  ["postgres:17", "", "postgres"],
  ["docker.io/timescale/timescaledb-ha:pg17@sha256:12", "", "postgres"],
  ["registry.example.com:5000/team/my-postgres", "", "postgres"],
  ["mariadb:11", "", "mysql"],
  ["percona/percona-server:8.4", "", "mysql"],
  ["percona/percona-server-mongodb:8", "", "mongodb"],
  ["mongo:8", "", "mongodb"],
  ["valkey/valkey:8", "", "redis"],
  ["wherry/shop/db:0123-4567", "PATH=/bin\nPGDATA=/data", "postgres"],
  ["wherry/shop/db:0123-4567", "MARIADB_VERSION=11", "mysql"],
  ["wherry/shop/uploads:0123-4567", "PATH=/bin", "volume"],
  ["gitea/gitea:1", "MYSQL_HOST=db", "volume"],
  ["prometheuscommunity/postgres-exporter:1", "", "volume"],
  ["wherry/shop/redis-ui:0123-4567", "", "volume"],
  ["wherry/shop/cache:0123-4567", "\tdocker-entrypoint.sh\n/usr/bin/redis-server\n--save", "redis"],
  ["wherry/shop/documents:0123-4567", "\tmongod", "mongodb"],
])("an image %s with %j is copied by the method %s", (image, told, method) => {
  const [variables = "", words = ""] = told.split("\t");
  const text = `newline='\n'\n${find}\nmethod_of "$1" "$2" "$3"`;
  expect(execFileSync("sh", ["-c", text, "sh", image, variables, words], { encoding: "utf8" }).trim()).toBe(method);
});

const record = (fields: Record<string, unknown>): string =>
  `backup-record ${JSON.stringify({ version: 1, id: "a", kind: "backup", by: "schedule", started: "", outcome: "succeeded", reason: null, services: [{ name: "db", bytes: 7 }], ...fields })}`;
const now = new Date("2026-11-25T12:00:00Z");

test("nothing is known of an environment that was never copied, and nothing is made up", () => {
  expect(parseBackupStatus("clock x\n", 86_400, now)).toEqual({
    last: null,
    lastGood: null,
    drill: null,
    scheduled: null,
    problem: null,
  });
});

test("a copy of last night is fine", () => {
  const told = ["backup-scheduled systemd", record({ finished: "2026-11-25T03:00:00Z" })].join("\n");
  expect(parseBackupStatus(told, 86_400, now)).toMatchObject({
    last: { outcome: "succeeded", services: ["db"], bytes: 7 },
    lastGood: "2026-11-25T03:00:00Z",
    scheduled: "systemd",
    problem: null,
  });
});

test("a failed backup is a problem with its reason, and the good one before is still named", () => {
  const told = [
    record({ finished: "2026-11-25T03:00:00Z", outcome: "failed", reason: "no bucket" }),
    record({ finished: "2026-11-24T03:00:00Z" }),
    record({ kind: "drill", finished: "2026-11-23T03:00:00Z" }),
  ].join("\n");
  expect(parseBackupStatus(told, 86_400, now)).toMatchObject({
    last: { outcome: "failed", reason: "no bucket" },
    lastGood: "2026-11-24T03:00:00Z",
    drill: { finished: "2026-11-23T03:00:00Z" },
    problem: "the last backup failed: no bucket",
  });
});

test("a good copy that is older than twice the interval is a problem", () => {
  const told = record({ finished: "2026-11-23T11:00:00Z" });
  expect(parseBackupStatus(told, 86_400, now).problem).toContain("older");
  expect(parseBackupStatus(told, 2 * 86_400, now).problem).toBeNull();
});
