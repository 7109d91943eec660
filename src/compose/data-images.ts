/**
 * Images that keep data in a volume of their own even where the compose file names none, by the last part of their
 * name. Caches without a volume (memcached) are not here.
 */
const dataImages = new Set(
  `arangodb cassandra chroma clickhouse-server clickhouse cockroach consul couchbase couchdb dgraph documentdb elasticsearch etcd eventstore
   ferretdb forgejo gitea gitlab-ce grafana immudb influxdb kafka keydb loki mariadb mariadb-galera meilisearch milvus minio mongo mongodb
   mongodb-community-server mssql mysql mysql-server nats neo4j nexus3 opensearch percona percona-server pgvector postgis postgres postgresql
   prometheus pulsar qdrant questdb rabbitmq redis redis-stack redis-stack-server redpanda registry rethinkdb rqlite scylla server-mssql solr
   sonarqube surrealdb tarantool tidb timescaledb timescaledb-ha typesense valkey vault vaultwarden victoria-metrics weaviate zookeeper`.split(
    /\s+/,
  ),
);

/** `docker.io/library/postgres:17@sha256:...` keeps data; `backend:1` does not. */
export function isDataImage(reference: string): boolean {
  const path = reference.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const last = path.split("/").at(-1) ?? "";
  // mcr.microsoft.com/mssql/server
  return dataImages.has(last) || (last === "server" && path.includes("mssql"));
}
