import { ownerOf, proxyFragment, slots } from "../../proxy/index.ts";
import type { ProxyFragment } from "../../proxy/index.ts";
import type { ReleaseRecord } from "../record.ts";

/**
 * The old server's back ends after a move: the new server's proxy in place of the containers, so that visitors whose DNS
 * still says the old address are served. Where a host has a certificate the connection between the two is checked against
 * the authorities that the proxy's image knows. The app sees the old server as the client of these requests.
 * @param secured hosts with a certificate
 */
export function forwardFragment(record: ReleaseRecord, address: string, secured: ReadonlySet<string>): ProxyFragment {
  const host = address.includes(":") ? `[${address}]` : address;
  const routed = record.services.filter(({ routes }) => routes.length > 0);
  return proxyFragment(
    ownerOf(record.app, record.environment),
    slots.flatMap((slot) =>
      routed.map(({ name, routes, http }) => ({
        service: name,
        slot,
        routes,
        http,
        addresses: [serverLine(host, routes.find((route) => secured.has(route.host))?.host)],
      })),
    ),
  );
}

function serverLine(host: string, secured: string | undefined): string {
  if (secured === undefined) return `${host}:80`;
  return `${host}:443 ssl verify required ca-file @system-ca sni req.hdr(host),host_only check-sni ${secured}`;
}
