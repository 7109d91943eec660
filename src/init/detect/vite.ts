import type { Detector } from "../model.ts";
import { textOf } from "../view.ts";
import { evidenceOfPackage, nodePlace, pagesPart } from "./node-part.ts";

const kinds = [
  ["react", "React with Vite"],
  ["preact", "Preact with Vite"],
  ["vue", "Vue with Vite"],
  ["svelte", "Svelte with Vite"],
  ["solid-js", "Solid with Vite"],
] as const;

/** A page in the browser that Vite builds. */
export const vite: Detector = {
  framework: "React with Vite",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("vite")) return undefined;
    const kind = kinds.find(([name]) => node.has(name));
    const config = ["vite.config.ts", "vite.config.js", "vite.config.mts", "vite.config.mjs"]
      .map((name) => textOf(place, name) ?? "")
      .join("\n");
    const evidence = [
      ...(kind === undefined ? [] : [evidenceOfPackage(node, kind[0])]),
      evidenceOfPackage(node, "vite"),
    ];
    const output = /\boutDir:\s*["'`]([^"'`]+)["'`]/.exec(config)?.[1] ?? "dist";
    const port = Number(/\bport:\s*(\d{2,5})/.exec(config)?.[1] ?? 5173);
    const notes = output.startsWith("..")
      ? [
          {
            message: `the build writes to ${output}, outside of its folder: the Dockerfile looks for dist`,
            evidence: evidenceOfPackage(node, "vite"),
          },
        ]
      : [];
    return pagesPart(node, {
      framework: kind?.[1] ?? "Vite",
      evidence,
      output: output.startsWith("..") ? "dist" : output.replace(/^\.\//, ""),
      hashed: "^/assets/",
      fallback: "page",
      developmentPort: port,
      notes,
    });
  },
};
