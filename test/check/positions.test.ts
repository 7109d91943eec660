import { describe, expect, test } from "vitest";
import { checkText, of, written } from "./helpers.ts";

/** Where the findings of a rule are, as `line:column text`. */
function places(rule: string, text: string): readonly string[] {
  return of(rule, checkText(text)).map((one) => `${one.at.line}:${one.at.column} ${written(one, text)}`);
}

describe("a finding is where the user sees it", () => {
  test("in an anchor that two services share, once, with both of them named", () => {
    const text =
      "x-app: &app\n  image: a:1\n  privileged: true\nservices:\n  one: *app\n  two: { <<: *app, init: true }\n";

    expect(places("WHY201", text)).toEqual(["3:3 privileged"]);
    expect(of("WHY201", checkText(text))[0]?.services).toEqual(["one", "two"]);
  });

  test("in a list of merge keys the first one counts", () => {
    const text =
      "x-a: &a { restart: on-failure }\nx-b: &b { restart: 'no', pid: host }\nservices:\n  one:\n    <<: [*a, *b]\n    image: a:1\n";

    expect(places("WHY505", text)).toEqual(["1:20 on-failure"]);
    expect(places("WHY203", text)).toEqual(["2:31 host"]);
  });

  test("what a service says itself wins over what it merges", () => {
    const text = "x-a: &a { privileged: true }\nservices:\n  one:\n    <<: *a\n    image: a:1\n    privileged: false\n";

    expect(places("WHY201", text)).toEqual([]);
  });

  test("with CRLF", () => {
    const text = "services:\r\n  one:\r\n    image: a:1\r\n    user: root\r\n";

    expect(places("WHY211", text)).toEqual(["4:11 root"]);
    expect(of("WHY211", checkText(text))[0]?.line).toBe("    user: root");
  });

  test("behind tabs", () => {
    expect(places("WHY211", "services:\n  one:\n    image:\ta:1\n    user:\t\troot\t# yes\n")).toEqual(["4:12 root"]);
  });

  test("behind letters of any script, in UTF-16 units", () => {
    const text = 'services:\n  one: { image: a:1, labels: { x: "é😀" }, user: root }\n';

    expect(places("WHY211", text)).toEqual(
      [`2:${text.split("\n")[1]?.indexOf("root") ?? 0}`].map((place) => `2:${Number(place.split(":")[1]) + 1} root`),
    );
  });

  test("with a byte order mark", () => {
    expect(places("WHY119", "\ufeffversion: '3'\nservices: { one: { image: a:1 } }\n")).toEqual(["1:1 version"]);
  });

  test("in a file that is laid over another one", () => {
    const { findings } = checkText("services:\n  one:\n    image: a:1\n    ports: ['127.0.0.1:1:1']\n", {
      files: [
        { file: "compose.yaml", text: "services:\n  one:\n    image: a:1\n    ports: ['127.0.0.1:1:1']\n" },
        {
          file: "compose.production.yaml",
          text: "services:\n  one:\n    ports:\n      - '2:2'\n    privileged: true\n",
        },
      ],
    });

    const found = findings.filter(({ rule }) => rule === "WHY206" || rule === "WHY201");
    expect(found.map(({ rule, at }) => `${rule} ${at.file}:${at.line}:${at.column}`)).toEqual([
      "WHY206 compose.production.yaml:4:9",
      "WHY201 compose.production.yaml:5:5",
    ]);
  });

  test("in a file that is included, and in one that is extended", () => {
    const { findings } = checkText("", {
      files: [
        {
          file: "app/compose.yaml",
          text: "include: [db/compose.yaml]\nservices:\n  one: { extends: { file: common.yaml, service: base }, image: a:1 }\n",
        },
      ],
      others: [
        { file: "app/db/compose.yaml", text: "services:\n  db: { image: 'b:1', pid: host }\n" },
        { file: "app/common.yaml", text: "services:\n  base:\n    privileged: true\n" },
      ],
    });

    const found = findings.filter(({ severity }) => severity === "error");
    expect(found.map(({ rule, at }) => `${rule} ${at.file}:${at.line}:${at.column}`)).toEqual([
      "WHY201 app/common.yaml:3:5",
      "WHY203 app/db/compose.yaml:2:28",
    ]);
  });

  test("in a Dockerfile with continued lines and comments in between", () => {
    const text =
      "# syntax=docker/dockerfile:1\nFROM node:24\n\nRUN echo x && \\\n  # a word\n  npm install\nUSER node\n";
    const { findings } = checkText("services: { one: { build: . } }\n", { others: [{ file: "Dockerfile", text }] });

    const [found] = findings.filter(({ rule }) => rule === "WHY601");
    expect(found).toMatchObject({ at: { file: "Dockerfile", line: 4, column: 1 }, end: { line: 6, column: 14 } });
  });
});

