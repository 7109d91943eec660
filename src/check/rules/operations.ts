import { addToService } from "../edits.ts";
import { dataImageOf } from "../knowledge/data-folders.ts";
import { endOfLife } from "../knowledge/end-of-life.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { itemsOf, partAt, spotOf, textOf, wordsOf } from "../part.ts";
import { versionOf } from "../image.ts";
import type { Part } from "../part.ts";
import type { Project, Service } from "../project.ts";

const memory = eachService(({ name, part, at, job }) =>
  job ||
  partAt(part, "mem_limit") !== undefined ||
  partAt(part, "deploy", "resources", "limits", "memory") !== undefined
    ? []
    : [{ at, message: `${name} may take all the memory of the server` }],
);

const logs = eachService((service) => {
  const { name, part, at } = service;
  const logging = partAt(part, "logging");
  const driver = textOf(partAt(logging, "driver"));
  if (logging === undefined) {
    const entry = 'logging:\n  driver: json-file\n  options:\n    max-size: 10m\n    max-file: "3"';
    return [{ at, message: `the log of ${name} grows until the disk is full`, edits: addToService(service, entry) }];
  }
  if (driver !== undefined && driver !== "json-file") return [];
  if (partAt(logging, "options", "max-size") !== undefined) return [];
  return [{ at: logging.key, message: `the log of ${name} grows until the disk is full` }];
});

const hiddenLogs = eachService(({ name, part }) => {
  const driver = partAt(part, "logging", "driver");
  return driver !== undefined && textOf(driver) === "none"
    ? [{ at: spotOf(driver), message: `${name} writes no log: whatever goes wrong there, nobody will know why` }]
    : [];
});

const latest = eachService(({ name, image, imagePart }) => {
  if (image === undefined || imagePart === undefined || image.unknown || image.digest !== undefined) return [];
  const data = dataImageOf(image);
  // Databases have a rule of their own.
  if (data !== undefined && data.folders.length > 0 && data.kind !== "tool" && versionOf(image.tag).length === 0)
    return [];
  if (
    image.tag !== undefined &&
    image.tag !== "" &&
    !/^(latest|edge|nightly|main|master|dev|stable|release)$/.test(image.tag)
  )
    return [];
  return [
    {
      at: spotOf(imagePart),
      message: `${name} runs ${image.text}${image.tag === undefined ? ", which means latest" : ""}: which version that is, is left to chance`,
    },
  ];
});

const restartMissing = eachService((service, project) => {
  const { name, part, at, job } = service;
  if (job || partAt(part, "restart") !== undefined || partAt(part, "deploy", "restart_policy") !== undefined) return [];
  const message = `${name} stays down when it crashes, and after a reboot of the server`;
  // Wherry writes it into the release.
  if (project.input.services !== undefined) return [{ at, message, severity: "info" }];
  return [{ at, message, edits: isBase(service, project) ? [] : addToService(service, "restart: unless-stopped") }];
});

/** A job that is made from it would be started again whenever it ends. */
function isBase({ name, part }: Service, project: Project): boolean {
  const extended = (other: Part): boolean => {
    const base = partAt(other, "extends");
    return textOf(base) === name || textOf(partAt(base, "service")) === name;
  };
  return part.anchored || [...project.sections.services.values()].some(extended);
}

const restartWeak = eachService(({ name, part, job }) => {
  const restart = partAt(part, "restart");
  const text = textOf(restart) ?? "";
  if (job || restart === undefined || !(text === "no" || text === "false" || text.startsWith("on-failure"))) return [];
  return [
    {
      at: spotOf(restart),
      message: `${name} has restart: ${text}, and would not be back after a reboot of the server`,
    },
  ];
});

const ended = eachService(({ name, image, imagePart }, project) => {
  if (image === undefined || imagePart === undefined) return [];
  const end = endOfLife(image, project.input.now);
  if (end === undefined) return [];
  return [
    {
      at: spotOf(imagePart),
      message: `${name} runs ${end.what}, which has had no security fixes ${end.day === undefined ? "for years" : `since ${end.day}`}`,
    },
  ];
});

const platform = eachService(({ name, part, image, imagePart }) => {
  const value = partAt(part, "platform");
  if (value !== undefined && !(textOf(value) ?? "").includes("$"))
    return [
      {
        at: spotOf(value),
        message: `${name} is for ${textOf(value)} alone: on a server of another kind it is emulated, ten times slower, or does not start`,
      },
    ];
  if (
    image === undefined ||
    imagePart === undefined ||
    !/^(amd64|arm64v8|arm32v7|i386)\/|-(amd64|arm64|x86_64|aarch64)$/.test(`${image.path}:${image.tag ?? ""}`)
  )
    return [];
  return [{ at: spotOf(imagePart), message: `${image.text} is for one kind of processor alone` }];
});

/** Servers and modes that their makers call unfit for production. */
const development: readonly RegExp[] = [
  /\bnodemon\b/,
  /\b(npm|pnpm|yarn)( run)? (dev|start:dev|develop|watch)\b/,
  /\b(next|nuxt|astro|gatsby|remix) dev(elop)?\b/,
  /(^|\/|\s)vite( dev| serve|$|\s--)/,
  /\bflask\b.*\brun\b/,
  /\bmanage\.py runserver\b/,
  /\buvicorn\b.*--reload\b/,
  /\bgunicorn\b.*--reload\b/,
  /\bng serve\b/,
  /\bwebpack(-dev-server| serve)\b/,
  /\bphp artisan serve\b|\bphp -S\b/,
  /\bts-node(-dev)?\b|\btsx watch\b|\bnode --watch\b/,
  /\b(air|dotnet watch|cargo watch)\b/,
];

