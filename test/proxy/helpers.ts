import { hashPassword, proxyFragment } from "../../src/proxy/index.ts";
import type { ProxyFragment, ProxyRules } from "../../src/proxy/index.ts";

/** Rules with nothing in them. */
export const noRules: ProxyRules = {
  body: undefined,
  rate: undefined,
  timeout: undefined,
  allow: [],
  users: [],
  headers: {},
  compress: false,
  strip: undefined,
  redirects: [],
  pages: {},
};

export const oddPassword = `pä'"$ \\ w#%`;

/** Every setting there is, with what is odd to HAProxy in each of them. */
export const oddRules: ProxyRules = {
  body: 1024 * 1024,
  rate: { requests: 1000, seconds: 60 },
  timeout: 1.5,
  allow: ["127.0.0.0/31", "2001:db8::/32"],
  users: [{ name: "ann", password: hashPassword("00", "ann", oddPassword) }],
  headers: { "X-Odd": `a'b"c$HOME %d #x \\ %[src] ä`, "Server-Timing": "own" },
  compress: true,
  strip: "/a.p+i'",
  redirects: [
    { from: `/old%'"$[x]`, to: `/new?x=%20'"$#%[src]`, status: 301 },
    { from: "www.odd.test", to: "https://odd.test/", status: 308 },
  ],
  pages: { "413": `<p class="x">it's $HOME %[src] #\n\\n tab\t\r\nä</p>\n` },
};

export function fragmentWith(rules: ProxyRules, addresses: readonly string[]): ProxyFragment {
  const routes = ["odd.test", "www.odd.test"].map((host) => ({ host, path: "/" }));
  return proxyFragment(
    "odd-production",
    (["blue", "green"] as const).map((slot) => ({ service: "web", slot, routes, addresses, http: null, rules })),
  );
}
