import { expect, test } from "vitest";
import { backup, backupOf } from "../../src/config/backup.ts";

test("what is not written of a backup is filled in", () => {
  expect(backupOf(undefined)).toBeUndefined();
  expect(backupOf(backup.parse({ repository: "/srv/copies" }))).toEqual({
    repository: "/srv/copies",
    every: 86_400,
    keep: { daily: 7, weekly: 4, monthly: 6 },
    services: undefined,
    beforeDeploy: false,
  });
});

test("a service keeps the method that is written, and has none where none is", () => {
  const { services } = backupOf(
    backup.parse({ repository: "s3:https://example.com/copies", services: { data: { method: "redis" }, files: {} } }),
  ) ?? { services: undefined };
  expect(services).toEqual({ data: "redis", files: undefined });
});

test.each(["copies", "--help", "/srv/with space", "s3:https://key:secret@example.com/copies"])(
  "%s is no repository",
  (repository) => expect(backup.safeParse({ repository }).success).toBe(false),
);

test("rules that keep no copy are refused", () => {
  const keep = { daily: 0, weekly: 0, monthly: 0 };
  expect(backup.safeParse({ repository: "/srv/copies", keep }).success).toBe(false);
});
