/** What people may send as a product, or a sentence that says what is wrong with it. */
export function parseProduct(body) {
  const { name, price } = Object(body);
  if (typeof name !== "string" || name.trim() === "" || name.length > 100) return { error: "name: 1 to 100 characters" };
  if (!Number.isSafeInteger(price) || price < 0) return { error: "price: a whole number of cents" };
  return { product: { name: name.trim(), price } };
}

export const productOf = ({ _id, name, price }) => ({ id: String(_id), name, price });
