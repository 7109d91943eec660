import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { version } from "../../src/cli/version.ts";
import { program, wherry } from "../helpers/cli.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const app = {
  "wherry.yaml":
    "app: shop\nserver: local\nvalues: { LOG: debug }\nenvironments:\n  uat: {}\n  production: { values: { LOG: warn } }\n",
  "compose.yaml": "services: { web: { image: nginx } }\n",
};

describe("the built program", () => {
  test("says its version, and where it is not understood, exit code 2", async () => {
    expect(await wherry(["--version"])).toMatchObject({ stdout: `${version}\n`, stderr: "", exitCode: 0 });
    expect(await wherry(["--help"])).toMatchObject({ stderr: "", exitCode: 0 });
    expect(await wherry(["depoly"])).toMatchObject({ stdout: "", exitCode: 2 });
  });

  test("shows the configuration of an environment", async () => {
    const folder = temporaryFolder(app);

    const shown = await wherry(["config", "-e", "production", "-C", folder]);
    const json = await wherry(["config", "-e", "production", "--json"], { cwd: folder });
    const wrong = await wherry(["config", "-e", "prodcution", "--json"], { cwd: folder });

    expect(shown).toMatchObject({ stderr: "", exitCode: 0 });
    expect(shown.stdout).toContain("LOG: warn\n");
    expect(json.json()).toMatchObject({ app: "shop", environment: "production", values: { LOG: "warn" } });
    expect(wrong).toMatchObject({ stderr: "", exitCode: 2 });
    expect(wrong.json()).toMatchObject({ error: { code: "unknown-environment", hint: "did you mean -e production?" } });
  });

  test("writes the schema that the package carries", async () => {
    const { stdout } = await wherry(["config", "--schema"]);

    expect(stdout).toBe(readFileSync(program.replace("wherry.cjs", "wherry.schema.json"), "utf8"));
  });

  test("ends in silence when the reader has gone", async () => {
    const child = spawn(
      "sh",
      ["-c", '{ "$0" "$1" config --schema; echo "exit $?" >&2; } | true', process.execPath, program],
      { stdio: ["ignore", "inherit", "pipe"] },
    );

    expect(await text(child.stderr)).toBe("exit 0\n");
  });
});
