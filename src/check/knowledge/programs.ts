import type { ImageReference } from "../image.ts";
import { isOfficial, isOlder, versionOf } from "../image.ts";

/** Programs that health checks like to call. */
export const checkedPrograms = ["curl", "wget", "bash", "sh", "mongo", "mongosh", "nc"] as const;
export type Program = (typeof checkedPrograms)[number];

const debianSlim: readonly Program[] = ["curl", "wget", "nc", "mongo", "mongosh"];
const alpine: readonly Program[] = ["curl", "bash", "mongo", "mongosh"];
const nothing: readonly Program[] = checkedPrograms;

/** Official images on Debian's small base. Their larger siblings (`node:24`) have curl and wget. */
const onSmallDebian = /^(postgres|redis|valkey|memcached|haproxy|httpd|mariadb|mysql|debian|ubuntu)$/;
const withLargeVariant = /^(node|python|ruby|golang|rust|php|openjdk|eclipse-temurin|perl)$/;

/**
 * What the image surely lacks. From the images' own Dockerfiles; of images that are not known nothing is said, and an
 * empty list means "not known" as well as "lacks nothing".
 */
export function missingPrograms(image: ImageReference): readonly Program[] {
  const tag = image.tag ?? "";
  if (image.path === "scratch") return nothing;
  if (/distroless/.test(image.path)) return /debug/.test(tag) ? ["curl", "bash", "mongo", "mongosh"] : nothing;
  if (image.registry === "cgr.dev") return /dev/.test(tag) ? [] : nothing;
  if (image.path === "traefik/whoami") return nothing;
  if (image.name === "ogmios") return ["curl", "bash"];
  if (!isOfficial(image) && image.path !== "valkey/valkey") return [];
  if (image.name === "mongo") return mongoLacks(image.tag);
  // The official nginx image has curl in all variants but alpine-slim.
  if (image.name === "nginx") return /alpine-slim/.test(tag) ? alpine : /alpine/.test(tag) ? ["bash"] : ["wget", "nc"];
  if (image.name === "alpine" || /alpine/.test(tag)) return alpine.filter((program) => !hasInAlpine(image, program));
  if (image.name === "busybox" || /busybox/.test(tag)) return ["curl", "bash"];
  if (onSmallDebian.test(image.name)) return image.name === "mysql" ? [] : debianSlim;
  if (withLargeVariant.test(image.name) && /slim/.test(tag)) return debianSlim;
  return [];
}

/** PostgreSQL's and MariaDB's start scripts want bash. */
function hasInAlpine(image: ImageReference, program: Program): boolean {
  return program === "bash" && /^(postgres|golang)$/.test(image.name);
}

/** The old shell left with version 6; the new one came with 5. */
function mongoLacks(tag: string | undefined): readonly Program[] {
  const version = versionOf(tag);
  const lacks: Program[] = ["curl", "wget", "nc"];
  if (version.length > 0 && isOlder(version, [5])) return [...lacks, "mongosh"];
  if (version.length > 0 && isOlder(version, [6])) return lacks;
  return [...lacks, "mongo"];
}

/** Images that are known to come without HEALTHCHECK: whoever waits for their health waits for ever. */
export function comesWithoutHealthCheck(image: ImageReference): boolean {
  return (
    isOfficial(image) &&
    /^(postgres|mysql|mariadb|mongo|redis|valkey|memcached|rabbitmq|nginx|httpd|haproxy|node|python|ruby|golang|php|alpine|debian|ubuntu|busybox|elasticsearch|influxdb|couchdb|cassandra)$/.test(
      image.name,
    )
  );
}

/** Images that start as root to set themselves up, and then work as another user. */
export function dropsRootItself(image: ImageReference): boolean {
  return (
    isOfficial(image) &&
    /^(postgres|mysql|mariadb|mongo|redis|valkey|rabbitmq|nginx|httpd|memcached|couchdb|cassandra|influxdb|neo4j|clickhouse|haproxy|elasticsearch)$/.test(
      image.name,
    )
  );
}

/** Images whose own Dockerfile names another user than root. */
export function runsAsOther(image: ImageReference): boolean {
  return (
    /nonroot|unprivileged|rootless/.test(`${image.path}:${image.tag ?? ""}`) ||
    image.registry === "cgr.dev" ||
    (isOfficial(image) && /^(haproxy|memcached|elasticsearch|kibana|logstash|sonarqube|solr)$/.test(image.name)) ||
    /^(grafana\/grafana|prom\/[\w-]+|mher\/flower|bitnami\/.*|jenkins\/jenkins)$/.test(image.path)
  );
}
