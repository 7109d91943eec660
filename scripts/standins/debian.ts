import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aptInstall, aptUpdate, isRoot, run, succeeds } from "../engine/run.ts";

/** What every image that is built here starts from. */
export const debianBase = "debian:trixie-slim";

const mirror = "http://deb.debian.org/debian";
const bundle = "/etc/ssl/certs/ca-certificates.crt";
const publicAuthorities = "/usr/share/ca-certificates/mozilla";

/**
 * Makes sure that the engine has `debian:trixie-slim`, and gives its name: pulled where a registry answers, else made
 * of Debian's packages. The made one trusts the certificate authorities that this machine trusts (a proxy that looks into
 * TLS has its own), so that npm and curl work in it as they do here.
 */
export async function ensureDebianBase(say: (line: string) => void): Promise<string> {
  if (await succeeds(["docker", "image", "inspect", debianBase])) return debianBase;
  if (await registryAnswers()) {
    say(`pulling ${debianBase}`);
    if (await succeeds(["docker", "pull", "--quiet", debianBase])) return debianBase;
  }
  if (!(await succeeds(["mmdebstrap", "--version"]))) {
    if (!isRoot())
      throw new Error(`No image registry answers: install mmdebstrap, from which ${debianBase} can be made.`);
    say("installing mmdebstrap");
    await aptUpdate();
    await aptInstall(["mmdebstrap", "debian-archive-keyring"]);
  }
  say(`no image registry answers: making ${debianBase} of Debian's packages (about a minute)`);
  await makeBase();
  return debianBase;
}

export async function registryAnswers(): Promise<boolean> {
  try {
    await fetch("https://registry-1.docker.io/v2/", { signal: AbortSignal.timeout(3000) });
    return true;
  } catch {
    return false;
  }
}

async function makeBase(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "wherry-debian-"));
  try {
    const authorities = await ownAuthorities();
    const files = authorities.map((_, i) => join(folder, `local-${i}.crt`));
    await Promise.all(authorities.map((pem, i) => writeFile(files[i] ?? "", pem)));
    const tar = join(folder, "base.tar");
    await run(["mmdebstrap", ...mmdebstrapOptions(files), "trixie", tar, ...sources]);
    await run(["docker", "import", ...environment.flatMap((line) => ["--change", line]), tar, debianBase]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const sources = [
  `deb ${mirror} trixie main`,
  `deb ${mirror} trixie-updates main`,
  `deb ${mirror}-security trixie-security main`,
];

const environment = [
  "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  `ENV NODE_EXTRA_CA_CERTS=${bundle}`,
  `ENV SSL_CERT_FILE=${bundle}`,
  'CMD ["bash"]',
];

const leftOut = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*"];

function mmdebstrapOptions(authorities: readonly string[]): readonly string[] {
  const local = "/usr/local/share/ca-certificates";
  return [
    "--variant=minbase",
    "--include=ca-certificates",
    '--aptopt=Acquire::Languages "none"',
    ...leftOut.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    // Through update-ca-certificates and not by copying the bundle: the next one that installs or updates
    // ca-certificates in an image would overwrite the copy.
    ...(authorities.length === 0 ? [] : [`--customize-hook=copy-in ${authorities.join(" ")} ${local}`]),
    '--customize-hook=chroot "$1" update-ca-certificates',
    "--quiet",
  ];
}

/** The authorities that this machine trusts beyond the public ones. */
async function ownAuthorities(): Promise<readonly string[]> {
  if (!(await exists(bundle)) || !(await exists(publicAuthorities))) return [];
  const names = await readdir(publicAuthorities);
  const known = new Set(
    await Promise.all(names.map((name) => readFile(join(publicAuthorities, name), "utf8").then(body))),
  );
  const trusted = (await readFile(bundle, "utf8")).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return (trusted ?? []).filter((pem) => !known.has(body(pem))).map((pem) => `${pem}\n`);
}

/** Without line ends, so that the same certificate is the same text. */
const body = (pem: string): string => pem.replaceAll(/\s/g, "");

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
