import { chooseVersion } from "../base-images.ts";
import type { Evidence, Found, ImagePlan, Note, Part, Place, Role, Worker } from "../model.ts";
import { healthOf, portOf, readsOf } from "../reads.ts";
import { evidenceIn, evidenceOf, firstOf, has, join, search, sourcesOf, textOf } from "../view.ts";

/** A folder with a Python project, for the detectors of its frameworks. */
export interface PythonPlace {
  readonly place: Place;
  readonly packages: ReadonlyMap<string, Evidence>;
  readonly version: string;
  readonly install: Extract<ImagePlan, { recipe: "python" }>["install"];
  readonly evidence: readonly Evidence[];
  readonly notes: readonly Note[];
}

export function pythonPlace(place: Place): PythonPlace | undefined {
  const requirements = has(place, "requirements.txt");
  const project = has(place, "pyproject.toml");
  if (!requirements && !project) return undefined;
  const install = has(place, "uv.lock")
    ? "uv"
    : has(place, "poetry.lock")
      ? "poetry"
      : requirements
        ? "requirements"
        : "project";
  const chosen = chooseVersion("python", "Python", askedVersion(place));
  const locked = { uv: "uv.lock", poetry: "poetry.lock", requirements: "requirements.txt", project: "pyproject.toml" }[
    install
  ];
  const loose = install === "project" || (install === "requirements" && looseLine(place) !== undefined);
  const unpinned = looseLine(place);
  return {
    place,
    packages: new Map([...requirementLines(place), ...projectLines(place)]),
    version: chosen.version,
    install,
    evidence: [
      {
        file: join(place.folder, locked),
        line: 1,
        what: install === "project" ? "pyproject.toml without a lockfile" : `installed from ${locked}`,
      },
    ],
    notes: [
      ...(chosen.note === undefined ? [] : [{ message: chosen.note }]),
      ...(loose
        ? [
            {
              message:
                "not every package has an exact version: each build may get others. uv lock or pip freeze writes them down",
              evidence:
                install === "requirements" && unpinned !== undefined
                  ? unpinned
                  : evidenceIn(place, locked, /dependencies/, locked),
            },
          ]
        : []),
    ],
  };
}

function askedVersion(place: Place): string | undefined {
  const file = textOf(place, ".python-version")?.trim();
  if (file !== undefined) return file;
  return /^(?:requires-python|python)\s*=\s*["']([^"']+)["']/m.exec(textOf(place, "pyproject.toml") ?? "")?.[1];
}

