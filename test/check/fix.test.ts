import { createTwoFilesPatch } from "diff";
import { parse } from "yaml";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyEdits } from "../../src/check/edits.ts";
import { checkText, of } from "./helpers.ts";

/** The text after `--fix`, for these rules alone or for all. */
function fixed(text: string, ...rules: readonly string[]): string {
  const { findings } = checkText(text);
  const wanted = findings.filter(({ rule, edits }) => edits.length > 0 && (rules.length === 0 || rules.includes(rule)));
  return applyEdits(wanted.map(({ edits }) => edits)).texts[0]?.after ?? text;
}

const around = (body: string): string =>
  `# the app\nservices:\n  web: # the web\n    image: 'a:1'\n${body}\n# the end\nvolumes: {}\n`;

describe("a fix changes what it names, and not a byte more", () => {
  test.each([
    ["WHY204", "    ports:\n      - 5432:5432 # data\n", '    ports:\n      - "127.0.0.1:5432:5432" # data\n'],
    [
      "WHY204",
      "    ports: ['5432:5432', \"6379:6379/tcp\"]\n",
      "    ports: ['127.0.0.1:5432:5432', \"127.0.0.1:6379:6379/tcp\"]\n",
    ],
    [
      "WHY204",
      "    ports: ['0.0.0.0:5432:5432', '[::]:3306:3306']\n",
      "    ports: ['127.0.0.1:5432:5432', '127.0.0.1:3306:3306']\n",
    ],
    ["WHY204", "    ports: [5432]\n", '    ports: ["127.0.0.1::5432"]\n'],
    ["WHY204", "    ports: ['${P:-5432}:5432']\n", "    ports: ['127.0.0.1:${P:-5432}:5432']\n"],
    [
      "WHY204",
      "    ports:\n      - target: 5432 # data\n        published: 5432\n",
      "    ports:\n      - target: 5432\n        host_ip: 127.0.0.1 # data\n        published: 5432\n",
    ],
    [
      "WHY204",
      "    ports: [{ target: 5432, host_ip: 0.0.0.0 }]\n",
      "    ports: [{ target: 5432, host_ip: 127.0.0.1 }]\n",
    ],
    ["WHY504", "    init: true # yes\n", "    init: true # yes\n    restart: unless-stopped\n"],
    [
      "WHY214",
      "    security_opt: [ 'apparmor:mine' ]\n",
      "    security_opt: [ 'apparmor:mine', no-new-privileges:true ]\n",
    ],
    [
      "WHY214",
      "    security_opt:\n    - apparmor:mine # ours\n",
      "    security_opt:\n    - apparmor:mine # ours\n    - no-new-privileges:true\n",
    ],
  ])("%s %j", (rule, before, after) => {
    const text = around(before);

    expect(fixed(text, rule)).toBe(around(after));
    expect(of(rule, checkText(fixed(text, rule)))).toEqual([]);
  });

  test("depends_on in lines keeps its comments", () => {
    const rest = "  db: { image: x:1, healthcheck: { test: y } }\n  mq: { image: y:1 }\n";
    const text = `services:\n  web:\n    image: a:1\n    depends_on:\n      # first\n      - db # data\n      - "mq"\n${rest}`;

    const after = fixed(text, "WHY108");

    expect(after).toBe(
      `services:\n  web:\n    image: a:1\n    depends_on:\n      # first\n      db: { condition: service_healthy } # data\n      mq: { condition: service_started }\n${rest}`,
    );
    expect(of("WHY108", checkText(after))).toEqual([]);
  });

  test("depends_on on one line", () => {
    const text = "services:\n  web: { image: a:1, depends_on: [db] }\n  db: { image: x:1, healthcheck: { test: y } }\n";

    expect(fixed(text, "WHY108")).toBe(text.replace("[db]", "{ db: { condition: service_healthy } }"));
  });

  test("a service on one line", () => {
    expect(fixed("services: { web: { image: a:1 } }\n", "WHY504")).toBe(
      "services: { web: { image: a:1, restart: unless-stopped } }\n",
    );
  });

  test("CRLF stays CRLF", () => {
    expect(fixed("services:\r\n  web:\r\n    image: a:1\r\n", "WHY504", "WHY502")).toBe(
      'services:\r\n  web:\r\n    image: a:1\r\n    logging:\r\n      driver: json-file\r\n      options:\r\n        max-size: 10m\r\n        max-file: "3"\r\n    restart: unless-stopped\r\n',
    );
  });

  test("a file without a last line end gets one, and no blank line", () => {
    expect(fixed("services:\n  web:\n    image: a:1", "WHY504", "WHY406")).toBe(
      "services:\n  web:\n    image: a:1\n    restart: unless-stopped\n    stop_grace_period: 30s\n",
    );
  });

  test("blank lines at the end of a file stay", () => {
    expect(fixed("services:\n  web:\n    image: a:1\n\n\n", "WHY504")).toBe(
      "services:\n  web:\n    image: a:1\n    restart: unless-stopped\n\n\n",
    );
  });

  test("a service that is an alias is left alone, for the others that share it", () => {
    const text = "x-a: &a\n  image: a:1\nservices:\n  one: *a\n";

    expect(fixed(text)).toBe(text);
  });

  test("a service from which others are made gets no restart policy: a job among them would never end", () => {
    const anchor = "services:\n  web: &web\n    image: a:1\n  job: { <<: *web, command: migrate }\n";
    const base = "services:\n  web:\n    image: a:1\n  job: { extends: web, command: migrate }\n";

    for (const text of [anchor, base]) {
      const web = of("WHY504", checkText(text)).find(({ services }) => services.includes("web"));
      expect(web?.edits).toEqual([]);
    }
  });

  test("a port in an anchor is changed once", () => {
    const text =
      "x-a: &a\n  image: postgres:17\n  ports: ['5432:5432']\nservices:\n  one: { <<: *a }\n  two: { <<: *a }\n";

    expect(fixed(text, "WHY204")).toBe(text.replace("'5432", "'127.0.0.1:5432"));
  });

  test("the line of version: goes, with what is behind it", () => {
    expect(fixed('# app\nversion: "3" # old\n\nservices: { web: { image: a:1 } }\n', "WHY119")).toBe(
      "# app\n\nservices: { web: { image: a:1 } }\n",
    );
  });

  test("a Dockerfile's CMD becomes a list, unless the shell did something", () => {
    const check = (cmd: string): string | undefined => {
      const { findings } = checkText("services: { web: { build: . } }\n", {
        others: [{ file: "Dockerfile", text: `FROM a:1\n${cmd} # not a comment\n`.replace(" # not a comment", "") }],
      });
      const wanted = findings.filter(({ rule, edits }) => rule === "WHY602" && edits.length > 0);
      return applyEdits(wanted.map(({ edits }) => edits)).texts[0]?.after;
    };

    expect(check("CMD node server.js --port 80")).toBe('FROM a:1\nCMD ["node", "server.js", "--port", "80"]\n');
    expect(check("CMD node $FILE")).toBeUndefined();
    expect(check("CMD migrate && serve")).toBeUndefined();
  });
});

