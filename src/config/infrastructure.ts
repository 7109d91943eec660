import * as z from "zod";

/** The machines of an environment, as people write them: what `wherry infra` makes plain OpenTofu files of. */

const gigabytes = z
  .union(
    [z.int().min(1).max(100_000), z.string().regex(/^\d{1,6} ?(GB|TB)$/i, "expected an amount of GB: 4, 4GB or 1TB")],
    { error: "an amount of GB: 4, 4GB or 1TB" },
  )
  .describe("Amount in GB: 4, 4GB, 1TB.");

const word = (what: string) =>
  z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, `${what} is one word of lower-case letters, digits and dashes`);

const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "an address range such as 203.0.113.7/32" });

const needs = z.strictObject({
  cpu: z.int().min(1).max(128).optional().describe("At least so many processors. Default: 1"),
  memory: gigabytes.optional().describe("At least so much memory. Default: 1GB"),
  disk: gigabytes.optional().describe("At least so much local disk. Default: 10GB"),
  architecture: z
    .enum(["x86", "arm"])
    .optional()
    .describe("Processor family that the images are built for. Default: x86"),
  dedicated: z.boolean().optional().describe("Processors that are shared with nobody. Default: false"),
});

const providers = ["hetzner", "digitalocean"] as const;

/** The variables, or secrets, that hold the providers' tokens: as their own programs call them. */
export const providerTokens = {
  hetzner: "HCLOUD_TOKEN",
  digitalocean: "DIGITALOCEAN_TOKEN",
} as const satisfies Readonly<Record<(typeof providers)[number], string>>;

const machines = z
  .strictObject({
    provider: z.enum(providers).optional().describe("Who rents them out: hetzner or digitalocean. Default: hetzner"),
    size: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,40}$/, "a size is one word of lower-case letters, digits, dashes and underscores")
      .optional()
      .describe("Server type of the provider: cx23, s-2vcpu-4gb. Instead of needs."),
    needs: needs.optional().describe("What a server must have; the cheapest type that can be ordered is taken."),
    location: word("a location")
      .optional()
      .describe(
        "Where the servers stand: nbg1, fsn1, hel1, ash, hil, sin at Hetzner; fra1, ams3, lon1, nyc3, ... at DigitalOcean. Default: nbg1, fra1",
      ),
    count: z.int().min(1).max(10).optional().describe("How many servers. Default: 1"),
    image: z
      .string()
      .regex(
        /^(debian-1[2-9]|ubuntu-2[24]\.04|ubuntu-26\.04)$/,
        "an image is debian-13 or ubuntu-24.04: what Wherry can set up",
      )
      .optional()
      .describe("Operating system. Default: debian-13"),
    data: gigabytes
      .optional()
      .describe(
        "A volume for data on each server, which outlives it; ordered together with the server, and not later. Default: none",
      ),
    backups: z
      .boolean()
      .optional()
      .describe(
        "The provider's own copies of the disks (not of volumes): daily at Hetzner, weekly at DigitalOcean. Default: true in production",
      ),
    ssh_keys: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("Public keys that may log in: files, or keys as they are. Default: ~/.ssh/id_*.pub"),
    ssh_from: z.array(cidr).min(1).optional().describe("Address ranges that reach port 22. Default: everywhere"),
    load_balancer: word("a type")
      .optional()
      .describe(
        "Type of a load balancer in front of the servers: lb11 at Hetzner, lb-small at DigitalOcean. Default: none",
      ),
    dns: z
      .strictObject({
        zone: z
          .string()
          .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)+$/, "expected a DNS zone such as example.com")
          .describe("A DNS zone that is at the provider: example.com."),
        names: z
          .array(
            z
              .string()
              .regex(
                /^(@|\*|[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?)$/,
                "expected a name in the zone: www, or @ for the zone itself",
              ),
          )
          .min(1)
          .describe("Names in it that lead to the servers; @ is the zone itself."),
      })
      .superRefine(({ zone, names }, context) => {
        for (const [at, name] of names.entries()) {
          const relative =
            name === zone ? "@" : name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : undefined;
          if (relative === undefined) continue;
          const message = `names are relative to the zone: write ${relative === "@" ? '"@"' : relative} for ${name}`;
          context.addIssue({ code: "custom", path: ["names", at], message });
        }
      })
      .optional()
      .describe("Records for the servers' addresses. Default: none"),
    price_limit: z
      .number()
      .min(0)
      .optional()
      .describe(
        "Money per month, net of VAT, that an environment must not cost more than without being asked. Default: none",
      ),
    state: z
      .strictObject({
        bucket: z
          .string()
          .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
          .describe("Name of a bucket that is there."),
        endpoint: z
          .url({ protocol: /^https$/ })
          .optional()
          .describe("Address of the store, where it is not AWS: https://nbg1.your-objectstorage.com"),
        region: z
          .string()
          .regex(/^[a-z0-9-]+$/, "expected the name of a region, in lower case")
          .optional()
          .describe("Region of the bucket. Default: eu-central-1"),
      })
      .optional()
      .describe("S3-compatible store that keeps what is known of the servers. Default: a file here that git ignores"),
  })
  .refine(({ size, needs: wanted }) => size === undefined || wanted === undefined, "size and needs: one of the two");