describe("files are laid over each other as docker compose does", () => {
  const over = (base: string, overlay: string): readonly string[] =>
    checkText("", {
      files: [
        { file: "a.yaml", text: base },
        { file: "b.yaml", text: overlay },
      ],
    }).findings.map(({ rule }) => rule);

  test("!reset takes away", () => {
    expect(
      over("services: { one: { image: a:1, privileged: true } }\n", "services: { one: { privileged: !reset } }\n"),
    ).not.toContain("WHY201");
  });

  test("!override replaces a list", () => {
    const base = "services: { one: { image: a:1, cap_add: [SYS_ADMIN] } }\n";
    expect(over(base, "services: { one: { cap_add: [CHOWN] } }\n")).toContain("WHY216");
    expect(over(base, "services: { one: { cap_add: !override [CHOWN] } }\n")).not.toContain("WHY216");
  });

  test("environment is one mapping, whichever way it is written", () => {
    const base = "services: { one: { image: a:1, environment: [NODE_ENV=development] } }\n";
    expect(over(base, "services: { one: { environment: { NODE_ENV: production } } }\n")).not.toContain("WHY509");
    expect(
      over(
        "services: { one: { image: a:1, environment: { NODE_ENV: production } } }\n",
        "services: { one: { environment: [NODE_ENV=development] } }\n",
      ),
    ).toContain("WHY509");
  });

  test("a command is replaced, and a mount with the same target", () => {
    const base = "services: { one: { image: a:1, command: npm start, volumes: ['/etc:/x'] } }\n";
    const rules = over(base, "services: { one: { command: [node, x], volumes: ['/srv:/x'] } }\n");
    expect(rules).not.toContain("WHY408");
    expect(rules).not.toContain("WHY218");
  });

  test("a service of a profile that is not switched on is not judged", () => {
    const text = "services: { one: { image: a:1, privileged: true, profiles: [tools] } }\n";
    expect(of("WHY201", checkText(text))).toEqual([]);
    expect(of("WHY201", checkText(text, { profiles: ["tools"] }))).toHaveLength(1);
  });
});

describe("what is secret in a file is in no finding", () => {
  test.each([
    "services:\n  one: { image: a:1, environment: { DB_PASSWORD: hunter2 }, privileged: true }\n",
    "services:\n  one: { image: a:1, environment: ['DB_PASSWORD=hunter2'], privileged: true }\n",
    "services:\n  one: { build: { args: { TOKEN: hunter2 } }, privileged: true }\n",
    "services:\n  one: { image: a:1, environment: { URL: 'mysql://me:hunter2@db/x' }, privileged: true }\n",
    "services:\n  one: { image: a:1, environment: { DB_PASSWORD: '${DB_PASSWORD:-hunter2}' }, privileged: true }\n",
  ])("%s", (text) => {
    const result = checkText(text);

    expect(result.findings.map(({ rule }) => rule)).toContain("WHY201");
    expect(
      JSON.stringify(result.findings.map(({ edits, ...rest }) => [rest, edits.map(({ by }) => by)])),
    ).not.toContain("hunter2");
  });
});
