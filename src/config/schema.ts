import * as z from "zod";
import { parseServer } from "./server-address.ts";
import { proxySettings } from "./proxy-settings.ts";
import { backup } from "./backup.ts";
import { deployOn } from "./deploy-on.ts";
import { infrastructure } from "./infrastructure.ts";
import { notify } from "./notify.ts";
import { rotation } from "./rotation.ts";
import { secretsFrom } from "./secrets-from.ts";
import { strategy } from "./strategy.ts";
import { tls } from "./tls.ts";
import { duration, variableName } from "./words.ts";

/**
 * wherry.yaml as people write it. The one definition: it validates, its descriptions are the documentation, and the
 * JSON Schema for editors is made from it. Defaults are filled in by `settings-of.ts`.
 */

const name = (what: string) =>
  z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,30}$/,
      `${what} starts with a letter and has at most 31 lower-case letters, digits and dashes`,
    );

const variable = z
  .string()
  .regex(variableName, "a variable's name has letters, digits and underscores, and does not start with a digit");

const hostName = z
  .string()
  .refine((host) => !host.includes("*"), "a wildcard host is not supported: write each host name")
  .refine(
    (host) => host.includes("*") || isHost(host),
    "a host is a name such as shop.example.com or an IP address, without scheme, port or path",
  );

