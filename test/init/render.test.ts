import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { look, propose } from "../../src/init/index.ts";
import { offline } from "./offline.ts";

const apps = resolve(import.meta.dirname, "apps");

describe("what init sees and writes is as it was (golden files)", () => {
  test.each(readdirSync(apps))("%s", async (app) => {
    const ctx = offline();
    const { directory, survey } = await look(ctx, join(apps, app));

    const proposal = await propose(ctx, directory, survey, { app, host: undefined, server: undefined });

    const seen = survey.parts.map((part) => ({
      name: part.name,
      folder: part.folder,
      framework: part.framework,
      role: part.role,
      certainty: part.certainty,
      evidence: part.evidence.map(({ file, line, what }) => `${file}:${line}  ${what}`),
      port: part.port,
      health: part.health,
      stores: part.uses.map(({ kind }) => kind),
      reads: part.reads.map(({ name }) => name),
    }));
    const notes = proposal.notes.map(({ message, evidence }) =>
      evidence === undefined ? message : `${evidence.file}:${evidence.line}  ${message}`,
    );
    const text = [
      `${JSON.stringify(seen, null, 2)}\n`,
      ...notes.map((note) => `! ${note}\n`),
      ...proposal.changes.map(({ path, content }) => `\n===== ${path}\n${content}`),
    ].join("");
    await expect(text).toMatchFileSnapshot(`golden/${app}.txt`);
  });
});
