import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface FakeVault {
  readonly address: string;
  readonly token: string;
  stored(): unknown;
  /** Deletes the latest version, as `vault kv delete` does. */
  remove(): void;
  /** Somebody else writes between the next reading and writing. */
  changeBeforeNextWrite(): void;
}

/**
 * The KV engine of version 2 at secret/, with one secret, answering as its documentation shows:
 * https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2 ("Read secret version", "Create/update secret").
 */
export async function fakeVault(data?: Readonly<Record<string, unknown>>): Promise<FakeVault> {
  const token = "hvs.fake-token-0123456789";
  let version = data === undefined ? 0 : 1;
  let current: unknown = data;
  let deleted = "";
  let disturbed = false;
  const metadata = () => ({
    created_time: "2018-03-22T02:24:06.945319214Z",
    custom_metadata: null,
    deletion_time: deleted,
    destroyed: false,
    version,
  });
  const wrapped = (content: unknown) => ({
    request_id: "0a1b2c3d",
    lease_id: "",
    renewable: false,
    lease_duration: 0,
    data: content,
    wrap_info: null,
    warnings: null,
    auth: null,
  });

  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    void (async () => {
      if (request.headers["x-vault-token"] !== token) return answer(403, { errors: ["permission denied"] });
      if (request.url !== "/v1/secret/data/shop/production") return answer(404, { errors: [] });
      if (request.method === "GET") {
        if (version === 0) return answer(404, { errors: [] });
        if (deleted !== "") return answer(404, wrapped({ data: null, metadata: metadata() }));
        return answer(200, wrapped({ data: current, metadata: metadata() }));
      }
      if (request.method !== "POST") return answer(405, { errors: ["unsupported operation"] });
      const body = JSON.parse(await text(request)) as { options?: { cas?: number }; data?: unknown };
      if (disturbed) version += 1;
      disturbed = false;
      if (body.data === undefined) return answer(400, { errors: ["no data provided"] });
      if (body.options?.cas !== undefined && body.options.cas !== version) {
        return answer(400, { errors: ["check-and-set parameter did not match the current version"] });
      }
      version += 1;
      deleted = "";
      current = body.data;
      return answer(200, wrapped(metadata()));
    })();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    stored: () => current,
    remove: () => (deleted = "2018-03-22T02:36:43.986212308Z"),
    changeBeforeNextWrite: () => (disturbed = true),
  };
}
