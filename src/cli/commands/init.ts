import * as z from "zod";
import { parseServer } from "../../config/index.ts";
import { usageError, WherryError } from "../../core/index.ts";
import { look, nameFor, propose, write } from "../../init/index.ts";
import type { Choices, Proposal } from "../../init/index.ts";
import { command } from "../definition.ts";
import type { CommandContext } from "../definition.ts";
import { formatInit } from "../format/init.ts";
import { proposeGitHub } from "../../pipeline/index.ts";
import { apply } from "../../writer/index.ts";
import { optional, toggle } from "../parameters.ts";
import { version } from "../version.ts";

const evidence = z.strictObject({ file: z.string(), line: z.int(), what: z.string() });

const certainty = z.enum(["sure", "likely", "guess"]);

export const init = command({
  description: [
    "Looks at a repository - its languages and frameworks, how it is built and started, ports, databases - and says what it saw, where, and how sure it is. Then it writes what a deployment needs: a Dockerfile for each part, compose.yaml, compose.override.yaml for development, wherry.yaml, .dockerignore, .env.example. All of these are plain files that work without Wherry.",
    "Nothing that is there is overwritten: a file with other people's words in it is left alone, and what init would have written is shown. Files that init wrote and nobody has edited since are brought up to date.",
    "On a terminal it asks for what it cannot see. What nobody says becomes a placeholder marked FILL IN.",
  ],
  flags: {
    app: optional("name of the app; that of the folder if left out", { parse: appName, placeholder: "NAME" }),
    host: optional("host name in production: shop.example.com", { parse: hostName, placeholder: "HOST" }),
    server: optional("server of all environments: user@host, or local", { parse: serverName, placeholder: "SERVER" }),
    pipeline: toggle("write a pipeline for GitHub Actions as well"),
  },
  needs: ["plan", "yes"],
  examples: [
    { line: "init", what: "look, ask, write" },
    { line: "init --plan", what: "show what would be written, and write nothing" },
    { line: "init --yes --host shop.example.com --server deploy@203.0.113.11", what: "no questions" },
    { line: "init --yes --pipeline", what: "with a pipeline for GitHub Actions" },
  ],
  schema: z.strictObject({
    app: z.string(),
    directory: z.string(),
    parts: z.array(
      z.strictObject({
        name: z.string(),
        folder: z.string(),
        framework: z.string(),
        certainty,
        port: z.strictObject({ value: z.int(), certainty }),
        health: z.string().nullable(),
        stores: z.array(z.string()),
        evidence: z.array(evidence),
      }),
    ),
    pipelines: z.array(evidence),
    notes: z.array(z.strictObject({ message: z.string(), at: z.string().nullable() })),
    files: z.array(
      z.strictObject({ path: z.string(), kind: z.enum(["create", "update", "same", "edited"]), diff: z.string() }),
    ),
    written: z.array(z.string()),
  }),
  async run({ app, host, server, pipeline, plan, yes, directory }, ctx) {
    if (plan && pipeline)
      throw usageError("plan-of-what", "a pipeline is made of files that init has yet to write", {
        hint: "wherry init, then wherry pipeline github --plan",
      });
    const found = await look(ctx, directory);
    const given: Choices = { app: app ?? nameFor(found.directory), host, server };
    const terminal = ctx.stdin.isTTY === true && ctx.stderr.isTTY === true;
    if (!terminal && !yes && !plan) {
      throw usageError("not-confirmed", "There is no terminal to ask on", {
        hint: "say --yes for the defaults, or --plan to see them",
      });
    }
    const choices = yes || plan ? given : await ask(ctx, given);
    const proposal = await propose(ctx, found.directory, found.survey, choices);
    const wanted = proposal.changes.filter(({ kind }) => kind === "create" || kind === "update").length;
    const go = !plan && wanted > 0 && (yes || (await agreed(ctx, proposal)));
    const written = go ? await write(ctx, proposal) : [];
    if (!pipeline || plan || (wanted > 0 && !go)) return resultOf(proposal, written);
    const more = await proposeGitHub(ctx, { directory: found.directory, releaseBranch: undefined, version });
    const moreWritten = await apply(ctx, more.root, more.changes);
    const notes = more.pipeline.notes.map((message) => ({ message }));
    return resultOf(
      { ...proposal, changes: [...proposal.changes, ...more.changes], notes: [...proposal.notes, ...notes] },
      [...written, ...moreWritten],
    );
  },
  print: formatInit,
});

export type InitResult = ReturnType<typeof resultOf>;

function resultOf({ directory, survey, choices, changes, notes }: Proposal, written: readonly string[]) {
  return {
    app: choices.app,
    directory,
    parts: survey.parts.map(({ name, folder, framework, certainty: how, port, health, uses, evidence: seen }) => ({
      name,
      folder,
      framework,
      certainty: how,
      port: { value: port.value, certainty: port.certainty },
      health: health?.value ?? null,
      stores: uses.map(({ kind }) => kind),
      evidence: [
        ...seen,
        ...uses.map((use) => use.evidence),
        ...[port.evidence, health?.evidence].filter((one) => one !== undefined),
      ],
    })),
    pipelines: survey.pipelines,
    notes: notes.map(({ message, evidence: at }) => ({
      message,
      at: at === undefined ? null : `${at.file}:${at.line}`,
    })),
    files: changes.map(({ path, kind, diff }) => ({ path, kind, diff })),
    written,
  };
}

/** What no file says. An empty answer leaves a placeholder. */
async function ask(ctx: CommandContext, given: Choices): Promise<Choices> {
  const clack = await import("@clack/prompts");
  const streams = { input: ctx.stdin, output: ctx.stderr, signal: ctx.signal };
  const text = async (
    message: string,
    initial: string | undefined,
    check: (text: string) => string,
  ): Promise<string | undefined> => {
    const answer = await clack.text({
      message,
      ...(initial === undefined ? { placeholder: "leave it empty to fill it in later" } : { initialValue: initial }),
      validate: (value) => problemWith(check, value ?? ""),
      ...streams,
    });
    if (clack.isCancel(answer)) throw new WherryError("interrupted", "not-confirmed", "nothing was changed");
    return answer === "" || answer === undefined ? undefined : answer;
  };
  const app = (await text("Name of the app?", given.app, appName)) ?? given.app;
  const host = given.host ?? (await text("Host name in production (shop.example.com)?", undefined, hostName));
  const server = given.server ?? (await text("Server (user@host, or local)?", undefined, serverName));
  return { app, host, server };
}

function problemWith(check: (text: string) => string, value: string): string | undefined {
  if (value === "") return undefined;
  try {
    check(value);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function agreed(ctx: CommandContext, { changes, survey }: Proposal): Promise<boolean> {
  const clack = await import("@clack/prompts");
  const parts = survey.parts.map(({ name, framework }) => `${name}: ${framework}`).join(", ");
  const paths = changes.filter(({ kind }) => kind === "create" || kind === "update").map(({ path }) => path);
  const answer = await clack.confirm({
    message: `${parts === "" ? "" : `Found ${parts}. `}Write ${paths.join(", ")}?`,
    input: ctx.stdin,
    output: ctx.stderr,
    signal: ctx.signal,
  });
  return answer === true;
}

function appName(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(text))
    throw new Error("starts with a letter, and has at most 31 lower-case letters, digits and dashes");
  return text;
}

function hostName(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text))
    throw new Error("a host name, without scheme, port or path");
  return text.toLowerCase();
}

function serverName(text: string): string {
  if (parseServer(text) === undefined) throw new Error("user@host, user@host:port, or local");
  return text;
}
