/** One key of the compose specification, and what becomes of it. */
export interface ComposeKey {
  /** `services.*.container_name`. */
  readonly path: string;
  readonly handling: "passed" | "translated" | "refused";
  /** What Wherry does instead, or why it cannot; empty for keys that are passed on as they are. */
  readonly message: string;
  /** Said to the user whenever the key is used. The other translations lose nothing, or are said only when they matter. */
  readonly says?: "note" | "warning";
}

/**
 * Every key of the compose specification: passed to docker compose on the server, translated, or refused. A test holds
 * this table against the vendored schema, and the documentation page is made from it.
 */
export const composeKeys: readonly ComposeKey[] = [
  ...translated("", {
    version: "has had no meaning since Compose v2",
    name: "Wherry names the project <app>-<environment>, so that releases and environments stand side by side",
    include: "resolved by docker compose on your machine",
  }),
  ...passed("", "services networks volumes secrets configs"),
  ...refused("", {
    models: "language models need Docker Model Runner, which the server does not have; run the model as a service",
    jobs: "scheduled jobs are not deployed; write a service that others depend on with service_completed_successfully, or one that keeps the time itself",
  }),

  ...passed(
    "services.*",
    `annotations attach blkio_config cap_add cap_drop cgroup cgroup_parent command configs cpu_count cpu_percent cpu_period cpu_quota
     cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset device_cgroup_rules dns dns_opt dns_search domainname entrypoint
     environment expose extra_hosts group_add healthcheck hostname init ipc isolation labels logging mem_limit mem_reservation
     mem_swappiness memswap_limit oom_kill_disable oom_score_adj pid pids_limit platform privileged read_only
     runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits
     umask user userns_mode uts volumes working_dir`,
  ),
  ...translated("services.*", {
    build: "built on your machine or in CI; the server gets the image",
    container_name:
      "dropped, since two releases cannot have the same container name; it stays a name on the service's networks",
    depends_on:
      "kept between services of the same placement; what is changed in place, and jobs, are there before the release starts",
    deploy: "see its keys",
    develop: "is for docker compose watch only",
    devices: "in the short form, which every version of docker compose knows",
    env_file: "read on your machine; its variables go into environment",
    extends: "resolved by docker compose on your machine",
    gpus: "as deploy.resources.reservations.devices, which every version of docker compose knows",
    image: "the image of the release, by digest",
    label_file: "read on your machine; its labels go into labels",
    links: "the name of a link becomes an alias of the linked service on the networks they share",
    network_mode:
      "refused for routed services, since the proxy reaches them by a fixed address; service:NAME works within one placement",
    networks:
      "each release has its own copy of every network; aliases and priorities are kept, fixed addresses are Wherry's",
    ports:
      "what the proxy takes of a routed service is not published; other services keep theirs, and are changed in place, since two releases cannot both have a port",
    profiles: "switched on by profiles: in wherry.yaml; resolved by docker compose on your machine",
    restart: "unless-stopped where nothing is said, so that the app is back after a reboot; a job is never restarted",
  }),
  ...noted("services.*", {
    mac_address: "dropped: Docker gives addresses, and two releases cannot share one",
    post_start: "needs docker compose 2.30 or newer on the server",
    pre_stop: "needs docker compose 2.30 or newer on the server",
    pull_policy: "dropped: the server gets exactly the image of the release",
    pull_refresh_after: "dropped: the server gets exactly the image of the release",
    use_api_socket: "needs docker compose 2.36 or newer on the server; gives the container the whole engine",
  }),
  ...refused("services.*", {
    credential_spec: "is for Windows containers",
    external_links: "links to containers that Wherry does not know; use an external network",
    models: "language models need Docker Model Runner, which the server does not have; run the model as a service",
    pre_start:
      "is not known to the versions of docker compose that servers have; use release: in wherry.yaml for what runs before traffic",
    provider: "is run by a plugin on the machine of docker compose; write it as a service or as values",
    volumes_from: "ties a container to another one, which another release replaces; name the volume in both services",
  }),

  ...translated(
    "services.*.build",
    Object.fromEntries(
      `additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts isolation labels network no_cache
       no_cache_filter platforms privileged provenance pull sbom secrets shm_size ssh tags target ulimits`
        .split(/\s+/)
        .map((key) => [key, "used when the image is built"]),
    ),
  ),

  ...passed("services.*.deploy", "replicas resources restart_policy"),
  ...translated("services.*.deploy", {
    mode: "replicated, which is what docker compose does; on one server global means one replica",
  }),
  ...noted("services.*.deploy", {
    endpoint_mode: "is for Swarm and does nothing here",
    labels: "are for Swarm services and do nothing here; use labels of the service",
    placement: "is for Swarm and does nothing on one server",
    rollback_config: "is for Swarm; wherry rollback puts the old release back with no lost request",
    update_config: "is for Swarm; Wherry always starts the new release beside the old one",
  }),

  ...passed("services.*.healthcheck", "disable interval retries start_interval start_period test timeout"),

  ...passed("networks.*", "attachable driver_opts external internal labels"),
  ...translated("networks.*", {
    driver: "bridge, or refused: a network of another kind is made by you, and external",
    enable_ipv4: "always on; false is refused",
    ipam: "Wherry gives each release its own small subnet with fixed addresses for what the proxy reaches",
    name: "each release has its own copy, so the name is Wherry's; an external network keeps it",
  }),
  ...noted("networks.*", { enable_ipv6: "dropped: containers have IPv4 addresses, the proxy answers both" }),

  ...passed("volumes.*", "driver driver_opts external labels name"),

  ...translated("secrets.*", {
    environment: "the value that wherry has under this name; it travels as a file that only the deploy user can reach",
    file: "read on your machine and shipped with the release",
    external: "the value that wherry has under this name, or under name:",
    name: "the name of an external secret; else only Swarm uses it",
    labels: "only Swarm uses them",
  }),
  ...refused("secrets.*", {
    driver: "is for Swarm; use environment: or file:",
    driver_opts: "is for Swarm; use environment: or file:",
    template_driver: "is for Swarm; use environment: or file:",
  }),
  ...translated("configs.*", {
    content: "travels as a file of the release",
    environment: "the value under this name; travels as a file of the release",
    file: "read on your machine and shipped with the release",
    name: "only Swarm uses it",
    labels: "only Swarm uses them",
  }),
  ...refused("configs.*", {
    external: "is for Swarm; use content:, environment: or file:",
    template_driver: "is for Swarm; use content:, environment: or file:",
  }),
];

const byPath: ReadonlyMap<string, ComposeKey> = new Map(composeKeys.map((key) => [key.path, key]));

/** What becomes of a key, by its path in the table; undefined for a key that no compose specification known here has. */
export function composeKey(path: string): ComposeKey | undefined {
  return byPath.get(path);
}

function join(above: string, key: string): string {
  return above === "" ? key : `${above}.${key}`;
}

function passed(above: string, keys: string): readonly ComposeKey[] {
  return keys.split(/\s+/).map((key) => ({ path: join(above, key), handling: "passed", message: "" }));
}

function translated(above: string, messages: Readonly<Record<string, string>>): readonly ComposeKey[] {
  return Object.entries(messages).map(([key, message]) => ({
    path: join(above, key),
    handling: "translated",
    message,
  }));
}

function noted(above: string, messages: Readonly<Record<string, string>>): readonly ComposeKey[] {
  return translated(above, messages).map((key) => ({ ...key, says: "note" }));
}

function refused(above: string, messages: Readonly<Record<string, string>>): readonly ComposeKey[] {
  return Object.entries(messages).map(([key, message]) => ({ path: join(above, key), handling: "refused", message }));
}
