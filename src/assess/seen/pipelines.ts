import { isMapping, parseYaml, positionOfKey } from "../../config/index.ts";
import type { Path, YamlSource } from "../../config/index.ts";
import { purposes } from "./purposes.ts";
import type { Purpose } from "./purposes.ts";
import type { SeenFile, SeenFiles } from "./files.ts";
import { resolveLine } from "./scripts.ts";
import type { ScriptLine } from "./scripts.ts";

/** A pipeline file, read for what it starts, when, and with which rights. */
export interface Pipeline {
  readonly host: string;
  readonly file: SeenFile;
  /** When it runs. `unknown`: the host decides elsewhere, or the file does not say it in a way that is understood. */
  readonly triggers: readonly ("push" | "pull-request" | "schedule" | "manual" | "other" | "unknown")[];
  /** What it runs, with the scripts of the repository that it calls. */
  readonly lines: readonly PipelineLine[];
  /** Parts that are written elsewhere and were not followed: shared workflows, includes, scripts in other languages. */
  readonly elsewhere: readonly { readonly line: number; readonly what: string }[];
  /** Actions of others; GitHub only. */
  readonly uses: readonly { readonly line: number; readonly name: string; readonly ref: string }[];
  readonly environments: readonly { readonly line: number; readonly name: string }[];
  /** Undefined where the file cannot be read as YAML, and for hosts whose files are none. */
  readonly yaml: YamlSource | undefined;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface PipelineLine extends ScriptLine {
  /** The line of the pipeline file that led there. */
  readonly from: number;
}

const hosts: readonly { readonly host: string; readonly path: RegExp }[] = [
  { host: "GitHub Actions", path: /^\.github\/workflows\/[^/]+\.ya?ml$/ },
  { host: "Forgejo Actions", path: /^\.(?:forgejo|gitea)\/workflows\/[^/]+\.ya?ml$/ },
  { host: "GitLab CI", path: /^\.gitlab-ci\.ya?ml$/ },
  { host: "Jenkins", path: /(?:^|\/)Jenkinsfile(?:\.\w+)?$/ },
  { host: "CircleCI", path: /^\.circleci\/config\.ya?ml$/ },
  { host: "Azure Pipelines", path: /^\.?azure-pipelines\.ya?ml$/ },
  { host: "Bitbucket Pipelines", path: /^bitbucket-pipelines\.ya?ml$/ },
  { host: "Woodpecker", path: /^\.woodpecker(?:\/[^/]+)?\.ya?ml$/ },
  { host: "Drone", path: /^\.drone\.ya?ml$/ },
  { host: "Travis CI", path: /^\.travis\.ya?ml$/ },
  { host: "Buildkite", path: /^\.buildkite\/[^/]+\.ya?ml$/ },
  // Whatever starts it: a script of this name is what a pipeline would run.
  { host: "a script", path: /^\.?ci\/(?:run|main|build|test)(?:\.sh)?$|^(?:\.?ci|scripts\/ci)\.sh$/ },
];

/** Names of pipeline files, for the sentence that none is there. */
export const pipelineNames = ".github/workflows, .gitlab-ci.yml, Jenkinsfile or other pipeline file";

export function readPipelines(files: SeenFiles): readonly Pipeline[] {
  return files.all
    .filter(({ content }) => content === "text")
    .flatMap((file) => {
      const host = hosts.find(({ path }) => path.test(file.path))?.host;
      return host === undefined || (file.path.includes("/") && isVendored(file.path))
        ? []
        : [readPipeline(host, file, files)];
    });
}

function isVendored(path: string): boolean {
  return /(?:^|\/)(?:node_modules|vendor|third_party|tests?|fixtures?|examples?)\//.test(path);
}

function readPipeline(host: string, file: SeenFile, files: SeenFiles): Pipeline {
  const source = isProgram(host) ? undefined : parseYaml(file.path, file.lines.join("\n"));
  const yaml = source?.document.errors.length === 0 ? source : undefined;
  const content = yaml === undefined ? {} : plain(yaml);
  const written = codeLines(file);
  const resolved = written.map(({ line, text }) => ({ line, ...resolveLine(files, file, line, text) }));
  return {
    host,
    file,
    triggers: triggersOf(host, content),
    lines: resolved.flatMap(({ line, lines }) => lines.map((one) => ({ ...one, from: line }))),
    elsewhere: [
      ...resolved.flatMap(({ line, elsewhere }) => elsewhere.map((what) => ({ line, what }))),
      ...written.flatMap(({ line, text }) => sharedPart(host, text).map((what) => ({ line, what }))),
    ],
    uses: host.endsWith("Actions") ? written.flatMap(({ line, text }) => usesOf(text, line)) : [],
    environments: yaml === undefined ? [] : environmentsOf(yaml, content),
    yaml,
    content,
  };
}

/** Written in a language, not in YAML. */
export function isProgram(host: string): boolean {
  return host === "Jenkins" || host === "a script";
}

/** Lines without comments, and without those that only give names. */
function codeLines(file: SeenFile): readonly { readonly line: number; readonly text: string }[] {
  return file.lines.flatMap((raw, index) => {
    const text = raw.replace(/(?:^|\s)#.*$/, "").replace(/^\s*\/\/.*$/, "");
    const names = /^\s*(?:-\s+)?(?:name|description|title|label|run-name|displayName)\s*:/.test(text);
    return text.trim() === "" || names ? [] : [{ line: index + 1, text }];
  });
}

function plain(source: YamlSource): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = source.document.toJS();
    return isMapping(content) ? content : {};
  } catch {
    // An alias that grows without bounds.
    return {};
  }
}

