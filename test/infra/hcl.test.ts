import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { block, comment, expression, mapping, quoteHcl, renderHcl, set } from "../../src/infra/hcl.ts";

/** Reads a quoted string as the language does, apart from this room's code. */
function unquote(text: string): string {
  let result = "";
  for (let at = 1; at < text.length - 1; at += 1) {
    const rest = text.slice(at);
    const unicode = /^\\u([0-9a-f]{4})/.exec(rest);
    if (unicode !== null) {
      result += String.fromCharCode(Number.parseInt(unicode[1] ?? "", 16));
      at += 5;
    } else if (rest.startsWith("\\")) {
      result += { n: "\n", r: "\r", t: "\t" }[rest[1] ?? ""] ?? rest[1] ?? "";
      at += 1;
    } else if (rest.startsWith("$${") || rest.startsWith("%%{")) {
      result += `${rest[0]}{`;
      at += 2;
    } else {
      if (rest.startsWith("${") || rest.startsWith("%{") || rest.startsWith('"') || rest.startsWith("\n"))
        throw new Error(`not literal: ${rest}`);
      result += rest[0] ?? "";
    }
  }
  return result;
}

describe("quoted strings", () => {
  test("any text comes back as it was, and is never a template", () => {
    const nasty = fc.stringMatching(/^[$%{}"\\\n\ra-c~ ]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), nasty), (text) => {
        expect(unquote(quoteHcl(text))).toBe(text.toWellFormed());
      }),
    );
  });

  test("what looks like a template is written so that people still read it", () => {
    expect(quoteHcl('say "${name}"')).toBe('"say \\"$${name}\\""');
    expect(quoteHcl("$${")).toBe('"$\\u0024{"');
  });
});

describe("files", () => {
  test("neighbours have their signs below each other, and what is longer has room around it", () => {
    const file = renderHcl([
      comment("Where it stands."),
      block(
        "resource",
        ["hcloud_server", "app"],
        set("name", "a"),
        set("server_type", expression("var.server_type")),
        set("labels", mapping({ app: "shop", "wherry.app": "shop" })),
        set("backups", true),
        block("lifecycle", [], set("ignore_changes", expression("[image]"))),
      ),
      block("provider", ["hcloud"]),
    ]);
    expect(file).toBe(`# Where it stands.
resource "hcloud_server" "app" {
  name        = "a"
  server_type = var.server_type

  labels = {
    app          = "shop"
    "wherry.app" = "shop"
  }

  backups = true

  lifecycle {
    ignore_changes = [image]
  }
}

provider "hcloud" {}
`);
  });

  test("a long list has one item a line", () => {
    const ranges = Array.from({ length: 8 }, (_, index) => `203.0.113.${index}/32`);
    expect(renderHcl([set("ranges", ranges)]).split("\n")).toHaveLength(11);
  });
});
