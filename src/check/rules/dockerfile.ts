import { dropsRootItself, runsAsOther } from "../knowledge/programs.ts";
import { endOfLife } from "../knowledge/end-of-life.ts";
import { parseImage } from "../image.ts";
import type { Dockerfile, Instruction, Stage } from "../dockerfile.ts";
import type { Edit, Problem, Rule } from "../model.ts";
import { folderOf, pathIn } from "../project.ts";
import type { Project, Service } from "../project.ts";
import { dockerfileSecrets } from "../secrets.ts";
import { partAt, spotOf, splitWords, textOf } from "../part.ts";
import { isPackageManager } from "./downtime.ts";

/** A rule that looks at each stage that ends up in an image, or is built on the way. */
function eachInstruction(look: (instruction: Instruction, file: Dockerfile) => readonly Problem[]): Rule["check"] {
  return (project) =>
    project.dockerfiles.flatMap((file) =>
      file.stages.flatMap(({ instructions }) => instructions.flatMap((one) => look(one, file))),
    );
}

/** A rule that looks at what an image is in the end: once for each Dockerfile and target. */
function eachImage(look: (stages: readonly Stage[], service: Service) => readonly Problem[]): Rule["check"] {
  return (project) => {
    const seen = new Set<Stage>();
    return project.services.flatMap((service) => {
      const { built } = service;
      const stage = built?.stages[0];
      if (built === undefined || stage === undefined || seen.has(stage) || !isOwnFile(project, built.dockerfile))
        return [];
      seen.add(stage);
      return look(built.stages, service).map((problem) => ({ service: service.name, ...problem }));
    });
  };
}

/** One that is written inline has no lines of its own. */
function isOwnFile(project: Project, file: Dockerfile | undefined): boolean {
  return file !== undefined && project.dockerfiles.includes(file);
}

const installs: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/\bnpm (install|i)(?=\s*($|[;&|]|--(?!global)))(?!.*(\s-g\b|--global))/, "npm ci"],
  [
    /\byarn( install)?(?=\s*($|[;&|]|--))(?!.*(--frozen-lockfile|--immutable))/,
    "yarn install --immutable (version 1: --frozen-lockfile)",
  ],
  [/\bpnpm (install|i)\b(?!.*--frozen-lockfile)(?=\s*($|[;&|]|--))/, "pnpm install --frozen-lockfile"],
  [/\bcomposer update\b/, "composer install"],
  [/\bbundle update\b/, "bundle install"],
];

const unlocked = eachInstruction((instruction) => {
  if (instruction.keyword !== "RUN") return [];
  const found = installs.find(([wrong]) => wrong.test(instruction.text));
  if (found === undefined) return [];
  return [
    {
      at: spotOf(instruction),
      message: "what is installed here is not what the lock file says",
      remedy: `use ${found[1]}`,
    },
  ];
});

const shellForm = eachImage((stages) => {
  const found = stages.flatMap(({ instructions }) =>
    ["ENTRYPOINT", "CMD"].flatMap((keyword) => instructions.findLast((one) => one.keyword === keyword) ?? []),
  );
  return found
    .filter(({ exec, text }) => exec === undefined && !/^exec\s/.test(text))
    .map((instruction) => ({
      at: spotOf(instruction),
      message: `${instruction.keyword} is run by a shell, which does not pass on the signal to end`,
      edits: asList(instruction),
    }));
});

