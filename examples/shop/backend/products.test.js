import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProduct } from "./products.js";

test("a product has a name and a price in cents", () => {
  assert.deepEqual(parseProduct({ name: " Rope ", price: 100 }), { product: { name: "Rope", price: 100 } });
  for (const bad of [null, {}, { name: "" }, { name: "Rope", price: 1.5 }, { name: "Rope", price: -1 }, { name: { $ne: 1 }, price: 1 }]) {
    assert.ok(parseProduct(bad).error, JSON.stringify(bad));
  }
});
