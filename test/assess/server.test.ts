import { describe, expect, test } from "vitest";
import { judge } from "../../src/assess/assess.ts";
import { collect } from "../../src/assess/seen/index.ts";
import type { SeenServer } from "../../src/assess/seen/index.ts";
import type { LedgerLine, ServerStatus, Status } from "../../src/release/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { folderInMemory, knownLevels, now, quietContext, statement } from "./helpers.ts";
import { assess } from "../../src/assess/index.ts";

type Asked = Extract<SeenServer, { readonly asked: true }>;

const machine: ServerStatus = {
  server: "deploy@203.0.113.10",
  engine: { version: "29.0.0", architecture: "amd64" },
  compose: "2.40.0",
  missing: [],
  freeBytes: 10_000_000_000,
  folder: "/var/lib/wherry",
  proxy: { state: "running", image: "haproxy:3.2" },
  routes: [{ route: "shop.example.com", owner: "shop-production" }],
};

const service: Status["services"][number] = {
  name: "web",
  kind: "routed",
  slot: "blue",
  image: "shop-web",
  digest: "sha256:1",
  replicas: 1,
  wanted: 1,
  healthy: true,
  retries: 0,
  since: null,
};

const status: Status = {
  environment: "production",
  server: machine.server,
  live: { id: "20261124-3f2a", commit: "1".repeat(40), createdAt: "2026-11-24T10:00:00Z" },
  services: [service],
  lock: null,
  proxy: true,
  canary: null,
  certificates: [
    { host: "shop.example.com", source: "acme", issuer: "Test", notAfter: null, daysLeft: 60, trouble: null },
  ],
  warm: null,
  backup: null,
};

function line(daysAgo: number, change: Partial<LedgerLine> = {}): LedgerLine {
  const started = new Date(now.getTime() - daysAgo * 86_400_000).toISOString();
  const some = { id: `d${daysAgo}`, kind: "release", outcome: "succeeded", started, ...change };
  return some as LedgerLine;
}

async function assessed(parts: { machine?: ServerStatus; status?: Status; ledger?: readonly LedgerLine[] }) {
  const seen = await collect(folderInMemory({ "a.txt": "a" }), {}, () => {});
  const known = <T>(asked: string, value: T) => ({ known: true, asked, value }) as const;
  const server: Asked = {
    asked: true,
    environment: "production",
    machine: known("wherry server status -e production", parts.machine ?? machine),
    status: known("wherry status -e production", parts.status ?? status),
    ledger: known("wherry history -e production --last 200", parts.ledger ?? []),
  };
  return judge({ ...seen, server }, undefined);
}

