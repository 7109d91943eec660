import { createHash } from "node:crypto";
import { Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/app.ts";
import { command } from "../../src/cli/definition.ts";
import type { AnyCommand, CommandContext } from "../../src/cli/definition.ts";
import { createMask, redact, refusedError, Secret } from "../../src/core/index.ts";
import { secretsApp } from "./helpers.ts";

const value = `pa$$ "w" 'o' r/d&é`;
const pem = "-----BEGIN KEY-----\nabcdefghijklmnop\nqrstuvwxyz012345\n-----END KEY-----\n";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("a value that is known", () => {
  test.each([
    ["as it is", value],
    ["in JSON", JSON.stringify({ password: value })],
    ["in JSON that escapes slashes", JSON.stringify(value).replaceAll("/", "\\/")],
    ["in a URL", `postgres://shop:${encodeURIComponent(value)}@db/shop`],
    ["in a form", new URLSearchParams({ password: value }).toString()],
    [
      "in a URL of a program that writes small letters",
      encodeURIComponent(value).replaceAll(/%../g, (escape) => escape.toLowerCase()),
    ],
    ["in base64", base64(value)],
    ["in base64 for URLs", Buffer.from(value).toString("base64url")],
    ["in a header, after one letter", `Basic ${base64(`a:${value}`)}`],
    ["in a header, after two letters", `Basic ${base64(`ab:${value}!`)}`],
    ["in a header, after three letters", `Basic ${base64(`abc:${value}`)}`],
  ])("is masked %s", (_where, text) => {
    const seen = redact(`before ${text} after`, [new Secret(value)]);
    expect(seen).toMatch(/^before .*\[redacted\].* after$/);
    expect(seen).not.toContain(base64(value).slice(4, 20));
    expect(seen).not.toContain("w%22");
  });

  test("is masked line by line", () => {
    const mask = createMask();
    mask.add(new Secret(pem));
    for (const line of pem.trim().split("\n")) expect(mask.apply(`build | ${line}`)).toBe("build | [redacted]");
  });

  test("costs little, also where it is a bundle of a thousand certificates", () => {
    const lines = Array.from({ length: 5000 }, (_, index) => createHash("sha256").update(`${index}`).digest("base64"));
    const mask = createMask();
    mask.add(new Secret(lines.join("\n")));
    const begun = performance.now();
    for (let index = 0; index < 200; index += 1)
      mask.apply(`line ${index} of a log, as long as such lines are: ${"x".repeat(80)}`);
    // Milliseconds: a second on a slow machine.
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(mask.apply(`it has ${lines[4999]}`)).toBe("it has [redacted]");
  });

  test("is masked before a shorter one that is part of it", () => {
    const mask = createMask();
    mask.add(new Secret("hunter2"));
    mask.add(new Secret("hunter2hunter2-long"));
    expect(mask.apply("it is hunter2hunter2-long.")).toBe("it is [redacted].");
  });

  test("is left where it is a word that stands in the open anyway", () => {
    const mask = createMask();
    mask.add(new Secret("postgres\n"));
    mask.add(new Secret("correct horse"));
    mask.spare(["postgres"]);
    expect(mask.apply("postgres says: correct horse")).toBe("postgres says: [redacted]");
  });

  test("is masked in each of its forms, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, maxLength: 40 }), fc.string(), (secret, around) => {
        fc.pre(secret.trim().length >= 4 && !"[redacted]".includes(secret) && !around.includes(secret));
        const mask = createMask();
        mask.add(new Secret(secret));
        for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64(secret)]) {
          const seen = mask.apply(`${around}\0${form}\0${around}`);
          expect(seen.split("\0").slice(1, -1).join("\0")).not.toContain(form);
        }
      }),
    );
  });
});

describe("the command line", () => {
  const digits = "48151623";
  const known = (ctx: CommandContext): void => [value, pem, digits].forEach((one) => ctx.mask.add(new Secret(one)));
  const commands: Readonly<Record<string, AnyCommand>> = {
    result: command({
      run: async (_input, ctx) => {
        known(ctx);
        return { text: `got ${value}`, list: [pem, base64(value)], count: Number(digits) };
      },
      print: ({ text, list }) => [text, ...list],
    }),
    progress: command({
      run: async (_input, ctx) => {
        known(ctx);
        ctx.report({ type: "step-started", id: "a", title: `use ${value}` });
        ctx.report({ type: "note", text: encodeURIComponent(value) });
        ctx.report({ type: "line", text: "qrstuvwxyz012345" });
        ctx.report({ type: "step-failed", id: "a", title: `use ${value}`, seconds: 1 });
      },
    }),
    refuse: command({
      run: async (_input, ctx) => {
        known(ctx);
        throw refusedError("no", `no to ${value}`, {
          context: [`psql: ${value}`, JSON.stringify(pem)],
          hint: base64(value),
        });
      },
    }),
    break: command({
      run: async (_input, ctx) => {
        known(ctx);
        throw new Error(`bug with ${value}`, { cause: new Error(value) });
      },
    }),
  };

  test.each(Object.keys(commands).flatMap((name) => [[name], [name, "--json"], [name, "--verbose"]]))(
    "writes no value: %s %s",
    async (...line) => {
      let written = "";
      const stream = (): Writable =>
        new Writable({
          write(chunk, _encoding, done) {
            written += String(chunk);
            done();
          },
        });
      const routes = Object.entries(commands).map(([word, definition]) => ({
        words: [word] as [string],
        brief: word,
        group: "look" as const,
        load: async () => definition,
      }));
      const words = line.filter((word) => typeof word === "string");
      const signal = new AbortController().signal;
      const outcome = await main(words, { env: {}, cwd: "/", stdout: stream(), stderr: stream(), signal }, routes);
      const all = written + outcome.stdout + outcome.stderr;
      if (!(words[0] === "progress" && words[1] !== "--verbose")) expect(all).toContain("[redacted]");
      for (const seen of [
        value,
        "qrstuvwxyz012345",
        base64(value),
        encodeURIComponent(value),
        JSON.stringify(value).slice(1, -1),
      ])
        expect(all).not.toContain(seen);
      if (words.includes("--json") && words[0] === "result") {
        // A number of the result is no secret, and the document has to stay one.
        expect(JSON.parse(outcome.stdout)).toEqual({
          text: "got [redacted]",
          list: ["[redacted]", "[redacted]"],
          count: Number(digits),
        });
      }
    },
  );

  test.each([
    ["as a second argument", ["set", "APP_PASSWORD", "hunter2hunter2"]],
    ["behind a =", ["set", "APP_PASSWORD=hunter2hunter2"]],
    ["in place of the name", ["set", "hunter2 hunter2hunter2"]],
    ["as a flag", ["set", "APP_PASSWORD", "--value=hunter2hunter2"]],
    ["as the value of a flag", ["rotate", "APP_PASSWORD", "--bytes", "hunter2hunter2"]],
    ["to get", ["get", "APP_PASSWORD", "hunter2hunter2"]],
  ])("does not repeat a value that was typed %s", async (_where, line) => {
    const result = await secretsApp().secrets(line);
    expect(result.exitCode).toBe(2);
    expect(result.stdout + result.stderr).not.toContain("hunter2hunter2");
  });
});
