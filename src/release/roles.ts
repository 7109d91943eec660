import { refusedError } from "../core/index.ts";
import type { Settings } from "../config/index.ts";
import { phase, script, withConnection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { preludeFor } from "./run.ts";
import roleScript from "./scripts/role.sh?raw";

/**
 * Two roles of PostgreSQL that take turns: while one release logs in as the one, the next comes up with the other, and
 * no request meets a password that does not hold. Both act as the owner of the tables.
 */
export function nextRole(owner: string, current: string): string {
  return current === `${owner}_a` ? `${owner}_b` : `${owner}_a`;
}

/** Names are checked when wherry.yaml is read, and a verifier is base64: nothing in it could end a literal. */
export function allowSql(owner: string, role: string, verifier: string): string {
  return [
    "set log_statement = 'none';",
    `\\set role ${role}`,
    `\\set owner ${owner}`,
    `\\set verifier '${verifier}'`,
    "select format('create role %I', :'role') where not exists (select from pg_roles where rolname = :'role') \\gexec",
    "begin;",
    `alter role :"role" login password :'verifier';`,
    `grant :"owner" to :"role";`,
    // What it makes belongs to the owner, and the other role can use it.
    `alter role :"role" set role = :'owner';`,
    "commit;",
    "",
  ].join("\n");
}

export function refuseSql(role: string): string {
  return [`\\set role ${role}`, `alter role :"role" password null;`, ""].join("\n");
}

/** @throws WherryError `database-refused` with what psql says */
export async function runSql(ctx: Context, settings: Settings, service: string, sql: string): Promise<void> {
  const { app, environment, server } = settings;
  await withConnection(ctx, server, async (connection) => {
    const steps = [{ id: "role", script: script(roleScript, [service]) }];
    const text = phase(preludeFor({ app, environment, deployment: "-" }), steps);
    const { exitCode, stderr } = await connection.run(text, { input: sql, timeout: 60_000 });
    if (exitCode === 0) return;
    throw refusedError("database-refused", `${service} on ${connection.name} does not take the change of a role`, {
      context: stderr.split("\n").filter((line) => line !== ""),
      hint: "rotation: in wherry.yaml names the service and the role that owns the tables",
    });
  });
}
