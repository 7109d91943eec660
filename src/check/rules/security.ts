import { addToService, append } from "../edits.ts";
import { dropsRootItself, runsAsOther } from "../knowledge/programs.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { isWithin } from "../mounts.ts";
import { isTrue, itemsOf, partAt, spotOf, textOf } from "../part.ts";
import type { Service } from "../project.ts";

const privileged = eachService(({ name, part }) => {
  const value = partAt(part, "privileged");
  return value !== undefined && isTrue(value)
    ? [{ at: value.key, message: `${name} may do everything that root of the server may` }]
    : [];
});

const engineSocket = eachService(({ name, mounts, part }) => {
  const api = partAt(part, "use_api_socket");
  return [
    ...mounts
      .filter(({ source }) => /(^|\/)(docker|podman|containerd)(\/\w+)?\.sock$/.test(source))
      .map((mount) => ({
        at: spotOf(mount.part),
        message: `${name} has the engine's socket: who gets into it is root of the server${mount.readOnly ? " (:ro changes nothing: it is the file that is read-only)" : ""}`,
      })),
    ...(api !== undefined && isTrue(api)
      ? [{ at: api.key, message: `${name} has the engine's socket: who gets into it is root of the server` }]
      : []),
  ];
});

const hostSpaces = eachService(({ name, part }) =>
  ["pid", "ipc", "uts", "userns_mode", "cgroup"].flatMap((key): Problem[] => {
    const value = partAt(part, key);
    if (value === undefined || textOf(value) !== "host") return [];
    return [{ at: spotOf(value), message: `${name} shares the server's ${key.replace("_mode", "")} namespace` }];
  }),
);

const hostNetwork = eachService(({ name, part }) => {
  const value = partAt(part, "network_mode");
  return value !== undefined && textOf(value) === "host"
    ? [
        {
          at: spotOf(value),
          message: `${name} is on the server's network: every port that it opens is open to the world`,
        },
      ]
    : [];
});

function userOf({ part, built }: Service): { readonly user: string; readonly where: "compose" | "image" } | undefined {
  const own = textOf(partAt(part, "user"));
  if (own !== undefined) return { user: own, where: "compose" };
  for (const stage of built?.stages ?? []) {
    const user = stage.instructions.findLast(({ keyword }) => keyword === "USER");
    if (user !== undefined) return { user: user.text, where: "image" };
  }
  return undefined;
}

function isRoot(user: string): boolean {
  return /^(root|0)(:|$)/.test(user);
}

const explicitRoot = eachService(({ name, part }) => {
  const user = partAt(part, "user");
  return user !== undefined && isRoot(textOf(user) ?? "")
    ? [{ at: spotOf(user), message: `${name} is run as root on purpose` }]
    : [];
});

const silentRoot = eachService((service) => {
  const { name, part, at, image, built } = service;
  if (partAt(part, "user") !== undefined || isTrue(partAt(part, "privileged"))) return [];
  const user = userOf(service);
  // Where a Dockerfile is there to be read, it is the one to be told of: see WHY603.
  if (user !== undefined || (built !== undefined && built.stages.length > 0)) return [];
  if (image !== undefined && (dropsRootItself(image) || runsAsOther(image))) return [];
  return [{ at, message: `nothing says that ${name} runs as another user than root` }];
});

const writableRoot = eachService(({ name, part, at }) =>
  isTrue(partAt(part, "read_only")) ? [] : [{ at, message: `${name} may write everywhere in its container` }],
);

const newPrivileges = eachService((service) => {
  const { name, part, at } = service;
  const options = partAt(part, "security_opt");
  const words = itemsOf(options).map((item) => textOf(item) ?? "");
  if (words.some((word) => /^no-new-privileges([:=]true)?$/.test(word)) || isTrue(partAt(part, "privileged")))
    return [];
  const edits =
    options === undefined
      ? addToService(service, "security_opt: [no-new-privileges:true]")
      : append(options, "no-new-privileges:true");
  return [{ at, message: `a program with the setuid bit makes who runs it root in ${name}`, edits }];
});

const capabilities = eachService((service) => {
  const { name, part, at } = service;
  if (isTrue(partAt(part, "privileged"))) return [];
  const dropped = itemsOf(partAt(part, "cap_drop")).map((item) => (textOf(item) ?? "").toUpperCase());
  return dropped.includes("ALL")
    ? []
    : [{ at, message: `${name} keeps the fourteen capabilities that Docker gives by default` }];
});

const dangerous: Readonly<Record<string, string>> = {
  ALL: "everything that root of the server may",
  SYS_ADMIN: "mount file systems, and leave the container with that",
  SYS_MODULE: "load modules into the server's kernel",
  SYS_PTRACE: "read the memory of other programs",
  SYS_RAWIO: "write to the server's disks and memory",
  SYS_BOOT: "restart the server",
  DAC_READ_SEARCH: "read every file of the server",
  BPF: "look into the kernel",
  PERFMON: "look into the kernel",
};

const addedCapabilities = eachService(({ name, part }) =>
  itemsOf(partAt(part, "cap_add")).flatMap((item): Problem[] => {
    const capability = (textOf(item) ?? "").toUpperCase().replace(/^CAP_/, "");
    if (Object.hasOwn(dangerous, capability))
      return [{ at: spotOf(item), message: `${name} may ${dangerous[capability]}` }];
    if (capability !== "NET_ADMIN") return [];
    return [
      { at: spotOf(item), severity: "warning", message: `${name} may change the addresses and filters of its network` },
    ];
  }),
);

