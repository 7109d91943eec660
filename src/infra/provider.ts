import type { Secret } from "../core/index.ts";
import type { InfrastructureSettings } from "../config/index.ts";
import type { Context } from "../system/index.ts";
import type { Item } from "./hcl.ts";
import type { Machines } from "./machines.ts";
import type { Offer } from "./offers.ts";
import type { PriceList } from "./prices.ts";

/** Who rents out machines, and all in which one of them differs from the others. */
export interface Provider {
  /** As people read it: `Hetzner`. */
  readonly title: string;
  /** The variable that OpenTofu's provider reads its token from, and how people come by one. */
  readonly token: { readonly variable: string; readonly hint: Hint };
  /** What versions.tf asks for. */
  readonly requirement: { readonly name: string; readonly source: string; readonly version: string };
  readonly resources: Resources;
  readonly meanings: readonly Meaning[];
  /** What it calls an image: `debian-13` is `debian-13-x64` elsewhere. */
  image(name: string): string;
  render(machines: Machines): RenderedMachines;
  /** Has a server to have an address that is led to it on its own interface, for traffic to arrive? */
  readonly floatingOnInterface: boolean;
  /** Bytes of user data that it takes for a server. */
  readonly userDataLimit: number;
  /** What of it cannot be had there at all, in words: nothing is written then. */
  refusals(settings: InfrastructureSettings): readonly string[];
  /** What is different there from what people may expect, in words. */
  shortcomings(settings: InfrastructureSettings): readonly string[];
  /** @param environment whose machines they are, for hints */
  open(ctx: Context, token: Secret, environment: string): Cloud;
  /** The files that take in servers as they are; absent where that cannot be done. */
  readonly imported?: (servers: readonly ForeignServer[]) => { readonly main: string; readonly outputs: string };
}

/** The parts of the files that are written in the provider's own words. */
export interface RenderedMachines {
  /** Who may log in, the servers, their addresses and volumes. */
  readonly main: readonly Item[];
  readonly network: readonly Item[];
  readonly outputs: readonly Item[];
  /** A template of OpenTofu. */
  readonly cloudInit: string;
}

/** The types of the files' resources. In the files, servers are `app`, and their volumes and addresses `data` and `ipv4`. */
export interface Resources {
  readonly server: string;
  readonly volume: string;
  readonly address: string;
  readonly record: string;
  readonly balancer: string;
  /** The attribute of a server that says how large it is. */
  readonly size: string;
  /**
   * Does a server carry the mark that its first boot was told to mount this volume? The mark is written when the server is
   * made, and by no later plan.
   */
  mounts(server: Readonly<Record<string, unknown>>, volume: string): boolean;
  readonly kinds: Readonly<Record<string, Kind>>;
}

interface Kind {
  /** `server`, `place in the network of`; its name is said behind it. */
  readonly word: string;
  /** What else is said of one, with attributes in braces: `{server_type} in {location}`. */
  readonly more?: string;
  /** There is one for each server, by its name. */
  readonly each?: true;
}

/** What a refusal looks like in the words of OpenTofu's provider, and how to go on. */
export interface Meaning {
  readonly pattern: RegExp;
  readonly code: string;
  readonly message: string;
  readonly hint: string | Hint;
}

/** A way on that has commands in it, for the machines of one environment. */
type Hint = (environment: string) => string;

/** One app's environment: what things at the provider are known by. */
export interface Owner {
  readonly app: string;
  readonly environment: string;
}

export type Dns = NonNullable<InfrastructureSettings["dns"]>;

