import { script } from "../server/index.ts";
import type { Script } from "../server/index.ts";
import type { EngineInventory } from "./model.ts";
import text from "./scripts/inventory.sh?raw";

/** Tells what the server's engine has, for `parseInventory`. Runs after the prelude; changes nothing. */
export const inventoryScript: Script = script(text);

/** Docker's names, for the names that the kernel has. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  aarch64: "arm64",
  armv7l: "arm",
  armv6l: "arm",
  i686: "386",
};

/** Reads what `inventoryScript` told; lines of a kind that it does not know are another reader's. */
export function parseInventory(output: string): EngineInventory {
  const lines = output.split("\n").map((line) => {
    const space = line.indexOf(" ");
    return space < 0 ? ([line, ""] as const) : ([line.slice(0, space), line.slice(space + 1)] as const);
  });
  const all = (word: string): readonly string[] => lines.flatMap(([key, rest]) => (key === word ? rest : []));
  const [machine = "", status = ""] = all("engine-store").at(-1)?.split(/ (.*)/) ?? [];
  return {
    architecture: architectures[machine] ?? machine,
    store: status.includes("io.containerd.snapshotter") ? "containerd" : "graph",
    images: all("image").map(parseImage),
    parts: Object.fromEntries(all("part").map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])])),
    wantsWhole: lines.some(([key]) => key === "part-whole"),
  };
}

function parseImage(json: string): EngineInventory["images"][number] {
  // Docker writes null for an empty list.
  const { id, references, digests, layers, bytes } = JSON.parse(json) as {
    readonly id: string;
    readonly references: readonly string[] | null;
    readonly digests: readonly string[] | null;
    readonly layers: readonly string[] | null;
    readonly bytes?: number;
  };
  return {
    id,
    references: references ?? [],
    digests: digests ?? [],
    layers: layers ?? [],
    ...(bytes === undefined ? {} : { bytes }),
  };
}
