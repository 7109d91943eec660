import { chooseVersion } from "../base-images.ts";
import type { Evidence, NodeProject, Note, PackageManager, Place } from "../model.ts";
import { evidenceIn, firstOf, has, join, textOf } from "../view.ts";

/** package.json, as far as it says how a project is built and run. */
export interface PackageJson {
  readonly name?: string;
  readonly main?: string;
  readonly type?: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly packageManager?: string;
  readonly workspaces: readonly string[];
}

const strings = (value: unknown): Readonly<Record<string, string>> =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
      )
    : {};

/** Undefined where there is none, or none that can be read. */
export function readPackage(place: Place): PackageJson | undefined {
  const text = textOf(place, "package.json");
  if (text === undefined) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof raw !== "object" || raw === null) return undefined;
  const json = raw as Readonly<Record<string, unknown>>;
  const word = (key: string): Record<string, string> => (typeof json[key] === "string" ? { [key]: json[key] } : {});
  const workspaces = Array.isArray(json["workspaces"])
    ? json["workspaces"]
    : ((json["workspaces"] as { packages?: unknown } | undefined)?.packages ?? []);
  return {
    ...word("name"),
    ...word("main"),
    ...word("type"),
    ...word("packageManager"),
    scripts: strings(json["scripts"]),
    dependencies: strings(json["dependencies"]),
    devDependencies: strings(json["devDependencies"]),
    engines: strings(json["engines"]),
    workspaces: Array.isArray(workspaces) ? workspaces.filter((one): one is string => typeof one === "string") : [],
  };
}

/** Every package that it asks for, and where. */
export function packagesOf(place: Place, json: PackageJson): ReadonlyMap<string, Evidence> {
  const all = { ...json.devDependencies, ...json.dependencies };
  return new Map(Object.entries(all).map(([name, version]) => [name, packageEvidence(place, name, version)]));
}

export function packageEvidence(place: Place, name: string, version: string): Evidence {
  const key = new RegExp(`"${name.replaceAll(/[/.*+?^$()|[\]{}\\-]/g, String.raw`\$&`)}"\\s*:`);
  return evidenceIn(place, "package.json", key, `${name} ${version}`);
}

const lockfiles: readonly (readonly [string, PackageManager])[] = [
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

/** What is installed where the repository does not say which version of the package manager it wants. */
const usualVersions: Readonly<Record<Exclude<PackageManager, "npm">, string>> = {
  pnpm: "10",
  yarn: "1.22.22",
  "yarn-berry": "4",
  bun: "1",
};

/** The nearest lockfile, in the folder or above it: a workspace has one for all. */
function lockedAt(
  place: Place,
): { readonly root: string; readonly lockfile: string; readonly manager: PackageManager } | undefined {
  const parts = place.folder === "" ? [] : place.folder.split("/");
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const folder = parts.slice(0, depth).join("/");
    const at = { ...place, folder };
    const lockfile = firstOf(
      at,
      lockfiles.map(([name]) => name),
    );
    // A lockfile further up is ours only where that project says that it has workspaces.
    if (lockfile === undefined || (depth < parts.length && !hasWorkspaces(at))) continue;
    const manager = lockfiles.find(([name]) => name === lockfile)?.[1] ?? "npm";
    return { root: folder, lockfile, manager: manager === "yarn" && isBerry(at) ? "yarn-berry" : manager };
  }
  return undefined;
}

function hasWorkspaces(place: Place): boolean {
  return (readPackage(place)?.workspaces.length ?? 0) > 0 || has(place, "pnpm-workspace.yaml");
}

function isBerry(place: Place): boolean {
  return has(place, ".yarnrc.yml") || /^yarn@(?:[2-9]|\d\d)/.test(readPackage(place)?.packageManager ?? "");
}

export interface ReadProject {
  readonly project: NodeProject;
  readonly evidence: readonly Evidence[];
  readonly notes: readonly Note[];
}

