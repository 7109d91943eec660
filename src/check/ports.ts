import type { Part } from "./part.ts";
import { itemsOf, mappingOf, partAt, textOf } from "./part.ts";

/** An entry of `ports:`. Numbers are the first ones of ranges; undefined where a variable has no value here. */
export interface Port {
  readonly part: Part;
  /** Address of the server; empty: all of them. */
  readonly host: string;
  readonly published: number | undefined;
  readonly target: number | undefined;
  readonly protocol: string;
  /** As far as can be seen, compose can read it. */
  readonly valid: boolean;
}

export function portsOf(service: Part): readonly Port[] {
  return itemsOf(partAt(service, "ports")).map((part) => (mappingOf(part).size > 0 ? longPort(part) : shortPort(part)));
}

function longPort(part: Part): Port {
  const target = numberOf(textOf(partAt(part, "target")));
  return {
    part,
    host: textOf(partAt(part, "host_ip")) ?? "",
    published: numberOf(textOf(partAt(part, "published"))),
    target,
    protocol: textOf(partAt(part, "protocol")) ?? "tcp",
    valid: partAt(part, "target") !== undefined,
  };
}

const short =
  /^(?:(?<host>\[[^\]]*\]|[^:[\]]*):)?(?:(?<published>\d+(?:-\d+)?|):)?(?<target>\d+(?:-\d+)?)(?:\/(?<protocol>\w+))?$/;

function shortPort(part: Part): Port {
  const text = textOf(part) ?? "";
  const { host = "", published, target, protocol = "tcp" } = short.exec(text)?.groups ?? {};
  // "8080:80": what looks like a host is the published port.
  const isPort = published === undefined && /^\d+(-\d+)?$/.test(host);
  const numbers = [isPort ? host : published, target].map(numberOf);
  return {
    part,
    host: isPort ? "" : host.replace(/^\[(.*)\]$/, "$1"),
    published: numbers[0],
    target: numbers[1],
    protocol,
    valid:
      text.includes("$") ||
      (target !== undefined &&
        (isPort || isAddress(host)) &&
        numbers.every((one) => one === undefined || (one > 0 && one < 65_536))),
  };
}

/** Names are not taken, not even localhost. */
function isAddress(host: string): boolean {
  return host === "" || /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || /^\[[\da-fA-F:.%\w]*\]$/.test(host);
}

function numberOf(text: string | undefined): number | undefined {
  const found = /^\d+/.exec(text ?? "")?.[0];
  return found === undefined ? undefined : Number(found);
}

/** Reachable from outside of the server: the engine opens it past ufw and firewalld. */
export function isOpen(port: Port): boolean {
  return port.valid && ["", "0.0.0.0", "::", "0:0:0:0:0:0:0:0", "*"].includes(port.host);
}
