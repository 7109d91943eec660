import { spawn, spawnSync } from "node:child_process";
import { realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { temporaryFolder } from "../helpers/temporary.ts";

/**
 * Builds of a Jenkinsfile without Jenkins. The language is the one that Jenkins has in itself, in Debian's package: Groovy
 * 2.4.21. The parser of declarative pipelines is a plugin that no package registry has; jenkins/declarative.groovy stands in.
 */

/** Why nothing can be built here; undefined where it can. */
export function whyNoGroovy(): string | undefined {
  const missing = spawnSync("groovy", ["--version"], { env: { ...process.env, ...javaHome() } }).status !== 0;
  return missing ? "groovy is not installed: apt-get install groovy" : undefined;
}

/** Debian's groovy looks for Debian's default Java, and not for the one that is there. */
function javaHome(): { readonly JAVA_HOME?: string } {
  const { status, stdout } = spawnSync("sh", ["-c", "command -v java"], { encoding: "utf8" });
  return status === 0 ? { JAVA_HOME: dirname(dirname(realpathSync(stdout.trim()))) } : {};
}

export interface Build {
  /** Of the checkout, absolute; the file is relative to it. */
  readonly folder: string;
  readonly file: string;
  /** All that the shells of the build have, beside what credentials are bound to. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the job, by their id: a value, or the path of a file. */
  readonly credentials: Readonly<Record<string, string>>;
}

export interface Built {
  readonly said: string;
  /** 0: all passed; 1: a step failed; 2: the file is not valid. */
  readonly status: number;
  /** `stage: NAME`, `skipped: NAME`, in the order of the file. */
  readonly stages: readonly string[];
}

/** Runs builds one after another, all in one virtual machine: starting it is most of the time. */
export async function runBuilds(builds: readonly Build[]): Promise<readonly Built[]> {
  const folder = temporaryFolder();
  const files = builds.map((build, index) => {
    const path = join(folder, `${index}.properties`);
    writeFileSync(path, propertiesOf(build));
    return path;
  });
  const child = spawn("groovy", [`${import.meta.dirname}/jenkins/declarative.groovy`, ...files], {
    // Java gives a program's variables in the letters of the machine's language, and where none is set only ASCII is left of them.
    env: { ...process.env, ...javaHome(), LC_ALL: "C.UTF-8", JAVA_OPTS: "-XX:TieredStopAtLevel=1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const texts = out.split(/^=== .*$/m).slice(1);
  if (err !== "" || texts.length !== builds.length) throw new Error(`groovy ended early: ${err}\n${out}`);
  return texts.map((said) => ({
    said,
    status: Number(/^--- status (\d)$/m.exec(said)?.[1]),
    stages: [...said.matchAll(/^--- ((?:stage|skipped): .*)$/gm)].map(([, line = ""]) => line),
  }));
}

/** As java.util.Properties reads it. */
function propertiesOf({ folder, file, env, credentials }: Build): string {
  const lines = [
    ["folder", folder],
    ["file", file],
    ...Object.entries(env).map(([name, value]) => [`env.${name}`, value]),
    ...Object.entries(credentials).map(([id, value]) => [`credential.${id}`, value]),
  ];
  const escaped = (value = ""): string => value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return lines.map(([name, value]) => `${name}=${escaped(value)}\n`).join("");
}