const developmentServer = eachService(({ name, part }) =>
  ["command", "entrypoint"].flatMap((key): Problem[] => {
    const value = partAt(part, key);
    const text = wordsOf(value).join(" ");
    return value !== undefined && development.some((pattern) => pattern.test(text))
      ? [
          {
            at: spotOf(value),
            message: `${name} runs a server for development: ${text.length > 60 ? `${text.slice(0, 60)}...` : text}`,
          },
        ]
      : [];
  }),
);

const debug = eachService(({ name, environment }) =>
  environment.flatMap((variable): Problem[] => {
    const { value = "" } = variable;
    const isDevelopment =
      /^(NODE|RAILS|RACK|FLASK|APP|ASPNETCORE|SYMFONY|DJANGO|MIX)_ENV(IRONMENT)?$/.test(variable.name) &&
      /^(dev|development|debug|local|test)$/i.test(value);
    const isDebug =
      /^(FLASK_DEBUG|APP_DEBUG|DJANGO_DEBUG|WP_DEBUG|DEBUG)$/.test(variable.name) && /^(1|true|yes|on)$/i.test(value);
    return isDevelopment || isDebug
      ? [{ at: spotOf(variable), message: `${name} runs with ${variable.name}=${value}` }]
      : [];
  }),
);

const developmentTarget = eachService(({ name, built }) => {
  const target = partAt(built?.part, "target");
  return target !== undefined && /^(dev|development|debug|local|test)$/i.test(textOf(target) ?? "")
    ? [{ at: spotOf(target), message: `${name} is built up to the stage ${textOf(target)}` }]
    : [];
});

const profiles = eachService(({ name, part }) => {
  const list = partAt(part, "profiles");
  const found = itemsOf(list).find((item) => /^(dev|development|debug|test)$/i.test(textOf(item) ?? ""));
  return found === undefined
    ? []
    : [{ at: spotOf(found), message: `${name} is for development, and its profile is switched on here` }];
});

export const operations: readonly Rule[] = [
  {
    id: "WHY501",
    severity: "warning",
    title: "No limit of memory",
    why: "On one server, one leak takes everything down with it: Linux then ends whatever program is largest, which is most often the database.",
    remedy: "mem_limit: 512m, or what docker stats shows and half as much again",
    check: memory,
  },
  {
    id: "WHY502",
    severity: "warning",
    title: "Logs without an end",
    why: "Docker's json-file log has no limit by itself. A full disk stops every database on the server.",
    remedy:
      'logging: { driver: json-file, options: { max-size: 10m, max-file: "3" } }, or limits for the whole server in /etc/docker/daemon.json and a suppression',
    fix: "Adds `logging` with 3 files of 10 MB.",
    check: logs,
  },
  {
    id: "WHY503",
    severity: "warning",
    title: "An image without a version",
    why: "What is pulled tomorrow is not what was tried today, and nobody can tell what runs.",
    remedy: "write the version",
    check: latest,
  },
  {
    id: "WHY504",
    severity: "warning",
    title: "No restart policy",
    why: "Docker restarts nothing unless it is told to. (Wherry adds unless-stopped.)",
    remedy: "restart: unless-stopped",
    fix: "Adds `restart: unless-stopped`. Not under Wherry, which does so itself, and not where other services are made from it by an anchor or `extends`: a job among them would never end.",
    check: restartMissing,
  },
  {
    id: "WHY505",
    severity: "warning",
    title: "Not back after a reboot",
    why: "A server restarts for kernel updates, and when its host has a fault. With no and on-failure the service is down afterwards.",
    remedy:
      "restart: unless-stopped; if it does one thing and ends, let others depend on it with condition: service_completed_successfully",
    check: restartWeak,
  },
  {
    id: "WHY506",
    severity: "warning",
    title: "A version without security fixes",
    why: "Known holes stay open, and their exploits are public.",
    remedy: "go to a version that is still looked after",
    check: ended,
  },
  {
    id: "WHY507",
    severity: "info",
    title: "For one kind of processor",
    why: "ARM servers cost less. What names a platform cannot move there.",
    remedy: "take it out where the image is there for both",
    check: platform,
  },
  {
    id: "WHY508",
    severity: "warning",
    title: "A server for development",
    why: "It is slow, shows its source code in errors, and was never made to be reached by strangers.",
    remedy: "start the production server, and leave this to compose.override.yaml",
    check: developmentServer,
  },
  {
    id: "WHY509",
    severity: "warning",
    title: "Debug mode",
    why: "Errors then show source code and settings to visitors, caches are off, and some frameworks run code for whoever asks.",
    remedy: "set it to production, and leave this to compose.override.yaml",
    check: debug,
  },
  {
    id: "WHY510",
    severity: "warning",
    title: "The development stage of an image",
    why: "It has compilers and tools in it that production does not need, and starts a development server.",
    remedy: "build the production stage, and leave this to compose.override.yaml",
    check: developmentTarget,
  },
  {
    id: "WHY511",
    severity: "warning",
    title: "No log",
    why: "When it breaks, there is nothing to read.",
    remedy: "use json-file with limits",
    check: hiddenLogs,
  },
  {
    id: "WHY512",
    severity: "warning",
    title: "A development profile is switched on",
    why: "What is meant for laptops is deployed.",
    remedy: "take the profile out of profiles: in wherry.yaml",
    check: profiles,
  },
];
