import { run } from "../../scripts/engine/run.ts";
import type { Contender, Place, Reported } from "./contender.ts";

/** What people do without a tool: build here, `docker save | ssh docker load`, copy the compose files, `docker compose up`. */
export function plainCompose(): Contender {
  const built = new Set<string>();
  // The tags that have been live, the newest last.
  let live: readonly string[] = [];

  async function change(place: Place): Promise<Reported> {
    const { workspace } = place;
    const { folder } = workspace;
    const tag = workspace.version();
    const image = `wherry-bench-compose:${tag}`;
    await run(["docker", "compose", "build", "--quiet"], { cwd: folder, env: { TAG: tag } });
    built.add(image);
    await pipe(`docker save "$1" | ssh -F "$2" "$3" docker load --quiet`, [image, ...reach(place)]);
    const copy = `tar -C "$1" -c compose.yaml compose.override.yaml | ssh -F "$2" "$3" "mkdir -p bench && tar -C bench -x"`;
    await pipe(copy, [folder, ...reach(place)]);
    await up(place, tag);
    live = [...live, tag];
    return {};
  }

  return {
    name: "docker compose",
    async first(place) {
      live = [];
      return change(place);
    },
    change,
    async rollback(place) {
      const tag = live.at(-2);
      if (tag === undefined) throw new Error("there is nothing to go back to");
      await up(place, tag);
      live = [...live, tag];
      return {};
    },
    async clean() {
      if (built.size > 0) await run(["docker", "image", "rm", "--force", ...built]);
    },
  };
}

const reach = ({ server }: Place): readonly [string, string] => [server.sshConfig, server.host];

async function up(place: Place, tag: string): Promise<void> {
  const [config, host] = reach(place);
  await run(["ssh", "-F", config, host, `cd bench && TAG=${tag} docker compose up --detach --wait --no-build`]);
}

async function pipe(line: string, args: readonly string[]): Promise<void> {
  await run(["bash", "-o", "pipefail", "-c", line, "bash", ...args]);
}
