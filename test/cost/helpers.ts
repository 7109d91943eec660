import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packagedPrices } from "../../src/cost/prices.ts";
import type { Provider } from "../../src/cost/schema.ts";
import type { Need } from "../../src/cost/need.ts";
import type { Context } from "../../src/system/index.ts";

const fixtures = join(import.meta.dirname, "fixtures");

export function fixtureText(name: string): string {
  return readFileSync(join(fixtures, name), "utf8");
}

/** A document in the shape that a provider publishes for its API. */
export function fixture(name: string): never {
  return JSON.parse(fixtureText(name)) as never;
}

export function packagedProvider(name: string): Provider {
  const provider = packagedPrices().providers[name];
  if (provider === undefined) throw new Error(`no provider ${name}`);
  return provider;
}

export const smallNeed: Need = { cpu: 2, memory: 4, disk: 40, traffic: 0, ipv4: 1, backup: false, count: 1 };

/** Answers of services that cannot be reached here, by the beginning of their address; all others cannot be reached. */
export function answering(answers: Readonly<Record<string, string>>): Context["https"] & {
  readonly asked: { readonly url: string; readonly authorization: string | undefined }[];
} {
  const asked: { url: string; authorization: string | undefined }[] = [];
  return {
    asked,
    async get(url, options = {}) {
      asked.push({ url, authorization: options.headers?.["authorization"] });
      const start = Object.keys(answers).find((one) => url.startsWith(one));
      if (start === undefined) return { status: undefined, reason: "getaddrinfo ENOTFOUND" };
      return { status: 200, headers: {}, body: answers[start] ?? "" };
    },
    post: async () => ({ status: undefined, reason: "nothing is posted" }),
    send: async () => ({ status: undefined, reason: "nothing is sent" }),
  };
}
