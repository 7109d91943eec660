/** Bundles src/bin.ts into dist/wherry.cjs: one file, no dependencies. Also the JSON Schema of wherry.yaml and the licences of what is inside. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { configJsonSchema } from "../src/config/index.ts";

const root = resolve(import.meta.dirname, "..");
const out = join(root, "dist");

/** `import text from "./x.sh?raw"`, as vitest has it by itself. */
const rawText: Plugin = {
  name: "raw-text",
  setup(bundler) {
    bundler.onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(/\?raw$/, "")),
      namespace: "raw",
    }));
    bundler.onLoad({ filter: /.*/, namespace: "raw" }, ({ path }) => ({
      contents: readFileSync(path, "utf8"),
      loader: "text",
      watchFiles: [path],
    }));
  },
};

mkdirSync(out, { recursive: true });

const result = await build({
  absWorkingDir: root,
  entryPoints: ["src/bin.ts"],
  outfile: join(out, "wherry.cjs"),
  bundle: true,
  platform: "node",
  target: "node22",
  // CJS: `yaml` asks for node's own modules by require, and single executables want it.
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  // Names stay, so that a stack trace can be read; lines stay short, so that it points somewhere.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "warning",
  plugins: [rawText],
});

for (const file of result.outputFiles) replace("wherry.cjs", file.contents, 0o755);
replace("wherry.schema.json", `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
replace("licenses.txt", licenses(Object.keys(result.metafile.inputs)));

/** By renaming: a test that runs the program meanwhile meets the old one or the new one, never half of it. */
function replace(name: string, content: string | Uint8Array, mode = 0o644): void {
  const temporary = join(out, `.${name}.${process.pid}`);
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, join(out, name));
}

/** Most licences ask that their text goes along with the code. */
function licenses(inputs: readonly string[]): string {
  const packages = new Set(
    inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...packages]
    .toSorted()
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Record<
        "name" | "version" | "license",
        string
      >;
      const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
      const text = file === undefined ? "" : readFileSync(join(root, folder, file), "utf8").trim();
      return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
