import { describe, expect, test } from "vitest";
import { forwardFragment } from "../../../src/release/move/forward.ts";
import { record, service, worker } from "../helpers.ts";

describe("the old server's back ends after a move", () => {
  const api = service("api", "1", { routes: [{ host: "api.shop.test", path: "/v1" }], http: null });
  const one = record("20261124-aa01", { services: [service("web", "1"), api, worker("1")] });

  test("are the new server's proxy, on whichever side is live", () => {
    const { backends, routes, sides } = forwardFragment(one, "192.0.2.2", new Map());
    expect(backends.match(/server s1 .*/g)).toEqual(Array.from({ length: 4 }, () => "server s1 192.0.2.2:80"));
    // Whether it is healthy is for the other proxy to find out.
    expect(backends).not.toContain("httpchk");
    expect(routes).toBe("api.shop.test/v1/ shop-production\nshop.test/ shop-production\n");
    expect(sides.blue).toContain("shop.test/ shop-production-web-blue");
    expect(sides.green).toContain("shop.test/ shop-production-web-green");
  });

  test("are asked by HTTPS, and checked, where the host has a certificate", () => {
    const { backends } = forwardFragment(one, "2001:db8::2", new Map([["shop.test", "@system-ca"]]));
    expect(backends).toContain(
      "server s1 [2001:db8::2]:443 ssl verify required ca-file @system-ca sni req.hdr(host),host_only check-sni shop.test",
    );
    expect(backends).toContain("server s1 [2001:db8::2]:80");
  });

  test("trust the authority of one's own where the host has its certificate from there", () => {
    const secured = new Map([["shop.test", "/wherry/apps/shop-production/ca.pem"]]);
    expect(forwardFragment(one, "192.0.2.2", secured).backends).toContain(
      "ca-file /wherry/apps/shop-production/ca.pem ",
    );
  });
});
