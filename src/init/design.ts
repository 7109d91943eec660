import type { ExistingDockerfile, NamedPart, Note, Survey, Variable } from "./model.ts";
import { isSecretName } from "./reads.ts";
import { healthcheckFor, healthcheckInImage } from "./healthcheck.ts";
import { meaningOf, stores, valueFor } from "./stores.ts";
import type { Store, StoreNames } from "./stores.ts";
import { join } from "./view.ts";

/** What the user says, or the defaults. */
export interface Choices {
  readonly app: string;
  /** Host name in production; a placeholder where none was said. */
  readonly host: string | undefined;
  /** As wherry.yaml writes it; a placeholder where none was said. */
  readonly server: string | undefined;
}

/** The app that will be written: every name, value and number decided. Renderers only write it down. */
export interface Design {
  readonly app: string;
  readonly services: readonly OwnService[];
  readonly stores: readonly StoreService[];
  readonly secrets: readonly AppSecret[];
  readonly choices: Choices;
  readonly notes: readonly Note[];
}

export interface AppSecret {
  /** Of the compose secret: `db_password`, the file in /run/secrets. */
  readonly name: string;
  /** Where its value comes from: `DB_PASSWORD`. */
  readonly variable: string;
  readonly what: string;
}

export interface OwnService {
  readonly part: NamedPart;
  readonly name: string;
  /** Folder of the build, and Dockerfile in it, relative to it. */
  readonly context: string;
  readonly dockerfile: string;
  /** The team's own Dockerfile, which stays. */
  readonly existing: ExistingDockerfile | undefined;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Some setting has a secret inside, which the entrypoint fills in. */
  readonly fillsIn: boolean;
  /** Read by the code and set nowhere: the code has defaults for them, or fails. */
  readonly unset: readonly Variable[];
  readonly stores: readonly StoreService[];
  readonly healthcheck: readonly string[] | undefined;
  readonly route: RoutePlan;
  readonly memory: string;
  readonly grace: string;
}

export interface RoutePlan {
  /** In front of the app's host: `admin.`; empty for the host itself. */
  readonly prefix: string;
  readonly path: string;
  /** The service does not know the prefix: the proxy takes it away. */
  readonly strip: boolean;
}

export interface StoreService {
  readonly name: string;
  readonly store: Store;
  readonly names: StoreNames;
}

export function design(survey: Survey, choices: Choices): Design {
  const kept = keptStores(survey, choices.app);
  const routes = routesOf(survey.parts);
  const services = survey.parts.map((part) => serviceOf(part, survey, kept, routes.get(part.name) ?? wholeHost));
  const passwords = kept
    .filter(({ store }) => store.password)
    .map(({ names, store }) => ({
      name: names.secret,
      variable: names.secret.toUpperCase(),
      what: `the password of ${store.title}`,
    }));
  const others = services.flatMap(({ part }) =>
    ownSecrets(part, kept).map(({ name, evidence }) => ({
      name: name.toLowerCase(),
      variable: name,
      what: `read in ${evidence.file}:${evidence.line}`,
    })),
  );
  const secrets = [...new Map([...passwords, ...others].map((secret) => [secret.name, secret])).values()];
  return {
    app: choices.app,
    services,
    stores: kept,
    secrets,
    choices,
    notes: [...dotenvNotes(survey, secrets.length > 0), ...notesOf(services, routes)],
  };
}

const wholeHost: RoutePlan = { prefix: "", path: "/", strip: false };

/** One front end on the host, one API below /api of it; what comes after gets a host of its own. */
function routesOf(parts: readonly NamedPart[]): ReadonlyMap<string, RoutePlan> {
  const pages = parts.filter(({ role }) => role !== "api");
  const apis = parts.filter(({ role }) => role === "api");
  const main = pages.find(({ name }) => /^(?:frontend|web|client|app|site|www|ui)$/.test(name)) ?? pages[0];
  const api = apis.find(({ name }) => /^(?:backend|api|server)$/.test(name)) ?? apis[0];
  return new Map(
    parts.map((part) => {
      if (part === main || (main === undefined && part === api)) return [part.name, wholeHost];
      if (part === api) return [part.name, { prefix: "", path: "/api", strip: part.apiPrefix === undefined }];
      return [part.name, { prefix: `${part.name}.`, path: "/", strip: false }];
    }),
  );
}

function keptStores(survey: Survey, app: string): readonly StoreService[] {
  const kinds = stores.filter(({ kind }) => survey.parts.some((part) => part.uses.some((use) => use.kind === kind)));
  const taken = new Set(survey.parts.map(({ name }) => name));
  const withPassword = kinds.filter(({ password }) => password);
  const word = app.replaceAll("-", "_");
  return kinds.map((store) => {
    const name = taken.has(store.kind) ? `${store.kind}-data` : store.kind;
    const secret = withPassword.length === 1 || withPassword[0] === store ? "db_password" : `${store.kind}_password`;
    return { name, store, names: { user: word, database: word, host: name, secret } };
  });
}

