import { describe, expect, test } from "vitest";
import { checkProject } from "../../src/check/index.ts";
import { checkText, today } from "./helpers.ts";

const about = ["WHY002", "WHY003", "WHY004", "WHY201"];

function found(text: string): readonly string[] {
  return checkText(text)
    .findings.map(({ rule }) => rule)
    .filter((rule) => about.includes(rule));
}

describe("a comment with a reason accepts a finding", () => {
  test.each([
    ["on the line", "    privileged: true # wherry-ignore WHY201: it is the VPN\n"],
    ["above it", "    # wherry-ignore WHY201: it is the VPN\n    privileged: true\n"],
    [
      "above it, among other words",
      "    # wherry-ignore WHY201: it is the VPN\n    # and some more words\n\n    privileged: true\n",
    ],
    ["with a second rule", "    privileged: true # wherry-ignore WHY201, WHY101: it is the VPN\n"],
    ["with CRLF", "    # wherry-ignore WHY201: it is the VPN\r\n    privileged: true\r\n"],
  ])("%s", (_, line) => {
    const result = checkText(`services:\n  one:\n    image: a:1\n${line}`);

    expect(result.findings.map(({ rule }) => rule).filter((rule) => about.includes(rule))).toEqual([]);
    expect(result.suppressed).toMatchObject([{ rule: "WHY201", reason: "it is the VPN", where: "comment" }]);
  });

  test("above the service, for what the service lacks", () => {
    const { suppressed } = checkText("services:\n  # wherry-ignore WHY501: it is small\n  one:\n    image: a:1\n");

    expect(suppressed).toMatchObject([{ rule: "WHY501", reason: "it is small" }]);
  });
});

describe("what accepts nothing is said", () => {
  test.each([
    ["without a reason", "    privileged: true # wherry-ignore WHY201\n", ["WHY201", "WHY002"]],
    ["with an empty reason", "    privileged: true # wherry-ignore WHY201:  \n", ["WHY201", "WHY002"]],
    [
      "for another line",
      "    # wherry-ignore WHY201: VPN\n    init: true\n    privileged: true\n",
      ["WHY003", "WHY201"],
    ],
    ["for another rule", "    privileged: true # wherry-ignore WHY202: VPN\n", ["WHY201", "WHY003"]],
    ["for a rule that is not there", "    privileged: true # wherry-ignore WHY2011: VPN\n", ["WHY201", "WHY004"]],
    ["for no rule", "    privileged: true # wherry-ignore\n", ["WHY201", "WHY004"]],
  ])("%s", (_, line, expected) => {
    expect(found(`services:\n  one:\n    image: a:1\n${line}`)).toEqual(expected);
  });

  test("text that looks like a comment is text", () => {
    const text =
      "services:\n  one:\n    image: a:1\n    command: |\n      # wherry-ignore WHY201: not a comment\n    privileged: true\n";

    expect(found(text)).toEqual(["WHY201"]);
  });

  test("another program's rule is not called unused, for it may not have run", () => {
    expect(found("services:\n  one:\n    image: a:1 # wherry-ignore DL3008: pinned elsewhere\n")).toEqual([]);
  });
});

test("wherry.yaml accepts findings, of one service or of all", () => {
  const text = "services:\n  one: { image: a:1, privileged: true }\n  two: { image: a:1, privileged: true }\n";
  const source = { file: "wherry.yaml", text: "check: {}\n" };
  const at = { source, start: 0, end: 0 };
  const ignore = [
    { rule: "WHY201", service: "one", reason: "it is the VPN", at },
    { rule: "WHY202", service: undefined, reason: "nothing", at },
    { rule: "WHY501", service: undefined, reason: undefined, at },
  ];

  const result = checkProject({ files: [{ file: "compose.yaml", text }], now: today, ignore });

  expect(result.suppressed).toMatchObject([{ rule: "WHY201", services: ["one"], where: "wherry.yaml" }]);
  expect(result.findings.filter(({ at: place }) => place.file === "wherry.yaml").map(({ rule }) => rule)).toEqual([
    "WHY002",
    "WHY003",
  ]);
  expect(result.findings.filter(({ rule }) => rule === "WHY201").map(({ services }) => services)).toEqual([["two"]]);
});

test("a suppression in a Dockerfile is one of its findings", () => {
  const result = checkText("services: { one: { build: . } }\n", {
    others: [
      {
        file: "Dockerfile",
        text: "FROM node:24\n# wherry-ignore WHY601: there is no lock file yet\nRUN npm install\nUSER node\n",
      },
    ],
  });

  expect(result.suppressed).toMatchObject([{ rule: "WHY601", at: { file: "Dockerfile", line: 3 } }]);
});