/** Package manager, lockfile and version of Node.js of the project in a folder. */
export function nodeProject(place: Place, json: PackageJson): ReadProject {
  const locked = lockedAt(place);
  const root = locked?.root ?? place.folder;
  const at = { ...place, folder: root };
  const top = readPackage(at) ?? json;
  const manager = locked?.manager ?? managerNamed(top.packageManager) ?? "npm";
  const node = chooseVersion("node", "Node.js", json.engines["node"] ?? top.engines["node"] ?? nodeFile(at));
  const below = place.folder === root ? "" : place.folder.slice(root === "" ? 0 : root.length + 1);
  const prisma =
    has(place, "prisma/schema.prisma") && { ...json.dependencies, ...json.devDependencies }["prisma"] !== undefined;
  const evidence =
    locked === undefined
      ? []
      : [
          {
            file: join(root, locked.lockfile),
            line: 1,
            what: `the lockfile of ${manager === "yarn-berry" ? "yarn" : manager}`,
          },
        ];
  const notes: Note[] = [
    ...(locked === undefined
      ? [
          {
            message: `there is no lockfile in ${root === "" ? "the top folder" : root}: each build may get other versions. Run ${manager} install and commit its lockfile`,
            evidence: evidenceIn(place, "package.json", /\{/, "package.json"),
          },
        ]
      : []),
    ...(node.note === undefined ? [] : [{ message: node.note }]),
  ];
  return {
    project: {
      manager,
      managerVersion:
        manager === "npm" ? undefined : (versionNamed(top.packageManager, manager) ?? usualVersions[manager]),
      lockfile: locked?.lockfile,
      node: node.version,
      root,
      manifests: [...manifestsOf(at), ...(prisma ? [`${below === "" ? "" : `${below}/`}prisma/schema.prisma`] : [])],
      below,
      hasPackages:
        Object.keys({ ...top.dependencies, ...top.devDependencies, ...json.dependencies, ...json.devDependencies })
          .length > 0,
      generate: prisma ? ["npx", "prisma", "generate"] : undefined,
      workspaceBuild: below !== "" && top.scripts["build"] !== undefined,
    },
    evidence,
    notes,
  };
}

/** What installing reads: manifests of the project and of its workspaces, lockfile, settings. */
function manifestsOf(at: Place): readonly string[] {
  const own = ["package.json", ...lockfiles.map(([name]) => name), "pnpm-workspace.yaml", ".npmrc", ".yarnrc.yml"];
  const prefix = at.folder === "" ? "" : `${at.folder}/`;
  const workspaces = hasWorkspaces(at)
    ? at.repository.files
        .filter((file) => file.startsWith(prefix) && file.endsWith("/package.json"))
        .map((file) => file.slice(prefix.length))
        .filter((file) => file !== "package.json")
    : [];
  return [...own.filter((name) => has(at, name)), ...workspaces];
}

function managerNamed(text: string | undefined): PackageManager | undefined {
  const name = /^(npm|pnpm|yarn|bun)@(\d+)/.exec(text ?? "");
  if (name === null) return undefined;
  return name[1] === "yarn" && name[2] !== "1" ? "yarn-berry" : (name[1] as PackageManager);
}

/** `pnpm@10.4.1+sha512…`: the version that the repository wants. */
function versionNamed(text: string | undefined, manager: PackageManager): string | undefined {
  const wanted = manager === "yarn-berry" ? "yarn" : manager;
  const match = /^(npm|pnpm|yarn|bun)@(\d+(?:\.\d+)*(?:-[\w.]+)?)/.exec(text ?? "");
  return match?.[1] === wanted ? match[2] : undefined;
}

function nodeFile(at: Place): string | undefined {
  const file = firstOf(at, [".nvmrc", ".node-version"]);
  return file === undefined ? undefined : textOf(at, file)?.trim();
}

/** `npm run build`, in the words of the package manager. */
export function runScript(manager: PackageManager, script: string): readonly string[] {
  return [manager === "yarn-berry" ? "yarn" : manager, "run", script];
}
