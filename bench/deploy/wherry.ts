import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { attempt, run } from "../../scripts/engine/run.ts";
import type { Contender, Place, Reported } from "./contender.ts";

const program = resolve(import.meta.dirname, "../../dist/wherry.cjs");

/** The built program, as a user calls it. */
export function wherry(): Contender {
  const call = async ({ workspace, server }: Place, ...words: readonly string[]): Promise<Reported> => {
    if (!existsSync(program)) throw new Error("dist/wherry.cjs is not there: npm run build");
    const argv = [process.execPath, program, ...words, "-e", "production", "--json"];
    const env = { WHERRY_SSH_CONFIG: server.sshConfig };
    const { stdout, stderr, exitCode } = await attempt(argv, { cwd: workspace.folder, env });
    if (exitCode !== 0) throw new Error(`wherry ${words.join(" ")} failed (exit ${exitCode}):\n${stdout}\n${stderr}`);
    return JSON.parse(stdout) as Reported;
  };
  // Release that was live before the last change. Without `--to`, a rollback goes by the age of releases, and after a rollback
  // and another change that is the release that was gone back from.
  let previous = "";
  return {
    name: "wherry",
    proxy: { label: "wherry.role=proxy" },
    async first(place) {
      return { setup: await call(place, "server", "setup"), deploy: await call(place, "deploy") };
    },
    async change(place) {
      const deployed = await call(place, "deploy");
      previous = String(deployed["previous"]);
      return deployed;
    },
    rollback: (place) => call(place, "rollback", "--to", previous),
    async clean() {
      const list = ["docker", "image", "ls", "--filter", "reference=wherry/wherry-bench/*"];
      const images = (await run([...list, "--format", "{{.Repository}}:{{.Tag}}"]))
        .split("\n")
        .filter((line) => line !== "");
      if (images.length > 0) await run(["docker", "image", "rm", "--force", ...images]);
    },
  };
}
