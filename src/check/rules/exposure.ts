import { toLoopback } from "../edits.ts";
import { isDataPort } from "../knowledge/data-folders.ts";
import { eachService } from "../model.ts";
import type { Problem, Rule } from "../model.ts";
import { partAt, spotOf, textOf, wordsOf } from "../part.ts";
import { isOpen } from "../ports.ts";
import { buildArgumentsOf, defaultSecretsIn, isSecretName, openSecretsIn } from "../secrets.ts";

const dataPort = eachService(({ name, ports, image }) =>
  ports
    .filter((port) => isOpen(port) && port.target !== undefined && isDataPort(image, port.target))
    .map((port) => ({
      at: spotOf(port.part),
      message: `port ${port.target} of ${name} is published on all addresses`,
      remedy: "publish it on 127.0.0.1, or not at all: other services reach it by its name",
      edits: toLoopback(port),
    })),
);

const openPort = eachService(({ name, ports, image, routed }) =>
  ports
    .filter((port) => isOpen(port) && !(port.target !== undefined && isDataPort(image, port.target)))
    .filter(({ published }) => published !== 80 && published !== 443)
    .map((port) => ({
      at: spotOf(port.part),
      message: `port ${port.published ?? port.target ?? textOf(port.part)} of ${name} is published on all addresses`,
      ...(routed
        ? {
            remedy:
              "leave it out in production: its traffic comes through the proxy; for development, compose.override.yaml",
          }
        : {}),
    })),
);

const secretInEnvironment = eachService((service) =>
  openSecretsIn(service.environment).map((variable) => ({
    at: spotOf(variable),
    message: `${variable.name} of ${service.name} is written in the file`,
  })),
);

const secretInBuild = eachService((service) =>
  buildArgumentsOf(service).flatMap((variable): Problem[] => {
    if (!isSecretName(variable.name) && openSecretsIn([variable]).length === 0) return [];
    return [
      { at: spotOf(variable), message: `the build argument ${variable.name} of ${service.name} stays in the image` },
    ];
  }),
);

const defaultPassword = eachService((service) =>
  defaultSecretsIn(service.environment).map((variable) => ({
    at: spotOf(variable),
    message: `where ${variable.reference} is not set, ${service.name} runs with a password that everybody can read here`,
    remedy: `write \${${variable.reference}:?set it in .env}, so that nothing starts without it`,
  })),
);

const openDoors: readonly (readonly [name: RegExp, value: RegExp, what: string])[] = [
  [/^POSTGRES_HOST_AUTH_METHOD$/, /^trust$/, "lets everybody in without a password"],
  [/^(MYSQL|MARIADB)_ALLOW_EMPTY(_ROOT)?_PASSWORD$/, /./, "lets root in without a password"],
  [/^ALLOW_EMPTY_PASSWORD$/, /^(yes|true|1)$/i, "lets everybody in without a password"],
  [/^ALLOW_PLAINTEXT_LISTENER$/, /^(yes|true|1)$/i, "lets everybody in without a password"],
  [/^xpack\.security\.enabled$/, /^false$/i, "lets everybody in without a password"],
  [/^(DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled)$/, /^true$/i, "lets everybody in without a password"],
  [/^NEO4J_AUTH$/, /^none$/, "lets everybody in without a password"],
  [/^GF_AUTH_ANONYMOUS_ENABLED$/, /^true$/i, "shows its dashboards to everybody"],
  [/^NODE_TLS_REJECT_UNAUTHORIZED$/, /^0$/, "accepts every certificate, also that of an attacker"],
  [/^PGSSLMODE$/, /^disable$/, "speaks to its database unencrypted"],
];

const noPassword = eachService(({ name, environment }) =>
  environment.flatMap((variable) => {
    const door = openDoors.find(([key, value]) => key.test(variable.name) && value.test(variable.value ?? ""));
    return door === undefined ? [] : [{ at: spotOf(variable), message: `${variable.name} of ${name} ${door[2]}` }];
  }),
);

