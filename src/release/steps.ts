import {
  applyProxy,
  certificatesProgram,
  type CertificateWishes,
  type ProxyFragment,
  type Slot,
} from "../proxy/index.ts";
import type { VolumeModel } from "../compose/index.ts";
import { formatSeconds } from "../core/index.ts";
import type { Seconds } from "../core/index.ts";
import { script, type Script } from "../server/index.ts";
import { quote } from "../system/index.ts";
import type { ReleaseId } from "./record.ts";
import { watchScript, watchTitle, type Watch } from "./watch.ts";
import abandon from "./scripts/abandon.sh?raw";
import balancer from "./scripts/balancer.sh?raw";
import base from "./scripts/base.sh?raw";
import certificates from "./scripts/certificates.sh?raw";
import clearSlot from "./scripts/clear-slot.sh?raw";
import connect from "./scripts/connect.sh?raw";
import install from "./scripts/install.sh?raw";
import startProxy from "./scripts/start-proxy.sh?raw";
import pullProxy from "./scripts/pull-proxy.sh?raw";
import job from "./scripts/job.sh?raw";
import ledger from "./scripts/ledger.sh?raw";
import place from "./scripts/place.sh?raw";
import prepare from "./scripts/prepare.sh?raw";
import prune from "./scripts/prune.sh?raw";
import remove from "./scripts/remove.sh?raw";
import replaceReplicas from "./scripts/replace-replicas.sh?raw";
import replaceSingletons from "./scripts/replace-singletons.sh?raw";
import retire from "./scripts/retire.sh?raw";
import cool from "./scripts/cool.sh?raw";
import endShare from "./scripts/end-share.sh?raw";
import keepWarm from "./scripts/keep-warm.sh?raw";
import share from "./scripts/share.sh?raw";
import start from "./scripts/start.sh?raw";
import switchScript from "./scripts/switch.sh?raw";
import volumes from "./scripts/volumes.sh?raw";
import verify from "./scripts/verify.sh?raw";

/** How long requests may stay on a back end that gets no new ones. */
export interface DrainLimit {
  readonly backend: string;
  readonly seconds: number;
}

/** One service to watch until it is healthy; see verify.pl for what each check means. */
export interface HealthTarget {
  readonly service: string;
  readonly check: "http" | "tcp" | "docker" | "runs";
  readonly addresses: readonly string[];
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly successes: number;
  readonly timeout: number;
  readonly interval: number;
  readonly deadline: number;
}

/** What a plan is made of: each step is data that can say what it will do, and be made a script that does it. */
export type Step =
  | { readonly step: "install"; readonly missing: readonly string[] }
  | { readonly step: "start-proxy"; readonly image: string; readonly compose: string; readonly frontend: string }
  | { readonly step: "pull-proxy"; readonly image: string }
  | { readonly step: "receive"; readonly title: string; readonly script: Script }
  | {
      readonly step: "prepare";
      readonly subnets: readonly (readonly [number, string])[];
      readonly pool: string;
      readonly slot: Slot;
      readonly slotVariables: string;
      readonly baseVariables: string;
      readonly owner: string;
      /** Written by the server if this client goes away. */
      readonly ledgerLine: string;
      /** Whom the server tells of what, with secrets in it; undefined: as it is there. */
      readonly notify: string | undefined;
    }
  | { readonly step: "make-volumes"; readonly volumes: readonly VolumeModel[] }
  | { readonly step: "place"; readonly release: ReleaseId }
  | {
      readonly step: "change-base";
      readonly release: ReleaseId;
      readonly services: readonly string[];
      readonly price: string;
    }
  | { readonly step: "clear-slot"; readonly slot: Slot; readonly drain: readonly DrainLimit[] }
  | {
      readonly step: "join-networks";
      readonly slot: Slot;
      readonly release: ReleaseId;
      readonly joins: readonly {
        readonly service: string;
        readonly network: string;
        readonly aliases: readonly string[];
      }[];
    }
  | {
      readonly step: "run-job";
      readonly slot: Slot;
      readonly release: ReleaseId;
      readonly service: string;
      readonly command: readonly string[];
    }
  | { readonly step: "set-proxy"; readonly fragment: ProxyFragment; readonly healthy?: readonly string[] }
  | {
      readonly step: "start-slot";
      readonly slot: Slot;
      readonly release: ReleaseId;
      readonly services: readonly string[];
    }
  | { readonly step: "verify"; readonly slot: Slot; readonly targets: readonly HealthTarget[] }
  | {
      readonly step: "replace-singletons";
      readonly slot: Slot;
      readonly release: ReleaseId;
      readonly services: readonly string[];
      readonly targets: readonly HealthTarget[];
    }
  | {
      readonly step: "switch-slot";
      readonly from: Slot | undefined;
      readonly to: Slot;
      readonly release: ReleaseId;
      readonly owner: string;
      readonly servers: readonly string[];
    }
  | {
      readonly step: "retire-slot";
      readonly slot: Slot;
      readonly drain: readonly DrainLimit[];
      readonly servers: readonly string[];
    }
  | {
      readonly step: "set-share";
      readonly slot: Slot;
      readonly release: ReleaseId;
      /** Percent. */
      readonly share: number;
      readonly sticky: boolean;
      readonly owner: string;
      readonly servers: readonly string[];
    }
  | { readonly step: "leave-balancer"; readonly path: string; readonly seconds: Seconds }
  | { readonly step: "join-balancer"; readonly path: string }
  | { readonly step: "end-share"; readonly owner: string }
  | {
      readonly step: "replace-replicas";
      readonly slot: Slot;
      readonly release: ReleaseId;
      /** As the release's compose file has them: `web-r2`. */
      readonly services: readonly string[];
      /** The proxy's names of them; empty for what gets no requests. */
      readonly servers: readonly string[];
      readonly drain: Seconds;
      readonly targets: readonly HealthTarget[];
    }
  | { readonly step: "certificates"; readonly owner: string; readonly wishes: CertificateWishes }
  | { readonly step: "forget-release"; readonly release: ReleaseId }
  | ({ readonly step: "watch" } & Watch)
  | { readonly step: "pause"; readonly share: number }
  | {
      readonly step: "keep-warm";
      readonly slot: Slot;
      readonly release: ReleaseId;
      readonly seconds: Seconds;
      /** Of two versions of a worker only the live one may work. */
      readonly workers: readonly string[];
    }
  | {
      readonly step: "abandon-slot";
      readonly slot: Slot;
      readonly release: ReleaseId;
      readonly drain: readonly DrainLimit[];
    }
  | { readonly step: "prune"; readonly releases: readonly ReleaseId[]; readonly images: readonly string[] }
  | { readonly step: "remove"; readonly environment: string; readonly volumes: "keep" | "remove" }
  | { readonly step: "write-ledger"; readonly line: string };