const head = "services:\n";

describe("whatever is fixed, the file means the same besides, and nothing is left to fix", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{1,6}$/);
  const parts = fc.uniqueArray(
    fc.constantFrom(
      "image: postgres:17",
      "ports: ['5432:5432']",
      "ports:\n  - 5432:5432",
      "depends_on: [dbase]",
      "depends_on:\n  - dbase",
      "security_opt: []",
      "security_opt: ['apparmor:mine']",
      "environment:\n  A: b",
      "# words",
      "command: [node, x.js]",
      "logging:\n  driver: local",
      "",
    ),
    { minLength: 1, maxLength: 6, selector: (text) => text.split(":")[0] },
  );

  test("block style with comments, either line end", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          name.filter((text) => text !== "dbase"),
          parts,
          { minKeys: 1, maxKeys: 4 },
        ),
        fc.constantFrom("\n", "\r\n"),
        (services, lineEnd) => {
          const blocks = Object.entries({ ...services, dbase: ["image: x:1", "healthcheck: { test: y }"] }).map(
            ([key, lines]) =>
              `  ${key}:\n    hostname: h\n${lines
                .map((text) =>
                  text
                    .split("\n")
                    .map((line) => (line === "" ? "\n" : `    ${line}\n`))
                    .join(""),
                )
                .join("")}`,
          );
          const text = `${head}${blocks.join("")}`.replaceAll("\n", lineEnd);

          const after = fixed(text);

          const again = fixed(after);
          expect(again).toBe(after);
          expect(withoutFixes(parse(after))).toEqual(withoutFixes(parse(text)));
          const removed = createTwoFilesPatch("a", "b", text, after)
            .split("\n")
            .filter((line) => line.startsWith("-") && !line.startsWith("---"))
            .filter((line) => !/ports|5432|depends_on|- dbase|security_opt/.test(line));
          expect(removed).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});

type Services = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The file without what fixes may change. */
function withoutFixes(document: { services: Services }): unknown {
  const touched = new Set(["ports", "depends_on", "security_opt", "logging", "restart", "stop_grace_period", "init"]);
  return Object.entries(document.services).map(([key, service]) => [
    key,
    Object.entries(service).filter(([one]) => !touched.has(one)),
  ]);
}
