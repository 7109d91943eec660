import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMask } from "../../src/core/index.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context, Processes, ProcessResult } from "../../src/system/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";

const provider = "terraform-provider-hcloud";
const providerVersion = "1.68.0";

function where(program: string): string | undefined {
  const { status, stdout } = spawnSync("sh", ["-c", 'command -v "$1"', "sh", program], { encoding: "utf8" });
  return status === 0 ? realpathSync(stdout.trim()) : undefined;
}

/** Why the real provider cannot be driven here; undefined: it can. */
export function missingParts(): string | undefined {
  if (where("tofu") === undefined && where("terraform") === undefined) return "neither tofu nor terraform is installed";
  if (where(provider) === undefined)
    return `${provider} is not installed: go install github.com/hetznercloud/${provider}@v${providerVersion}`;
  return undefined;
}

/** An app in a temporary folder, with the real provider beside it and the fake Hetzner behind that. */
export interface InfraApp {
  readonly folder: string;
  readonly context: Context;
  /** Whatever the first boot says next; `0` where nothing is set. */
  readonly boot: { status: string };
  /** Scripts that went to servers by ssh. */
  readonly scripts: string[];
  /** Runs tofu or terraform by hand. */
  tofu(...args: readonly string[]): { readonly status: number | null; readonly said: string };
  write(name: string, content: string): void;
  remove(): void;
}

export function infraApp(hetzner: FakeHetzner, yaml: string): InfraApp {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-infra-")));
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  const home = join(folder, "home");
  mkdirSync(join(home, ".ssh"), { recursive: true });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", join(home, ".ssh", "id_ed25519")]);
  write("wherry.yaml", yaml);
  write("compose.yaml", "services:\n  web: { image: nginx }\n");
  const mirror = join(folder, "mirror");
  for (const registry of ["registry.terraform.io", "registry.opentofu.org"]) {
    const place = join(
      mirror,
      registry,
      "hetznercloud",
      "hcloud",
      providerVersion,
      `linux_${process.arch === "arm64" ? "arm64" : "amd64"}`,
    );
    mkdirSync(place, { recursive: true });
    symlinkSync(where(provider) ?? "", join(place, `${provider}_v${providerVersion}`));
  }
  write("cli.tfrc", `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    HCLOUD_TOKEN: hetzner.token,
    HCLOUD_ENDPOINT: hetzner.endpoint,
    TF_CLI_CONFIG_FILE: join(folder, "cli.tfrc"),
    CHECKPOINT_DISABLE: "1",
  };
  const scripts: string[] = [];
  const boot = { status: "0" };
  const real = createContext({ env, cwd: folder, mask: createMask() });
  const context = {
    ...real,
    clock: { ...real.clock, sleep: async () => {} },
    processes: withServers(real.processes, scripts, boot),
  };
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
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The servers of the fake do not exist: ssh gives the answers of one that has booted. See welcome.integration.test.ts for a real one. */
function withServers(real: Processes, scripts: string[], boot: { readonly status: string }): Processes {
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
      if (script.includes("cloud-init status --wait")) return answer(`${boot.status}\nstatus: done\n`);
      if (script.includes("next_host_key") && script.includes("cat"))
        return answer("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p\n");
      return answer("");
    },
  };
}
