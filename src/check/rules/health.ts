import { hasHealthCheck, healthCommand } from "../health.ts";
import { missingPrograms } from "../knowledge/programs.ts";
import type { Program } from "../knowledge/programs.ts";
import { dataImageOf } from "../knowledge/data-folders.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { itemsOf, partAt, spotOf, textOf } from "../part.ts";
import type { Service } from "../project.ts";

const badForm = eachService((service): readonly Problem[] => {
  const { name, part } = service;
  const test = partAt(part, "healthcheck", "test");
  const [first, second] = itemsOf(test);
  if (test === undefined) {
    const check = partAt(part, "healthcheck");
    const silent =
      check !== undefined &&
      partAt(check, "disable") === undefined &&
      ["interval", "timeout", "retries"].some((key) => partAt(check, key));
    return silent && hasHealthCheck(service) === "no"
      ? [{ at: check.key, message: `${name}: healthcheck has no test` }]
      : [];
  }
  if (first === undefined) return [];
  const word = textOf(first) ?? "";
  if (!["CMD", "CMD-SHELL", "NONE"].includes(word)) {
    return [
      {
        at: spotOf(first),
        message: `${name}: the list starts with ${JSON.stringify(word)}, and not with CMD or CMD-SHELL`,
        remedy: `write [CMD, ${word}, ...], or the command as text`,
      },
    ];
  }
  return word !== "NONE" && second === undefined
    ? [{ at: spotOf(test), message: `${name}: ${word} and no command` }]
    : [];
});

const missingProgram = eachService((service) => {
  const command = healthCommand(service);
  if (command === undefined || service.image === undefined || service.image.unknown) return [];
  const lacks = missingPrograms(service.image);
  const needed = [...(command.shell ? ["sh"] : []), ...command.programs];
  const missing = [...new Set(needed)].filter(
    (program) => lacks.includes(program as Program) && !isAdded(service, program),
  );
  if (missing.length === 0) return [];
  const [first = ""] = missing;
  const shown = service.image.text;
  return [
    {
      at: spotOf(command.part),
      message: `the health check of ${service.name} calls ${missing.join(" and ")}, which ${shown} does not have`,
      remedy: remedyFor(first, service),
    },
  ];
});

/** A stage of the Dockerfile installs it, or brings it along from elsewhere. */
function isAdded(service: Service, program: string): boolean {
  const wanted = program === "sh" ? "bash|busybox|sh" : program === "nc" ? "netcat|nc|ncat" : program;
  const word = new RegExp(`(^|[\\s/"',=])(${wanted})([\\s/"',:;=-]|$)`);
  return (service.built?.stages ?? []).some(({ instructions }) =>
    instructions.some(({ keyword, text }) => ["RUN", "COPY", "ADD"].includes(keyword) && word.test(text)),
  );
}

function remedyFor(program: string, { image, built }: Service): string {
  if (program === "mongo") return "use mongosh: mongosh --quiet --eval \"db.adminCommand('ping').ok\"";
  if (image?.name === "node")
    return "use node: [CMD, node, -e, \"fetch('http://127.0.0.1:3000/').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))\"]";
  if (image?.name === "python")
    return "use python: [CMD, python, -c, \"import urllib.request as r; r.urlopen('http://127.0.0.1:8000/')\"]";
  if (program === "curl" && image !== undefined && !missingPrograms(image).includes("wget"))
    return "use wget -q --spider http://127.0.0.1:PORT/";
  if (program === "sh") return "call a program that the image has in the form [CMD, /path/to/program, argument]";
  return built === undefined
    ? "use a program that the image has, in the form [CMD, program, argument]"
    : `install ${program} in the Dockerfile, or use a program that the image has`;
}