export type StepName = Step["step"];
type Kinds = {
  readonly [Name in StepName]: {
    title(step: Extract<Step, { step: Name }>): string;
    script(step: Extract<Step, { step: Name }>): Script;
  };
};

const kinds: Kinds = {
  install: {
    title: (s) =>
      s.missing.length === 0 ? "make Wherry's folder" : `install what is missing: ${s.missing.join(", ")}`,
    script: (s) => script(install, [s.missing.join(" ")]),
  },
  "start-proxy": {
    title: () => "start the proxy",
    script: (s) => script(startProxy, [s.image, s.compose, s.frontend]),
  },
  "pull-proxy": {
    title: (s) => `look for a newer ${s.image}`,
    script: (s) => script(pullProxy, [s.image]),
  },
  receive: { title: (s) => s.title, script: (s) => s.script },
  prepare: {
    title: () => "prepare the server",
    script: (s) =>
      script(prepare, [
        s.subnets.map(([octet, owner]) => `${octet} ${owner}\n`).join(""),
        s.pool,
        s.slot,
        s.slotVariables,
        s.baseVariables,
        s.owner,
        s.ledgerLine,
        ...(s.notify === undefined ? [] : [s.notify]),
      ]),
  },
  place: { title: (s) => `store release ${s.release}`, script: (s) => script(place, [s.release]) },
  "make-volumes": {
    title: (s) => `make the volumes ${s.volumes.map(({ name }) => name).join(", ")}, where they are missing`,
    script: (s) => script(volumes, s.volumes.flatMap(volumeArguments)),
  },
  "change-base": {
    title: (s) =>
      s.price === "" ? `start ${s.services.join(", ")}` : `change ${s.services.join(", ")} in place (${s.price})`,
    script: (s) => script(base, [s.release, ...s.services]),
  },
  "clear-slot": {
    title: (s) => `clear the ${s.slot} slot of what an earlier deployment left`,
    script: (s) => script(clearSlot, [s.slot, ...drainPairs(s.drain)]),
  },
  "join-networks": {
    title: (s) =>
      `join ${[...new Set(s.joins.map((join) => join.service))].join(", ") || "no service"} to the networks of the ${s.slot} slot`,
    script: (s) =>
      script(connect, [
        s.slot,
        s.release,
        s.joins.map((join) => `${join.service} ${join.network} ${join.aliases.join(" ")}\n`).join(""),
      ]),
  },
  "run-job": {
    title: (s) =>
      `run ${s.command.length === 0 ? s.service : `${s.command.join(" ")} from the new image of ${s.service}`}`,
    script: (s) => script(job, [s.slot, s.release, s.service, ...s.command]),
  },
  "set-proxy": { title: () => "give the proxy its routes", script: (s) => applyProxy(s.fragment, s.healthy) },
  "start-slot": {
    title: (s) => `start ${s.services.join(", ")} in the ${s.slot} slot`,
    script: (s) => script(start, [s.slot, s.release, ...s.services]),
  },
  verify: {
    title: (s) =>
      `wait until ${[...new Set(s.targets.map((target) => target.service))].join(", ")} ${s.targets.length === 1 ? "is" : "are"} healthy`,
    script: (s) => script(verify, [s.slot, ...s.targets.map(targetLine)]),
  },
  "replace-singletons": {
    title: (s) => `replace ${s.services.join(", ")}: stop the old, start the new`,
    script: (s) => script(replaceSingletons, [s.slot, s.release, s.services.join(" "), ...s.targets.map(targetLine)]),
  },
  "switch-slot": {
    title: (s) => {
      if (s.from === undefined) return `send traffic to ${s.to}`;
      return s.from === s.to ? `make ${s.release} the live release` : `switch traffic from ${s.from} to ${s.to}`;
    },
    script: (s) => script(switchScript, [s.to, s.release, s.owner, ...s.servers]),
  },
  "retire-slot": {
    title: (s) => `let ${s.slot} finish its requests, then stop it`,
    script: (s) => script(retire, [s.slot, s.servers.join(" "), ...drainPairs(s.drain)]),
  },
  "set-share": {
    title: (s) => `send ${s.share === 100 ? "all" : `${s.share} %`} of the requests to ${s.slot}, on trial`,
    script: (s) =>
      script(share, [
        s.slot,
        s.release,
        String(Math.round(s.share * 100)),
        s.sticky ? "sticky" : "-",
        s.owner,
        ...s.servers,
      ]),
  },
  "leave-balancer": {
    title: (s) => `tell the load balancer to send requests elsewhere, and wait ${formatSeconds(s.seconds)}`,
    script: (s) => script(balancer, ["leave", s.path, String(Math.ceil(s.seconds))]),
  },
  "join-balancer": {
    title: () => "tell the load balancer that requests may come",
    script: (s) => script(balancer, ["join", s.path]),
  },
  "end-share": {
    title: () => "send all requests to the live release again",
    script: (s) => script(endShare, [s.owner]),
  },
  "replace-replicas": {
    title: (s) => `replace ${s.services.join(", ")} in place${s.servers.length === 0 ? "" : ", without new requests"}`,
    script: (s) =>
      script(replaceReplicas, [
        s.slot,
        s.release,
        s.services.join(" "),
        s.servers.join(" "),
        String(Math.ceil(s.drain)),
        ...s.targets.map(targetLine),
      ]),
  },
  certificates: {
    title: ({ wishes: { hosts, own } }) =>
      `see to the certificates of ${[...hosts, ...own.map(({ host }) => host)].join(", ")}`,
    script: ({ owner, wishes: { text, ca, credentials, own } }) =>
      script(certificatesProgram + certificates, [
        owner,
        text,
        ca,
        credentials,
        ...own.flatMap(({ host, certificate, key }) => [host, certificate, key]),
      ]),
  },
  "forget-release": {
    title: (s) => `forget release ${s.release}`,
    script: (s) => script('[ -e "$home/releases/$1/served" ] || rm -rf "$home/releases/$1"', [s.release]),
  },
  watch: { title: watchTitle, script: watchScript },
  pause: {
    title: (s) => `wait at ${s.share} % for wherry promote`,
    script: (s) => script('problem paused "waits at $1 % for wherry promote"; exit 75', [String(s.share)]),
  },
  "keep-warm": {
    title: (s) => `keep ${s.slot} warm for ${formatSeconds(s.seconds)}`,
    script: (s) =>
      script(`cool=${quote(cool)}\n${keepWarm}`, [s.slot, s.release, String(Math.ceil(s.seconds)), ...s.workers]),
  },
  "abandon-slot": {
    title: (s) => `stop what was started in the ${s.slot} slot`,
    script: (s) => script(abandon, [s.slot, s.release, ...drainPairs(s.drain)]),
  },
  prune: {
    title: (s) => `remove old releases${s.releases.length === 0 ? "" : `: ${s.releases.join(", ")}`}`,
    script: (s) => script(prune, [s.releases.join(" "), s.images.join(" ")]),
  },
  remove: {
    title: (s) => `remove everything of ${s.environment}${s.volumes === "keep" ? " but its volumes" : ""}`,
    script: (s) => script(remove, s.volumes === "remove" ? ["volumes"] : [""]),
  },
  "write-ledger": { title: () => "write the ledger", script: (s) => script(ledger, [s.line]) },
};

/** What the step will do, in the words of the plan. */
export function stepTitle(step: Step): string {
  return (kinds[step.step] as { title(step: Step): string }).title(step);
}

export function stepScript(step: Step): Script {
  return (kinds[step.step] as { script(step: Step): Script }).script(step);
}

/** Arguments of `docker volume create`, and how many they are. */
function volumeArguments({ name, driver, driverOptions, labels }: VolumeModel): readonly string[] {
  const words = [
    ...(driver === undefined ? [] : ["--driver", driver]),
    ...Object.entries(driverOptions).flatMap(([key, value]) => ["--opt", `${key}=${value}`]),
    ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    name,
  ];
  return [String(words.length), ...words];
}

function drainPairs(limits: readonly DrainLimit[]): readonly string[] {
  return limits.flatMap(({ seconds, backend }) => [String(Math.ceil(seconds)), backend]);
}

function targetLine(target: HealthTarget): string {
  const { service, check, addresses, port, host, path, successes, timeout, interval, deadline } = target;
  return [service, check, addresses.join(","), port, host, path, successes, timeout, interval, deadline].join("\t");
}
