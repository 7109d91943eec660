import { readFileSync } from "node:fs";
import { MongoClient } from "mongodb";

/** The password comes as a file, so that it is in no environment and no `docker inspect`. */
export function openDatabase(env = process.env) {
  const password = readFileSync(env.DB_PASSWORD_FILE ?? "/run/secrets/db_password", "utf8").replace(/\n$/, "");
  const client = new MongoClient(`mongodb://${env.DB_HOST ?? "localhost"}:27017/`, {
    auth: { username: env.DB_USER ?? "shop", password },
    authSource: "admin",
    serverSelectionTimeoutMS: 10_000,
  });
  const db = client.db("shop");
  return {
    db,
    products: db.collection("products"),
    migrations: db.collection("migrations"),
    /** Fails when the database does not answer in time. */
    ping: () => db.command({ ping: 1 }, { timeoutMS: 2000 }),
    close: () => client.close(),
  };
}
