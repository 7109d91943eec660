import { meaningOf, stores, valueFor } from "../init/index.ts";
import type { NamedPart, StoreKind } from "../init/index.ts";
import type { Database, PartStage } from "./model.ts";

/** The databases of a compose file as containers beside a job. */

/** Not a secret: the database lives as long as the job, and only the job reaches it. */
const password = "only-for-tests";
const word = "app";
/** The machine of the job. */
const here = "127.0.0.1";

interface Kind {
  readonly store: StoreKind;
  /** Last part of the image's name. */
  readonly images: readonly string[];
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Shell command in the container that ends with 0 once it takes connections. */
  readonly health: string;
}

const kinds: readonly Kind[] = [
  {
    store: "postgres",
    images: ["postgres", "postgresql", "postgis", "pgvector", "timescaledb", "timescaledb-ha"],
    port: 5432,
    environment: { POSTGRES_USER: word, POSTGRES_PASSWORD: password, POSTGRES_DB: word },
    // By TCP: while the image sets up the database, it answers on its socket alone.
    health: `pg_isready -h 127.0.0.1 -U ${word}`,
  },
  {
    store: "mysql",
    images: ["mysql", "mysql-server", "percona", "percona-server"],
    port: 3306,
    environment: {
      MYSQL_USER: word,
      MYSQL_PASSWORD: password,
      MYSQL_DATABASE: word,
      MYSQL_RANDOM_ROOT_PASSWORD: "yes",
    },
    health: "mysqladmin ping --silent -h 127.0.0.1",
  },
  {
    store: "mysql",
    images: ["mariadb"],
    port: 3306,
    environment: {
      MARIADB_USER: word,
      MARIADB_PASSWORD: password,
      MARIADB_DATABASE: word,
      MARIADB_RANDOM_ROOT_PASSWORD: "yes",
    },
    health: "healthcheck.sh --connect --innodb_initialized",
  },
  {
    store: "mongo",
    images: ["mongo"],
    port: 27017,
    environment: { MONGO_INITDB_ROOT_USERNAME: word, MONGO_INITDB_ROOT_PASSWORD: password },
    health: "mongosh --quiet --eval 'db.runCommand({ ping: 1 })'",
  },
  { store: "redis", images: ["redis", "redis-stack-server"], port: 6379, environment: {}, health: "redis-cli ping" },
  { store: "redis", images: ["valkey"], port: 6379, environment: {}, health: "valkey-cli ping" },
  {
    store: "rabbitmq",
    images: ["rabbitmq"],
    port: 5672,
    environment: { RABBITMQ_DEFAULT_USER: word, RABBITMQ_DEFAULT_PASS: password },
    health: "rabbitmq-diagnostics -q ping",
  },
];

export interface KnownDatabase extends Database {
  readonly store: StoreKind;
}

/** A service of the compose file as a database beside a job; undefined where it is none that is known. */
export function databaseOf(name: string, image: string): KnownDatabase | undefined {
  const last =
    image
      .replace(/@.*$/, "")
      .replace(/:[^/:]*$/, "")
      .split("/")
      .at(-1) ?? "";
  const kind = kinds.find(({ images }) => images.includes(last));
  if (kind === undefined) return undefined;
  const { store, port, environment, health } = kind;
  return { name, image, port, environment, health, store };
}

/**
 * The same variables for a database that is reached at another address: another name, another port, or both.
 * @param address of a database, by its name
 */
export function variablesAt(
  { databases, variables, variableOf }: Pick<PartStage, "databases" | "variables" | "variableOf">,
  address: (database: Database) => { readonly host: string; readonly port: number },
): Readonly<Record<string, string>> {
  const moved = (name: string, value: string): string => {
    const database = databases.find((one) => one.name === variableOf[name]);
    if (database === undefined) return value;
    const { host, port } = address(database);
    if (value === String(database.port)) return String(port);
    return value.replace(`${here}:${database.port}`, `${host}:${port}`).replace(here, host);
  };
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, moved(name, value)]));
}

/** The databases that a part uses, and the variables by which its code finds them on the machine of the job. */
export function databasesFor(
  part: NamedPart,
  all: readonly KnownDatabase[],
): Pick<PartStage, "databases" | "variables" | "variableOf"> {
  const used = all.filter(({ store }) => part.uses.some(({ kind }) => kind === store));
  const variables: Record<string, string> = {};
  const variableOf: Record<string, string> = {};
  for (const { store: kind, name: database } of used) {
    const store = stores.find((one) => one.kind === kind);
    if (store === undefined) continue;
    const names = { user: word, database: word, host: here, secret: "password" };
    const known = part.reads.flatMap(({ name }) => {
      const meaning = meaningOf(store, name);
      return meaning === undefined || meaning === "password-file" ? [] : [{ name, meaning }];
    });
    const found = known.length > 0 ? known : [{ name: store.usualVariable, meaning: "url" as const }];
    for (const { name, meaning } of found) {
      const value = valueFor(store, meaning, names).replaceAll("{{password}}", password);
      if (value === "" || Object.hasOwn(variables, name)) continue;
      variables[name] = value;
      variableOf[name] = database;
    }
  }
  return { databases: used, variables, variableOf };
}
