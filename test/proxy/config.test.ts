import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { frontendConfig, hashPassword, proxyCompose } from "../../src/proxy/index.ts";
import { configString, configWord } from "../../src/proxy/words.ts";
import { fragmentWith, noRules, oddRules } from "./helpers.ts";

test("the common part, for both kinds of server", async () => {
  await expect(frontendConfig({ httpPort: 80, ipv6: true })).toMatchFileSnapshot("golden/frontend.cfg");
  const four = frontendConfig({ httpPort: 80, ipv6: false });
  expect(four).toBe(frontendConfig({ httpPort: 80, ipv6: true }).replace("  bind :::80 v6only\n", ""));
  await expect(proxyCompose).toMatchFileSnapshot("golden/compose.yaml");
});

test("back ends: one without a rule, one with every rule and odd strings in them", async () => {
  const plain = fragmentWith(noRules, ["10.213.0.10:80"]);
  const odd = fragmentWith(oddRules, ["10.213.0.10:80", "10.213.0.11:80"]);
  await expect(plain.backends).toMatchFileSnapshot("golden/plain.cfg");
  await expect(odd.backends).toMatchFileSnapshot("golden/odd.cfg");
});

test("what cannot be written is refused", () => {
  expect(() => configWord("a\nb")).toThrow("control character");
  expect(() => configString("a\u0000b")).toThrow("control character");
});

test("passwords are hashed as the C library does", () => {
  for (const password of ["x", "correct horse battery staple", `ä'"$\\`.repeat(40)]) {
    const hash = hashPassword("00ff", "ann", password);
    const setting = hash.slice(0, hash.lastIndexOf("$") + 1);
    const known = execFileSync("perl", ["-e", "print crypt($ARGV[0], $ARGV[1])", password, setting], {
      encoding: "utf8",
    });
    // macOS has no SHA-512 here.
    if (known.startsWith("$6$")) expect(hash).toBe(known);
    expect(hashPassword("00ff", "ann", password)).toBe(hash);
    expect(hashPassword("00fe", "ann", password)).not.toBe(hash);
  }
});