const requirement = /^([A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?)\s*(?:([=~<>!]=?=?)\s*([^\s;,#]+))?/;

function requirementLines(place: Place): readonly (readonly [string, Evidence])[] {
  return linesOf(textOf(place, "requirements.txt") ?? "").flatMap(({ text, line }) => {
    const name = requirement.exec(text)?.[1];
    return name === undefined ? [] : named(name, { file: join(place.folder, "requirements.txt"), line, what: text });
  });
}

/** `celery[redis]` is asked for as celery, and as celery with redis. */
function named(name: string, evidence: Evidence): readonly (readonly [string, Evidence])[] {
  const whole = name.toLowerCase();
  const bare = whole.replace(/\[.*/, "");
  return bare === whole
    ? [[bare, evidence]]
    : [
        [bare, evidence],
        [whole, evidence],
      ];
}

function projectLines(place: Place): readonly (readonly [string, Evidence])[] {
  const text = textOf(place, "pyproject.toml");
  if (text === undefined) return [];
  const file = join(place.folder, "pyproject.toml");
  let section = "";
  let list = false;
  return linesOf(text).flatMap(({ text: content, line }) => {
    const header = /^\[+([^\]]+)\]+/.exec(content)?.[1];
    if (header !== undefined && !list) section = header;
    if (/^dependencies\s*=\s*\[/.test(content)) list = section === "project";
    const inList = list
      ? [...content.matchAll(/["']([A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?)[^"']*["']/g)].map((match) => match[1] ?? "")
      : [];
    if (list && /\]\s*,?$/.test(content.replaceAll(/\[[^\]]*\](?=.*["'])/g, ""))) list = false;
    const inTable =
      section === "tool.poetry.dependencies" ? (/^([A-Za-z0-9][\w.-]*)\s*=/.exec(content)?.[1] ?? "") : "";
    return [...inList, ...(inTable === "" || inTable === "python" ? [] : [inTable])].flatMap((name) =>
      named(name, { file, line, what: content }),
    );
  });
}

function looseLine(place: Place): Evidence | undefined {
  const loose = linesOf(textOf(place, "requirements.txt") ?? "").find(({ text }) => {
    const found = requirement.exec(text);
    return found !== null && found[2] !== "==" && found[2] !== "===" && !text.startsWith("-");
  });
  return loose === undefined
    ? undefined
    : { file: join(place.folder, "requirements.txt"), line: loose.line, what: loose.text };
}

function linesOf(text: string): readonly { readonly text: string; readonly line: number }[] {
  return text
    .split("\n")
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter(({ text: content }) => content !== "" && !content.startsWith("#"));
}

export interface WebSpec {
  readonly framework: string;
  readonly role: Role;
  readonly evidence: readonly Evidence[];
  readonly extra: readonly string[];
  readonly start: readonly string[];
  readonly prepare?: readonly string[];
  readonly port: Found<number>;
  readonly health?: Found<string>;
  readonly release?: Found<readonly string[]>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly develop: readonly string[];
  readonly notes?: readonly Note[];
}

export function webPart(python: PythonPlace, spec: WebSpec): Part {
  const { place, packages, version, install } = python;
  return {
    folder: place.folder,
    framework: spec.framework,
    language: "python",
    role: spec.role,
    certainty: "likely",
    evidence: [...spec.evidence, ...python.evidence],
    image: {
      recipe: "python",
      version,
      install,
      extra: spec.extra,
      prepare: spec.prepare,
      system: systemPackages(packages),
      start: spec.start,
    },
    port: spec.port,
    health: spec.health ?? healthOf(place),
    environment: { PORT: String(spec.port.value), ...spec.environment },
    ...readsOf(place, "python", packages),
    release: spec.release ?? alembic(python),
    workers: celery(python),
    development: { command: spec.develop, port: spec.port.value, keep: [], environment: {} },
    notes: [...python.notes, ...(spec.notes ?? [])],
  };
}

/** Packages that are compiled when they are installed. */
const compiled: Readonly<Record<string, { readonly build: readonly string[]; readonly run: readonly string[] }>> = {
  psycopg2: { build: ["gcc", "libc6-dev", "libpq-dev"], run: ["libpq5"] },
  mysqlclient: { build: ["gcc", "libc6-dev", "pkg-config", "default-libmysqlclient-dev"], run: ["libmariadb3"] },
};

function systemPackages(packages: ReadonlyMap<string, Evidence>): {
  readonly build: readonly string[];
  readonly run: readonly string[];
} {
  const found = Object.entries(compiled).flatMap(([name, needs]) => (packages.has(name) ? [needs] : []));
  return { build: [...new Set(found.flatMap(({ build }) => build))], run: found.flatMap(({ run }) => run) };
}

function alembic({ place, packages }: PythonPlace): Found<readonly string[]> | undefined {
  const ini = firstOf(place, ["alembic.ini"]);
  if (ini === undefined || !packages.has("alembic")) return undefined;
  return {
    value: ["alembic", "upgrade", "head"],
    certainty: "likely",
    evidence: evidenceIn(place, ini, /\[alembic\]/, ini),
  };
}

function celery({ place, packages }: PythonPlace): readonly Worker[] {
  if (!packages.has("celery")) return [];
  const [app] = search(place, sourcesOf(place, /\.py$/), /^(\w+)\s*=\s*Celery\(/m);
  if (app === undefined) return [];
  const module = moduleName(place, app.file);
  return [
    {
      name: "worker",
      command: ["celery", "--app", `${module}:${app.match[1]}`, "worker", "--loglevel", "info"],
      evidence: evidenceOf(app),
    },
  ];
}

/** `app/main.py` is the module `app.main`. */
export function moduleName(place: Place, file: string): string {
  const below = place.folder === "" ? file : file.slice(place.folder.length + 1);
  return below
    .replace(/\.py$/, "")
    .replace(/\/__init__$/, "")
    .replaceAll("/", ".");
}

/** The variable that holds the application: `app = Flask(__name__)`. */
export function applicationOf(
  place: Place,
  constructor: string,
): { readonly target: string; readonly evidence: Evidence } | undefined {
  const files = sourcesOf(place, /\.py$/);
  const [found] = search(
    place,
    files,
    new RegExp(String.raw`^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:\w+\.)?${constructor}\(`, "m"),
  );
  if (found !== undefined)
    return { target: `${moduleName(place, found.file)}:${found.match[1]}`, evidence: evidenceOf(found) };
  const [factory] = search(place, files, /^def (create_app|make_app)\(/m);
  if (factory === undefined || search(place, files, new RegExp(String.raw`\b${constructor}\(`)).length === 0)
    return undefined;
  return { target: `${moduleName(place, factory.file)}:${factory.match[1]}()`, evidence: evidenceOf(factory) };
}

export function pythonPort(place: Place, usual: number): Found<number> {
  return portOf(place, [/\bport\s*=\s*(\d{2,5})\b/, /\bPORT["']\s*,\s*["']?(\d{2,5})/], usual);
}
