import type { Language, StoreKind } from "./model.ts";

/** What a variable of the app is filled with, where it belongs to a store. */
type Meaning = "url" | "host" | "port" | "user" | "password" | "password-file" | "database";

/** A database or queue as a compose service, and how an app is told of it. One entry each. */
export interface Store {
  readonly kind: StoreKind;
  readonly title: string;
  readonly image: string;
  readonly port: number;
  /** Packages that say that an app uses it. */
  readonly packages: Readonly<Record<Exclude<Language, "static">, readonly string[]>>;
  /** Prefixes of variable names: `MONGO_URL`, `MONGODB_HOST`. */
  readonly prefixes: readonly string[];
  /** Variables whose whole name has a meaning. */
  readonly names: Readonly<Record<string, Meaning>>;
  /** The variable that is set where the app reads none that is known. */
  readonly usualVariable: string;
  /** `{user}`, `{password}`, `{host}`, `{port}` and `{database}` are filled in. */
  readonly url: string;
  /** Whether it asks for a password. */
  readonly password: boolean;
  /** Lines of the compose service. `{user}` and `{database}` are filled in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly healthcheck: readonly string[];
  readonly startPeriod: string;
  /** Folder of the volume. */
  readonly data: string;
  readonly memory: string;
  readonly grace: string;
}

export const stores: readonly Store[] = [
  {
    kind: "mongo",
    title: "MongoDB",
    image: "mongo:8",
    port: 27017,
    packages: {
      node: ["mongodb", "mongoose", "@nestjs/mongoose", "@fastify/mongodb", "monk"],
      python: ["pymongo", "motor", "mongoengine", "beanie", "djongo"],
      go: ["go.mongodb.org/mongo-driver"],
      rust: ["mongodb"],
      java: ["spring-boot-starter-data-mongodb", "spring-boot-starter-data-mongodb-reactive", "mongodb-driver-sync"],
    },
    prefixes: ["MONGO", "MONGODB"],
    names: { SPRING_DATA_MONGODB_URI: "url" },
    usualVariable: "MONGODB_URI",
    url: "mongodb://{user}:{password}@{host}:{port}/{database}?authSource=admin",
    password: true,
    environment: {
      MONGO_INITDB_ROOT_USERNAME: "{user}",
      MONGO_INITDB_ROOT_PASSWORD_FILE: "/run/secrets/{secret}",
    },
    // By its own name: while the image sets up the first user, mongod listens on 127.0.0.1 alone.
    healthcheck: [
      "CMD-SHELL",
      `mongosh --quiet --host "$$HOSTNAME" --eval "db.adminCommand({ ping: 1 }).ok" | grep -q 1`,
    ],
    startPeriod: "60s",
    data: "/data/db",
    memory: "1g",
    grace: "60s",
  },
  {
    kind: "postgres",
    title: "PostgreSQL",
    image: "postgres:17",
    port: 5432,
    packages: {
      node: ["pg", "postgres", "pg-promise", "@fastify/postgres", "slonik"],
      python: ["psycopg", "psycopg2", "psycopg2-binary", "asyncpg"],
      go: ["github.com/jackc/pgx", "github.com/lib/pq", "gorm.io/driver/postgres"],
      rust: ["tokio-postgres", "postgres", "deadpool-postgres"],
      java: ["postgresql"],
    },
    prefixes: ["POSTGRES", "PG", "POSTGRESQL", "DB", "DATABASE"],
    names: { PGHOST: "host", PGPORT: "port", PGUSER: "user", PGPASSWORD: "password", PGDATABASE: "database" },
    usualVariable: "DATABASE_URL",
    url: "postgresql://{user}:{password}@{host}:{port}/{database}",
    password: true,
    environment: {
      POSTGRES_USER: "{user}",
      POSTGRES_DB: "{database}",
      POSTGRES_PASSWORD_FILE: "/run/secrets/{secret}",
    },
    // By TCP: while the image sets up the database, it answers on its socket alone.
    healthcheck: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "{user}", "-d", "{database}"],
    startPeriod: "60s",
    data: "/var/lib/postgresql/data",
    memory: "1g",
    grace: "60s",
  },
  {
    kind: "mysql",
    title: "MySQL",
    image: "mysql:8.4",
    port: 3306,
    packages: {
      node: ["mysql", "mysql2", "mariadb"],
      python: ["mysqlclient", "pymysql", "mysql-connector-python", "aiomysql", "mariadb"],
      go: ["github.com/go-sql-driver/mysql", "gorm.io/driver/mysql"],
      rust: ["mysql", "mysql_async"],
      java: ["mysql-connector-j", "mysql-connector-java", "mariadb-java-client"],
    },
    prefixes: ["MYSQL", "MARIADB", "DB", "DATABASE"],
    names: {},
    usualVariable: "DATABASE_URL",
    url: "mysql://{user}:{password}@{host}:{port}/{database}",
    password: true,
    environment: {
      MYSQL_USER: "{user}",
      MYSQL_DATABASE: "{database}",
      MYSQL_PASSWORD_FILE: "/run/secrets/{secret}",
      MYSQL_RANDOM_ROOT_PASSWORD: "yes",
    },
    // By TCP: while the image sets up the database, it answers on its socket alone.
    healthcheck: ["CMD", "mysqladmin", "ping", "--silent", "-h", "127.0.0.1"],
    startPeriod: "90s",
    data: "/var/lib/mysql",
    memory: "1g",
    grace: "60s",
  },
  {
    kind: "redis",
    title: "Redis",
    image: "redis:8",
    port: 6379,
    packages: {
      node: ["redis", "ioredis", "bullmq", "bull", "bee-queue", "connect-redis", "@fastify/redis"],
      python: ["redis", "django-redis", "aioredis", "rq", "celery[redis]", "arq"],
      go: ["github.com/redis/go-redis", "github.com/go-redis/redis", "github.com/hibiken/asynq"],
      rust: ["redis", "fred", "deadpool-redis"],
      java: ["spring-boot-starter-data-redis", "jedis", "lettuce-core"],
    },
    prefixes: ["REDIS"],
    names: { CELERY_BROKER_URL: "url", CELERY_RESULT_BACKEND: "url", BROKER_URL: "url" },
    usualVariable: "REDIS_URL",
    url: "redis://{host}:{port}",
    password: false,
    environment: {},
    command: ["redis-server", "--appendonly", "yes"],
    healthcheck: ["CMD", "redis-cli", "ping"],
    startPeriod: "20s",
    data: "/data",
    memory: "256m",
    grace: "30s",
  },
  {
    kind: "rabbitmq",
    title: "RabbitMQ",
    image: "rabbitmq:4",
    port: 5672,
    packages: {
      node: ["amqplib", "amqp-connection-manager", "rabbitmq-client"],
      python: ["pika", "aio-pika", "kombu"],
      go: ["github.com/rabbitmq/amqp091-go", "github.com/streadway/amqp"],
      rust: ["lapin"],
      java: ["spring-boot-starter-amqp", "amqp-client"],
    },
    prefixes: ["RABBITMQ", "AMQP", "RABBIT"],
    names: { CLOUDAMQP_URL: "url" },
    usualVariable: "RABBITMQ_URL",
    url: "amqp://{user}:{password}@{host}:{port}",
    password: true,
    environment: { RABBITMQ_DEFAULT_USER: "{user}" },
    // The image reads this password from a variable alone; so it is in the process, and not in the container's settings.
    entrypoint: [
      "sh",
      "-c",
      'RABBITMQ_DEFAULT_PASS="$$(cat /run/secrets/{secret})" exec docker-entrypoint.sh rabbitmq-server',
    ],
    healthcheck: ["CMD", "rabbitmq-diagnostics", "-q", "ping"],
    startPeriod: "60s",
    data: "/var/lib/rabbitmq",
    memory: "512m",
    grace: "60s",
  },
];

