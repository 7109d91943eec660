import * as z from "zod";
import type { SecretsFrom } from "../../config/index.ts";
import { refusedError, Secret } from "../../core/index.ts";
import type { WherryError } from "../../core/index.ts";
import type { Context, HttpsAnswer } from "../../system/index.ts";
import type { SecretSource } from "./source.ts";

// https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2, and the same at https://openbao.org/api-docs/secret/kv/kv-v2
const Answer = z.looseObject({
  data: z.looseObject({
    data: z.record(z.string(), z.unknown()).nullable(),
    metadata: z.looseObject({ version: z.int() }),
  }),
});
const Errors = z.looseObject({ errors: z.array(z.string()) });

/** What is there, and its version: 0 where nothing ever was. */
interface Stored {
  readonly data: Readonly<Record<string, unknown>>;
  readonly version: number;
}

/** One secret of HashiCorp Vault or OpenBao (KV engine, version 2), of which each key is a secret here. */
export function vaultSource(ctx: Context, options: SecretsFrom & { readonly kind: "vault" }): SecretSource {
  const { mount, path, namespace } = options;
  const address = options.address ?? ctx.env["VAULT_ADDR"] ?? ctx.env["BAO_ADDR"] ?? "";
  const encode = (text: string): string => text.split("/").filter(Boolean).map(encodeURIComponent).join("/");
  const url = `${address.replace(/\/+$/, "")}/v1/${encode(mount)}/data/${encode(path)}`;

  function headers(): Readonly<Record<string, string>> {
    const token = ctx.env["VAULT_TOKEN"] ?? ctx.env["BAO_TOKEN"] ?? "";
    if (address === "" || token === "") {
      throw refusedError("no-vault", `the vault of secrets_from has no ${address === "" ? "address" : "token"}`, {
        hint:
          address === ""
            ? "write address: into wherry.yaml, or set VAULT_ADDR"
            : "set VAULT_TOKEN, after vault login or from CI",
      });
    }
    ctx.mask.add(new Secret(token));
    return {
      "x-vault-token": token,
      "x-vault-request": "true",
      ...(namespace === undefined ? {} : { "x-vault-namespace": namespace }),
    };
  }

  async function read(): Promise<Stored> {
    const answer = await question(() => ctx.https.get(url, { headers: headers() }));
    const parsed = Answer.safeParse(parseJson(answer.body));
    if (answer.status === 200 && parsed.success) {
      return { data: parsed.data.data.data ?? {}, version: parsed.data.data.metadata.version };
    }
    // Deleted: 404 with the version that was.
    if (answer.status === 404 && parsed.success) return { data: {}, version: parsed.data.data.metadata.version };
    if (answer.status === 404 && errorsOf(answer).length === 0) return { data: {}, version: 0 };
    throw failureOf(answer, "read");
  }

  /** With the version that was read: what somebody else has changed meanwhile is not undone. */
  async function write(changed: (data: Stored["data"]) => Stored["data"]): Promise<void> {
    const { data, version } = await read();
    const body = { options: { cas: version }, data: changed(data) };
    const answer = await question(() => ctx.https.post(url, body, { headers: headers() }));
    if (answer.status !== 200) throw failureOf(answer, "write");
  }

  async function question(send: () => Promise<HttpsAnswer>): Promise<HttpsAnswer & { readonly status: number }> {
    if (address !== "" && !URL.canParse(url)) {
      throw refusedError("no-vault", `${address} is no address of a vault`, { hint: "https://vault.example.com:8200" });
    }
    const { protocol, hostname } = address === "" ? { protocol: "https:", hostname: "" } : new URL(url);
    if (protocol !== "https:" && !["127.0.0.1", "localhost", "[::1]"].includes(hostname)) {
      throw refusedError("no-vault", `${address}: values of secrets do not cross a network in the clear`, {
        hint: "use https; http is for this machine alone",
      });
    }
    const answer = await send();
    if (answer.status !== undefined) return answer;
    throw refusedError("no-vault", `${address} cannot be reached: ${answer.reason}`, {
      hint: `curl ${address}/v1/sys/health says more`,
    });
  }

  function failureOf(answer: HttpsAnswer & { readonly status: number }, verb: "read" | "write"): WherryError {
    const errors = errorsOf(answer);
    const place = `${mount}/data/${path}`;
    const hints: Readonly<Record<number, string>> = {
      400: errors.some((error) => error.includes("check-and-set"))
        ? "somebody has changed it in this moment: run it again"
        : "is the KV engine there of version 2?",
      403: `the token is not valid any more, or its policy does not allow ${verb === "read" ? "read" : "create and update"} on ${place}`,
      404: "is the KV engine mounted there? mount: in wherry.yaml says where",
      503: "it is sealed, or under maintenance",
    };
    const moved = answer.status >= 300 && answer.status < 400;
    return refusedError("no-vault", `the vault answers ${answer.status} to ${verb} ${place}`, {
      context: errors,
      hint: moved ? "it sends to another address: use that one" : (hints[answer.status] ?? "its log says more"),
    });
  }

  return {
    title: `vault (${mount}/${path})`,
    readOnly: undefined,
    unreadable: async () => undefined,
    names: async () => [...valuesOf((await read()).data).keys()],
    async read(names) {
      const values = valuesOf((await read()).data);
      return new Map(
        names.flatMap((name) => {
          const value = values.get(name);
          return value === undefined ? [] : [[name, new Secret(value)] as const];
        }),
      );
    },
    async write(values) {
      const added = Object.fromEntries([...values].map(([name, value]) => [name, value.reveal()]));
      await write((data) => ({ ...data, ...added }));
      return { notes: [] };
    },
    async remove(names) {
      if ((await read()).version > 0) {
        await write((data) => Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name))));
      }
    },
  };
}

/** Other programs may have written numbers; what is no single value is no secret of ours. */
function valuesOf(data: Stored["data"]): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(data).flatMap(([name, value]) =>
      ["string", "number", "boolean"].includes(typeof value) && value !== "" ? [[name, String(value)] as const] : [],
    ),
  );
}

function errorsOf({ body }: { readonly body?: string }): readonly string[] {
  const parsed = Errors.safeParse(parseJson(body ?? ""));
  return parsed.success ? parsed.data.errors : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
