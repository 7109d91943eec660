import { usesOf } from "./uses.ts";
import type { Found, Language, Place, StoreUse, Variable } from "./model.ts";
import { evidenceOf, search, sourcesOf } from "./view.ts";
import type { Match } from "./view.ts";

/** How each language asks for an environment variable. */
const patterns: Readonly<Record<Language, readonly RegExp[]>> = {
  node: [
    /\bprocess\.env\.([A-Z][A-Z0-9_]*)/,
    /\b(?:process\.env|env)\[["']([A-Z][A-Z0-9_]*)["']\]/,
    /\benv\.([A-Z][A-Z0-9_]{2,})\b/,
  ],
  python: [
    /\bos\.environ(?:\.get\(\s*|\[)["']([A-Z][A-Z0-9_]*)["']/,
    /\bos\.getenv\(\s*["']([A-Z][A-Z0-9_]*)["']/,
    /\b(?:env|config)(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]*)["']/,
  ],
  go: [/\bos\.(?:Getenv|LookupEnv)\(\s*"([A-Z][A-Z0-9_]*)"/],
  rust: [/\benv::var(?:_os)?\(\s*"([A-Z][A-Z0-9_]*)"/],
  java: [/\bSystem\.getenv\(\s*"([A-Z][A-Z0-9_]*)"/, /\$\{([A-Z][A-Z0-9_]*)(?::[^}]*)?\}/],
  static: [],
};

/** Set by the image or the surroundings; not the app's own. */
const ofSurroundings = new Set(
  "NODE_ENV PORT HOST HOSTNAME PATH HOME CI TZ LANG PWD USER DEV PROD MODE SSR BASE_URL DJANGO_SETTINGS_MODULE RUST_LOG".split(
    " ",
  ),
);

/** The variables that the sources of a part read, each once, by name. */
function variablesOf(place: Place, language: Language): readonly Variable[] {
  const files = sourcesOf(place).filter(
    (file) => !/(?:^|\/)(?:compose|docker-compose)[^/]*\.ya?ml$|(?:^|\/)\.github\//.test(file),
  );
  const found = new Map<string, Variable>();
  for (const pattern of patterns[language]) {
    for (const match of search(place, files, pattern)) {
      const name = match.match[1] ?? "";
      if (ofSurroundings.has(name) || /^(?:VITE|NEXT_PUBLIC|PUBLIC|NUXT_PUBLIC|REACT_APP|NG_APP)_/.test(name)) continue;
      if (!found.has(name)) found.set(name, { name, evidence: evidenceOf(match) });
    }
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const publicVariable =
  /\b(?:import\.meta\.env|process\.env)\.((?:VITE|NEXT_PUBLIC|PUBLIC|NUXT_PUBLIC|REACT_APP)_[A-Z0-9_]+)/;

/** Variables that the build writes into pages: everybody can read them there. */
export function publicVariablesOf(place: Place): readonly Variable[] {
  const found = search(place, sourcesOf(place), publicVariable);
  const names = new Map(found.map((match) => [match.match[1] ?? "", evidenceOf(match)]));
  return [...names].map(([name, evidence]) => ({ name, evidence })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Values that are nobody's business: they become secrets. */
export function isSecretName(name: string): boolean {
  return /(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASS|PRIVATE_KEY|API_KEY|APIKEY|ACCESS_KEY|SECRET_KEY|SECRET_KEY_BASE|CREDENTIALS|DSN)(?:_KEY|_BASE)?$/.test(
    name,
  );
}

const healthPath =
  /["'`](?:GET |HEAD )?(\/(?:api\/)?(?:healthz?|health-?check|livez|readyz|ready|live|up|ping|status|_health)\/?)["'`]/;
const djangoHealth = /\bpath\(\s*["']((?:api\/)?(?:healthz?|health-?check|livez|readyz|ping)\/?)["']/;

/** A route whose name says that it is for health checks. */
export function healthOf(place: Place): Found<string> | undefined {
  const files = sourcesOf(place, /\.(?:[cm]?[jt]sx?|py|go|rs|java|kt)$/);
  const found = search(place, files, healthPath).toSorted((a, b) => rank(a) - rank(b));
  const [best] = found;
  if (best !== undefined) return { value: best.match[1] ?? "/", certainty: "likely", evidence: evidenceOf(best) };
  const [django] = search(place, files, djangoHealth);
  if (django === undefined) return undefined;
  return { value: `/${django.match[1] ?? ""}`, certainty: "likely", evidence: evidenceOf(django) };
}

/** Of several, the one that asks for the most is the best: ready, then health, then live. */
function rank({ match }: Match): number {
  const path = match[1] ?? "";
  return /ready/.test(path) ? 0 : /health/.test(path) ? 1 : 2;
}

/** A route below /api: the app itself knows the prefix. */
export function apiPrefixOf(place: Place): Match | undefined {
  const files = sourcesOf(place, /\.(?:[cm]?[jt]sx?|py|go|rs|java|kt)$/);
  return search(place, files, /["'`](?:[A-Z]+ )?\/?api(?:\/[^"'`\s]*)?["'`]|\^?\\\/api\\\//)[0];
}

/** The first number that these patterns find in the sources. */
export function portOf(place: Place, candidates: readonly RegExp[], usual: number): Found<number> {
  const files = sourcesOf(place);
  for (const pattern of candidates) {
    for (const match of search(place, files, pattern)) {
      const port = Number(match.match[1]);
      if (port > 0 && port < 65_536) return { value: port, certainty: "likely", evidence: evidenceOf(match) };
    }
  }
  return { value: usual, certainty: "guess" };
}

export interface Reads {
  readonly reads: readonly Variable[];
  readonly uses: readonly StoreUse[];
}

/** What a part reads and uses. `packages`: name -> where it is asked for. */
export function readsOf(
  place: Place,
  language: Exclude<Language, "static">,
  packages: Parameters<typeof usesOf>[1],
): Reads {
  const reads = variablesOf(place, language);
  return { reads, uses: usesOf(language, packages, reads) };
}
