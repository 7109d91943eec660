import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareVersions, environmentOf, loadReleaseRules, parseVersion } from "../../src/config/index.ts";
import type { EnvironmentRule, Version } from "../../src/config/index.ts";
import { cronProblem } from "../../src/config/cron.ts";
import { ruleOf } from "../../src/config/deploy-on.ts";
import { commonName, isRefName, matchesBranch } from "../../src/config/ref-pattern.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const usual = ["development", "uat", "production"].map((name) => ruleOf(name, undefined));

function versionOf(text: string): Version {
  const read = parseVersion(text);
  if (!read.ok) throw new Error(read.reason);
  return read.version;
}

const reasonOf = (ref: string, rules: readonly EnvironmentRule[] = usual): string => {
  const decision = environmentOf(ref, rules);
  return `${decision.environment ?? "none"}: ${decision.reason}`;
};

describe("a git ref and its environment", () => {
  test("development, uat and production have rules by their names", () => {
    expect(reasonOf("refs/heads/develop")).toMatchInlineSnapshot(
      `"development: development takes the branch develop, as environments of this name do by default"`,
    );
    expect(reasonOf("refs/tags/UAT-1.2.3")).toMatchInlineSnapshot(
      `"uat: uat takes the tag UAT-*, as environments of this name do by default"`,
    );
    expect(reasonOf("refs/tags/UAT-1.2.3-rc.1")).toMatch(/^uat: /);
    expect(reasonOf("refs/tags/PROD-10.20.30")).toMatch(/^production: /);
  });

  test.each([
    ["refs/tags/PROD-01.0.0", "leading zero: 01 is written 1"],
    ["refs/tags/PROD-1.0.0-rc1", "pre-release, and production takes full versions only"],
    ["refs/tags/PROD-1.0", "has 2 numbers, and a version has three"],
    ["refs/tags/PROD-1.0.0.0", "has 4 numbers"],
    ["refs/tags/PROD-1", "has 1 number,"],
    ["refs/tags/PROD-1.0.0\n", "has a line break in it"],
    ["refs/tags/PROD-1.0.0\r\n", "has a line break in it"],
    ["refs/tags/PROD-1.0.0+5", "has a + in it"],
    ["refs/tags/PROD-v1.0.0", "is no version such as 1.2.3"],
    ["refs/tags/PROD-１.0.0", "has a character that no version has"],
    ["refs/tags/PROD-1.0.9999999999999999", "too large"],
    ["refs/tags/UAT-1.0.0-", "empty or odd part behind the dash"],
    ["refs/tags/UAT-1.0.0-rc.01", "leading zero: 01 is written 1"],
    ["refs/tags/prod-1.0.0", "capital letters count, its tags look like PROD-1.2.3"],
    ["refs/tags/PROD-", "no environment takes the tag PROD-"],
    ["refs/tags/v1.0.0", "no environment takes the tag v1.0.0"],
    ["refs/heads/PROD-1.0.0", "no environment takes the branch PROD-1.0.0"],
    ["refs/heads/develop/x", "no environment takes the branch develop/x"],
    ["refs/pull/7/merge", "is no ref of a branch or tag"],
    ["PROD-1.0.0", "is no ref of a branch or tag"],
    ["refs/tags/PROD-1.0.0 ", "is no name that git accepts"],
    ["refs/heads/$(touch x)", "is no name that git accepts"],
    ["", "is no ref of a branch or tag"],
  ])("%j is deployed nowhere, with its reason", (ref, reason) => {
    expect(reasonOf(ref)).toMatch(/^none: /);
    expect(reasonOf(ref)).toContain(reason);
  });

  test("a refused tag says which environment it was meant for", () => {
    expect(environmentOf("refs/tags/PROD-1.0", usual)).toMatchObject({ meant: "production" });
    expect(environmentOf("refs/tags/v1.0.0", usual)).toMatchObject({ meant: undefined });
  });

  test("every full version behind the prefix goes to production, and it is read as it was written", () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(), fc.nat(), fc.nat()), ([major, minor, patch]) => {
        const decision = environmentOf(`refs/tags/PROD-${major}.${minor}.${patch}`, usual);
        expect(decision).toMatchObject({ environment: "production", version: { major, minor, patch, prerelease: [] } });
      }),
    );
  });

  test("whatever else stands behind the prefix goes nowhere", () => {
    const strict = /^(?:0|[1-9][0-9]{0,14})\.(?:0|[1-9][0-9]{0,14})\.(?:0|[1-9][0-9]{0,14})$/;
    const nearly = fc.stringMatching(/^[0-9.vrc\n +-]{0,12}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), nearly), (text) => {
        const decision = environmentOf(`refs/tags/PROD-${text}`, usual);
        expect(decision.environment === "production").toBe(strict.test(text) && !text.endsWith("\n"));
      }),
      { numRuns: 1000 },
    );
  });

  test("a ref never goes to two environments, whatever the rules of a valid file are", () => {
    const pattern = fc.stringMatching(/^[av]{0,2}\*?(-b)?$/).filter((text) => isRefName(text.replace("*", "1.0.0")));
    const version = fc.stringMatching(/^[0-2]\.[0-2]\.[0-2](-[ab])?$/);
    fc.assert(
      fc.property(pattern, pattern, version, (one, other, text) => {
        const kinds = ["version", "full version"] as const;
        const common = commonName({ pattern: one, kind: kinds[0] }, { pattern: other, kind: kinds[1] });
        const rules = [ruleOf("uat", { tag: one }), ruleOf("production", { tag: other })];
        const tags = [one, other].map((each) => each.replace("*", text));
        if (common === undefined) for (const tag of tags) environmentOf(`refs/tags/${tag}`, rules);
        else expect(() => environmentOf(`refs/tags/${common}`, rules)).toThrow("claimed by");
      }),
      { numRuns: 500 },
    );
  });
});

