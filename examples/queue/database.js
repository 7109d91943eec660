import { readFileSync } from "node:fs";
import pg from "pg";

/** A pool of connections to PostgreSQL. The password comes as a file, so that it is in no environment and no `docker inspect`. */
export function openDatabase(env = process.env) {
  const pool = new pg.Pool({
    host: env.DB_HOST ?? "localhost",
    user: "queue",
    database: "queue",
    password: readFileSync(env.DB_PASSWORD_FILE ?? "/run/secrets/db_password", "utf8").replace(/\n$/, ""),
    max: 5,
    connectionTimeoutMillis: 5000,
  });
  // A database that restarts breaks idle connections; the pool replaces them.
  pool.on("error", (error) => console.error(`database: ${error.message}`));
  return pool;
}

export async function findJob(pool, id) {
  const { rows } = await pool.query("SELECT id, text, result, version, finished FROM jobs WHERE id = $1", [id]);
  return rows[0];
}

/** A job that was done twice, because a worker died before it could say so, is stored once. */
export async function storeJob(pool, { id, text, result, version }) {
  await pool.query("INSERT INTO jobs (id, text, result, version) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING", [id, text, result, version]);
}