/** Only where the shell does nothing but split words. */
function asList({ source, start, end, text, keyword }: Instruction): readonly Edit[] {
  if (/[$`"'\\|&;<>()*?[\]{}~#!=\n]/.test(text) || text === "") return [];
  return [{ source, start, end, by: `${keyword} ${JSON.stringify(splitWords(text)).replaceAll('","', '", "')}` }];
}

const rootImage = eachImage((stages) => {
  const [stage] = stages;
  if (stage === undefined) return [];
  const user = stages
    .map(({ instructions }) => instructions.findLast(({ keyword }) => keyword === "USER"))
    .find((one) => one !== undefined);
  const base = parseImage(stages.at(-1)?.base ?? "");
  if (user === undefined) {
    if (dropsRootItself(base) || runsAsOther(base)) return [];
    return [{ at: spotOf(stage.from), message: "the image runs as root" }];
  }
  return /^(root|0)(:|$)/.test(user.text) ? [{ at: spotOf(user), message: "the image runs as root" }] : [];
});

function bases(look: (stage: Stage, project: Project) => readonly Problem[]): Rule["check"] {
  return (project) =>
    project.dockerfiles.flatMap((file) =>
      file.stages.flatMap((stage, index) => {
        const isStage = file.stages
          .slice(0, index)
          .some(({ name }) => name !== undefined && name === stage.base.toLowerCase());
        return isStage || stage.base === "scratch" ? [] : look(stage, project);
      }),
    );
}

const unpinned = bases(({ base, from }) => {
  const image = parseImage(base);
  if (image.unknown || image.digest !== undefined) return [];
  if (image.tag !== undefined && image.tag !== "" && image.tag !== "latest") return [];
  return [
    {
      at: spotOf(from),
      message: `${base}${image.tag === undefined ? " means latest, and" : ""} is another image tomorrow`,
    },
  ];
});

const endedBase = bases(({ base, from }, project) => {
  const end = endOfLife(parseImage(base), project.input.now);
  if (end === undefined) return [];
  return [
    {
      at: spotOf(from),
      message: `${end.what} has had no security fixes ${end.day === undefined ? "for years" : `since ${end.day}`}`,
    },
  ];
});

const secretInImage: Rule["check"] = (project) =>
  project.dockerfiles.flatMap((file) =>
    dockerfileSecrets(file.stages.flatMap(({ instructions }) => instructions)).map(({ name, at, open }) => ({
      at: spotOf(at),
      message: open ? `${name} is written into the image` : `the value of ${name} stays in the image`,
      ...(open ? {} : { severity: "warning" as const }),
    })),
  );

const packageManagerCommand = eachImage((stages) => {
  const command = stages.flatMap(({ instructions }) =>
    instructions.filter(({ keyword }) => keyword === "CMD" || keyword === "ENTRYPOINT"),
  )[0];
  const [program = "", word = ""] = command === undefined ? [] : (command.exec ?? splitWords(command.text));
  return command !== undefined && isPackageManager(program, word)
    ? [{ at: spotOf(command), message: `${program} ${word} stands between the signal to end and the app` }]
    : [];
});

const everythingCopied: Rule["check"] = (project) =>
  project.services.flatMap((service): readonly Problem[] => {
    const { built } = service;
    if (built?.dockerfile === undefined || !isOwnFile(project, built.dockerfile)) return [];
    const folder = pathIn(
      folderOf(project, built.part.source),
      textOf(built.part) ?? textOf(partAt(built.part, "context")) ?? ".",
    );
    const own = project.input.present?.get(`${built.dockerfile.source.file}.dockerignore`) === true;
    if (own || project.input.present?.get(pathIn(folder, ".dockerignore")) !== false) return [];
    const copy = built.stages
      .flatMap(({ instructions }) => instructions)
      .find(
        ({ keyword, text, flags }) =>
          keyword === "COPY" && /^\.\/?\s/.test(text) && !flags.some((flag) => flag.startsWith("--from")),
      );
    return copy === undefined
      ? []
      : [
          {
            at: spotOf(copy),
            service: service.name,
            message: "everything in the folder goes into the image: .env, .git, node_modules",
          },
        ];
  });

export const dockerfile: readonly Rule[] = [
  {
    id: "WHY601",
    severity: "warning",
    title: "Packages without the lock file",
    why: "npm install takes newer versions than those that were tried. npm ci takes exactly those of the lock file, or fails.",
    remedy: "use npm ci",
    check: unlocked,
  },
  {
    id: "WHY602",
    severity: "warning",
    title: "CMD or ENTRYPOINT in shell form",
    why: "A shell is process 1 then, and does not pass SIGTERM on: the app is killed with all its requests when the time is up.",
    remedy: 'write it as a list: CMD ["node", "server.js"]',
    fix: "Writes it as a list, where the shell did nothing but split words.",
    check: shellForm,
  },
  {
    id: "WHY603",
    severity: "warning",
    title: "An image that runs as root",
    why: "Root in a container is root of the server where any fence has a hole, and of everything that is mounted.",
    remedy: "add USER before CMD: USER node, or a user that you make with useradd",
    check: rootImage,
  },
  {
    id: "WHY604",
    severity: "warning",
    title: "A base image without a version",
    why: "The same commit builds another image tomorrow, and breaks when nobody changed anything.",
    remedy: "write the version: FROM node:24-slim",
    check: unpinned,
  },
  {
    id: "WHY605",
    severity: "warning",
    title: "A base image without security fixes",
    why: "Known holes stay open, and their exploits are public.",
    remedy: "go to a version that is still looked after",
    check: endedBase,
  },
  {
    id: "WHY606",
    severity: "error",
    title: "A password in an image",
    why: "ENV and ARG stay in the image: docker history and docker inspect show them to everybody who gets it.",
    remedy: "give it to the container when it runs; for the build, RUN --mount=type=secret",
    check: secretInImage,
  },
  {
    id: "WHY607",
    severity: "warning",
    title: "The image starts npm",
    why: "npm, yarn and pnpm start a shell, which starts the app: the signal to end gets lost on the way.",
    remedy: 'start the program itself: CMD ["node", "server.js"]',
    check: packageManagerCommand,
  },
  {
    id: "WHY608",
    severity: "warning",
    title: "The whole folder is copied into the image",
    why: "Without a .dockerignore, passwords in .env, the history in .git and modules of another system go along.",
    remedy: "add a .dockerignore with .git, .env* and node_modules",
    check: everythingCopied,
  },
];