describe("what a server says", () => {
  test("of a good one", async () => {
    const ledger = [
      line(1),
      line(2, { kind: "rollback" }),
      ...Array.from({ length: 8 }, (_, index) => line(3 + index)),
    ];

    const assessment = await assessed({ ledger });

    expect(knownLevels(assessment)).toMatchObject({
      "infrastructure.server": 2,
      "monitoring.now": 3,
      "security.https": 3,
      "deployment.traceable": 3,
      "deployment.rollback": 4,
      "deployment.often": 3,
      "deployment.succeeds": 3,
      "feedback.measured": 3,
    });
    expect(statement(assessment, "deployment.often").says).toBe("9 deployments in the last 28 days");
  });

  test("of its copies: made, by itself, and shown to be right", async () => {
    const last = {
      finished: "2026-11-24T03:00:00Z",
      outcome: "succeeded",
      reason: null,
      services: ["db"],
      bytes: 1,
    } as const;
    const copies = {
      last,
      lastGood: last.finished,
      drill: { finished: "2026-11-20T03:00:00Z", outcome: "succeeded" },
      scheduled: "systemd",
      problem: null,
    } as const;
    expect(knownLevels(await assessed({ status: { ...status, backup: copies } }))).toMatchObject({
      "backup.made": 3,
      "backup.scheduled": 3,
      "backup.restored": 4,
    });
    const failed = {
      ...copies,
      drill: { ...copies.drill, outcome: "failed" },
      problem: "the last backup failed",
    } as const;
    expect(knownLevels(await assessed({ status: { ...status, backup: failed } }))).toMatchObject({
      "backup.made": 1,
      "backup.restored": 1,
    });
  });

  test("of one in trouble: what is down comes first", async () => {
    const assessment = await assessed({
      machine: { ...machine, missing: ["compose"] },
      status: {
        ...status,
        live: { ...status.live, commit: null } as Status["live"],
        services: [{ ...service, healthy: false }],
        certificates: [{ ...status.certificates[0], daysLeft: 3 } as Status["certificates"][number]],
      },
      ledger: Array.from({ length: 6 }, (_, index) =>
        line(40 + index, { outcome: index < 3 ? "failed_before_traffic" : "succeeded" }),
      ),
    });

    expect(knownLevels(assessment)).toMatchObject({
      "infrastructure.server": 0,
      "monitoring.now": 0,
      "security.https": 0,
      "deployment.traceable": 1,
      "deployment.often": 1,
      "deployment.succeeds": 1,
    });
    expect(
      assessment.gaps
        .slice(0, 2)
        .map(({ check }) => check)
        .toSorted(),
    ).toEqual(["infrastructure.server", "monitoring.now"]);
  });

  test("of one where nothing is live, or nothing checks: not known, or barely", async () => {
    const empty = await assessed({ status: { ...status, live: null, services: [], certificates: [] } });
    const blind = await assessed({
      status: { ...status, services: [service, { ...service, name: "worker", healthy: null }] },
    });

    for (const check of [
      "monitoring.now",
      "security.https",
      "deployment.traceable",
      "deployment.succeeds",
      "deployment.rollback",
    ])
      expect([check, statement(empty, check).level]).toEqual([check, null]);
    expect(knownLevels(empty)).toMatchObject({ "deployment.often": 1, "feedback.measured": 1 });
    expect(statement(blind, "monitoring.now")).toMatchObject({ level: 1, says: "Nothing checks worker" });
  });
});

describe("a server that is asked for", () => {
  const files = {
    "wherry.yaml": "app: shop\nenvironments: { production: { server: deploy@203.0.113.10 } }\n",
    "compose.yaml": "services: {}\n",
  };

  test("and cannot be reached is not known, with the reason; the rest is told all the same", async () => {
    const folder = temporaryFolder(files);
    const { processes } = quietContext(folder);
    const unreachable = {
      stdout: "",
      stderr: "ssh: connect to host 203.0.113.10 port 22: Connection refused",
      exitCode: 255,
      signal: undefined,
      timedOut: false,
    };
    const ctx = quietContext(folder, {
      processes: {
        ...processes,
        run: async (argv, options) => (argv[0] === "ssh" ? unreachable : processes.run(argv, options)),
        start: (argv, options) =>
          argv[0] === "ssh" ? processes.start(["false"], options) : processes.start(argv, options),
      },
    });

    const { assessment } = await assess(ctx, { environment: "production" }, () => {});

    expect(assessment.environment).toBe("production");
    expect(statement(assessment, "monitoring.now").level).toBeNull();
    expect(statement(assessment, "monitoring.now").says).toMatch(/203\.0\.113\.10/);
    expect(statement(assessment, "environments.described").level).toBe(3);
  });

  test("by a name that is not in wherry.yaml is a slip of the pen", async () => {
    const ctx = quietContext(temporaryFolder(files));

    await expect(assess(ctx, { environment: "producton" }, () => {})).rejects.toMatchObject({
      code: "unknown-environment",
      hint: "did you mean -e production?",
    });
  });

  test("of a wherry.yaml that is not valid is not known, with what is wrong", async () => {
    const ctx = quietContext(
      temporaryFolder({ ...files, "wherry.yaml": "app: shop\nservers: 1\nenvironments: { production: }\n" }),
    );

    const { assessment } = await assess(ctx, { environment: "production" }, () => {});

    expect(statement(assessment, "infrastructure.server").says).toContain("wherry.yaml");
  });
});
