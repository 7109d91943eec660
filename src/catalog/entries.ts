import postgres from "./entries/postgres/entry.yaml?raw";
import postgresTemplate from "./entries/postgres/template.yaml?raw";
import mysql from "./entries/mysql/entry.yaml?raw";
import mysqlTemplate from "./entries/mysql/template.yaml?raw";
import mariadb from "./entries/mariadb/entry.yaml?raw";
import mariadbTemplate from "./entries/mariadb/template.yaml?raw";
import mongodb from "./entries/mongodb/entry.yaml?raw";
import mongodbTemplate from "./entries/mongodb/template.yaml?raw";
import redis from "./entries/redis/entry.yaml?raw";
import redisTemplate from "./entries/redis/template.yaml?raw";
import valkey from "./entries/valkey/entry.yaml?raw";
import valkeyTemplate from "./entries/valkey/template.yaml?raw";
import rabbitmq from "./entries/rabbitmq/entry.yaml?raw";
import rabbitmqTemplate from "./entries/rabbitmq/template.yaml?raw";
import nats from "./entries/nats/entry.yaml?raw";
import natsTemplate from "./entries/nats/template.yaml?raw";
import seaweedfs from "./entries/seaweedfs/entry.yaml?raw";
import seaweedfsTemplate from "./entries/seaweedfs/template.yaml?raw";
import meilisearch from "./entries/meilisearch/entry.yaml?raw";
import meilisearchTemplate from "./entries/meilisearch/template.yaml?raw";
import keycloak from "./entries/keycloak/entry.yaml?raw";
import keycloakTemplate from "./entries/keycloak/template.yaml?raw";
import mailpit from "./entries/mailpit/entry.yaml?raw";
import mailpitTemplate from "./entries/mailpit/template.yaml?raw";
import cardanoNode from "./entries/cardano-node/entry.yaml?raw";
import cardanoNodeTemplate from "./entries/cardano-node/template.yaml?raw";
import cardanoSubmitApi from "./entries/cardano-submit-api/entry.yaml?raw";
import cardanoSubmitApiTemplate from "./entries/cardano-submit-api/template.yaml?raw";
import ogmios from "./entries/ogmios/entry.yaml?raw";
import ogmiosTemplate from "./entries/ogmios/template.yaml?raw";
import kupo from "./entries/kupo/entry.yaml?raw";
import kupoTemplate from "./entries/kupo/template.yaml?raw";
import cardanoDbSync from "./entries/cardano-db-sync/entry.yaml?raw";
import cardanoDbSyncTemplate from "./entries/cardano-db-sync/template.yaml?raw";
import cardanoWallet from "./entries/cardano-wallet/entry.yaml?raw";
import cardanoWalletTemplate from "./entries/cardano-wallet/template.yaml?raw";
import blockfrost from "./entries/blockfrost/entry.yaml?raw";
import blockfrostTemplate from "./entries/blockfrost/template.yaml?raw";
import yaciStore from "./entries/yaci-store/entry.yaml?raw";
import yaciStoreTemplate from "./entries/yaci-store/template.yaml?raw";
import yaciDevkit from "./entries/yaci-devkit/entry.yaml?raw";
import yaciDevkitTemplate from "./entries/yaci-devkit/template.yaml?raw";
import { parse } from "yaml";
import { nearest, usageError } from "../core/index.ts";
import { leftOut } from "./left-out.ts";
import { entrySchema } from "./schema.ts";
import type { Entry } from "./schema.ts";

/** A new entry is a folder with these two files, and one line here. In the order in which people are shown them. */
const texts: Readonly<Record<string, readonly [entry: string, template: string]>> = {
  postgres: [postgres, postgresTemplate],
  mysql: [mysql, mysqlTemplate],
  mariadb: [mariadb, mariadbTemplate],
  mongodb: [mongodb, mongodbTemplate],
  redis: [redis, redisTemplate],
  valkey: [valkey, valkeyTemplate],
  rabbitmq: [rabbitmq, rabbitmqTemplate],
  nats: [nats, natsTemplate],
  seaweedfs: [seaweedfs, seaweedfsTemplate],
  meilisearch: [meilisearch, meilisearchTemplate],
  keycloak: [keycloak, keycloakTemplate],
  mailpit: [mailpit, mailpitTemplate],
  "cardano-node": [cardanoNode, cardanoNodeTemplate],
  "cardano-submit-api": [cardanoSubmitApi, cardanoSubmitApiTemplate],
  ogmios: [ogmios, ogmiosTemplate],
  kupo: [kupo, kupoTemplate],
  "cardano-db-sync": [cardanoDbSync, cardanoDbSyncTemplate],
  "cardano-wallet": [cardanoWallet, cardanoWalletTemplate],
  blockfrost: [blockfrost, blockfrostTemplate],
  "yaci-store": [yaciStore, yaciStoreTemplate],
  "yaci-devkit": [yaciDevkit, yaciDevkitTemplate],
};

/** All that the catalogue has. */
export function allEntries(): readonly Entry[] {
  return Object.keys(texts).map((name) => read(name));
}

export function isKnown(name: string): boolean {
  return Object.hasOwn(texts, name);
}

/** @throws WherryError `unknown-entry`, with the nearest name or what to take instead */
export function entryNamed(name: string): Entry {
  if (isKnown(name)) return read(name);
  const instead = Object.hasOwn(leftOut, name) ? leftOut[name] : undefined;
  if (instead !== undefined) {
    throw usageError("left-out", `the catalogue leaves ${name} out: ${instead.why}`, { hint: instead.instead });
  }
  const near = nearest(name, Object.keys(texts));
  throw usageError("unknown-entry", `the catalogue has no ${name}`, {
    hint: near === undefined ? "wherry catalog list shows what it has" : `did you mean ${near}?`,
  });
}

const known = new Map<string, Entry>();

/** Each is parsed once: the files cannot change while the program runs. */
function read(name: string): Entry {
  const [entry = "", template = ""] = texts[name] ?? [];
  const found = known.get(name) ?? { ...entrySchema.parse(parse(entry)), name, template };
  known.set(name, found);
  return found;
}
