import { ownerOf, proxyFragment, slots } from "../../proxy/index.ts";
import type { ProxyFragment } from "../../proxy/index.ts";
import type { ReleaseRecord } from "../record.ts";

/**
 * The old server's back ends after a move: the new server's proxy in place of the containers, so that visitors whose DNS
 * still says the old address are served. Where a host has a certificate the connection between the two is checked. The app
 * sees the old server as the client of these requests. Whether it is well is for the new server's proxy to find out: a path
 * that only some may ask would be an error here.
 * @param secured hosts with a certificate -> file of authorities, as the proxy calls it
 */
export function forwardFragment(
  record: ReleaseRecord,
  address: string,
  secured: ReadonlyMap<string, string>,
): ProxyFragment {
  const host = address.includes(":") ? `[${address}]` : address;
  const routed = record.services.filter(({ routes }) => routes.length > 0);
  return proxyFragment(
    ownerOf(record.app, record.environment),
    slots.flatMap((slot) =>
      routed.map(({ name, routes }) => ({
        service: name,
        slot,
        routes,
        http: null,
        addresses: [serverLine(host, routes, secured)],
      })),
    ),
  );
}

function serverLine(
  host: string,
  routes: ReleaseRecord["services"][number]["routes"],
  secured: ReadonlyMap<string, string>,
): string {
  const name = routes.find((route) => secured.has(route.host))?.host;
  if (name === undefined) return `${host}:80`;
  return `${host}:443 ssl verify required ca-file ${secured.get(name)} sni req.hdr(host),host_only check-sni ${name}`;
}
