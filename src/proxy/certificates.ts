import type { Route, TlsSettings } from "../config/index.ts";
import { looksPublic } from "../config/index.ts";
import { quote } from "../system/index.ts";
import program from "./scripts/certificates.sh?raw";

/** The ACME client: one of the two that HAProxy's own manual names, with a hundred DNS providers. */
export const legoImage = "goacme/lego:v4.35.2";

/** What an environment wants of certificates: what its server needs to know to get them and to keep them new. */
export interface CertificateWishes {
  /** Hosts for which an authority is asked. */
  readonly hosts: readonly string[];
  /** What stands in the server's file `tls`, one thing a line; see certificates.sh. */
  readonly text: string;
  /** PEM of the authority behind the ACME server itself; empty for public ones. */
  readonly ca: string;
  /** `NAME=value` lines for the DNS provider. */
  readonly credentials: string;
  readonly own: readonly OwnCertificate[];
}

export interface OwnCertificate {
  readonly host: string;
  readonly certificate: string;
  readonly key: string;
}

/** The parts of the wishes that are read from files and secrets. */
export interface CertificateMaterial {
  readonly ca: string;
  readonly credentials: ReadonlyMap<string, string>;
  readonly own: readonly OwnCertificate[];
}

/** Undefined where no host of the routes gets a certificate. */
export function certificateWishes(
  settings: TlsSettings,
  routes: readonly Route[],
  material: CertificateMaterial,
): CertificateWishes | undefined {
  if (settings.kind === "off") return undefined;
  const { own } = material;
  const hosts = hostsFor(settings, routes);
  if (hosts.length === 0 && own.length === 0) return undefined;
  const { directory, rehearsal, email, dns, redirect, hsts } = settings;
  const lines = [
    `image ${legoImage}`,
    `directory ${directory}`,
    ...(rehearsal === undefined ? [] : [`rehearsal ${rehearsal}`]),
    ...(email === undefined ? [] : [`email ${email}`]),
    ...(dns === undefined ? [] : [`dns ${dns.provider}`]),
    `policy ${redirect ? "redirect" : "-"}.${hsts === undefined ? "" : Math.round(hsts)}`,
    ...hosts.map((host) => `host ${host}`),
    ...own.map(({ host }) => `own ${host}`),
  ];
  return {
    hosts,
    text: lines.map((line) => `${line}\n`).join(""),
    ca: material.ca,
    credentials: [...material.credentials].map(([name, value]) => `${name}=${value}\n`).join(""),
    own,
  };
}

/** Hosts for which an authority is asked: all, or those that look public where nobody has said anything. */
export function hostsFor(settings: TlsSettings, routes: readonly Route[]): readonly string[] {
  if (settings.kind === "off") return [];
  const hosts = [...new Set(routes.map(({ host }) => host))];
  return hosts
    .filter((host) => settings.certificates[host] === undefined)
    .filter((host) => !settings.byDefault || looksPublic(host));
}

/** Shell variable with the program that stays on the server, for the script that places it. */
export const certificatesProgram = `certificates_program=${quote(program)}\n`;

/** Lines for the front end: HTTPS on port 443, the authority's questions, and who is sent to HTTPS. */
export const tlsRules = {
  global: `  # Mozilla's intermediate policy, 5.7.
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
  ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384
  ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets
`,
  // Without a certificate for a name, and so at first without any, a handshake for it fails.
  bind: "ssl crt-list /wherry/certificates/list.txt strict-sni alpn h2,http/1.1",
  questions: `  http-request return status 200 content-type text/plain lf-string "%[str(token),map(/wherry/maps/token.map)]" if { path /.well-known/wherry-server }
`,
  answers: `  use_backend acme if { path_beg /.well-known/acme-challenge/ }
`,
  redirect: `  http-request set-var(txn.https) var(txn.host),map(/wherry/maps/https.map)
  http-request redirect scheme https code 308 if !{ ssl_fc } { var(txn.https) -m beg redirect } !{ path_beg /.well-known/acme-challenge/ }
  http-request set-var(txn.hsts) var(txn.https),field(2,.) if { ssl_fc }
  http-after-response set-header Strict-Transport-Security "max-age=%[var(txn.hsts)]" if { var(txn.hsts) -m reg ^[0-9]+$ }
`,
  backend: `
backend acme
  # lego, for the seconds in which it asks for a certificate.
  server lego 127.0.0.1:8402
`,
} as const;
