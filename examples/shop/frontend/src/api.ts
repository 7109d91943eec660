export interface Product {
  readonly id: string;
  readonly name: string;
  /** In cents. */
  readonly price: number;
}

export type NewProduct = Omit<Product, "id">;

export function listProducts(): Promise<readonly Product[]> {
  return request("/api/products");
}

export function addProduct(product: NewProduct): Promise<Product> {
  return request("/api/products", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(product),
  });
}

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error ?? `The shop answers ${response.status}`);
  return body;
}