const urlPath = z.string().regex(/^\/[^\s?#]*$/, "a path starts with / and has no spaces, ? or #");

const route = z.union([
  hostName,
  z.strictObject({
    host: hostName.describe("Host name, without scheme and port."),
    path: urlPath
      .optional()
      .describe("Path prefix; matches whole segments, and reaches the service unchanged. Default: /"),
  }),
]);

const health = z.union([
  urlPath,
  z.strictObject({
    path: urlPath.describe("Path that answers 2xx when the service can take traffic. A redirect is a failure."),
    interval: duration.optional().describe("Time between two checks once it runs. Default: 1s"),
    timeout: duration.optional().describe("How long one check may take. Default: 2s"),
    successes: z.int().min(1).max(100).optional().describe("Good answers in a row that make it healthy. Default: 2"),
    deadline: duration.optional().describe("A new version that is not healthy by then is given up. Default: 60s"),
  }),
]);

const service = z.strictObject({
  route: z
    .union([...route.options, z.array(route).min(1)])
    .optional()
    .describe("Where its traffic comes from: a host, { host, path }, or a list of these. Makes it a routed service."),
  health: health
    .optional()
    .describe("HTTP check by the proxy: a path, or { path, interval, timeout, successes, deadline }."),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe("Container port that gets the traffic; needed only where compose leaves a choice."),
  release: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Command, as a list, run once from the new image before it gets traffic: a migration."),
  drain: duration
    .optional()
    .describe("How long requests in flight may take once new ones go to the next release. Default: 30s"),
  singleton: z
    .boolean()
    .optional()
    .describe("Two of it must never run at once: the old one stops first. Default: false"),
  proxy: proxySettings
    .optional()
    .describe("What the proxy does with its requests: limits, access, headers, redirects."),
  stateful: z
    .boolean()
    .optional()
    .describe(
      "true: keeps data, is changed in place. false: old and new may share its volumes. Default: seen from the compose file.",
    ),
});

// Both become arguments of ssh, which would read a leading dash as an option.
const machine = z
  .string()
  .regex(/^[^\s@/-][^\s@/]*$/, "a host or user is one word without @ and /, and does not start with a dash");

const oneServer = z.union([
  z.string().refine((text) => parseServer(text) !== undefined, "a server is user@host, user@host:port, or local"),
  z.strictObject({
    host: machine.describe("Name or address, or a Host of your ssh_config."),
    user: machine.optional().describe("User to log in as; left out, ssh decides."),
    port: z.int().min(1).max(65535).optional().describe("Port of the SSH server; left out, ssh decides."),
  }),
]);

const server = z.union([...oneServer.options, z.array(oneServer).min(1)]);

/** What may stand at the top and again in each environment. */
const shared = {
  compose: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(
      "Compose file, or a list merged as docker compose does; compose.<environment>.yaml beside it is added where it exists.",
    ),
  profiles: z.array(z.string().min(1)).optional().describe("Compose profiles to switch on."),
  services: z
    .record(z.string(), service.nullable())
    .optional()
    .describe("What compose cannot say about its services, by service name."),
  server: server
    .optional()
    .describe(
      "user@host[:port], { host, user, port }, local for the Docker engine of this machine, or a list: the same release on all, the first one first.",
    ),
  servers_at_once: z
    .int()
    .min(1)
    .optional()
    .describe("Of several servers, how many are deployed to at the same time once the first one serves. Default: 1"),
  secrets: z
    .array(variable)
    .optional()
    .describe("Variables whose values are secrets: they must have a value before anything is touched."),
  secrets_from: secretsFrom.optional(),
  rotation: rotation.optional(),
  values: z
    .record(variable, z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe("Values for ${VARIABLE} in the compose files; they win over .env."),
  strategy: strategy
    .optional()
    .describe("How a new release takes over: blue-green, rolling or canary, and what is watched. Default: blue-green"),
  tls: tls
    .optional()
    .describe(
      "HTTPS: off, or how certificates are got. Default: from Let's Encrypt for every route whose host looks public, on servers that are reached by ssh",
    ),
  load_balancer: z
    .strictObject({
      health: urlPath.describe(
        "Path that the proxy itself answers with 200, and with 503 while requests should go elsewhere.",
      ),
      drain: duration
        .optional()
        .describe("How long the load balancer needs to see that, and to let its requests end. Default: 15s"),
    })
    .optional()
    .describe(
      "A load balancer in front of the servers: it is told before the requests of a server move to another release.",
    ),
  notify: notify.optional(),
  infrastructure: infrastructure
    .optional()
    .describe(
      "Machines that wherry infra makes at a provider, or the name of the environment whose servers are shared.",
    ),
  backup: backup.optional().describe("Copies of the data: where they go, how often and for how long they are kept."),
  check: z
    .strictObject({
      ignore: z
        .array(
          z.strictObject({
            rule: z.string().min(1).describe("Rule that is accepted: WHY204."),
            service: z.string().min(1).optional().describe("Only for this service; for all if left out."),
            reason: z.string().optional().describe("Why; without one the entry accepts nothing."),
          }),
        )
        .optional()
        .describe("Findings that are accepted, each with its reason."),
    })
    .optional()
    .describe("What wherry check accepts."),
  keep: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("How many releases stay on the server with their images, the live one included. Default: 5"),
};

const stack = z.strictObject({
  ...shared,
  depends_on: z
    .array(name("a stack's name"))
    .optional()
    .describe("Stacks that are deployed before it, and whose services it reaches as SERVICE.STACK."),
  address: z
    .union([z.ipv4(), z.ipv6()])
    .optional()
    .describe(
      "Private address of its server: its published ports are bound to it alone, and other stacks reach it there.",
    ),
});

const stacks = z
  .record(name("a stack's name"), stack.nullable())
  .describe(
    "Several sets of compose files, each with its own server: compose, server, services and all else, by stack.",
  );

const environment = z.strictObject({
  ...shared,
  stacks: stacks.optional().describe("What is different for its stacks here."),
  images_from: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Environment whose images are deployed here, to the byte, once they were deployed there with success from the same commit; build: they are built for this one. Default: build; for production by versions, the environment by versions before it",
    ),
  deploy_on: deployOn
    .optional()
    .describe(
      "What a pipeline deploys to this environment. Default by its name: development the branch develop, uat tags UAT-*, production tags PROD-*; all others by hand",
    ),
});

/** Where labels in front of it still make a name: no address, and what an authority gives certificates for. */
const domain = hostName.refine(
  (name) => name.length <= 180 && !name.includes("_") && !/^[\d.]+$/.test(name),
  "a domain is a name such as preview.example.com",
);

const previews = z
  .strictObject({
    domain: domain.describe(
      "Domain below which each preview has its hosts, pr-12.DOMAIN; a wildcard record of DNS leads them to the server.",
    ),
    server: oneServer.describe("Server of all previews; the best one has nothing else on it."),
    limit: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe("How many previews of this app the server has at once. Default: 3"),
    services: shared.services.describe("What is different for services in previews. The hosts of routes are replaced."),
    secrets: shared.secrets.describe(
      "Variables whose values are secrets, instead of those of the top level. Their values are the previews' own.",
    ),
    secrets_from: secretsFrom
      .optional()
      .describe("Where their values come from; the list of the top level is not taken. Default: [environment, file]"),
    values: shared.values.describe("Values for ${VARIABLE} in the compose files, over those of the top level."),
    tls: tls.optional().describe("HTTPS, over that of the top level."),
  })
  .describe(
    "Environments preview-NUMBER, one for each pull request: made of the top level and of this, and of nothing else.",
  );

export const WherryFile = z
  .strictObject({
    app: name("an app's name").describe("Name of the app; unique on each server."),
    ...shared,
    stacks: stacks.optional(),
    previews: previews.optional(),
    environments: z
      .record(name("an environment's name"), environment.nullable())
      .describe(
        "development, production, ...: each is merged over the top level (mappings merge, everything else replaces).",
      ),
  })
  .describe("wherry.yaml: what compose cannot say about an app.");

export type WherryFile = z.infer<typeof WherryFile>;
/** What is merged for one environment, and for one stack of it. */
export type EnvironmentSection = z.infer<typeof environment> & z.infer<typeof stack>;

/** JSON Schema of wherry.yaml, for completion in editors. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(WherryFile, { io: "input" });
  // `x-` keys are the place for YAML anchors, as in compose.
  return { ...schema, title: "wherry.yaml", patternProperties: { "^x-": {} } };
}

function isHost(host: string): boolean {
  if (host.length > 253) return false;
  return host.split(".").every((label) => /^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$/i.test(label));
}