/** What a variable means to a store; undefined where it is none of its. `DB_` belongs to the first store that asks. */
export function meaningOf(store: Store, variable: string): Meaning | undefined {
  const whole = store.names[variable];
  if (whole !== undefined) return whole;
  const prefix = store.prefixes.find((one) => variable.startsWith(`${one}_`));
  // DB_ and DATABASE_ say nothing of the kind; Mongo is meant where there is no other database.
  const rest = prefix === undefined ? neutral(store, variable) : variable.slice(prefix.length + 1);
  return rest === undefined ? undefined : meanings[rest];
}

function neutral({ kind }: Store, variable: string): string | undefined {
  if (kind !== "mongo") return undefined;
  return /^(?:DB|DATABASE)_(.+)$/.exec(variable)?.[1];
}

const meanings: Readonly<Record<string, Meaning>> = {
  URL: "url",
  URI: "url",
  DSN: "url",
  CONNECTION_STRING: "url",
  CONNECTION_URI: "url",
  CONNECTION_URL: "url",
  HOST: "host",
  HOSTNAME: "host",
  SERVER: "host",
  PORT: "port",
  USER: "user",
  USERNAME: "user",
  PASS: "password",
  PASSWORD: "password",
  PASSWORD_FILE: "password-file",
  PASS_FILE: "password-file",
  NAME: "database",
  DB: "database",
  DB_NAME: "database",
  DATABASE: "database",
  DBNAME: "database",
};

export interface StoreNames {
  readonly user: string;
  readonly database: string;
  readonly host: string;
  readonly secret: string;
}

export function fillIn(text: string, store: Store, names: StoreNames): string {
  const values: Readonly<Record<string, string>> = {
    ...names,
    port: String(store.port),
    password: `{{${names.secret}}}`,
  };
  return text.replaceAll(/(?<!\{)\{([a-z]+)\}(?!\})/g, (whole, name: string) => values[name] ?? whole);
}

/** What an app's variable is set to. `{{secret}}` is filled in by the entrypoint of the app's image. */
export function valueFor(store: Store, meaning: Meaning, names: StoreNames): string {
  const values: Readonly<Record<Meaning, string>> = {
    url: fillIn(store.url, store, names),
    host: names.host,
    port: String(store.port),
    user: store.password ? names.user : "",
    password: store.password ? `{{${names.secret}}}` : "",
    "password-file": `/run/secrets/${names.secret}`,
    database: names.database,
  };
  return values[meaning];
}