function serviceOf(part: NamedPart, survey: Survey, kept: readonly StoreService[], route: RoutePlan): OwnService {
  const found = survey.dockerfiles.find(({ path }) => path === join(part.folder, "Dockerfile"));
  const existing = found === undefined || found.ours ? undefined : found;
  const used = kept.filter(({ store }) => part.uses.some(({ kind }) => kind === store.kind));
  const root =
    "project" in part.image
      ? part.image.project.root
      : part.image.recipe === "pages"
        ? (part.image.build?.project.root ?? part.folder)
        : part.folder;
  const context = existing === undefined ? root : part.folder;
  const port = existing?.port ?? part.port.value;
  const { settings, secrets } = settingsOf(part, used);
  const whole = { ...(existing === undefined ? part.environment : { PORT: String(port) }), ...settings };
  const environment = part.image.recipe === "pages" ? {} : existing === undefined ? whole : interpolated(whole);
  const fillsIn = existing === undefined && Object.values(environment).some((value) => value.includes("{{"));
  const set = new Set(Object.keys(environment));
  return {
    part,
    name: part.name,
    context,
    dockerfile:
      part.folder === context
        ? "Dockerfile"
        : `${part.folder.slice(context === "" ? 0 : context.length + 1)}/Dockerfile`,
    existing,
    port,
    environment,
    secrets: existing === undefined ? secrets : [],
    fillsIn,
    unset: part.image.recipe === "pages" ? [] : part.reads.filter(({ name }) => !set.has(name)),
    stores: used,
    healthcheck: existing === undefined ? healthcheckFor(part) : healthcheckInImage(existing, part, port),
    route,
    memory: part.language === "java" ? "1g" : part.image.recipe === "pages" ? "128m" : "512m",
    grace: part.image.recipe === "pages" ? "10s" : "30s",
  };
}

/** Values of the variables that a part reads, as far as stores and secrets give them. */
function settingsOf(
  part: NamedPart,
  used: readonly StoreService[],
): { readonly settings: Readonly<Record<string, string>>; readonly secrets: readonly string[] } {
  const settings: Record<string, string> = {};
  const secrets = new Set<string>();
  for (const { store, names } of used) {
    const known = part.reads.flatMap(({ name }) => {
      const meaning = meaningOf(store, name);
      return meaning === undefined || Object.hasOwn(settings, name) ? [] : [{ name, meaning }];
    });
    const place = known.some(({ meaning }) => meaning === "url" || meaning === "host");
    for (const { name, meaning } of [
      ...known,
      ...(place ? [] : [{ name: store.usualVariable, meaning: "url" as const }]),
    ]) {
      const value = valueFor(store, meaning, names);
      if (value !== "") settings[name] = value;
      if (value.includes(names.secret)) secrets.add(names.secret);
    }
  }
  for (const { name } of ownSecrets(part, used)) {
    settings[name] = `{{${name.toLowerCase()}}}`;
    secrets.add(name.toLowerCase());
  }
  return { settings, secrets: [...secrets] };
}

/** Secrets that belong to no store: keys and tokens. */
function ownSecrets(part: NamedPart, used: readonly StoreService[]): readonly Variable[] {
  if (part.image.recipe === "pages") return [];
  return part.reads.filter(
    ({ name }) => isSecretName(name) && !used.some(({ store }) => meaningOf(store, name) !== undefined),
  );
}

/** For an image whose entrypoint is not ours: compose fills the values in, and they are in the container's environment. */
function interpolated(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value.replaceAll(/\{\{(\w+)\}\}/g, (_, secret: string) => `\${${secret.toUpperCase()}}`),
    ]),
  );
}

function dotenvNotes({ dotenv }: Survey, secrets: boolean): readonly Note[] {
  if (dotenv === "in the repository")
    return [
      {
        message: ".env is not in .gitignore: its passwords would go into the repository",
        evidence: { file: ".env", line: 1, what: ".env" },
      },
    ];
  return secrets && dotenv === "not ignored" ? [{ message: "add .env to .gitignore before you make one" }] : [];
}

function notesOf(services: readonly OwnService[], routes: ReadonlyMap<string, RoutePlan>): readonly Note[] {
  return services.flatMap(({ part, existing, stores: used, environment, name }): readonly Note[] => {
    const route = routes.get(name);
    return [
      ...part.notes,
      ...(existing === undefined
        ? []
        : [
            {
              message: `${existing.path} is yours and stays; port ${existing.port ?? part.port.value} is ${existing.port === undefined ? "assumed" : "what it exposes"}`,
            },
          ]),
      ...(existing !== undefined && Object.values(environment).some((value) => value.includes("${"))
        ? [
            {
              message: `${name} gets its passwords as environment variables, because its Dockerfile is yours: an app that reads /run/secrets keeps them out of docker inspect`,
            },
          ]
        : []),
      ...used.flatMap(({ store }) => {
        const read = part.reads.some((variable) => ["url", "host"].includes(meaningOf(store, variable.name) ?? ""));
        return read
          ? []
          : [
              {
                message: `${name} uses ${store.title}, and reads no variable for its address that is known: ${store.usualVariable} is set`,
                ...evidenceFor(part, store),
              },
            ];
      }),
      ...(part.port.certainty === "guess"
        ? [{ message: `the port of ${name} is a guess: ${part.port.value}, which is also in PORT` }]
        : []),
      ...(part.role === "api" && part.health === undefined
        ? [
            {
              message: `${name} has no route for health checks that was found: any answer counts. Give it one that answers 200 when it can serve, and name it in wherry.yaml`,
            },
          ]
        : []),
      ...(route?.strip === true
        ? [{ message: `${name} has no route below /api: the proxy takes /api away before a request reaches it` }]
        : []),
      ...part.workers.map((worker) => ({
        message: `${name}-${worker.name} has no health check: Docker sees only that it runs`,
        evidence: worker.evidence,
      })),
    ];
  });
}

function evidenceFor(part: NamedPart, store: Store): Pick<Note, "evidence"> {
  const use = part.uses.find(({ kind }) => kind === store.kind);
  return use === undefined ? {} : { evidence: use.evidence };
}
