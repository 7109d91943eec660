import { expect, test } from "vitest";
import { backup, backupOf } from "../../src/config/backup.ts";

test("what is not written of a backup is filled in", () => {
  expect(backupOf(undefined)).toBeUndefined();
  expect(backupOf(backup.parse({ repository: "/srv/copies" }))).toEqual({
    repository: "/srv/copies",
    every: 86_400,
    at: undefined,
    keep: { daily: 7, weekly: 4, monthly: 6 },
    services: {},
    secrets: { password: "BACKUP_PASSWORD", accessKey: "AWS_ACCESS_KEY_ID", secretKey: "AWS_SECRET_ACCESS_KEY" },
    beforeDeploy: false,
  });
});

test("a service is copied as is written, and else as its image says", () => {
  const services = { data: { method: "redis" }, files: { consistency: "stop" }, logs: { method: "none" } };
  expect(backupOf(backup.parse({ repository: "s3:https://example.com/copies", services }))?.services).toEqual({
    data: { method: "redis", consistency: undefined },
    files: { method: undefined, consistency: "stop" },
    logs: { method: "none", consistency: undefined },
  });
});

test("a time of day stands instead of an interval, not beside it", () => {
  const repository = "rest:https://example.com/copies";
  expect(backupOf(backup.parse({ repository, at: "03:30" }))).toMatchObject({ at: "03:30", every: 86_400 });
  expect(backup.safeParse({ repository, at: "03:30", every: "6h" }).success).toBe(false);
  expect(backup.safeParse({ repository, at: "24:00" }).success).toBe(false);
});

test("a password in the place of its secret's name is refused", () => {
  expect(backup.safeParse({ repository: "/srv/copies", password: "correct horse" }).success).toBe(false);
});

test.each(["copies", "--help", "/srv/with space", "s3:https://key:secret@example.com/copies"])(
  "%s is no repository",
  (repository) => expect(backup.safeParse({ repository }).success).toBe(false),
);

test("rules that keep no copy are refused", () => {
  const keep = { daily: 0, weekly: 0, monthly: 0 };
  expect(backup.safeParse({ repository: "/srv/copies", keep }).success).toBe(false);
});