export const infrastructure = z.union([
  machines,
  z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "the name of the environment whose servers it shares"),
]);

/** What an environment's machines are to be, with every default filled in. Amounts in GB. */
export interface InfrastructureSettings {
  readonly provider: (typeof providers)[number];
  /** A type by name, or what it must have. */
  readonly size: string | MachineNeeds;
  readonly location: string;
  readonly count: number;
  readonly image: string;
  /** Undefined: no volume. */
  readonly data: number | undefined;
  readonly backups: boolean;
  /** Files or keys; empty: those of the user. */
  readonly sshKeys: readonly string[];
  readonly sshFrom: readonly string[];
  readonly loadBalancer: string | undefined;
  readonly dns: { readonly zone: string; readonly names: readonly string[] } | undefined;
  /** Per month, net. */
  readonly priceLimit: number | undefined;
  readonly state:
    | { readonly bucket: string; readonly endpoint: string | undefined; readonly region: string }
    | undefined;
}

export interface MachineNeeds {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
  readonly architecture: "x86" | "arm";
  readonly dedicated: boolean;
}

const defaultLocations = { hetzner: "nbg1", digitalocean: "fra1" } as const;

export function infrastructureOf(raw: z.infer<typeof machines>, environment: string): InfrastructureSettings {
  const { provider = "hetzner", size, needs: wanted = {}, dns, state } = raw;
  return {
    provider,
    size: size ?? {
      cpu: wanted.cpu ?? 1,
      memory: inGigabytes(wanted.memory ?? 1),
      disk: inGigabytes(wanted.disk ?? 10),
      architecture: wanted.architecture ?? "x86",
      dedicated: wanted.dedicated ?? false,
    },
    location: raw.location ?? defaultLocations[provider],
    count: raw.count ?? 1,
    image: raw.image ?? "debian-13",
    data: raw.data === undefined ? undefined : inGigabytes(raw.data),
    backups: raw.backups ?? environment === "production",
    sshKeys: raw.ssh_keys ?? [],
    sshFrom: raw.ssh_from ?? ["0.0.0.0/0", "::/0"],
    loadBalancer: raw.load_balancer,
    dns: dns === undefined ? undefined : { zone: dns.zone, names: dns.names },
    priceLimit: raw.price_limit,
    state:
      state === undefined
        ? undefined
        : { bucket: state.bucket, endpoint: state.endpoint, region: state.region ?? "eu-central-1" },
  };
}

function inGigabytes(amount: number | string): number {
  return typeof amount === "number" ? amount : Number.parseInt(amount, 10) * (/tb$/i.test(amount) ? 1000 : 1);
}