const debuggers = eachService(({ name, part }) =>
  ["command", "entrypoint"].flatMap((key): Problem[] => {
    const value = partAt(part, key);
    const words = wordsOf(value);
    const open =
      words.find(
        (word) =>
          /^--inspect(-brk)?=(0\.0\.0\.0|\[?::\]?)/.test(word) || /agentlib:jdwp.*address=(\*|0\.0\.0\.0)/.test(word),
      ) ?? (words.includes("debugpy") ? "debugpy" : undefined);
    return value === undefined || open === undefined
      ? []
      : [{ at: spotOf(value), message: `${name} lets whoever reaches it run code: ${open}` }];
  }),
);

const adminTools =
  /(^|\/)(phpmyadmin|adminer|pgadmin4?|mongo-express|redis-commander|redisinsight|rediscommander|portainer(-ce)?|mailhog|mailpit|kafka-ui|cloudbeaver|yaci-cli|dozzle)$/;

const adminTool = eachService(({ name, image, ports, routed, imagePart }) => {
  if (image === undefined || imagePart === undefined || !adminTools.test(image.path)) return [];
  const open = ports.some(isOpen);
  if (!open && !routed) return [];
  return [
    {
      at: spotOf(imagePart),
      message: `${name} (${image.name}) can be reached from the internet, and gives away the data behind it`,
    },
  ];
});

/** Found by git and by gitleaks, and not in the compose files: see tracked-secrets.ts. */
export const trackedSecret: Rule = {
  id: "WHY313",
  severity: "error",
  title: "A secret in a tracked file",
  why: "Everybody who has, or will ever have, a copy of the repository has it; git keeps it after it is taken out. Looked for are private keys, tokens whose form is known, .env files, signing keys of Cardano, and what gitleaks knows where it is installed.",
  remedy:
    "take a new one where it came from and revoke this one; keep the new one out of git: wherry secrets set. What is no secret, as in tests: wherry-ignore WHY313: REASON in a comment on that line",
  check: () => [],
};

/** What can be reached or read by those who should not. */
export const exposure: readonly Rule[] = [
  {
    id: "WHY204",
    severity: "error",
    title: "A database port is open to the world",
    why: "Docker publishes ports past ufw and firewalld: this database answers anyone who finds the address. Scanners need minutes.",
    remedy: "publish it on 127.0.0.1, or not at all",
    fix: "Puts 127.0.0.1 before the port: the server itself still reaches it, and everybody else by an SSH tunnel.",
    check: dataPort,
  },
  {
    id: "WHY206",
    severity: "warning",
    title: "A port is open to the world",
    why: "Docker publishes ports past ufw and firewalld. What is not served through the proxy has neither HTTPS nor limits.",
    remedy:
      'if only the server itself needs it: "127.0.0.1:PORT:PORT"; if the world does, suppress this with the reason',
    check: openPort,
  },
  {
    id: "WHY207",
    severity: "error",
    title: "A password in the compose file",
    why: "Everybody who can read the repository, now or later, has it; and it is the same in all environments.",
    remedy:
      "write ${NAME} and list NAME under secrets: in wherry.yaml, or use a compose secret; then change the password, for git keeps the old one",
    check: secretInEnvironment,
  },
  {
    id: "WHY208",
    severity: "error",
    title: "A password as a build argument",
    why: "Build arguments stay in the image: docker history shows them to everybody who gets it.",
    remedy: "use a build secret: build: { secrets: [NAME] } and RUN --mount=type=secret,id=NAME",
    check: secretInBuild,
  },
  {
    id: "WHY209",
    severity: "warning",
    title: "A password with a default",
    why: "The day somebody forgets to set it, production runs with a password that is in the repository.",
    remedy: "leave the default out: ${NAME:?set it}",
    check: defaultPassword,
  },
  {
    id: "WHY210",
    severity: "warning",
    title: "A door without a lock",
    why: "Whoever gets into one container of the network gets into this one too.",
    remedy: "take the setting out, and give it a password",
    check: noPassword,
  },
  {
    id: "WHY219",
    severity: "error",
    title: "A debugger listens",
    why: "A debugger runs any code that it is sent, without a password.",
    remedy: "move it to compose.override.yaml",
    check: debuggers,
  },
  {
    id: "WHY220",
    severity: "warning",
    title: "An administration tool can be reached",
    why: "These tools have a history of holes, and all the rights on the data behind them.",
    remedy: "publish it on 127.0.0.1 and use an SSH tunnel, or put it into a profile",
    check: adminTool,
  },
  trackedSecret,
];
