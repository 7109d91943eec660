import * as z from "zod";
import { parseDuration } from "../core/index.ts";
import type { Seconds } from "../core/index.ts";
import { duration, variableName } from "./words.ts";

/** What the proxy does with the requests of one service, as people write it. Nothing of it is done unless it is written. */

const sizeForm = "a size is written as 500KB, 10MB or 1GB";
const size = z.string(sizeForm).refine((text) => bytesOf(text) !== undefined, sizeForm);

const rateForm = "a rate is written as 20/s or 600/m";
const rate = z.string(rateForm).regex(/^[1-9]\d{0,6}\/[sm]$/, rateForm);

const network = z.string().refine(isNetwork, "an address such as 203.0.113.7 or a network such as 203.0.113.0/24");

const plainPath = /^\/[!-~]*$/;
const path = z.string().regex(plainPath, "a path starts with / and has no spaces");

const redirect = z.strictObject({
  from: z
    .string()
    .regex(/^(\/[^\s?#]*|[a-z0-9.-]+)$/i, "a path that starts with /, or a host name")
    .describe("A path, or one of the service's hosts: then all of its paths, which are kept."),
  to: z
    .string()
    .regex(/^(\/(?!\/)|https?:\/\/)[!-~]*$/, "a path that starts with /, or an address with https:// or http://")
    .describe("Path or address to go to; the query string is kept."),
  status: z.literal([301, 302, 303, 307, 308]).optional().describe("Default: 302"),
});

const userForm = "a user's name has letters, digits, dots, dashes and underscores";
const user = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, userForm);

export const proxySettings = z.strictObject({
  body: size.optional().describe("Larger request bodies are refused (413), and those of unknown size (411)."),
  rate: rate.optional().describe("More requests than this from one address are refused (429): 20/s or 600/m."),
  timeout: duration.optional().describe("How long the service may take to begin its answer (504). Default: 5m"),
  allow: z.array(network).min(1).optional().describe("Only these addresses and networks get in (others: 403)."),
  auth: z
    .record(user, z.string().regex(variableName, "the name of a variable in secrets:"))
    .refine((users) => Object.keys(users).length > 0, "no user can get in")
    .optional()
    .describe("Basic authentication: user -> name of the secret that is the password."),
  headers: z
    .union([
      z.literal("secure"),
      z.record(
        z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
        z
          .string()
          .max(2000)
          .regex(/^[^\p{Cc}]*$/u, "a header has no line ends or other control characters"),
      ),
    ])
    .optional()
    .describe(
      "secure: nosniff, no foreign frames, a short referrer. Or the headers themselves. The service's own win over them.",
    ),
  compress: z
    .boolean()
    .optional()
    .describe("Compress text answers with gzip, where the service does not. Default: false"),
  strip: path.optional().describe("Path prefix that is taken away before the request reaches the service."),
  redirects: z.array(redirect).min(1).optional().describe("Answered by the proxy: { from, to, status }. Default: 302"),
  error_pages: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder with pages for the proxy's own errors, by status: 403.html, 413.html, 429.html, 502.html, 503.html, 504.html.",
    ),
});

export interface ProxySettings {
  /** Bytes. */
  readonly body: number | undefined;
  readonly rate: { readonly requests: number; readonly seconds: number } | undefined;
  readonly timeout: Seconds | undefined;
  readonly allow: readonly string[];
  /** User -> name of a secret. */
  readonly auth: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly compress: boolean;
  readonly strip: string | undefined;
  readonly redirects: readonly Redirect[];
  /** As written: relative to wherry.yaml. */
  readonly errorPages: string | undefined;
}

export interface Redirect {
  readonly from: string;
  readonly to: string;
  readonly status: number;
}

const secureHeaders = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "SAMEORIGIN",
  "Referrer-Policy": "strict-origin-when-cross-origin",
} as const;

/** Fills in what is not written. */
export function proxySettingsOf(raw: z.infer<typeof proxySettings>): ProxySettings {
  const [requests = "", unit] = raw.rate?.split("/") ?? [];
  return {
    body: raw.body === undefined ? undefined : bytesOf(raw.body),
    rate: raw.rate === undefined ? undefined : { requests: Number(requests), seconds: unit === "m" ? 60 : 1 },
    timeout: raw.timeout === undefined ? undefined : parseDuration(raw.timeout),
    allow: raw.allow ?? [],
    auth: raw.auth ?? {},
    headers: raw.headers === "secure" ? secureHeaders : (raw.headers ?? {}),
    compress: raw.compress ?? false,
    strip: raw.strip?.replace(/\/+$/, "") || undefined,
    redirects: (raw.redirects ?? []).map(({ from, to, status }) => ({ from, to, status: status ?? 302 })),
    errorPages: raw.error_pages,
  };
}

/** As Docker counts: a kilobyte has 1024 bytes. */
function bytesOf(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,9})([KMG]?)B?$/i.exec(text) ?? [];
  return amount === undefined || Number(amount) === 0
    ? undefined
    : Number(amount) * 1024 ** " KMG".indexOf(unit.toUpperCase() || " ");
}

function isNetwork(text: string): boolean {
  return [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()].some((form) => form.safeParse(text).success);
}
