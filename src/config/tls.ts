import * as z from "zod";
import type { Seconds } from "../core/index.ts";
import { parseDuration } from "../core/index.ts";
import { duration, variableName } from "./words.ts";

/** HTTPS, as people write it. */

const directories = {
  letsencrypt: "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
} as const;

const secretName = z.string().regex(variableName, "the name of a secret, not its value");

export const tls = z.union([
  z.literal("off"),
  z.strictObject({
    email: z.email().optional().describe("Where the authority writes to when a certificate is about to end."),
    directory: z
      .union([z.enum(["letsencrypt", "letsencrypt-staging"]), z.url({ protocol: /^https$/ })])
      .optional()
      .describe(
        "ACME authority: letsencrypt, letsencrypt-staging, or the address of a directory. Default: letsencrypt",
      ),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe("File with the certificate of an authority of your own, for its directory."),
    dns: z
      .strictObject({
        provider: z
          .string()
          .regex(/^[a-z0-9-]+$/, "a provider of lego, such as hetzner")
          .describe("Who has the zone, in lego's words: hetzner, cloudflare, ..."),
        secrets: z.array(secretName).describe("Secrets that lego needs for it, such as HETZNER_API_TOKEN."),
      })
      .optional()
      .describe("Prove the names by DNS-01 instead of HTTP-01: for servers that port 80 does not reach."),
    redirect: z.boolean().optional().describe("Send HTTP to HTTPS once there is a certificate. Default: true"),
    hsts: duration.optional().describe("Tell browsers to use HTTPS alone for so long (8760h is a year). Default: not"),
    certificates: z
      .record(
        z.string(),
        z.strictObject({
          certificate: z.string().min(1).describe("File with the certificate and its chain (PEM)."),
          key: secretName.describe("Secret with the private key (PEM)."),
        }),
      )
      .optional()
      .describe("Certificates of your own, by host: no authority is asked for these."),
  }),
]);

export type TlsSettings =
  | { readonly kind: "off" }
  | {
      readonly kind: "on";
      /** Nobody has asked for it: only for hosts that look public. */
      readonly byDefault: boolean;
      readonly email: string | undefined;
      /** Address of the ACME directory. */
      readonly directory: string;
      /** Address to try first for a host that never had a certificate: failures there cost nothing. */
      readonly rehearsal: string | undefined;
      /** Path as written, relative to wherry.yaml. */
      readonly ca: string | undefined;
      readonly dns: { readonly provider: string; readonly secrets: readonly string[] } | undefined;
      readonly redirect: boolean;
      readonly hsts: Seconds | undefined;
      readonly certificates: Readonly<Record<string, { readonly certificate: string; readonly key: string }>>;
    };

/** Fills in what is not written. */
export function tlsOf(raw: z.infer<typeof tls> | undefined): TlsSettings {
  if (raw === "off") return { kind: "off" };
  const written = raw?.directory ?? "letsencrypt";
  const directory = written === "letsencrypt" || written === "letsencrypt-staging" ? directories[written] : written;
  return {
    kind: "on",
    byDefault: raw === undefined,
    email: raw?.email,
    directory,
    rehearsal: written === "letsencrypt" ? directories["letsencrypt-staging"] : undefined,
    ca: raw?.ca,
    dns: raw?.dns,
    redirect: raw?.redirect ?? true,
    hsts: raw?.hsts === undefined ? undefined : parseDuration(raw.hsts),
    certificates: raw?.certificates ?? {},
  };
}

/** Names that no authority gives a certificate for (RFC 2606, RFC 6761, RFC 6762), and addresses. */
const privateNames = /(^|\.)(localhost|local|test|example|invalid|internal|lan|home\.arpa|example\.(com|net|org))$/;

export function looksPublic(host: string): boolean {
  return host.includes(".") && !/^[\d.]+$/.test(host) && !host.includes(":") && !privateNames.test(host);
}
