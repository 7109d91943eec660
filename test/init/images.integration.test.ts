import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import type { BaseImage } from "../../scripts/standins/index.ts";
import { composeUp, copyOfApp, initialise, isAskedFor } from "./helpers.ts";
import type { InitDocument, RunningApp } from "./helpers.ts";

interface Framework {
  readonly app: string;
  readonly images: readonly BaseImage[];
  readonly path?: string;
  readonly answer: string;
  readonly service?: string;
  /** Its toolchain or its build takes minutes: run only when asked for. */
  readonly heavy?: true;
}

const node: readonly BaseImage[] = ["node:24-slim"];

const frameworks: readonly Framework[] = [
  { app: "node", images: node, path: "/any", answer: '{"hello":"node","path":"/any"}' },
  { app: "fastify", images: node, answer: '{"hello":"fastify"}' },
  { app: "hono", images: node, answer: '{"hello":"hono"}' },
  { app: "nest", images: node, answer: '{"hello":"nest"}' },
  { app: "next", images: node, answer: "hello next" },
  { app: "workspace", images: node, answer: `{"hello":"workspace"}` },
  { app: "static", images: ["nginx:1.28"], answer: "hello static" },
  { app: "flask", images: ["python:3.13-slim"], answer: '{"hello":"flask"}', heavy: true },
  { app: "django", images: ["python:3.13-slim", "postgres:17"], answer: '{"ok": true}', path: "/healthz", heavy: true },
  { app: "fastapi", images: ["python:3.13-slim"], answer: '{"hello":"fastapi"}' },
  { app: "go", images: ["golang:1.26-trixie"], answer: '{"hello":"go"}' },
  { app: "rust", images: ["rust:1.92-slim-trixie"], answer: '{"hello":"rust"}', heavy: true },
  {
    app: "spring",
    images: ["maven:3.9-eclipse-temurin-21", "eclipse-temurin:21-jre"],
    answer: '{"hello":"spring"}',
    heavy: true,
  },
  { app: "nuxt", images: node, answer: "hello nuxt", heavy: true },
  { app: "sveltekit", images: node, answer: "hello sveltekit", heavy: true },
  { app: "angular", images: ["node:24-slim", "nginx:1.28"], answer: "hello angular", heavy: true },
  { app: "astro", images: ["node:24-slim", "nginx:1.28"], answer: "hello astro", heavy: true },
];

const skipped = ({ app, heavy }: Framework): boolean => heavy === true && !isAskedFor(app);

/** Exit codes after SIGTERM: an end of its own, or by the signal with nobody to handle it (128 + 15). Never SIGKILL (137). */
const ended = [0, 143, 2, 130];

for (const framework of frameworks) {
  const { app, images, answer, path = "/" } = framework;
  const name = skipped(framework) ? `${app} (skipped: takes minutes; WHERRY_TEST_FRAMEWORKS=all runs it)` : app;
  describe.skipIf(skipped(framework))(`what init writes for ${name}`, () => {
    let copy: ReturnType<typeof copyOfApp> | undefined;
    let document: InitDocument;
    let running: RunningApp | undefined;
    const service = (): { readonly name: string; readonly port: { readonly value: number } } => {
      const [part] = document.parts;
      if (part === undefined) throw new Error("no part");
      return part;
    };
    beforeAll(async () => {
      await ensureBaseImages(images, () => {});
      copy = copyOfApp(app);
      document = await initialise(copy.folder, ["--app", app]);
      running = await composeUp(copy.folder, document);
    }, 600_000);
    afterAll(async () => {
      await running?.down();
      copy?.remove();
    });

    test("is built, becomes healthy, answers, is not root, and ends when it is told to", async () => {
      const { name: first, port } = service();

      const response = await fetch((await running?.url(first, port.value)) + path);
      const body = await response.text();
      const user = await running?.exec(first, ["id", "-u"]);
      const stopped = await running?.stop(first);

      expect(response.status).toBe(200);
      expect(body).toContain(answer);
      expect(user?.trim()).not.toBe("0");
      expect(ended).toContain(stopped?.exitCode);
      expect(stopped?.seconds).toBeLessThan(10);
    });
  });
}
