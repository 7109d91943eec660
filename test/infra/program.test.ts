import { expect, test } from "vitest";
import { Secret } from "../../src/core/index.ts";
import { openProgram } from "../../src/infra/program.ts";
import { providers } from "../../src/infra/providers.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const registries = { tofu: "registry.opentofu.org", terraform: "registry.terraform.io" } as const;
type Name = keyof typeof registries;

/** Opens the program of a folder on a machine that has some of them. */
function open(installed: readonly Name[], locked: readonly Name[]) {
  const lock = locked.map((name) => `provider "${registries[name]}/hetznercloud/hcloud" {\n  version = "1.68.0"\n}\n`);
  const folder = temporaryFolder(locked.length === 0 ? {} : { ".terraform.lock.hcl": lock.join("\n") });
  const real = createContext();
  const processes: typeof real.processes = {
    ...real.processes,
    async run([name = ""]) {
      const there = installed.some((one) => one === name);
      const stdout = JSON.stringify({ terraform_version: "1.12.6" });
      return { stdout, stderr: "", exitCode: there ? 0 : 127, signal: undefined, timedOut: false };
    },
  };
  return openProgram(
    { ...real, processes },
    { folder, provider: providers.hetzner, environment: "production", token: new Secret("t") },
  );
}

test.each<[Name, readonly Name[], readonly Name[]]>([
  ["tofu", ["tofu", "terraform"], []],
  ["terraform", ["terraform"], []],
  ["terraform", ["tofu", "terraform"], ["terraform"]],
  ["tofu", ["tofu", "terraform"], ["tofu"]],
  ["tofu", ["tofu", "terraform"], ["tofu", "terraform"]],
])("%s is used where there is %j and the lock file is of %j", async (name, installed, locked) => {
  expect(await open(installed, locked)).toMatchObject({ name, version: "1.12.6" });
});

test("machines of the one are not touched by the other, and it is said how they are handed over", async () => {
  await expect(open(["tofu"], ["terraform"])).rejects.toMatchObject({
    code: "other-program",
    exit: "refused",
    message: "these machines were made with Terraform, and only OpenTofu is installed",
    hint: expect.stringMatching(
      /tofu init && tofu state replace-provider registry\.terraform\.io\/hetznercloud\/hcloud registry\.opentofu\.org\/hetznercloud\/hcloud$/,
    ) as string,
  });
  await expect(open(["terraform"], ["tofu"])).rejects.toMatchObject({ code: "other-program" });
  await expect(open([], ["tofu"])).rejects.toMatchObject({ code: "no-tofu" });
});
