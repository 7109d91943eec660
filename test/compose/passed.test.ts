import { expect, test } from "vitest";
import { composeKeys } from "../../src/compose/index.ts";
import { composeConfig, folderWith, loadApp, noCompose, render, writeAll } from "./helpers.ts";

/** A service with every key that is passed on and that the compose of Debian 13 (2.26) knows. */
const compose = `services:
  all:
    image: a
    annotations: { com.example.a: "x$$y" }
    attach: false
    blkio_config: { weight: 300, weight_device: [{ path: /dev/sda, weight: 400 }], device_read_bps: [{ path: /dev/sdb, rate: "12mb" }] }
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    cgroup: private
    cgroup_parent: m-executor
    command: ["run", "$$HOME", "a b"]
    cpu_count: 2
    cpu_percent: 50
    cpu_period: 100000
    cpu_quota: 50000
    cpu_rt_period: 1400
    cpu_rt_runtime: 400
    cpu_shares: 73
    cpus: 0.5
    cpuset: 0,1
    device_cgroup_rules: ["c 1:3 mr"]
    dns: [8.8.8.8]
    dns_opt: [use-vc]
    dns_search: [example.com]
    domainname: example.com
    entrypoint: ["/bin/sh", "-c"]
    environment: { A: "1", EMPTY: "" }
    expose: ["3000", "4000-4002/udp"]
    extra_hosts: ["a:162.242.195.82", "b:[::1]", "host.docker.internal:host-gateway"]
    group_add: [mail]
    healthcheck: { test: ["CMD-SHELL", "curl $$URL || exit 1"], interval: 90s, timeout: 10s, retries: 3, start_period: 40s, start_interval: 5s }
    hostname: h
    init: true
    ipc: shareable
    isolation: default
    labels: { l: "$$l" }
    logging: { driver: syslog, options: { syslog-address: "tcp://192.168.0.42:123" } }
    mem_limit: 50M
    mem_reservation: 20M
    mem_swappiness: 60
    memswap_limit: 2g
    oom_kill_disable: true
    oom_score_adj: 100
    pid: host
    pids_limit: 5
    platform: linux/amd64
    privileged: true
    read_only: true
    restart: "on-failure:3"
    runtime: runc
    scale: 2
    security_opt: ["label:user:USER"]
    shm_size: 64M
    stdin_open: true
    stop_grace_period: 1m30s
    stop_signal: SIGUSR1
    storage_opt: { size: 1G }
    sysctls: { net.core.somaxconn: "1024" }
    tmpfs: ["/run:mode=755,size=10"]
    tty: true
    ulimits: { nproc: 65535, nofile: { soft: 20000, hard: 40000 } }
    user: "1000:1000"
    userns_mode: host
    uts: host
    volumes:
      - { type: volume, target: /anonymous, volume: { nocopy: true } }
      - { type: tmpfs, target: /t, tmpfs: { size: 1000, mode: 1777 } }
      - { type: bind, source: /etc/localtime, target: /etc/localtime, read_only: true, bind: { propagation: rslave, create_host_path: false } }
    working_dir: /w
    deploy: { resources: { limits: { cpus: "0.5", memory: 50M, pids: 5 }, reservations: { memory: 20M } }, restart_policy: { condition: on-failure, max_attempts: 3 } }
    networks: { default: { aliases: [x], priority: 10, link_local_ips: [169.254.8.8] } }
`;

/** Newer than compose 2.26, or seen elsewhere: secrets and configs in the golden files. */
const elsewhere = ["umask", "secrets", "configs", "security_opt"];

test.skipIf(noCompose !== undefined)("every key that is passed on arrives at the server as it was", async () => {
  const app = await loadApp(
    folderWith({ "compose.yaml": compose, "wherry.yaml": "app: a\nenvironments: { production: { server: local } }" }),
  );
  const folder = folderWith({});
  writeAll(
    folder,
    render(app).map((file) => [file.path, file.content]),
  );
  const before = app.project.document.services["all"] ?? {};

  const after = JSON.parse(
    JSON.stringify(composeConfig(folder, ["compose.yaml"], app.model).services["all"])
      .replaceAll("$$", "$")
      .replaceAll(/"(Path|Rate|Weight)":/g, (key) => key.toLowerCase()),
  ) as typeof before;

  const passed = composeKeys.flatMap(({ path, handling }) =>
    handling === "passed" ? (/^services\.\*\.(\w+)$/.exec(path)?.[1] ?? []) : [],
  );
  expect(passed.filter((key) => before[key] === undefined && !elsewhere.includes(key))).toEqual([]);
  const { labels, ...kept } = Object.fromEntries(passed.map((key) => [key, after[key]]));
  expect({ ...kept, labels: expect.anything() }).toEqual({
    ...Object.fromEntries(passed.map((key) => [key, before[key]])),
    labels: expect.anything(),
  });
  expect(labels).toMatchObject({ l: "$l" });
  expect(after.restart).toBe(before.restart);
  expect(after.deploy?.["restart_policy"]).toEqual(before.deploy?.["restart_policy"]);
  expect(after.networks?.["default"]).toEqual(before.networks?.["default"]);
});