function triggersOf(host: string, content: Readonly<Record<string, unknown>>): Pipeline["triggers"] {
  if (isProgram(host) || host === "Buildkite") return ["unknown"];
  if (host === "Azure Pipelines" && content["trigger"] === "none") return ["manual"];
  // These run for each push unless the file says otherwise job by job.
  if (!host.endsWith("Actions")) return ["push"];
  // YAML 1.1 readers make `true` of the key `on`; this one does not.
  const on = content["on"];
  const names =
    typeof on === "string" ? [on] : Array.isArray(on) ? on.map(String) : isMapping(on) ? Object.keys(on) : [];
  if (names.length === 0) return ["unknown"];
  const words: Readonly<Record<string, Pipeline["triggers"][number]>> = {
    push: "push",
    pull_request: "pull-request",
    pull_request_target: "pull-request",
    merge_group: "pull-request",
    schedule: "schedule",
    workflow_dispatch: "manual",
  };
  return [...new Set(names.map((name) => words[name] ?? "other"))];
}

function usesOf(text: string, line: number): Pipeline["uses"] {
  const [, name, ref] = /^\s*(?:-\s+)?["']?uses["']?:\s*["']?([\w.-]+\/[^@\s"']+)@([^\s"']+)/.exec(text) ?? [];
  return name === undefined || ref === undefined ? [] : [{ line, name, ref }];
}

function sharedPart(host: string, text: string): readonly string[] {
  const uses = /^\s*(?:-\s+)?uses:\s*["']?(\S+?)["']?\s*$/.exec(text)?.[1];
  if (uses !== undefined && (/\.ya?ml@/.test(uses) || /^(?:\.|\$)\//.test(uses))) return [uses];
  if (host === "GitLab CI" && /^\s*(?:-\s+)?(?:include|project|component|remote|template|trigger)\s*:/.test(text))
    return /(?:SAST|Secret-Detection|Dependency-Scanning|Container-Scanning)\.gitlab-ci/.test(text)
      ? []
      : [text.trim()];
  if (host === "Jenkins" && /@Library|\blibrary\s*[("']|\bload\s*[("']/.test(text)) return [text.trim()];
  if (host === "CircleCI" && /^\s*orbs\s*:/.test(text)) return [text.trim()];
  return [];
}

function environmentsOf(source: YamlSource, content: Readonly<Record<string, unknown>>): Pipeline["environments"] {
  const jobs = isMapping(content["jobs"]) ? content["jobs"] : content;
  const above: Path = isMapping(content["jobs"]) ? ["jobs"] : [];
  return Object.entries(jobs).flatMap(([job, definition]) => {
    const environment = isMapping(definition) ? definition["environment"] : undefined;
    const name = isMapping(environment) ? environment["name"] : environment;
    if (typeof name !== "string") return [];
    return [{ line: positionOfKey(source, [...above, job, "environment"]).line, name }];
  });
}

/** Lines of all pipelines that do this. */
export function linesFor(
  pipelines: readonly Pipeline[],
  purpose: Purpose,
): readonly { readonly pipeline: Pipeline; readonly line: PipelineLine }[] {
  return pipelines.flatMap((pipeline) =>
    pipeline.lines
      .filter(({ text, purpose: said }) => said === purpose || purposes[purpose].test(text))
      .map((line) => ({ pipeline, line })),
  );
}
