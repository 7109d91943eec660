import type { Development, Evidence, Found, ImagePlan, Note, Part, Place, Role, Worker } from "../model.ts";
import { healthOf, portOf, publicVariablesOf, readsOf } from "../reads.ts";
import { evidenceIn, has, textOf } from "../view.ts";
import { nodeProject, packageEvidence, packagesOf, readPackage, runScript } from "./node-project.ts";
import type { PackageJson, ReadProject } from "./node-project.ts";
import { parseSimple, startOf } from "./start.ts";
import type { Start } from "./start.ts";

/** A folder with a package.json, for the detectors of Node.js frameworks. */
export interface NodePlace extends ReadProject {
  readonly place: Place;
  readonly json: PackageJson;
  readonly packages: ReadonlyMap<string, Evidence>;
  has(name: string): boolean;
}

export function nodePlace(place: Place): NodePlace | undefined {
  const json = readPackage(place);
  if (json === undefined) return undefined;
  const packages = packagesOf(place, json);
  return { place, json, packages, has: (name) => packages.has(name), ...nodeProject(place, json) };
}

export function evidenceOfPackage({ place, packages }: NodePlace, name: string): Evidence {
  return packages.get(name) ?? packageEvidence(place, name, "");
}

/** `npm run build` where package.json has such a script. */
export function buildOf({ json, project }: NodePlace, script = "build"): readonly string[] | undefined {
  return json.scripts[script] === undefined ? undefined : runScript(project.manager, script);
}

