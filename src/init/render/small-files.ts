import type { Design, OwnService } from "../design.ts";
import { file } from "./text.ts";

/** What no build needs, and what must not get into an image. */
export function dockerignore(services: readonly OwnService[]): string {
  const languages = new Set(services.map(({ part }) => part.language));
  return file([
    ".git",
    ".github",
    // What is committed of these (.env.production) is for the build.
    "**/.env",
    "**/.env.local",
    "**/.env.*.local",
    "**/Dockerfile",
    ".dockerignore",
    "compose*.yaml",
    "docker-compose*.yml",
    "wherry.yaml",
    "README.md",
    ...(languages.has("node")
      ? [
          "**/node_modules",
          "**/.next",
          "**/.nuxt",
          "**/.output",
          "**/.svelte-kit",
          "**/.angular",
          "**/dist",
          "**/coverage",
        ]
      : []),
    ...(languages.has("python")
      ? ["**/__pycache__", "**/*.pyc", "**/.venv", "**/venv", "**/.pytest_cache", "**/*.sqlite3"]
      : []),
    ...(languages.has("rust") || languages.has("java") ? ["**/target"] : []),
    ...(languages.has("java") ? ["**/build", "**/.gradle"] : []),
  ]);
}

/** Every variable that somebody has to give a value, with none in it. */
export function environmentExample({ secrets, services }: Design): string {
  const unset = new Map(
    services.flatMap(({ unset: some }) => some.map((variable) => [variable.name, variable.evidence] as const)),
  );
  const args = new Map(
    services.flatMap(({ part }) =>
      (part.image.recipe === "pages" ? part.reads : []).map((variable) => [variable.name, variable.evidence] as const),
    ),
  );
  return file([
    "# For development: cp .env.example .env, and fill it in. Never commit .env.",
    "# A long random value: openssl rand -hex 24",
    ...secrets.flatMap(({ variable, what }) => ["", `# ${capital(what)}.`, `${variable}=`]),
    ...[...args].flatMap(([name, { file: where, line }]) => [
      "",
      `# Built into the pages (${where}:${line}).`,
      `# ${name}=`,
    ]),
    ...(unset.size === 0
      ? []
      : [
          "",
          "# Read by the code, and not set: put what you need under environment: in compose.yaml.",
          ...[...unset].map(([name, { file: where, line }]) => `# ${name}=   ${where}:${line}`),
        ]),
  ]);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
