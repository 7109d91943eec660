import { BlockList, isIP } from "node:net";

export interface TrafficOptions {
  /** An address of 127.0.0.0/8, or ::1. */
  readonly address: string;
  readonly port: number;
  /** Sent as the Host header. */
  readonly host: string;
  /** Over TLS, with `host` as the name. Certificates of a test's own authority are taken as they are. Default: false. */
  readonly tls?: boolean;
  /** Requests per second. Default: 200. */
  readonly rate?: number;
  /** Default: `GET /`. */
  readonly mix?: readonly RequestKind[];
  /** Share of the requests of each kind that use a kept connection, 0 to 1; the others get a new one each. Default: 0.5. */
  readonly keepAlive?: number;
  /** One more request every so many seconds, to a path that takes long. Not part of the latency in the report. */
  readonly slow?: { readonly path: string; readonly every: number };
  /** Seconds after which a request without an answer counts as lost. Default: 30. */
  readonly patience?: number;
  readonly sockets?: Links;
  /** Server-sent events. */
  readonly streams?: Links;
  /** Response header that says which version answered. Without it: the field `version` of a JSON answer. */
  readonly versionHeader?: string;
}

export interface RequestKind {
  /** Default: GET. */
  readonly method?: string;
  readonly path: string;
  /** Text, or what is sent as JSON. `{unique}` in it becomes a number that no other request has. */
  readonly body?: unknown;
  /** First and last status that is as it should be. Default: 200 to 399. */
  readonly expect?: readonly [from: number, to: number];
  /** Default: 1. */
  readonly weight?: number;
}

/** Connections to one path that stay open. */
export interface Links {
  readonly path: string;
  readonly count: number;
}

/** Against a slip of the pen: two processor cores do not send more. */
const highestRate = 2000;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

export function check({ address, rate = 1, keepAlive = 0 }: TrafficOptions): void {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  // Names are refused too: nobody knows what they resolve to.
  if (isIP(address) === 0 || !loopback.check(address, family)) {
    throw new Error(`traffic goes to loopback addresses only, not to ${address}`);
  }
  if (!(rate > 0 && rate <= highestRate))
    throw new Error(`rate: more than 0, at most ${highestRate} requests per second`);
  if (!(keepAlive >= 0 && keepAlive <= 1)) throw new Error("keepAlive: a share from 0 to 1");
}