describe("versions", () => {
  const identifier = fc.oneof(fc.nat({ max: 20 }).map(String), fc.stringMatching(/^[a-zA-Z-][0-9a-zA-Z-]{0,3}$/));
  const version = fc
    .tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.array(identifier, { maxLength: 3 }))
    .map(([a, b, c, rest]) => versionOf(`${a}.${b}.${c}${rest.length === 0 ? "" : `-${rest.join(".")}`}`));

  test("are put in the order of Semantic Versioning", () => {
    const order =
      "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.9.0 1.10.0 2.0.0".split(
        " ",
      );
    const shuffled = [...order.slice(5), ...order.slice(0, 5)].map(versionOf);
    expect(shuffled.toSorted(compareVersions).map(({ text }) => text)).toEqual(order);
  });

  test("have one total order", () => {
    const sign = (a: Version, b: Version): number => Math.sign(compareVersions(a, b));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(sign(a, b) + sign(b, a)).toBe(0);
        expect(sign(a, b) === 0).toBe(a.text === b.text);
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe("patterns of branches", () => {
  test.each([
    ["develop", "develop", true],
    ["release/*", "release/1", true],
    ["release/*", "release/1/x", false],
    ["release/**", "release/1/x", true],
    ["*", "main", true],
    ["*", "a/b", false],
    ["feature.x", "featurexx", false],
    ["a+b", "aab", false],
  ])("%s and %s: %s", (pattern, branch, expected) => {
    expect(matchesBranch(pattern, branch)).toBe(expected);
  });

  test("a name that two patterns have in common is matched by both", () => {
    const pattern = fc.stringMatching(/^[ab/*]{1,6}$/).filter((text) => isRefName(text.replaceAll("*", "x")));
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const common = commonName({ pattern: one, kind: "branch" }, { pattern: other, kind: "branch" });
        const samples = ["a", "b", "aa", "ab", "a/b", "aab", "b/a/b", "abab"];
        for (const name of common === undefined ? samples : [common])
          expect(matchesBranch(one, name) && matchesBranch(other, name)).toBe(common !== undefined);
      }),
      { numRuns: 500 },
    );
  });
});

describe("schedules", () => {
  test.each(["0 6 * * 1-5", "*/10 * * * *", "0,30 8-18/2 1 JAN MON", "5 4 31 12 0"])("%s is one", (text) => {
    expect(cronProblem(text)).toBeUndefined();
  });

  test.each([
    "",
    "@daily",
    "0 6 * *",
    "60 * * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "0 0 * 13 *",
    "0 0 * * 7",
    "5-1 * * * *",
    "5/2 * * * *",
    "a * * * *",
    "0 6 * * *\n",
    "1,,2 * * * *",
  ])("%j is none", (text) => {
    expect(cronProblem(text)).toEqual(expect.any(String));
  });
});

describe("deploy_on in wherry.yaml", () => {
  const file = (environments: string): Promise<unknown> => {
    const folder = temporaryFolder({ "wherry.yaml": `app: shop\nserver: local\nenvironments:\n${environments}` });
    return loadReleaseRules(createContext({ cwd: folder }), {}).catch((error: { message: string; at: unknown }) => ({
      message: error.message,
      at: error.at,
    }));
  };

  test("has four forms, and the one with branch and tag", async () => {
    const rules = await file(`  a: { deploy_on: { branch: "release/*", tag: "v*" } }
  b: { deploy_on: { manual: true } }
  c: { deploy_on: { schedule: "0 6 * * 1-5" } }
  production:
  staging:
`);
    expect(rules).toMatchObject({
      environments: [
        {
          environment: "a",
          rules: [
            { kind: "branch", pattern: "release/*" },
            { kind: "tag", pattern: "v*" },
          ],
          from: "wherry.yaml",
        },
        { environment: "b", rules: [], from: "wherry.yaml" },
        { environment: "c", rules: [{ kind: "schedule", cron: "0 6 * * 1-5" }] },
        { environment: "production", production: true, rules: [{ kind: "tag", pattern: "PROD-*" }], from: "default" },
        { environment: "staging", rules: [], from: "none" },
      ],
    });
  });

  test("two environments that claim one ref are an error with the place of both", async () => {
    expect(
      await file('  uat: { deploy_on: { tag: "v*" } }\n  production:\n    deploy_on:\n      tag: "v1*"\n'),
    ).toMatchObject({
      at: { file: "wherry.yaml", line: 7, column: 12 },
      message:
        "environments.production.deploy_on.tag: the tag v10.0.0 would go to uat (line 4) as well: each belongs to one environment",
    });
    expect(await file("  a: { deploy_on: { branch: main } }\n  b: { deploy_on: { branch: 'm*' } }\n")).toMatchObject({
      message: expect.stringContaining("the branch main would go to a (line 4) as well"),
    });
  });

  test("two environments with one schedule are an error as well", async () => {
    const one = 'deploy_on: { schedule: "0 6 * * *" }';
    expect(await file(`  a: { ${one} }\n  b: { ${one} }\n`)).toMatchObject({
      message: expect.stringContaining("the schedule 0 6 * * * would go to a (line 4) as well"),
    });
  });

  test("pre-releases may have a pattern beside that of production, which takes none", async () => {
    expect(
      await file('  uat: { deploy_on: { tag: "v*-beta" } }\n  production: { deploy_on: { tag: "v*" } }\n'),
    ).toMatchObject({
      environments: [{ environment: "uat" }, { environment: "production" }],
    });
  });

  test("a default gives way to what is written elsewhere", async () => {
    expect(await file("  development:\n  uat: { deploy_on: { branch: develop } }\n")).toMatchObject({
      environments: [{ environment: "development", rules: [], from: "none" }, { environment: "uat" }],
    });
  });

  test.each([
    ["{ tag: 'a*b*' }", "a tag has one * at most"],
    ["{ tag: 'a b' }", "a tag, or a pattern such as PROD-*"],
    ["{ branch: 'a..b' }", "a branch, or a pattern"],
    ["{ branch: main, manual: true }", "one of branch or tag, manual, schedule"],
    ["{ schedule: hourly }", "a schedule has five fields"],
    ["{ manual: false }", "manual is true, or left out"],
  ])("%s is refused", async (written, message) => {
    expect(await file(`  a: { deploy_on: ${written} }\n`)).toMatchObject({ message: expect.stringContaining(message) });
  });
});
