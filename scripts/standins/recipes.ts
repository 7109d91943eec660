export interface Recipe {
  /** What the stand-in is made of, for people. */
  readonly of: string;
  /** Folder of `recipes/` with a Dockerfile; `debian.ts` makes the one image without. */
  readonly folder?: string;
  /** npm packages that the Dockerfile finds beside it as `<key>.tgz`. */
  readonly packages?: Readonly<Record<string, string>>;
  /** It takes minutes, and few want it: only made where it is named. */
  readonly named?: true;
}

/** The images that our Dockerfiles and compose files name, and what stands in for each where no registry answers. */
const table = {
  "debian:trixie-slim": { of: "made of Debian's packages" },
  "node:24-slim": {
    of: "built from npm's node and npm packages",
    folder: "node",
    packages: { node: `node-linux-${process.arch}@24`, npm: "npm@11" },
  },
  "haproxy:3.2": { of: "built from Debian's haproxy (sid)", folder: "haproxy" },
  "goacme/lego:v4.35.2": { of: "built from Debian's lego (sid)", folder: "lego" },
  "nginx:1.28": { of: "built from Debian's nginx", folder: "nginx" },
  "postgres:17": { of: "built from Debian's postgresql-17", folder: "postgres" },
  "mariadb:11": { of: "built from Debian's mariadb-server", folder: "mariadb" },
  "mysql:9.7": { of: "built from Debian's mysql-server (sid)", folder: "mysql", named: true },
  "redis:8": { of: "built from Debian's redis-server", folder: "redis" },
  "mongo:8": { of: "FerretDB 1.24 on SQLite; its mongosh can only ping", folder: "mongo" },
  "mongo:5": {
    of: "MongoDB 3.6 of Ubuntu 20.04, with the tools 100.10 and mongosh",
    folder: "mongo-real",
    packages: { node: `node-linux-${process.arch}@24`, npm: "npm@11" },
    named: true,
  },
  "python:3.13-slim": { of: "built from Debian's python3.13", folder: "python" },
  "golang:1.26-trixie": { of: "built from Debian's Go 1.24", folder: "golang" },
  "rust:1.92-slim-trixie": { of: "built from Debian's Rust 1.85", folder: "rust" },
  "maven:3.9-eclipse-temurin-21": { of: "built from Debian's Maven 3.9 and OpenJDK 21", folder: "maven" },
  "eclipse-temurin:21-jre": { of: "built from Debian's OpenJDK 21", folder: "temurin" },
} satisfies Readonly<Record<string, Recipe>>;

export type BaseImage = keyof typeof table;

export const baseImages = Object.keys(table) as readonly BaseImage[];

export const recipeOf = (name: BaseImage): Recipe => table[name];

export const isBaseImage = (name: string): name is BaseImage => Object.hasOwn(table, name);