const unconfined = eachService(({ name, part }) =>
  itemsOf(partAt(part, "security_opt")).flatMap((item): Problem[] =>
    /^(seccomp|apparmor)[:=]unconfined$|^label[:=]disable$|^systempaths[:=]unconfined$/.test(textOf(item) ?? "")
      ? [{ at: spotOf(item), message: `${name} runs without one of the fences that Docker puts up: ${textOf(item)}` }]
      : [],
  ),
);

const sensitive = [
  "/etc",
  "/root",
  "/home",
  "/boot",
  "/proc",
  "/sys",
  "/dev",
  "/usr",
  "/lib",
  "/bin",
  "/sbin",
  "/var/lib/docker",
  "/var/run",
  "/run",
];
/** What containers are given all the time, and can do no harm with. */
const harmless =
  /^\/etc\/(localtime|timezone|hosts|resolv\.conf|ssl|ca-certificates|letsencrypt|pki)(\/|$)|^\/dev\/(null|zero|random|urandom|shm|net\/tun|dri|snd|ttyUSB\d+|ttyACM\d+)|^\/(var\/)?run\/.*\.sock$|\.sock$/;

const serverFolders = eachService(({ name, mounts }) =>
  mounts.flatMap(({ part, type, source, readOnly }): Problem[] => {
    if (type !== "bind" || harmless.test(source)) return [];
    const isTop = source === "/";
    if (!isTop && !sensitive.some((folder) => (folder === "/home" ? source === folder : isWithin(source, folder))))
      return [];
    return [
      {
        at: spotOf(part),
        message: `${name} ${readOnly ? "reads" : "may change"} ${isTop ? "the whole server" : `${source} of the server`}`,
        ...(readOnly && !isTop ? { severity: "warning" } : {}),
      },
    ];
  }),
);

export const security: readonly Rule[] = [
  {
    id: "WHY201",
    severity: "error",
    title: "A privileged container",
    why: "It has all capabilities and all devices of the server: whoever breaks into it has the server, and every app on it.",
    remedy: "take it out, and give it only what it needs: devices: or cap_add:",
    check: privileged,
  },
  {
    id: "WHY202",
    severity: "error",
    title: "The engine's socket in a container",
    why: "The socket starts containers that have the whole server in them. Mounted :ro it does so too.",
    remedy:
      "take it out; a tool that has to list containers gets a filtering socket proxy, and a suppression with the reason",
    check: engineSocket,
  },
  {
    id: "WHY203",
    severity: "error",
    title: "A namespace of the server",
    why: "The container sees the programs of the server and of all other apps, and may end them or read what they share.",
    remedy: "take it out",
    check: hostSpaces,
  },
  {
    id: "WHY205",
    severity: "warning",
    title: "The server's network",
    why: "Every port that the service opens is open on the server, also those that were meant for its own use, and it reaches what listens on 127.0.0.1 there.",
    remedy: "use a network of the app, and publish what has to be reached",
    check: hostNetwork,
  },
  {
    id: "WHY211",
    severity: "warning",
    title: "Run as root on purpose",
    why: "Root in a container is root of the server where any fence has a hole, and of everything that is mounted.",
    remedy: "take user: out, or name another user",
    check: explicitRoot,
  },
  {
    id: "WHY212",
    severity: "info",
    title: "May run as root",
    why: "Images run as root unless somebody says otherwise.",
    remedy: 'write user: "1000:1000", or USER in the Dockerfile',
    check: silentRoot,
  },
  {
    id: "WHY213",
    severity: "info",
    title: "A writable root file system",
    why: "What breaks in can leave its programs there; and what the app writes there is lost with the next release.",
    remedy: "write read_only: true, with tmpfs: [/tmp] for what has to be written",
    check: writableRoot,
  },
  {
    id: "WHY214",
    severity: "info",
    title: "Programs may gain privileges",
    why: "With no-new-privileges, sudo and other setuid programs in the container do nothing for an attacker.",
    remedy: "security_opt: [no-new-privileges:true]",
    fix: "Adds `no-new-privileges:true` to `security_opt`. Images that use sudo when they start need a suppression instead.",
    check: newPrivileges,
  },
  {
    id: "WHY215",
    severity: "info",
    title: "Capabilities that are not needed",
    why: "Most apps need none of those that Docker gives; images that start as root need a few (CHOWN, SETUID, SETGID).",
    remedy: "cap_drop: [ALL], and cap_add: for what it then misses",
    check: capabilities,
  },
  {
    id: "WHY216",
    severity: "error",
    title: "A capability that opens the server",
    why: "Some capabilities are as good as root of the server.",
    remedy: "take it out of cap_add, or suppress this with the reason",
    check: addedCapabilities,
  },
  {
    id: "WHY217",
    severity: "warning",
    title: "A fence is taken down",
    why: "seccomp and AppArmor stop most ways out of a container.",
    remedy: "take it out, or give a profile of its own",
    check: unconfined,
  },
  {
    id: "WHY218",
    severity: "error",
    title: "A system folder of the server in a container",
    why: "Who gets into the container reads keys and passwords of the server there, or changes how it starts.",
    remedy: "mount only the file that is needed, with :ro",
    check: serverFolders,
  },
];
