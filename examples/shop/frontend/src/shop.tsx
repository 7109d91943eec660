import { useEffect, useState, type SubmitEvent } from "react";
import { addProduct, listProducts, type Product } from "./api.ts";
import { version } from "./version.ts";

const euro = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });

export function Shop() {
  const [products, setProducts] = useState<readonly Product[]>();
  const [problem, setProblem] = useState<string>();

  useEffect(() => {
    listProducts().then(setProducts, (error: Error) => setProblem(error.message));
  }, []);

  async function save(name: string, price: number): Promise<boolean> {
    try {
      const added = await addProduct({ name, price });
      setProducts((before) => [...(before ?? []), added]);
      setProblem(undefined);
      return true;
    } catch (error) {
      setProblem((error as Error).message);
      return false;
    }
  }

  return (
    <main>
      <header>
        <img src="/icon.svg" alt="" width="48" height="48" />
        <div>
          <h1>Harbour Shop</h1>
          <p>Everything for a small boat.</p>
        </div>
      </header>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <ProductList products={products} />
      <ProductForm save={save} />
      <footer>
        Version <span id="version">{version}</span>
      </footer>
    </main>
  );
}

function ProductList({ products }: { readonly products: readonly Product[] | undefined }) {
  if (products === undefined) return <p className="quiet">Loading…</p>;
  if (products.length === 0) return <p className="quiet">Nothing for sale yet.</p>;
  return (
    <ul>
      {products.map(({ id, name, price }) => (
        <li key={id}>
          <span>{name}</span>
          <strong>{euro.format(price / 100)}</strong>
        </li>
      ))}
    </ul>
  );
}

function ProductForm({ save }: { readonly save: (name: string, price: number) => Promise<boolean> }) {
  const [name, setName] = useState("");
  const [price, setPrice] = useState("");

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (!(await save(name, Math.round(Number(price) * 100)))) return;
    setName("");
    setPrice("");
  }

  return (
    <form onSubmit={submit}>
      <label>
        Product
        <input name="name" required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        Price in €
        <input
          name="price"
          required
          type="number"
          min="0"
          step="0.01"
          value={price}
          onChange={(event) => setPrice(event.target.value)}
        />
      </label>
      <button>Add</button>
    </form>
  );
}
