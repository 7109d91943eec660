import type { ImageReference } from "../image.ts";
import { isOlder, versionOf } from "../image.ts";

/** What is known of an image that keeps data. */
export interface DataImage {
  /** Where it keeps its data in the container. */
  readonly folders: readonly string[];
  /** Ports on which it answers its clients. */
  readonly ports: readonly number[];
  /** `cache`: often run without keeping anything; `tool`: what is lost can be set up again. */
  readonly kind: "database" | "cache" | "tool";
  /** A major version cannot read what another one has written. */
  readonly majorsDiffer?: true;
}

const postgres: DataImage = {
  folders: ["/var/lib/postgresql/data"],
  ports: [5432],
  kind: "database",
  majorsDiffer: true,
};
const mysql: DataImage = { folders: ["/var/lib/mysql"], ports: [3306, 33_060], kind: "database" };
const redis: DataImage = { folders: ["/data"], ports: [6379], kind: "cache" };

/** By the last part of the image's name. Folders are those of the images' own VOLUME lines or documentation. */
const byName: Readonly<Record<string, DataImage>> = {
  postgres,
  postgis: postgres,
  pgvector: postgres,
  timescaledb: postgres,
  mysql,
  mariadb: mysql,
  percona: mysql,
  "percona-server": mysql,
  mongo: { folders: ["/data/db"], ports: [27_017], kind: "database" },
  redis,
  valkey: redis,
  keydb: redis,
  "redis-stack-server": redis,
  elasticsearch: { folders: ["/usr/share/elasticsearch/data"], ports: [9200, 9300], kind: "database" },
  opensearch: { folders: ["/usr/share/opensearch/data"], ports: [9200, 9600], kind: "database" },
  rabbitmq: { folders: ["/var/lib/rabbitmq"], ports: [5672, 15_672], kind: "database" },
  "clickhouse-server": { folders: ["/var/lib/clickhouse"], ports: [8123, 9000], kind: "database" },
  clickhouse: { folders: ["/var/lib/clickhouse"], ports: [8123, 9000], kind: "database" },
  influxdb: {
    folders: ["/var/lib/influxdb2", "/var/lib/influxdb", "/var/lib/influxdb3"],
    ports: [8086, 8181],
    kind: "database",
  },
  neo4j: { folders: ["/data"], ports: [7474, 7687], kind: "database" },
  couchdb: { folders: ["/opt/couchdb/data"], ports: [5984], kind: "database" },
  cassandra: { folders: ["/var/lib/cassandra"], ports: [9042, 7000], kind: "database" },
  scylla: { folders: ["/var/lib/scylla"], ports: [9042], kind: "database" },
  cockroach: { folders: ["/cockroach/cockroach-data"], ports: [26_257], kind: "database" },
  zookeeper: { folders: ["/data"], ports: [2181], kind: "database" },
  meilisearch: { folders: ["/meili_data"], ports: [7700], kind: "database" },
  qdrant: { folders: ["/qdrant/storage"], ports: [6333, 6334], kind: "database" },
  weaviate: { folders: ["/var/lib/weaviate"], ports: [8080], kind: "database" },
  rethinkdb: { folders: ["/data"], ports: [28_015, 29_015], kind: "database" },
  gitea: { folders: ["/data", "/var/lib/gitea"], ports: [], kind: "database" },
  vaultwarden: { folders: ["/data"], ports: [], kind: "database" },
  registry: { folders: ["/var/lib/registry"], ports: [5000], kind: "database" },
  grafana: { folders: ["/var/lib/grafana"], ports: [3000], kind: "tool" },
  prometheus: { folders: ["/prometheus"], ports: [9090], kind: "tool" },
  // Cardano: what is lost is synchronised again, in hours to days.
  "cardano-node": { folders: ["/data/db"], ports: [12_788, 12_798], kind: "database" },
  "cardano-db-sync": { folders: ["/var/lib/cexplorer"], ports: [8080], kind: "database" },
  "cardano-submit-api": { folders: [], ports: [8090, 8081], kind: "tool" },
  "cardano-wallet": { folders: ["/wallet-db"], ports: [8090], kind: "database" },
  ogmios: { folders: [], ports: [1337], kind: "tool" },
  kupo: { folders: ["/db"], ports: [1442], kind: "tool" },
  "yaci-cli": { folders: [], ports: [10_000, 8090, 8080, 3333], kind: "tool" },
  memcached: { folders: [], ports: [11_211], kind: "cache" },
  etcd: { folders: [], ports: [2379, 2380], kind: "database" },
  consul: { folders: ["/consul/data"], ports: [8500], kind: "database" },
};

/** Undefined for images of which nothing is known: those of other makers keep their data elsewhere. */
export function dataImageOf(image: ImageReference | undefined): DataImage | undefined {
  if (image === undefined || !Object.hasOwn(byName, image.name)) return undefined;
  if (image.path.startsWith("bitnami/") || image.path.startsWith("bitnamilegacy/"))
    return { ...(byName[image.name] as DataImage), folders: [`/bitnami/${image.name}`] };
  const found = byName[image.name];
  // From 18 on the image keeps its data one folder up, in a folder of the version.
  if (
    found === postgres &&
    image.name === "postgres" &&
    !isOlder([...versionOf(image.tag), 0], [18]) &&
    image.tag !== undefined &&
    /^\d/.test(image.tag)
  )
    return { ...postgres, folders: ["/var/lib/postgresql"] };
  return found;
}

/** Ports by which databases are found by whoever scans the internet. */
const knownPorts = new Set([
  5432, 3306, 27_017, 6379, 9200, 5672, 1433, 1521, 11_211, 2379, 9042, 5984, 7687, 8086, 2181, 9092,
]);

export function isDataPort(image: ImageReference | undefined, port: number): boolean {
  return knownPorts.has(port) || (dataImageOf(image)?.ports.includes(port) ?? false);
}
