import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { proposeChangelog } from "../../src/versions/index.ts";
import { withSection } from "../../src/versions/changelog.ts";
import type { Section } from "../../src/versions/changelog.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const section: Section = {
  version: "1.4.0",
  date: "2026-11-26",
  notes: {
    breaking: ["another way in (c3)"],
    features: ["coupons (a1)"],
    fixes: ["rounding (b2)"],
    others: ["words (d4)"],
  },
  previous: "PROD-1.3.0",
};

const written = `## [1.4.0] - 2026-11-26

### Added

- coupons (a1)

### Changed

- **Breaking:** another way in (c3)
- words (d4)

### Fixed

- rounding (b2)
`;

describe("a section of the list of changes", () => {
  test("begins a file where there is none", () => {
    const text = withSection(undefined, section);
    expect(text).toMatch(/^# Changelog\n/);
    expect(text.endsWith(`## [Unreleased]\n\n${written}`)).toBe(true);
  });

  test("stands behind what people wrote under Unreleased, and above the version before", () => {
    const before = "# Changes\n\n## [Unreleased]\n\n- by hand\n\n## [1.3.0] - 2026-01-01\n\n- old\n";
    expect(withSection(before, section)).toBe(
      `# Changes\n\n## [Unreleased]\n\n- by hand\n\n${written}\n## [1.3.0] - 2026-01-01\n\n- old\n`,
    );
  });

  test("stands above the first version where nothing is called Unreleased", () => {
    expect(withSection("# Changes\n\nwords\n\n## 1.3.0\n- old", section)).toBe(
      `# Changes\n\nwords\n\n${written}\n## 1.3.0\n- old`,
    );
  });

  test("leaves links at the end of the file", () => {
    const links = "[Unreleased]: https://example.com/a\n[1.0.0]: https://example.com/b\n";
    expect(withSection(`# Changes\n\n## [Unreleased]\n\n${links}`, section)).toBe(
      `# Changes\n\n## [Unreleased]\n\n${written}\n${links}`,
    );
  });

  test("takes a heading within a block of code for what it is", () => {
    const before = "# Changes\n\n```\n## [1.4.0]\n```\n\n## [1.3.0]\n";
    expect(withSection(before, section)).toBe(`# Changes\n\n\`\`\`\n## [1.4.0]\n\`\`\`\n\n${written}\n## [1.3.0]\n`);
  });

  test.each(["## [1.4.0] - 2026-11-01", "## 1.4.0", "## v1.4.0", "## [v1.4.0] (yanked)"])(
    "is not written twice: %s",
    (heading) => {
      const before = `# Changes\n\n${heading}\n\nwhat people made of it\n`;
      expect(withSection(before, section)).toBe(before);
    },
  );

  test("of another version that only begins alike is another one", () => {
    expect(withSection("## [1.4.0-rc.1]\n", section)).toContain("## [1.4.0] -");
    expect(withSection("## [1.4.01]\n", section)).toContain("## [1.4.0] -");
  });

  test("keeps the line ends of the file", () => {
    const text = withSection("# Changes\r\n\r\n## [1.3.0]\r\n", section);
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("says so where there is nothing to tell", () => {
    const nothing = { breaking: [], features: [], fixes: [], others: [] };
    expect(withSection(undefined, { ...section, notes: nothing })).toContain("No commit since PROD-1.3.0.");
    expect(withSection(undefined, { ...section, notes: nothing, previous: null })).toContain("The first version.");
  });

  test("keeps every line of any text, in its order, and a second time changes nothing", () => {
    const line = fc.oneof(
      fc.constantFrom("", "## [Unreleased]", "## [1.3.0]", "## 1.4.0", "```", "[1.0.0]: https://example.com", "- a"),
      fc.string().map((text) => text.replaceAll(/[\r\n]/g, "")),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = withSection(lines.join("\n"), section);
        const after = text.split("\n");
        let at = 0;
        for (const one of lines.filter((kept) => kept.trim() !== "")) {
          at = after.indexOf(one, at) + 1;
          expect(at).toBeGreaterThan(0);
        }
        // Text that ends within a block of code hides what is written behind it: nobody's list of changes does.
        if (lines.every((one) => !/^ {0,3}(```|~~~)/.test(one))) expect(withSection(text, section)).toBe(text);
      }),
    );
  });
});

test("the file is compared, with its diff, and not written", async () => {
  const folder = temporaryFolder({ "wherry.yaml": "app: shop\nenvironments: { uat: { server: deploy@192.0.2.1 } }\n" });
  const ctx = createContext({ cwd: folder, env: {} });
  const at = { directory: folder, file: "docs/CHANGES.md" };
  const { directory, change } = await proposeChangelog(ctx, at, section);
  expect({ directory, path: change.path, kind: change.kind }).toEqual({
    directory: folder,
    path: "docs/CHANGES.md",
    kind: "create",
  });
  expect(change.diff).toContain("+## [1.4.0] - ");
  expect(await ctx.files.readText(`${folder}/docs/CHANGES.md`)).toBeUndefined();
});
