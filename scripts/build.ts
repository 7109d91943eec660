/**
 * Bundles the program into dist/wherry.cjs: one file, no dependencies. Also the JSON Schema of wherry.yaml and the
 * licences of what is inside.
 *
 * The file has a head (src/bin.ts) and a body (everything else) that lies in a comment behind it until it is needed: V8
 * takes 20 ms to look through 650 kB of code that a call of `wherry --version` never runs, and nothing for a comment.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { BuildOptions, Plugin } from "esbuild";
import { configJsonSchema } from "../src/config/index.ts";

const root = resolve(import.meta.dirname, "..");
const out = join(root, "dist");

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node22",
  // CJS: `yaml` asks for node's own modules by require, and single executables want it.
  format: "cjs",
  // Names stay, so that a stack trace can be read; lines stay short, so that it points somewhere.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "warning",
} satisfies BuildOptions;

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

const begin = "\n/* body\n";
const end = "\n*/\n";
// The end of a comment must not occur inside it.
const commentEnd = { inCode: "*/", inComment: "*~~/" };

/** In the head, `import("./cli/app.ts")` compiles the body, with the line numbers that it has in the file. */
const bodyInComment: Plugin = {
  name: "body-in-comment",
  setup(bundler) {
    bundler.onResolve({ filter: /\/cli\/app\.ts$/ }, () => ({ path: "body.cjs", namespace: "body" }));
    bundler.onLoad({ filter: /.*/, namespace: "body" }, () => ({
      loader: "js",
      contents: `
        const { readFileSync } = require("node:fs");
        const { compileFunction, constants } = require("node:vm");
        const text = readFileSync(__filename, "utf8");
        const start = text.lastIndexOf(${JSON.stringify(begin)}) + ${begin.length};
        const body = text.slice(start, ${-end.length}).replaceAll(${JSON.stringify(commentEnd.inComment)}, ${JSON.stringify(commentEnd.inCode)});
        compileFunction(body, ["exports", "require", "module", "__filename", "__dirname"], {
          filename: __filename,
          lineOffset: text.slice(0, start).split("\\n").length - 1,
          importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
        })(module.exports, require, module, __filename, __dirname);
      `,
    }));
  },
};

const body = await build({ ...options, entryPoints: ["src/cli/app.ts"], plugins: [rawText] });
const head = await build({ ...options, entryPoints: ["src/bin.ts"], plugins: [bodyInComment] });
if (text(body).includes(commentEnd.inComment)) throw new Error(`the code has a ${commentEnd.inComment}`);
const program = [
  "#!/usr/bin/env node\n",
  text(head),
  begin,
  text(body).replaceAll(commentEnd.inCode, commentEnd.inComment),
  end,
].join("");

mkdirSync(out, { recursive: true });
replace("wherry.cjs", program, 0o755);
replace("wherry.schema.json", `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
replace("licenses.txt", licenses(Object.keys(body.metafile.inputs)));

function text({ outputFiles }: Awaited<ReturnType<typeof build<typeof options>>>): string {
  return outputFiles.map((file) => file.text).join("");
}

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
      const licence = file === undefined ? "" : readFileSync(join(root, folder, file), "utf8").trim();
      return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${licence}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
