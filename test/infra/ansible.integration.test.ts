import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controls } from "../../src/infra/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { wherry } from "../helpers/cli.ts";

function installed(name: string): boolean {
  const there = spawnSync(name, ["--version"]).status === 0;
  if (!there) console.log(`skipped: ${name} is not installed (pip install ansible-core ansible-lint)`);
  return there;
}

const lint = installed("ansible-lint");
const play = installed("ansible-playbook");

interface Audit {
  readonly servers: readonly {
    readonly results: readonly { readonly id: string; readonly status: string; readonly message: string }[];
  }[];
}

describe("the playbook that infra ansible writes", () => {
  let one: TestServer | undefined;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "wherry-ansible-"));
    if (play) one = await server();
    const host = one?.address ?? "203.0.113.11";
    writeFileSync(join(folder, "compose.yaml"), "services: { web: { image: web } }\n");
    writeFileSync(
      join(folder, "wherry.yaml"),
      `app: shop\nservices: { web: { route: shop.test, port: 80 } }\nenvironments: { production: { server: deploy@${host} } }\n`,
    );
    const written = await wherry(["infra", "ansible", "--yes"], { cwd: folder });
    if (written.exitCode !== 0) throw new Error(written.stderr);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await one?.remove();
  });

  test.skipIf(!lint)("has nothing that ansible-lint objects to, by its strictest profile", () => {
    const files = ["infra/ansible/harden.yaml", "infra/ansible/inventory.yaml"];
    const { status, stdout, stderr } = spawnSync(
      "ansible-lint",
      ["--offline", "--nocolor", "--profile", "production", ...files],
      { cwd: folder, encoding: "utf8" },
    );
    expect(`${stdout}${status === 0 ? "" : stderr}`).not.toContain("fatal");
    expect(status).toBe(0);
  });

  test.skipIf(!play)(
    "makes of a server what harden makes of it, and changes nothing the second time",
    { timeout: 1_200_000 },
    async () => {
      const config = one?.sshConfig ?? "";
      const run = (...args: readonly string[]): { readonly stdout: string; readonly tally: string | undefined } => {
        const { stdout, stderr } = spawnSync(
          "ansible-playbook",
          ["-i", "infra/ansible/inventory.yaml", "infra/ansible/harden.yaml", ...args],
          {
            cwd: folder,
            encoding: "utf8",
            env: {
              ...process.env,
              ANSIBLE_NOCOLOR: "1",
              ANSIBLE_PIPELINING: "1",
              ANSIBLE_SSH_ARGS: `-F ${config} -o ControlMaster=auto -o ControlPersist=60s`,
            },
          },
        );
        return { stdout: stdout + stderr, tally: /changed=\d+ +unreachable=\d+ +failed=\d+/.exec(stdout)?.[0] };
      };
      const audit = async (): Promise<readonly string[]> => {
        const result = await wherry(["server", "audit", "--json"], { cwd: folder, env: { WHERRY_SSH_CONFIG: config } });
        return result
          .json<Audit>()
          .servers.flatMap(({ results }) => results.map(({ id, status }) => `${id} ${status}`));
      };

      const first = run();
      expect(first.stdout).toContain("Prove that a new login works");
      expect(first.tally ?? first.stdout).toMatch(/^changed=[1-9]\d+ +unreachable=0 +failed=0$/);
      const after = await audit();
      expect(after).toHaveLength(controls.length);
      expect(after.filter((line) => line.endsWith(" fail") || line.endsWith(" unknown"))).toEqual([]);

      // It says itself how it is, by the same program.
      const second = run();
      expect(second.tally).toMatch(/^changed=0 +unreachable=0 +failed=0$/);
      for (const line of after) expect(second.stdout).toContain(`"${line.replace("not-applicable", "na")} `);
    },
  );
});
