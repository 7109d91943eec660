import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { move } from "../../src/cli/commands/infra/move.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { addressOf, inside, orderSums, psql } from "../helpers/inside.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";

const compose = `
services:
  web:
    build: .
  db:
    image: postgres:17
    environment: { POSTGRES_USER: owner, POSTGRES_DB: shop, POSTGRES_PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
    volumes: ["db:/var/lib/postgresql/data"]
volumes: { db: {} }
secrets:
  app_password: { environment: APP_PASSWORD }
`;

interface Answer {
  readonly compared: readonly object[];
  readonly dns: readonly object[];
  readonly records: readonly object[];
  readonly written: readonly string[];
  readonly error: { readonly code: string };
}

const six = "2001:db8:dead::1";

/** One story: each test goes on from where the one before it ended. */
describe("an environment whose server is gone", () => {
  let old: TestServer;
  let fresh: TestServer;
  let app: SmallApp;
  let hetzner: FakeHetzner;
  let address: string;
  let checksum: string;

  const rebuild = (options: { readonly onStart?: (child: { kill(signal: NodeJS.Signals): boolean }) => void } = {}) =>
    app.wherry(
      ["infra", "move", "-e", "production", "--to", `deploy@${fresh.address}`, "--address", address].concat(
        "--from-backup",
        "--yes",
        "--json",
      ),
      { timeout: 280_000, ...options },
    );

  beforeAll(async () => {
    await ensureBaseImages(["postgres:17", "haproxy:3.2"], () => {});
    [old, fresh] = await Promise.all([server({ warm: true }), server({ warm: true })]);
    address = await addressOf(fresh);
    // Copies are behind SFTP: the machine that keeps them is the new one, for want of a third.
    for (const one of [old, fresh]) {
      const key = await inside(
        one,
        `su deploy -c 'set -e; cd; mkdir -p .ssh; ssh-keygen -qt ed25519 -N "" -f .ssh/id_ed25519; ssh-keyscan ${address} >> .ssh/known_hosts 2> /dev/null; cat .ssh/id_ed25519.pub'`,
      );
      await inside(fresh, `echo '${key}' >> /home/deploy/.ssh/authorized_keys`);
    }
    hetzner = await fakeHetzner();
    app = smallApp([old, fresh], {
      app: "rebuilt",
      files: { "compose.yaml": compose },
      extra: `backup: { repository: "sftp:deploy@${address}:copies" }\n`,
      env: {
        BACKUP_PASSWORD: "pass word of the copies",
        HCLOUD_TOKEN: hetzner.token,
        HCLOUD_ENDPOINT: hetzner.endpoint,
      },
    });
    hetzner.zones.put(app.host, { "@ A": [old.address], "@ AAAA": [six] });
    await app.deploy();
    await psql(
      old,
      `create table orders (id serial primary key, who text, at timestamptz default now());
       insert into orders (who) select md5(i::text) from generate_series(1, 10000) i;`,
    );
    checksum = await orderSums(old);
    const copied = await app.wherry(["backup", "run", "-e", "production"], { timeout: 200_000 });
    if (copied.exitCode !== 0) throw new Error(copied.stdout + copied.stderr);
  }, 300_000);
  afterAll(async () => {
    app?.remove();
    await Promise.all([old?.remove(), fresh?.remove(), hetzner?.close()]);
  });

  test("is not begun anew from a copy while the server answers", async () => {
    const result = await rebuild();
    expect(result.exitCode).toBe(4);
    expect(result.json<Answer>().error.code).toBe("still-there");
    expect(await inside(fresh, "docker ps -aq")).toBe("");
  });

  test("goes on from where it was killed, and is there again with the rows of the copy", async () => {
    await old.cutNetwork();
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    const killed = rebuild({ onStart: (started) => (child = started) });
    const started = vi.waitFor(() => inside(fresh, "docker ps -q --filter label=wherry.service=db | grep ."), {
      timeout: 200_000,
      interval: 200,
    });
    await Promise.race([started, killed]);
    child?.kill("SIGKILL");
    const { signal, stdout, stderr } = await killed;
    if (signal !== "SIGKILL") throw new Error(stdout + stderr);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${old.address}\n`);
    expect(hetzner.zones.read(app.host)).toEqual({ "@ A": [old.address], "@ AAAA": [six] });

    const result = await rebuild();
    if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
    const answer = result.json<Answer>();
    expect(move.schema?.safeParse(answer).error?.issues).toBeUndefined();
    expect(answer.compared).toEqual([{ service: "db", equal: true, tables: 1, rows: 10_000 }]);
    expect(await orderSums(fresh)).toBe(checksum);
    expect(hetzner.zones.read(app.host)).toEqual({ "@ A": [address], "@ AAAA": [six] });
    // Nobody can say any more whether it was the old server's.
    expect(answer.records).toMatchObject([{ host: app.host, type: "AAAA" }]);
    expect(answer.written).toEqual(["wherry.yaml"]);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${fresh.address}\n`);
    expect(
      await inside(fresh, `curl -sSf -o /dev/null -w '%{http_code}' -H 'host: ${app.host}' http://${address}/`),
    ).toBe("200");
  });
});