const usualPort = [
  /\bPORT["']?\]?\s*(?:\|\||\?\?|,)\s*["']?(\d{2,5})\b/,
  /\bPORT\b[^\n;]{0,60}?(?:\|\||\?\?)\s*["']?(\d{2,5})\b/,
  /\.listen\(\s*(\d{2,5})\b/,
  /\.listen\(\s*\{[^}]*?\bport:\s*(\d{2,5})\b/,
  /\b(?:port|PORT)\s*[:=]\s*(\d{2,5})\b/,
];

export interface ServerSpec {
  readonly framework: string;
  readonly role: Role;
  readonly evidence: readonly Evidence[];
  readonly usualPort: number;
  readonly build?: readonly string[] | undefined;
  readonly start?: Start | undefined;
  readonly keep?: Extract<ImagePlan, { recipe: "node" }>["keep"];
  readonly port?: Found<number>;
  readonly health?: Found<string>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly writable?: readonly string[];
  readonly development?: Development | undefined;
  readonly notes?: readonly Note[];
}

/** A part that runs as a Node.js process. Undefined where nothing says how it starts. */
export function serverPart(node: NodePlace, spec: ServerSpec): Part | undefined {
  const { place, json, project, packages } = node;
  const start = spec.start ?? startOf(place, json);
  if (start === undefined) return undefined;
  const port = spec.port ?? portOf(place, usualPort, spec.usualPort);
  const command = start.command.value;
  const forDevelopment = start.program !== undefined && json.dependencies[start.program] === undefined;
  const keep = spec.keep ?? { what: "all" };
  return {
    folder: place.folder,
    framework: spec.framework,
    language: "node",
    role: spec.role,
    certainty: start.command.certainty,
    evidence: [
      ...spec.evidence,
      ...node.evidence,
      ...(start.command.evidence === undefined ? [] : [start.command.evidence]),
    ],
    image: {
      recipe: "node",
      project,
      build: spec.build ?? buildOf(node),
      keep,
      prune: !forDevelopment && Object.keys(json.devDependencies).length > 0,
      start: command,
      writable: spec.writable ?? [],
    },
    port,
    health: spec.health ?? healthOf(place),
    environment: { PORT: String(port.value), ...start.environment, ...spec.environment },
    ...readsOf(place, "node", packages),
    release: releaseOf(node),
    workers: workersOf(node),
    development: spec.development ?? developmentOf(node, port.value),
    notes: [
      ...node.notes,
      ...start.notes,
      ...(forDevelopment && keep.what === "all"
        ? [
            {
              message: `${start.program} is started, and is a package for development: those stay in the image. Move it to dependencies, or start what the build writes`,
              evidence: start.command.evidence ?? evidenceOfPackage(node, start.program ?? ""),
            },
          ]
        : []),
      ...(spec.notes ?? []),
    ],
  };
}

export interface PagesSpec {
  readonly framework: string;
  readonly evidence: readonly Evidence[];
  readonly output: string;
  readonly fallback: "page" | "none";
  readonly hashed?: string;
  readonly developmentPort: number;
  readonly notes?: readonly Note[];
}

/** The unprivileged port of nginx in the images that are written. */
export const pagesPort = 8080;

/** A part that is built by Node.js and served by nginx. Undefined where there is no build. */
export function pagesPart(node: NodePlace, spec: PagesSpec): Part | undefined {
  const { place, project } = node;
  const command = buildOf(node);
  if (command === undefined) return undefined;
  return {
    folder: place.folder,
    framework: spec.framework,
    language: "node",
    role: "pages",
    certainty: "sure",
    evidence: [
      ...spec.evidence,
      ...node.evidence,
      evidenceIn(place, "package.json", /"build"\s*:/, `build: ${node.json.scripts["build"]}`),
    ],
    image: {
      recipe: "pages",
      build: { project, command },
      output: spec.output,
      fallback: spec.fallback,
      hashed: spec.hashed,
    },
    port: { value: pagesPort, certainty: "sure" },
    health: { value: "/", certainty: "sure" },
    environment: {},
    reads: publicVariablesOf(place),
    uses: [],
    release: undefined,
    workers: [],
    development: developmentOf(node, spec.developmentPort, ["--host", "0.0.0.0"]),
    notes: [...node.notes, ...(spec.notes ?? [])],
  };
}

/** The dev script, or a start script that a watcher can be put in front of. */
export function developmentOf(
  { json, project, place }: NodePlace,
  port: number,
  words: readonly string[] = [],
): Development | undefined {
  const below = project.below;
  const name = ["dev", "start:dev", "develop"].find((script) => json.scripts[script] !== undefined);
  const keep = ["node_modules"];
  const environment = { NODE_ENV: "development" };
  if (name !== undefined) {
    const command = [
      ...runScript(project.manager, name),
      ...(words.length > 0 ? (project.manager === "npm" ? ["--", ...words] : words) : []),
    ];
    return { command, port, keep, environment };
  }
  const start = parseSimple(json.scripts["start"] ?? "")?.argv ?? startOf(place, json, [])?.command.value;
  if (start?.[0] !== "node" || below !== "") return undefined;
  return { command: ["node", "--watch", ...start.slice(1)], port, keep, environment };
}

/** Migrations: a script of this name, or Prisma's where it is installed to stay. */
function releaseOf({ json, project, place }: NodePlace): Found<readonly string[]> | undefined {
  const name = ["db:migrate", "migrate", "migration:run", "migrations:run", "db:migrate:deploy", "migrate:deploy"].find(
    (script) => json.scripts[script] !== undefined,
  );
  if (name !== undefined) {
    const script = json.scripts[name] ?? "";
    const evidence = evidenceIn(place, "package.json", new RegExp(`"${name}"\\s*:`), `${name}: ${script}`);
    const simple = parseSimple(script);
    if (
      simple !== undefined &&
      Object.keys(simple.environment).length === 0 &&
      (simple.program === undefined || json.dependencies[simple.program] !== undefined)
    )
      return { value: simple.argv, certainty: "likely", evidence };
    return {
      value: runScript(project.manager === "yarn-berry" ? "yarn-berry" : "npm", name),
      certainty: "guess",
      evidence,
    };
  }
  if (json.dependencies["prisma"] !== undefined && has(place, "prisma/schema.prisma"))
    return {
      value: ["node_modules/.bin/prisma", "migrate", "deploy"],
      certainty: "likely",
      evidence: packageEvidence(place, "prisma", json.dependencies["prisma"]),
    };
  return undefined;
}

function workersOf({ json, place }: NodePlace): readonly Worker[] {
  const name = ["worker", "start:worker", "worker:prod"].find((script) => json.scripts[script] !== undefined);
  if (name === undefined) return [];
  const script = json.scripts[name] ?? "";
  const evidence = evidenceIn(place, "package.json", new RegExp(`"${name}"\\s*:`), `${name}: ${script}`);
  return [{ name: "worker", command: parseSimple(script)?.argv ?? ["npm", "run", name], evidence }];
}

/** Whether the folder's own text says so; for settings such as `output: "standalone"`. */
export function says(place: Place, paths: readonly string[], pattern: RegExp): Evidence | undefined {
  const path = paths.find((one) => pattern.test(textOf(place, one) ?? ""));
  return path === undefined
    ? undefined
    : evidenceIn(place, path, pattern, (textOf(place, path) ?? "").match(pattern)?.[0]?.trim() ?? path);
}

/** A server that another program of the network can reach: a note where the code binds to the machine itself alone. */
export function loopbackNote(place: Place, framework: string, bound: RegExp, evidence: Evidence): readonly Note[] {
  const open = says(
    place,
    place.repository.files.filter((file) => /\.[cm]?[jt]s$/.test(file)).map((file) => relative(place, file)),
    bound,
  );
  if (open !== undefined) return [];
  return [
    {
      message: `${framework} listens on localhost alone unless it is told otherwise, and nothing reaches it in a container: listen({ port, host: "0.0.0.0" })`,
      evidence,
    },
  ];
}

function relative(place: Place, file: string): string {
  return place.folder === "" || !file.startsWith(`${place.folder}/`) ? file : file.slice(place.folder.length + 1);
}
