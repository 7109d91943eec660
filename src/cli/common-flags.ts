import type { AnyCommand } from "./definition.ts";
import { optional, toggle } from "./parameters.ts";
import type { Parameters } from "./parameters.ts";

const machines = {
  environment: optional("environment of wherry.yaml; may be left out where there is only one", {
    short: "e",
    placeholder: "NAME",
  }),
};

const environment = {
  ...machines,
  server: optional("host of the one server to do it on, where the environment has several", { placeholder: "HOST" }),
  stack: optional("the one stack to do it with, where the app has several", { placeholder: "STACK" }),
};

const plan = { plan: toggle("say what would be done, and do nothing") };

const yes = { yes: toggle("do it without asking", { short: "y" }) };

const everywhere = {
  directory: optional("folder of the app: wherry.yaml is looked for there and above; the current folder if left out", {
    short: "C",
    placeholder: "FOLDER",
  }),
  verbose: toggle("say more about what happens"),
  noColor: toggle("no colours; the variable NO_COLOR does the same"),
};

const json = { json: toggle("write the result as one JSON document to standard output") };

/** The flags that a command has without naming them. */
export function commonFlags(definition: Pick<AnyCommand, "needs" | "streams">): Parameters {
  const needs = new Set(definition.needs);
  return {
    ...(needs.has("environment") ? environment : {}),
    ...(needs.has("machines") ? machines : {}),
    ...(needs.has("plan") ? plan : {}),
    ...(needs.has("yes") ? yes : {}),
    ...(definition.streams === true ? {} : json),
    ...everywhere,
  };
}
