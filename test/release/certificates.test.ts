import { describe, expect, test } from "vitest";
import { looksPublic, tlsOf } from "../../src/config/index.ts";
import { certificateWishes } from "../../src/proxy/index.ts";
import { certificateWarnings, parseCertificates } from "../../src/release/certificate-list.ts";

const none = { ca: "", credentials: new Map<string, string>(), own: [] };
const routes = ["shop.example.org", "shop.acme.io", "localhost", "10.0.0.1"].map((host) => ({ host, path: "/" }));

test.each([
  ["shop.acme.io", true],
  ["a.b.co.uk", true],
  ["localhost", false],
  ["shop.test", false],
  ["db.internal", false],
  ["www.example.com", false],
  ["203.0.113.7", false],
  ["shop", false],
])("%s looks public: %s", (host, expected) => {
  expect(looksPublic(host)).toBe(expected);
});

describe("what a server is told to get", () => {
  test("is, without a word, a certificate for every public host, rehearsed first", () => {
    expect(certificateWishes(tlsOf(undefined), routes, none)).toMatchObject({
      hosts: ["shop.acme.io"],
      text: `image goacme/lego:v4.35.2
directory https://acme-v02.api.letsencrypt.org/directory
rehearsal https://acme-staging-v02.api.letsencrypt.org/directory
policy redirect.
host shop.acme.io
`,
    });
  });

  test("is nothing where it is off, or where no host is public", () => {
    expect(certificateWishes(tlsOf("off"), routes, none)).toBeUndefined();
    expect(certificateWishes(tlsOf(undefined), [{ host: "shop.test", path: "/" }], none)).toBeUndefined();
  });

  test("has one's own beside it, and the credentials of the DNS provider in a file", () => {
    const settings = tlsOf({
      email: "ops@acme.io",
      dns: { provider: "hetzner", secrets: ["HETZNER_API_TOKEN"] },
      hsts: "24h",
      redirect: false,
      certificates: { "shop.acme.io": { certificate: "a.pem", key: "A_KEY" } },
    });
    const own = [{ host: "shop.acme.io", certificate: "PEM", key: "KEY" }];
    const wishes = certificateWishes(settings, routes.slice(1, 3), {
      ca: "",
      credentials: new Map([["HETZNER_API_TOKEN", "t$'\"x"]]),
      own,
    });

    expect(wishes?.text).toContain("dns hetzner\npolicy -.86400\nhost localhost\nown shop.acme.io\n");
    expect(wishes?.credentials).toBe("HETZNER_API_TOKEN=t$'\"x\n");
  });
});

describe("what a server tells of its certificates", () => {
  const now = new Date("2026-11-25T00:00:00Z");
  const told = `certificate-of shop.acme.io host
certificate-has shop.acme.io ends Dec  5 12:00:00 2026 GMT
certificate-has shop.acme.io issuer /CN=R12
certificate-of old.acme.io own
certificate-has old.acme.io ends Nov 24 12:00:00 2026 GMT
certificate-of new.acme.io host
certificate-trouble new.acme.io 2026-11-24T10:00:00Z new.acme.io points to 192.0.2.7, which is not this server
`;

  test("is a list with days, and what went wrong", () => {
    expect(parseCertificates(told, now)).toMatchObject([
      { host: "shop.acme.io", source: "acme", issuer: "R12", daysLeft: 10, trouble: null },
      { host: "old.acme.io", source: "own", daysLeft: -1 },
      { host: "new.acme.io", notAfter: null, daysLeft: null, trouble: expect.stringContaining("192.0.2.7") as string },
    ]);
  });

  test("is a warning from 20 days on", () => {
    expect(certificateWarnings(parseCertificates(told, now))).toEqual([
      "the certificate of shop.acme.io ends in 10 days",
      "the certificate of old.acme.io ended on 2026-11-24T12:00:00.000Z",
      expect.stringContaining("new.acme.io has no certificate (2026-11-24"),
    ]);
    expect(certificateWarnings(parseCertificates(told, new Date("2026-11-10T00:00:00Z")))).toHaveLength(2);
  });
});