const deafPort = eachService((service) => {
  const command = healthCommand(service);
  if (command === undefined) return [];
  const match = /(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)[:/](\d{2,5})\b/.exec(command.text);
  const port = Number(match?.[1]);
  const known = portsOf(service);
  if (match === null || known.length === 0 || known.includes(port)) return [];
  return [
    {
      at: spotOf(command.part),
      message: `the health check of ${service.name} asks port ${port}; what is known of it: ${known.join(", ")}`,
      remedy: `ask ${known.length === 1 ? `port ${known[0]}` : "the port that it listens on"}, or add ${port} to expose:`,
    },
  ];
});

/** Ports that the service surely has. Where nobody says one, nothing can be said. */
function portsOf({ part, ports, built, settings, image, environment }: Service): readonly number[] {
  const numbers = (text: string): readonly number[] => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const exposed = itemsOf(partAt(part, "expose")).flatMap((item) => numbers(textOf(item) ?? ""));
  const inImage = (built?.stages ?? []).flatMap(({ instructions }) =>
    instructions
      .filter(({ keyword }) => keyword === "EXPOSE")
      .flatMap(({ text }) => numbers(text.replaceAll(/\/\w+/g, ""))),
  );
  const fromEnvironment = environment
    .filter(({ name }) => /(^|_)PORT$/.test(name))
    .flatMap(({ value }) => (/^\d+$/.test(value ?? "") ? [Number(value)] : []));
  const own = built === undefined ? (dataImageOf(image)?.ports ?? []) : [];
  const published = ports.flatMap(({ target }) => target ?? []);
  const stated = [...exposed, ...published, ...inImage, ...(settings?.port === undefined ? [] : [settings.port])];
  // A variable named PORT alone may be that of another service.
  return stated.length === 0 ? [] : [...new Set([...stated, ...fromEnvironment, ...own])];
}

const localhost = eachService((service) => {
  const command = healthCommand(service);
  if (command === undefined || !/\blocalhost\b/.test(command.text) || !command.programs.includes("wget")) return [];
  return [
    {
      at: spotOf(command.part),
      message: `the health check of ${service.name} asks localhost, which wget of Alpine takes for ::1`,
    },
  ];
});

const slow = eachService(({ name, part }) => {
  const interval = partAt(part, "healthcheck", "interval");
  const seconds = secondsOf(textOf(interval) ?? "30s");
  if (interval === undefined || seconds === undefined || seconds <= 300) return [];
  return [
    {
      at: spotOf(interval),
      message: `${name} is checked every ${textOf(interval)}: that long nobody knows that it is broken`,
    },
  ];
});

function secondsOf(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { us: 1e-6, ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)/g)];
  return parts.length === 0
    ? undefined
    : parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0), 0);
}

export const health: readonly Rule[] = [
  {
    id: "WHY131",
    severity: "error",
    title: "A health check that compose cannot read",
    why: "docker compose refuses the file, or starts a program of that name.",
    remedy: "write the command as text, or as a list that starts with CMD or CMD-SHELL",
    check: badForm,
  },
  {
    id: "WHY132",
    severity: "error",
    title: "The health check calls a program that the image does not have",
    why: "The check fails for ever: the service is never healthy, a deployment gives it up, and what waits for it never starts.",
    remedy: "use a program that the image has",
    check: missingProgram,
  },
  {
    id: "WHY133",
    severity: "warning",
    title: "The health check asks a port that the service does not have",
    why: "Nothing answers there: the service is never healthy.",
    remedy: "ask the port that it listens on",
    check: deafPort,
  },
  {
    id: "WHY134",
    severity: "info",
    title: "The health check asks localhost",
    why: "In Alpine images localhost is ::1 first; a program that listens on 0.0.0.0 alone does not answer there.",
    remedy: "write 127.0.0.1",
    check: localhost,
  },
  {
    id: "WHY135",
    severity: "info",
    title: "The health check is made too rarely",
    why: "Between two checks a broken service is taken for a good one.",
    remedy: "check every 10s to 60s",
    check: slow,
  },
];
