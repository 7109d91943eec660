import { isMapping } from "../../src/config/index.ts";

/** A compose service as docker compose resolved it: `docker compose config --format json`. */
export type Service = Readonly<Record<string, unknown>>;

interface Exception {
  readonly service: RegExp;
  readonly rule: string;
  readonly because: string;
}

/** Where a service cannot keep a rule. Each is said to the user in the notes of its entry, or in a comment of the template. */
const exceptions: readonly Exception[] = [
  { service: /^blockfrost$/, rule: "no health check", because: "its image holds no program to check with" },
  { service: /-mithril$/, rule: "no health check", because: "a job, which ends" },
  { service: /-mithril$/, rule: "does not come back after a reboot", because: "a job, which ends" },
];

/**
 * Which rules of a production server a service breaks, in words. The rules of `wherry check` say the same about anybody's
 * compose file: this is the place to call it, on the same resolved services.
 */
export function brokenRules(name: string, service: Service): readonly string[] {
  return rules(service).filter(
    (rule) => !exceptions.some((exception) => exception.service.test(name) && exception.rule === rule),
  );
}

function rules(service: Service): readonly string[] {
  const broken: string[] = [];
  const must = (holds: boolean, rule: string): void => {
    if (!holds) broken.push(rule);
  };
  must(typeof service["mem_limit"] === "string" && Number(service["mem_limit"]) > 0, "no memory limit");
  must(Number(service["cpus"] ?? 0) > 0, "no limit of processors");
  must(Number(service["pids_limit"] ?? 0) > 0, "no limit of processes");
  const logging = service["logging"] as { readonly options?: Readonly<Record<string, string>> } | undefined;
  must(logging?.options?.["max-size"] !== undefined && logging.options["max-file"] !== undefined, "no limit of logs");
  must(service["restart"] === "unless-stopped", "does not come back after a reboot");
  must(isMapping(service["healthcheck"]), "no health check");
  must(typeof service["stop_grace_period"] === "string", "killed after 10 s");
  must(JSON.stringify(service["cap_drop"]) === '["ALL"]' && service["cap_add"] === undefined, "has capabilities");
  must(JSON.stringify(service["security_opt"]) === '["no-new-privileges:true"]', "may get new privileges");
  must(service["privileged"] !== true && service["network_mode"] === undefined, "is privileged");
  must(isPinned(service["image"]), "its image is not pinned");
  // Docker Compose gives no secret from a variable, and no config, to a container that is read-only.
  const takesFiles = service["secrets"] !== undefined || service["configs"] !== undefined;
  must(!(takesFiles && service["read_only"] === true), "read-only, and takes files that compose copies into it");
  for (const port of (service["ports"] ?? []) as readonly Readonly<Record<string, unknown>>[]) {
    must(
      port["host_ip"] === "127.0.0.1" || port["target"] === 3001,
      `port ${String(port["target"])} is open to the world`,
    );
  }
  for (const [other, how] of Object.entries((service["depends_on"] ?? {}) as Readonly<Record<string, Service>>)) {
    must(String(how["condition"]) !== "service_started", `does not wait until ${other} is ready`);
  }
  for (const [key, value] of Object.entries((service["environment"] ?? {}) as Readonly<Record<string, unknown>>)) {
    must(!/correct-horse/.test(String(value)), `the secret ${key} is in its environment`);
  }
  const words = [service["command"], service["entrypoint"], service["healthcheck"], service["labels"]];
  must(!/correct-horse/.test(JSON.stringify(words)), "a secret is in its command line");
  return broken;
}

function isPinned(image: unknown): boolean {
  const tag = /:([^/:]+)$/.exec(String(image))?.[1];
  return tag !== undefined && /\d/.test(tag) && !/^(latest|stable|edge|main)$/.test(tag);
}
