import { loadSettings } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import { ownerOf } from "../proxy/index.ts";
import { script, withConnection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { ask } from "./ask.ts";
import tellScript from "./scripts/tell-certificates.sh?raw";

/** One host and the certificate that the proxy has for it. */
export interface HostCertificate {
  readonly host: string;
  /** From an ACME authority, or brought by the user. */
  readonly source: "acme" | "own";
  readonly issuer: string | null;
  /** ISO 8601; null: the proxy has none for this host. */
  readonly notAfter: string | null;
  /** Whole days until then; negative when it is over; null without one. */
  readonly daysLeft: number | null;
  /** Why the last attempt to get one failed, and when. */
  readonly trouble: string | null;
}

export interface CertificateList {
  readonly environment: string;
  readonly server: string;
  readonly certificates: readonly HostCertificate[];
}

/** From this many days on a certificate that is not renewed deserves a look. */
const warningDays = 20;

export interface CertificateOptions extends LoadOptions {
  /** `now`: ask the authority for new ones, due or not. */
  readonly renew: "due" | "now" | "no";
}

/** The certificates of an environment as its server has them; asks for new ones before if told to. */
export async function listCertificates(ctx: Context, options: CertificateOptions): Promise<CertificateList> {
  const settings = await loadSettings(ctx, options);
  return withConnection(ctx, settings.server, async (connection) => {
    const { app, environment } = settings;
    const urgency = options.renew === "now" ? "renew" : "now";
    const renewing = 'if [ -e "$proxy/certificates.sh" ]; then sh "$proxy/certificates.sh" "$1" "$2" >&3; fi';
    const steps = [
      ...(options.renew === "no"
        ? []
        : [{ id: "renew", script: script(renewing, [ownerOf(app, environment), urgency]) }]),
      { id: "tell", script: script(tellScript) },
    ];
    const told = await ask(connection, settings, steps, {
      otherwise: "does not tell its certificates",
      timeout: 900_000,
    });
    const certificates = parseCertificates(told, ctx.clock.now());
    return { environment, server: connection.name, certificates };
  });
}

/** Reads what tell-certificates.sh told, among whatever else was told. */
export function parseCertificates(output: string, now: Date): readonly HostCertificate[] {
  const lines = output.split("\n").map((line) => line.split(" "));
  const of = (word: string, host: string): readonly (readonly string[])[] =>
    lines.filter(([first, second]) => first === word && second === host).map((line) => line.slice(2));
  return hostsIn(lines).map(({ host, source }) => {
    const has = of("certificate-has", host);
    const fact = (name: string): string | undefined =>
      has
        .find(([word]) => word === name)
        ?.slice(1)
        .join(" ");
    const ends = fact("ends");
    const notAfter = ends === undefined ? undefined : new Date(ends);
    return {
      host,
      source,
      issuer: fact("issuer")?.replace(/^\/?CN=/, "") ?? null,
      notAfter: notAfter?.toISOString() ?? null,
      daysLeft: notAfter === undefined ? null : Math.floor((notAfter.getTime() - now.getTime()) / 86_400_000),
      trouble: of("certificate-trouble", host).at(-1)?.join(" ") ?? null,
    };
  });
}

function hostsIn(
  lines: readonly (readonly string[])[],
): readonly { readonly host: string; readonly source: "acme" | "own" }[] {
  return lines.flatMap(([word, host = "", source]) =>
    word === "certificate-of" ? [{ host, source: source === "own" ? ("own" as const) : ("acme" as const) }] : [],
  );
}

/** What is worth a warning, in a sentence. */
export function certificateWarnings(certificates: readonly HostCertificate[]): readonly string[] {
  return certificates.flatMap(({ host, daysLeft, notAfter, trouble }) => {
    const why = trouble === null ? "" : ` (${trouble})`;
    if (daysLeft === null) return [`${host} has no certificate${why}`];
    if (daysLeft < 0) return [`the certificate of ${host} ended on ${notAfter}${why}`];
    return daysLeft < warningDays ? [`the certificate of ${host} ends in ${daysLeft} days${why}`] : [];
  });
}
