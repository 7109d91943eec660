import { parseProduct, productOf } from "./products.js";
import { version } from "./version.js";

const routes = {
  "GET /healthz": async (database) => {
    await database.ping();
    return [200, { status: "ok" }];
  },
  "GET /api/version": async () => [200, { version }],
  "GET /api/products": async (database) => [200, (await database.products.find().sort({ added: 1 }).limit(500).toArray()).map(productOf)],
  "POST /api/products": async (database, request) => {
    const { product, error } = parseProduct(await bodyOf(request));
    if (error !== undefined) return [400, { error }];
    try {
      const { insertedId } = await database.products.insertOne({ ...product, added: new Date() });
      return [201, productOf({ _id: insertedId, ...product })];
    } catch (reason) {
      if (reason.code === 11000) return [409, { error: `${product.name} is in the shop already` }];
      throw reason;
    }
  },
};

/** Answers one request: the status and what is sent as JSON. */
export async function answer(database, request) {
  const route = routes[`${request.method} ${request.url.split("?")[0]}`];
  if (route === undefined) return [404, { error: "not found" }];
  try {
    return await route(database, request);
  } catch (reason) {
    console.error(reason);
    return [503, { error: "the database does not answer" }];
  }
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > 10_000) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
