/** What a test server can run: the systems that Wherry's documentation names. */
export interface System {
  /** Image of the same system at Docker Hub, taken where that answers. */
  readonly image: string;
  readonly suite: string;
  readonly components: string;
  readonly mirror: string;
  readonly security: string;
  /** In Debian's packages of keyrings. */
  readonly keyring: string;
  /** Packages of the engine and its plugins. */
  readonly docker: string;
  /** Packages of Debian 13 whose programs are unpacked: plugins that the system itself does not have. */
  readonly unpacked?: string;
  /** Packages that a server of this system has and others do not. */
  readonly more?: string;
  /** Its systemd starts with cgroup v2 alone: from version 258 on. */
  readonly onlyCgroup2?: boolean;
}

const debian = {
  components: "main",
  mirror: "http://deb.debian.org/debian",
  security: "http://deb.debian.org/debian-security",
  keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
};

const ubuntu = {
  components: "main universe",
  mirror: "http://archive.ubuntu.com/ubuntu",
  security: "http://security.ubuntu.com/ubuntu",
  keyring: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
  docker: "docker.io docker-compose-v2 docker-buildx",
};

const table = {
  "debian-12": {
    ...debian,
    image: "debian:bookworm-slim",
    suite: "bookworm",
    docker: "docker.io",
    unpacked: "docker-compose docker-buildx",
  },
  "debian-13": {
    ...debian,
    image: "debian:trixie-slim",
    suite: "trixie",
    docker: "docker.io docker-cli docker-compose docker-buildx",
  },
  "ubuntu-22.04": { ...ubuntu, image: "ubuntu:22.04", suite: "jammy" },
  "ubuntu-24.04": { ...ubuntu, image: "ubuntu:24.04", suite: "noble" },
  // The sudo and the coreutils of its own servers are written in Rust, and behave a little differently.
  "ubuntu-26.04": { ...ubuntu, image: "ubuntu:26.04", suite: "resolute", more: "sudo-rs", onlyCgroup2: true },
} satisfies Readonly<Record<string, System>>;

export type SystemName = keyof typeof table;

export const systemNames = Object.keys(table) as readonly SystemName[];

/** What a server is that is not told. */
export const usualSystem: SystemName = "debian-13";

/** So that any test can be run on another system without a word in it. */
export function systemToUse(): SystemName {
  const name = process.env["WHERRY_TESTBED_SYSTEM"] ?? usualSystem;
  if (!isSystemName(name)) throw new Error(`WHERRY_TESTBED_SYSTEM is ${name}, and can be ${systemNames.join(", ")}`);
  return name;
}

export const systemOf = (name: SystemName): System => table[name];

export const isSystemName = (name: string): name is SystemName => Object.hasOwn(table, name);