/** The provider's API, opened with a token. What changes something there is OpenTofu's affair, but for three exceptions. */
export interface Cloud {
  /** Everything that is offered anywhere, in no order. */
  offers(): Promise<readonly Offer[]>;
  prices(): Promise<PriceList>;
  /** The types of load balancers that can be ordered; absent where no list says so. */
  balancerTypes?(): Promise<readonly string[]>;
  /**
   * Everything there that was made for this environment, by its address in the files.
   * @param dns what the files want of a zone: records that lead to the environment's addresses already are its own
   */
  owned(owner: Owner, dns: InfrastructureSettings["dns"]): Promise<readonly Orphan[]>;
  /** @param known ids of servers that belong to it without its marks */
  servers(owner: Owner, known: ReadonlySet<string>): Promise<readonly FoundServer[]>;
  /** All servers that the token shows, whoever made them; absent where none can be imported. */
  everyServer?(): Promise<readonly ForeignServer[]>;
  /** The addresses of these hosts, as far as the token shows their zones. */
  records(hosts: readonly string[]): Promise<readonly AddressRecord[]>;
  /**
   * What names of a zone have already and does not lead to the environment's own addresses; undefined: the token shows no
   * such zone.
   */
  takenNames(owner: Owner, dns: Dns): Promise<readonly TakenName[] | undefined>;
  /** An exception: gives a name other addresses. None: the record is removed. */
  setRecord(record: AddressRecord, values: readonly string[]): Promise<void>;
  /** Addresses that can be led from one server to another, as far as the token shows them. */
  floating(): Promise<Floating>;
  /** Another exception: leads such an address to a server. Done once it does. */
  leadAddress(address: FloatingAddress, server: CloudServer): Promise<void>;
  /** The last exception: takes its protection from a volume that is to go. Does nothing where there is none. */
  unprotectVolume(id: string): Promise<void>;
}

/** Addresses of one name in a DNS zone at the provider. */
export interface AddressRecord {
  /** `www.example.com` */
  readonly host: string;
  /** `example.com` */
  readonly zone: string;
  /** As the zone writes it: `www`, and `@` for the zone itself. */
  readonly name: string;
  readonly type: "A" | "AAAA";
  readonly values: readonly string[];
  /** Seconds for which others may keep them. */
  readonly ttl: number;
  /** Where the API has it. */
  readonly path: string;
}

/** A record of a name in a DNS zone, of a type that leads visitors. */
export interface TakenName extends Pick<AddressRecord, "host" | "name" | "values"> {
  readonly type: "A" | "AAAA" | "CNAME";
}

/** What floats at the provider, and where it can go. */
export interface Floating {
  readonly addresses: readonly FloatingAddress[];
  /** All servers there, whoever made them; none where nothing floats. */
  readonly servers: readonly CloudServer[];
  /** Only one of the addresses can lead to a server. */
  readonly onePerServer: boolean;
}

/** An address that its provider leads to one of the servers there, and to another one once told so. */
export interface FloatingAddress {
  /** What the API calls it. */
  readonly id: string;
  /** `198.51.100.7`; of IPv6 a network: `2001:db8:5::/64` */
  readonly range: string;
  /** Id of the server that it leads to. Undefined: to none. */
  readonly server: string | undefined;
  /** Where the servers are that it can lead to: a network zone, or a region. */
  readonly zone: string;
  /** Files of Wherry's made it, together with the server that it leads to. */
  readonly ofMachine: boolean;
}

/** A server as far as addresses go. */
export interface CloudServer {
  readonly id: string;
  readonly name: string;
  /** Its own ones, of IPv6 the whole network where it has one. */
  readonly addresses: readonly string[];
  readonly zone: string;
}

/**
 * A thing that was made for an environment and may be missing in the state: an apply was killed between the order and the
 * note of it, or the state was lost. It is known by its marks and the name that the files give it.
 */
export interface Orphan {
  /** Where the files have it: `hcloud_server.app["shop-production-1"]`. */
  readonly address: string;
  /** How OpenTofu's provider imports it. */
  readonly id: string;
}

export interface FoundServer {
  readonly id: string;
  readonly name: string;
  /** `running`, or what else the provider says of it. */
  readonly status: string;
  readonly type: string;
  readonly location: string;
  readonly ipv4: string | null;
  readonly created: string;
}

/** A server that is there already, as its provider has it. */
export interface ForeignServer {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: string;
  readonly backups: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Against removal, and against a new system on its disk. */
  readonly protection: { readonly delete: boolean; readonly rebuild: boolean };
  readonly ipv4: string | null;
}
