import type { TestServer } from "../../testbed/index.ts";

/** What a shell script says that runs on a test server, not through ssh; throws where it fails. */
export async function inside(server: TestServer, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await server.exec(["sh", "-c", script]);
  if (exitCode !== 0) throw new Error(`${script}: exit ${exitCode}\n${stdout}${stderr}`);
  return stdout.trim();
}

/**
 * Puts a script of bash in the place of a server's docker, which is /usr/bin/docker to it.
 * @returns what takes it away again
 */
export async function insteadOfDocker(server: TestServer, script: string): Promise<() => Promise<string>> {
  const at = "/usr/local/bin/docker";
  await inside(server, `cat > ${at} <<'Q'\n#!/bin/bash\n${script}\nQ\nchmod 755 ${at}`);
  return () => inside(server, `rm ${at}`);
}

/** Where the other test servers reach it. */
export function addressOf(server: TestServer): Promise<string> {
  return inside(server, "ip -4 -o address show dev eth0 | sed 's|.* inet ||; s|/.*||'");
}

/** Services of an app that run there, in the order of their names. */
export function running(server: TestServer, app: string): Promise<string> {
  return inside(
    server,
    `docker ps --filter label=wherry.app=${app} --format '{{.Label "wherry.service"}}' | sort | xargs`,
  );
}

/** What the PostgreSQL of the service `db` answers to the user `owner`. */
export function psql(server: TestServer, text: string): Promise<string> {
  return inside(
    server,
    `docker exec -i $(docker ps -q --filter label=wherry.service=db) psql -qAtU owner shop <<'Q'\n${text}\nQ`,
  );
}

/** Number and checksum of all rows of its table `orders`. */
export function orderSums(server: TestServer): Promise<string> {
  return psql(server, "select count(*), md5(string_agg(md5(t::text), '' order by id)) from orders t");
}
