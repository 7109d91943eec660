import { expect, test } from "vitest";
import { Secret } from "../../src/core/index.ts";
import { allowSql, nextRole, refuseSql } from "../../src/release/roles.ts";
import { scramVerifier } from "../../src/secrets/scram.ts";

test("what PostgreSQL keeps of a password is what RFC 7677 works out, and never the password", () => {
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  expect(scramVerifier(new Secret("pencil"), salt)).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
  const [one, two] = [scramVerifier(new Secret("pencil")), scramVerifier(new Secret("pencil"))];
  expect(one).not.toBe(two);
  expect(one + two).not.toContain("pencil");
});

test("a password that PostgreSQL would have to prepare first is refused", () => {
  for (const password of ["pässword", "tab\there", ""])
    expect(() => scramVerifier(new Secret(password))).toThrow("printable ASCII");
});

test("two roles take turns, whoever was first", () => {
  expect(nextRole("shop", "shop")).toBe("shop_a");
  expect(nextRole("shop", "shop_a")).toBe("shop_b");
  expect(nextRole("shop", "shop_b")).toBe("shop_a");
  expect(nextRole("shop", "")).toBe("shop_a");
});

test("a role is let in and shut out by names and a verifier alone, as psql quotes them", () => {
  const sql = allowSql("shop", "shop_a", "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy");
  expect(sql).toContain("\\set verifier 'SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy'\n");
  expect(sql).toContain(`alter role :"role" login password :'verifier';`);
  expect(sql).toContain("set log_statement = 'none';");
  expect(refuseSql("shop")).toBe(`\\set role shop\nalter role :"role" password null;\n`);
});
