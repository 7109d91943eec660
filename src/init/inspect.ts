import { detectors } from "./detect/index.ts";
import type { Evidence, ExistingDockerfile, NamedPart, Part, Repository, Survey } from "./model.ts";
import { apiPrefixOf } from "./reads.ts";
import { evidenceOf, foldersWithManifest } from "./view.ts";

const composeNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** Everything that init can say of a repository. Pure. */
export function inspect(repository: Repository): Survey {
  const folders = [...new Set([...foldersWithManifest(repository), ""])];
  const found = folders.flatMap((folder) => {
    const place = { repository, folder };
    for (const detector of detectors) {
      const part = detector.detect(place);
      if (part !== undefined) return [part];
    }
    return [];
  });
  const parts = withoutHalves(found);
  const path = composeNames.find((name) => repository.files.includes(name));
  const text = repository.texts.get(path ?? "") ?? "";
  return {
    parts: named(parts).map((part) => ({ ...part, apiPrefix: prefixOf(repository, part) })),
    dockerfiles: dockerfilesOf(repository),
    compose: path === undefined || isOurs(text) ? undefined : { path, text },
    wherry: repository.files.includes("wherry.yaml") ? "wherry.yaml" : undefined,
    pipelines: pipelinesOf(repository),
    dotenv: dotenvOf(repository),
  };
}

function prefixOf(repository: Repository, part: Part): Evidence | undefined {
  if (part.role !== "api") return undefined;
  const found = apiPrefixOf({ repository, folder: part.folder });
  return found === undefined ? undefined : evidenceOf(found);
}

/** The writer's mark: what Wherry wrote may be written anew, and is no wish of somebody else. */
function isOurs(text: string): boolean {
  return text.startsWith("# Written by Wherry (");
}

/** A static page at the top beside real parts is a part of the documentation or of one of them. */
function withoutHalves(parts: readonly Part[]): readonly Part[] {
  const real = parts.filter(({ language }) => language !== "static");
  return real.length > 0 ? real : parts;
}

/** Names of compose services: the folder's, or what the part is where it is the whole repository. */
function named(parts: readonly Part[]): readonly (Part & Pick<NamedPart, "name">)[] {
  const taken = new Set<string>();
  return parts.map((part) => {
    const wanted = part.folder === "" ? topName(parts, part) : serviceName(part.folder.split("/").at(-1) ?? "");
    const whole = serviceName(part.folder.replaceAll("/", "-"));
    const base = taken.has(wanted) ? whole : wanted;
    let name = base;
    for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
    taken.add(name);
    return { ...part, name, evidence: once(part.evidence) };
  });
}

function once(evidence: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(evidence.map((one) => [`${one.file}:${one.line}`, one])).values()];
}

function topName(parts: readonly Part[], part: Part): string {
  if (parts.length === 1) return "web";
  return part.role === "api" ? "backend" : "frontend";
}

function serviceName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 31);
  return name === "" ? "app" : name;
}

function dockerfilesOf({ files, texts }: Repository): readonly ExistingDockerfile[] {
  return files
    .filter((file) => /(?:^|\/)Dockerfile$/.test(file))
    .map((path) => {
      const text = texts.get(path) ?? "";
      const port = /^\s*EXPOSE\s+(\d{1,5})/im.exec(text)?.[1];
      const stages = new Map<string, string>();
      let base: string | undefined;
      for (const [, from = "", name] of text.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)) {
        base = stages.get(from.toLowerCase()) ?? from;
        if (name !== undefined) stages.set(name.toLowerCase(), base);
      }
      return {
        path,
        port: port === undefined ? undefined : Number(port),
        hasHealthcheck: /^\s*HEALTHCHECK\s+(?!NONE)/im.test(text),
        base,
        ours: isOurs(text),
      };
    });
}

function pipelinesOf({ files }: Repository): readonly Evidence[] {
  const known: readonly (readonly [RegExp, string])[] = [
    [/^\.github\/workflows\/[^/]+\.ya?ml$/, "a workflow of GitHub Actions"],
    [/^\.gitlab-ci\.yml$/, "a pipeline of GitLab"],
    [/^bitbucket-pipelines\.yml$/, "a pipeline of Bitbucket"],
    [/^\.circleci\/config\.yml$/, "a pipeline of CircleCI"],
    [/^Jenkinsfile$/, "a pipeline of Jenkins"],
    [/^azure-pipelines\.yml$/, "a pipeline of Azure"],
  ];
  return files.flatMap((file) => {
    const what = known.find(([pattern]) => pattern.test(file))?.[1];
    return what === undefined ? [] : [{ file, line: 1, what }];
  });
}

function dotenvOf({ files, texts }: Repository): Survey["dotenv"] {
  const ignored = (texts.get(".gitignore") ?? "").split("\n").map((line) => line.trim());
  if (ignored.some((line) => /^\/?(?:\.env\*?|\*\.env|\.env\.\*)$/.test(line))) return "ignored";
  return files.includes(".env") ? "in the repository" : "not ignored";
}
