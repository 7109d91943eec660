import { ensureEngine } from "../../scripts/engine/index.ts";
import { attempt } from "../../scripts/engine/run.ts";
import { backupResult } from "../../src/cli/format/backup.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { addressOf } from "../helpers/inside.ts";
import { smallApp } from "../helpers/small-app.ts";

const production = ["-e", "production"] as const;

type BackupResult = ReturnType<typeof backupResult.parse>;

/** Whether the image of a database is here that is only made when somebody asks for it; says why its tests are skipped. */
export async function isHere(image: string, database: string): Promise<boolean> {
  await ensureEngine(() => {});
  const here = (await attempt(["docker", "image", "inspect", image])).exitCode === 0;
  if (!here) {
    console.log(
      `skipped: copies and moves of a real ${database} (no ${image} here; to have it: node scripts/standins/main.ts ${image})`,
    );
  }
  return here;
}

/** An app with one database, deployed to the first of two servers. */
export interface TwoServers {
  readonly old: TestServer;
  readonly fresh: TestServer;
  /** `wherry backup ...`, which must succeed. */
  backup(...args: readonly string[]): Promise<BackupResult>;
  /** Moves it to the second server; gives what was compared there. */
  move(): Promise<readonly object[]>;
  remove(): Promise<void>;
}

interface Database {
  /** Of the service, and of the app. */
  readonly name: string;
  readonly image: string;
  /** Text of the compose file: a mapping. Its password is that of the app, `/run/secrets/app_password`. */
  readonly environment: string;
  /** Where it keeps its data. */
  readonly folder: string;
}

const composeOf = ({ name, image, environment, folder }: Database): string => `
services:
  web:
    build: .
    environment: { PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
  ${name}:
    image: ${image}
    environment: ${environment}
    secrets: [app_password]
    volumes: ["${name}:${folder}"]
volumes: { ${name}: {} }
secrets:
  app_password: { environment: APP_PASSWORD }
`;

export async function twoServers(database: Database): Promise<TwoServers> {
  const { name, image } = database;
  const [old, fresh] = await Promise.all([server({ warm: true }), server({ warm: true })]);
  for (const one of [old, fresh]) await one.preloadImage(image);
  const app = smallApp([old, fresh], {
    app: name,
    files: { "compose.yaml": composeOf(database) },
    extra: `backup: { repository: /srv/backups/${name} }\n`,
    env: { BACKUP_PASSWORD: "pass word of the copies" },
  });
  const succeed = async (args: readonly string[]): Promise<unknown> => {
    const result = await app.wherry([...args, ...production, "--json"], { timeout: 280_000 });
    if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
    return result.json();
  };
  await app.wherry(["server", "setup", ...production]);
  await app.deploy(...production);
  return {
    old,
    fresh,
    backup: async (...args) => backupResult.parse(await succeed(["backup", ...args])),
    move: async () => {
      const to = ["--to", `deploy@${fresh.address}`, "--address", await addressOf(fresh)];
      return ((await succeed(["infra", "move", ...to, "--yes"])) as { compared: readonly object[] }).compared;
    },
    remove: async () => {
      app.remove();
      await Promise.all([old.remove(), fresh.remove()]);
    },
  };
}
