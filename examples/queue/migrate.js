// Runs once per release, before the release gets traffic: node migrate.js. Each migration runs once per database.
import { openDatabase } from "./database.js";

const migrations = [
  {
    id: "001-jobs",
    sql: `CREATE TABLE jobs (
      id uuid PRIMARY KEY,
      text text NOT NULL,
      result text NOT NULL,
      version text NOT NULL,
      finished timestamptz NOT NULL DEFAULT now()
    )`,
  },
];

const pool = openDatabase();
const client = await pool.connect();
try {
  // All or nothing, and one at a time: the lock is released with the transaction.
  await client.query("BEGIN");
  await client.query("SELECT pg_advisory_xact_lock(1)");
  await client.query("CREATE TABLE IF NOT EXISTS migrations (id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())");
  for (const { id, sql } of migrations) {
    const { rowCount } = await client.query("INSERT INTO migrations (id) VALUES ($1) ON CONFLICT DO NOTHING", [id]);
    if (rowCount === 0) continue;
    await client.query(sql);
    console.log(`migrated: ${id}`);
  }
  await client.query("COMMIT");
  console.log("the database is up to date");
} finally {
  client.release();
  await pool.end();
}
