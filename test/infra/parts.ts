import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createMask } from "../../src/core/index.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context, Processes, ProcessResult } from "../../src/system/index.ts";

/** A provider's real plugin, and how it is pointed at the fake behind it. */
export interface ProviderUnderTest {
  readonly plugin: string;
  /** `hetznercloud/hcloud`: what the files call it, and the version that it is taken for. */
  readonly source: string;
  readonly version: string;
  /** How to come by it. */
  readonly install: string;
  /** Variables that carry the token and the address. */
  readonly variables: { readonly token: string; readonly endpoint: string };
}

export const hetznerUnderTest: ProviderUnderTest = {
  plugin: "terraform-provider-hcloud",
  source: "hetznercloud/hcloud",
  version: "1.68.0",
  install: "go install github.com/hetznercloud/terraform-provider-hcloud@v1.68.0",
  variables: { token: "HCLOUD_TOKEN", endpoint: "HCLOUD_ENDPOINT" },
};

export const digitalOceanUnderTest: ProviderUnderTest = {
  plugin: "terraform-provider-digitalocean",
  source: "digitalocean/digitalocean",
  version: "2.71.0",
  install: "(cd test/infra/fake-digitalocean/provider && go install)",
  variables: { token: "DIGITALOCEAN_TOKEN", endpoint: "DIGITALOCEAN_API_URL" },
};

function where(program: string): string | undefined {
  const { status, stdout } = spawnSync("sh", ["-c", 'command -v "$1"', "sh", program], { encoding: "utf8" });
  return status === 0 ? realpathSync(stdout.trim()) : undefined;
}

/** Why the real provider cannot be driven here; undefined: it can. */
export function missingParts({ plugin, install }: ProviderUnderTest): string | undefined {
  if (where("tofu") === undefined && where("terraform") === undefined) return "neither tofu nor terraform is installed";
  return where(plugin) === undefined ? `${plugin} is not installed: ${install}` : undefined;
}

/** An app in a temporary folder, with the real provider beside it and a fake of its API behind that. */
export interface InfraApp {
  readonly folder: string;
  readonly context: Context;
  /** Whatever the first boot says next, `0` where nothing is set; a script that has `cut` in it breaks off. */
  readonly boot: { status: string; cut?: string | undefined };
  /** Scripts that went to servers by ssh. */
  readonly scripts: string[];
  /** Runs tofu or terraform by hand, for what asks nothing of the fake: that could not answer meanwhile. */
  tofu(...args: readonly string[]): { readonly status: number | null; readonly said: string };
  /** The same for what asks the fake; throws where it fails. */
  tofuOnline(...args: readonly string[]): Promise<void>;
  write(name: string, content: string): void;
  remove(): void;
}

export function infraApp(
  { plugin, source, version, variables }: ProviderUnderTest,
  fake: { readonly token: string; readonly endpoint: string },
  yaml: string,
): InfraApp {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-infra-")));
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  const home = join(folder, "home");
  mkdirSync(join(home, ".ssh"), { recursive: true });
  execFileSync("ssh-keygen", [
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    "ada <ada@example.com>",
    "-f",
    join(home, ".ssh", "id_ed25519"),
  ]);
  write("wherry.yaml", yaml);
  write("compose.yaml", "services:\n  web: { image: nginx }\n");
  const mirror = join(folder, "mirror");
  for (const registry of ["registry.terraform.io", "registry.opentofu.org"]) {
    const system = `linux_${process.arch === "arm64" ? "arm64" : "amd64"}`;
    const place = join(mirror, registry, source, version, system);
    mkdirSync(place, { recursive: true });
    symlinkSync(where(plugin) ?? "", join(place, `${plugin}_v${version}`));
  }
  write("cli.tfrc", `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    [variables.token]: fake.token,
    [variables.endpoint]: fake.endpoint,
    TF_CLI_CONFIG_FILE: join(folder, "cli.tfrc"),
    CHECKPOINT_DISABLE: "1",
  };
  const scripts: string[] = [];
  const boot: InfraApp["boot"] = { status: "0" };
  const real = createContext({ env, cwd: folder, mask: createMask() });
  const context = {
    ...real,
    clock: { ...real.clock, sleep: async () => {} },
    processes: withServers(real.processes, scripts, boot),
  };
  // As the product chooses: a PATH without tofu puts the same tests to Terraform.
  const program = where("tofu") === undefined ? "terraform" : "tofu";
  return {
    folder,
    context,
    boot,
    scripts,
    tofu(...args) {
      const { status, stdout, stderr } = spawnSync(program, args, {
        cwd: join(folder, "infra/production"),
        env,
        encoding: "utf8",
      });
      return { status, said: stdout + stderr };
    },
    async tofuOnline(...args) {
      await promisify(execFile)(program, args, { cwd: join(folder, "infra/production"), env });
    },
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The servers of the fake do not exist: ssh gives the answers of one that has booted. See welcome.integration.test.ts for a real one. */
function withServers(real: Processes, scripts: string[], boot: InfraApp["boot"]): Processes {
  const answer = (stdout: string): ProcessResult => ({
    stdout,
    stderr: "",
    exitCode: 0,
    signal: undefined,
    timedOut: false,
  });
  return {
    ...real,
    async run(argv, options) {
      if (argv[0] !== "ssh" || argv.includes("-G")) return real.run(argv, options);
      const script = typeof options?.input === "string" ? options.input : "";
      scripts.push(script);
      if (boot.cut !== undefined && script.includes(boot.cut)) return { ...answer(""), exitCode: 255 };
      if (script.includes("cloud-init status --wait")) return answer(`${boot.status}\nstatus: done\n`);
      if (script.includes("ssh-keygen -q"))
        return answer("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p\n");
      return answer("");
    },
  };
}
