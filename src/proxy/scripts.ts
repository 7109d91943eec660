import { script, type Script } from "../server/index.ts";
import { quote } from "../system/index.ts";
import type { ProxyFragment } from "./config.ts";
import apply from "./scripts/apply.sh?raw";
import client from "./scripts/client.pl?raw";
import library from "./scripts/proxy.sh?raw";

/** Shell functions for scripts that talk to the proxy; stands behind the prelude. */
export const proxyLibrary = `proxy_client=${quote(client)}\n${library}`;

/** Gives the proxy one owner's back ends and routes; a reload only where they differ from what it has. */
export function applyProxy(fragment: ProxyFragment, healthy: readonly string[] = []): Script {
  return script(apply, [
    fragment.owner,
    fragment.backends,
    fragment.routes,
    fragment.sides.blue,
    fragment.sides.green,
    fragment.rules,
    ...healthy,
  ]);
}
