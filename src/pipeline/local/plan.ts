import { nearest, usageError } from "../../core/index.ts";
import type { CheckKind, Command, Database, PartStage, Pipeline } from "../model.ts";

/** The stages of a pipeline as one machine runs them, one after the other. */
export type LocalStage = CommandStage | CheckStage | BuildStage | DeployStage;

/** Commands of one part; with what they need beside them. */
export interface CommandStage {
  readonly kind: "install" | CheckKind;
  readonly id: string;
  readonly part: string;
  /** Relative to the top of the repository. */
  readonly folder: string;
  readonly commands: readonly Command[];
  readonly databases: readonly Database[];
  readonly variables: Readonly<Record<string, string>>;
  readonly variableOf: Readonly<Record<string, string>>;
}

/** Wherry's own check of what one environment gets. */
export interface CheckStage {
  readonly kind: "check";
  readonly id: string;
  readonly environment: string;
}

/** The image of one service, built and thrown away. */
export interface BuildStage {
  readonly kind: "build";
  readonly id: string;
  readonly service: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | undefined;
}

/** The gate, and a deployment of the commit that is checked out. */
export interface DeployStage {
  readonly kind: "deploy";
  readonly id: string;
  readonly environment: string;
}

const checkKinds: readonly CheckKind[] = ["lint", "types", "unit", "integration"];

/**
 * All stages, in the order in which they run: `install-web`, `lint-web`, ..., `check-production`, `build-web`.
 * @param environments all of wherry.yaml, also those whose server no pipeline of a host reaches
 */
export function localStages(pipeline: Pipeline, environments: readonly string[]): readonly LocalStage[] {
  return [
    ...pipeline.parts.flatMap(stagesOf),
    ...environments.map((environment) => ({ kind: "check", id: `check-${environment}`, environment }) as const),
    ...pipeline.images.map((image) => ({ kind: "build", id: `build-${image.service}`, ...image }) as const),
  ];
}

function stagesOf(part: PartStage): readonly CommandStage[] {
  const { name, folder, install, checks, databases, variables, variableOf } = part;
  const stage = (kind: CommandStage["kind"], commands: readonly Command[], beside: boolean): readonly CommandStage[] =>
    commands.length === 0
      ? []
      : [
          {
            kind,
            id: `${kind}-${name}`,
            part: name,
            folder,
            commands,
            databases: beside ? databases : [],
            variables: beside && databases.length > 0 ? variables : {},
            variableOf,
          },
        ];
  return [
    ...stage("install", install.map(withoutCorepack), false),
    ...checkKinds.flatMap((kind) =>
      // As in a pipeline: where there is one script for all tests, it may need what integration tests need.
      stage(kind, checks[kind], kind === "integration" || (kind === "unit" && checks.integration.length === 0)),
    ),
  ];
}

/** A runner is thrown away; on somebody's machine the package manager is theirs, and corepack would replace it for all. */
function withoutCorepack({ title, run }: Command): Command {
  return { title, run: run.replace(/^corepack enable\n/, "") };
}

/**
 * The stages that somebody named: by kind, which means all of that kind, or by id. All where nothing is named. `deploy` brings
 * all others with it, and comes last: nothing is deployed that was not checked.
 * @param environment for which it is; only its check is run then
 * @throws usage: a name that is none, `deploy` without an environment
 */
export function chooseStages(
  all: readonly LocalStage[],
  names: readonly string[],
  environment: string | undefined,
): readonly LocalStage[] {
  const stages = all.filter(
    (stage) => stage.kind !== "check" || environment === undefined || stage.environment === environment,
  );
  if (names.includes("deploy")) {
    if (environment === undefined)
      throw usageError("no-environment", "deploy to which environment?", { hint: "say it with -e" });
    return [...stages, { kind: "deploy", id: `deploy-${environment}`, environment }];
  }
  for (const name of names) {
    if (stages.some(({ id, kind }) => id === name || kind === name)) continue;
    const known = [...new Set(stages.flatMap(({ id, kind }) => [kind, id]))];
    const near = nearest(name, known);
    throw usageError("unknown-stage", `there is no stage ${JSON.stringify(name)} here`, {
      hint: near === undefined ? "wherry pipeline run --plan lists them" : `did you mean ${near}?`,
    });
  }
  return names.length === 0 ? stages : stages.filter(({ id, kind }) => names.includes(id) || names.includes(kind));
}
