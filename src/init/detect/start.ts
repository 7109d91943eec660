import type { Found, Note, Place } from "../model.ts";
import { evidenceIn, firstOf } from "../view.ts";
import type { PackageJson } from "./node-project.ts";

export interface Start {
  readonly command: Found<readonly string[]>;
  /** Settings written before the command: `NODE_ENV=production node server.js`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The package that the program is from; undefined for node itself. */
  readonly program: string | undefined;
  readonly notes: readonly Note[];
}

/** Programs whose package has another name. */
const packageOfProgram: Readonly<Record<string, string>> = {
  nest: "@nestjs/cli",
  ng: "@angular/cli",
  tsc: "typescript",
};

const entries = [
  "server.js",
  "index.js",
  "app.js",
  "main.js",
  "src/server.js",
  "src/index.js",
  "src/app.js",
  "src/main.js",
];
const moduleEntries = entries.flatMap((name) => [name, name.replace(/js$/, "mjs"), name.replace(/js$/, "cjs")]);

/**
 * The command that starts a Node.js process, as a list: the process itself gets the signals, and no shell or package
 * manager stands between. Undefined where nothing says how it starts.
 */
export function startOf(
  place: Place,
  { scripts, main }: PackageJson,
  names: readonly string[] = ["start:prod", "start"],
): Start | undefined {
  for (const name of names) {
    const script = scripts[name];
    if (script === undefined) continue;
    const evidence = evidenceIn(place, "package.json", new RegExp(`"${name}"\\s*:`), `${name}: ${script}`);
    const simple = parseSimple(script);
    if (simple !== undefined)
      return { ...simple, command: { value: simple.argv, certainty: "sure", evidence }, notes: [] };
    const notes = [
      {
        message: `the script ${name} needs a shell, so npm starts it: check that your server ends on SIGTERM`,
        evidence,
      },
    ];
    return {
      command: { value: ["npm", "run", name], certainty: "likely", evidence },
      environment: {},
      program: undefined,
      notes,
    };
  }
  const file = main !== undefined && firstOf(place, [main]) !== undefined ? main : firstOf(place, moduleEntries);
  if (file === undefined) return undefined;
  return {
    command: {
      value: ["node", file],
      certainty: "guess",
      evidence: evidenceIn(place, file, /./, "the usual name of a server"),
    },
    environment: {},
    program: undefined,
    notes: [],
  };
}

interface Simple {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly program: string | undefined;
}

/** A script that is one command without anything that only a shell understands. */
export function parseSimple(script: string): Simple | undefined {
  if (/[;&|<>$`(){}*?~#\\!]/.test(script)) return undefined;
  const words =
    script
      .trim()
      .match(/"[^"]*"|'[^']*'|\S+/g)
      ?.map((word) => word.replaceAll(/^["']|["']$/g, "")) ?? [];
  if (words[0] === "cross-env") words.shift();
  const environment: Record<string, string> = {};
  while (words[0] !== undefined && /^[A-Z_][A-Z0-9_]*=/.test(words[0])) {
    const [name = "", ...value] = (words.shift() ?? "").split("=");
    environment[name] = value.join("=");
  }
  const [program, ...rest] = words;
  if (program === undefined || ["npm", "pnpm", "yarn", "npx", "bunx", "cd", "nodemon"].includes(program))
    return undefined;
  if (program === "node") return { argv: ["node", ...rest], environment, program: undefined };
  if (program === "bun") return { argv: ["bun", ...rest], environment, program: undefined };
  return {
    argv: [`node_modules/.bin/${program}`, ...rest],
    environment,
    program: packageOfProgram[program] ?? program,
  };
}
