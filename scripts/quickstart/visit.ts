import { request } from "node:http";
import { text } from "node:stream/consumers";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { host } from "./shop.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Product {
  readonly name: string;
  readonly price: number;
}

/** Asks the shop as a browser on this machine would; programs, unlike browsers, need not know *.localhost. */
async function visit(path: string, product?: Product): Promise<Answer> {
  const outgoing = request({
    host: "127.0.0.1",
    port: 80,
    path,
    method: product === undefined ? "GET" : "POST",
    headers: { host, ...(product === undefined ? {} : { "content-type": "application/json" }) },
    timeout: 10_000,
  });
  outgoing.on("timeout", () => outgoing.destroy(new Error(`${host}${path} did not answer within 10 s`)));
  outgoing.end(product === undefined ? "" : JSON.stringify(product));
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: incoming.statusCode ?? 0, body: await text(incoming) };
}

export async function version(): Promise<string> {
  const { status, body } = await visit("/api/version");
  if (status !== 200) throw new Error(`${host}/api/version answers ${status}: ${body}`);
  return (JSON.parse(body) as { readonly version: string }).version;
}

/** Puts a product into the shop. One that is there already, from an earlier quickstart, is as good. */
export async function save(product: Product): Promise<void> {
  const { status, body } = await visit("/api/products", product);
  if (status !== 201 && status !== 409) throw new Error(`the shop did not take the product: ${status} ${body}`);
}

export async function has(product: Product): Promise<boolean> {
  const { status, body } = await visit("/api/products");
  if (status !== 200) throw new Error(`${host}/api/products answers ${status}: ${body}`);
  return (JSON.parse(body) as readonly Product[]).some(({ name }) => name === product.name);
}
