import type { OwnService } from "../../design.ts";

/** Adds the digest to an image's name where a registry told it. */
export type Pin = (image: string) => string;

/** What every Dockerfile has at its end: user, port, health, command. */
export function ending(service: OwnService, user: string, command: readonly string[]): readonly string[] {
  const [, ...check] = service.healthcheck ?? [];
  return [
    `USER ${user}`,
    `EXPOSE ${service.port}`,
    ...(check.length === 0
      ? []
      : ["HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 \\", `  CMD ${exec(check)}`]),
    // A list and no shell: the program gets SIGTERM itself.
    ...(service.fillsIn ? [`ENTRYPOINT ${exec(["/bin/sh", "/usr/local/bin/fill-in-secrets.sh"])}`] : []),
    `CMD ${exec(command)}`,
  ];
}

/** Before the files of the app, because it changes less often. */
export function entrypoint(service: OwnService): readonly string[] {
  return service.fillsIn ? [`COPY ${below(service, "fill-in-secrets.sh")} /usr/local/bin/fill-in-secrets.sh`] : [];
}

export function below(service: OwnService, path: string): string {
  const folder = service.dockerfile.split("/").slice(0, -1).join("/");
  return folder === "" ? path : `${folder}/${path}`;
}

function exec(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}

export function run(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./:@=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}

/** Debian has no user for apps; a number works in every image, and says to Kubernetes that it is not root. */
export const appUser = "10001:10001";
