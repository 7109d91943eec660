import { createPrivateKey, X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import type { Settings } from "../config/index.ts";
import { invalidError } from "../core/index.ts";
import type { Route } from "../config/index.ts";
import { certificateWishes } from "../proxy/index.ts";
import type { CertificateWishes, OwnCertificate } from "../proxy/index.ts";
import { readSecrets } from "../secrets/index.ts";
import type { Context } from "../system/index.ts";

/** What the environment wants of certificates, with the files and secrets that it names; undefined where it wants none. */
export async function readCertificateWishes(
  ctx: Context,
  settings: Settings,
  routes: readonly Route[],
): Promise<CertificateWishes | undefined> {
  const { tls } = settings;
  // On this machine there is nobody to prove anything to.
  if (tls.kind === "off" || settings.server.kind === "local") return undefined;
  const names = [...(tls.dns?.secrets ?? []), ...Object.values(tls.certificates).map(({ key }) => key)];
  const secrets = await readSecrets(
    ctx,
    settings,
    [...new Set(names)].map((name) => ({ name, at: undefined })),
  );
  const value = (name: string): string => secrets.get(name)?.reveal() ?? "";
  const own = await Promise.all(
    Object.entries(tls.certificates).map(async ([host, { certificate, key }]): Promise<OwnCertificate> => {
      const text = await readFile(ctx, settings, certificate);
      return checked({ host, certificate: text, key: value(key) }, certificate, key, ctx.clock.now());
    }),
  );
  return certificateWishes(tls, routes, {
    ca: tls.ca === undefined ? "" : await readFile(ctx, settings, tls.ca),
    credentials: new Map((tls.dns?.secrets ?? []).map((name) => [name, value(name)])),
    own,
  });
}

async function readFile(ctx: Context, { directory }: Settings, path: string): Promise<string> {
  const text = await ctx.files.readText(resolve(directory, path));
  if (text !== undefined) return text;
  throw invalidError("certificate-missing", `tls: there is no file ${path} in ${directory}`);
}

/** Told before anything is touched: a proxy that refuses a certificate says less. */
function checked(own: OwnCertificate, file: string, key: string, now: Date): OwnCertificate {
  const problem = problemOf(own, now);
  if (problem === undefined) return own;
  throw invalidError(
    "certificate-unusable",
    `tls.certificates: ${file} (key ${key}) cannot serve ${own.host}: ${problem}`,
  );
}

function problemOf({ host, certificate, key }: OwnCertificate, now: Date): string | undefined {
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return "the key is not that of the certificate";
    if (parsed.checkHost(host) === undefined) return `it is for ${parsed.subjectAltName ?? parsed.subject}`;
    if (parsed.validToDate.getTime() < now.getTime()) return `it ended on ${parsed.validToDate.toISOString()}`;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
