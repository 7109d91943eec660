import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { withServers } from "../../src/infra/edit-server.ts";

describe("the address in wherry.yaml", () => {
  test("comes to the end of its environment, and everything else stays", () => {
    const text =
      "app: shop # ours\nenvironments:\n  production:\n    # big\n    infrastructure: { size: cx23 }\n\n  uat: {}\n";
    expect(withServers(text, { environment: "production" }, ["deploy@192.0.2.1"])).toBe(
      "app: shop # ours\nenvironments:\n  production:\n    # big\n    infrastructure: { size: cx23 }\n    server: deploy@192.0.2.1\n\n  uat: {}\n",
    );
  });

  test("takes the place of the one before, with the comment behind it", () => {
    const text = "environments:\n  production:\n    server: deploy@192.0.2.1 # old\n    keep: 3\n";
    expect(withServers(text, { environment: "production" }, ["deploy@192.0.2.2", "deploy@192.0.2.3"])).toBe(
      "environments:\n  production:\n    server: [deploy@192.0.2.2, deploy@192.0.2.3] # old\n    keep: 3\n",
    );
  });

  test("of a stack stands with that stack, and those of the others stay", () => {
    const one = "environments:\n  production:\n    server: deploy@192.0.2.1\n    stacks:\n      web: { server: a }\n";
    const web = { environment: "production", stack: "web" };
    expect(withServers(one, web, ["deploy@192.0.2.2"])).toBe(
      "environments:\n  production:\n    server: deploy@192.0.2.1\n    stacks:\n      web: { server: deploy@192.0.2.2 }\n",
    );
    expect(withServers(one, { ...web, stack: "data" }, ["deploy@192.0.2.2"])).toBe(
      "environments:\n  production:\n    server: deploy@192.0.2.1\n    stacks:\n      web: { server: a }\n      data:\n        server: deploy@192.0.2.2\n",
    );
  });

  test("is read as it was meant where it has brackets, in any place", () => {
    const six = "deploy@[2001:db8::20]";
    const written = (text: string, servers: readonly string[], stack?: string): unknown => {
      const { environments } = parse(withServers(text, { environment: "production", stack }, servers) ?? "null") as {
        environments: { production: { server: unknown; stacks?: Record<string, { server: unknown }> } };
      };
      return stack === undefined ? environments.production.server : environments.production.stacks?.[stack]?.server;
    };
    const places = [
      "environments:\n  production:\n    keep: 3\n",
      "environments:\n  production:\n    server: deploy@192.0.2.1 # old\n",
      "environments: { production: { server: deploy@192.0.2.1, keep: 3 } }\n",
      "environments:\n  production: { server: [a, b] }\n",
    ];
    for (const place of places) {
      expect(written(place, [six])).toBe(six);
      expect(written(place, ["[2001:db8::20]"])).toBe("[2001:db8::20]");
      expect(written(place, [six, "deploy@192.0.2.2"])).toEqual([six, "deploy@192.0.2.2"]);
    }
    const stacked = "environments:\n  production:\n    stacks:\n      web: { server: a }\n";
    expect(written(stacked, [six], "web")).toBe(six);
    expect(written(stacked, [six], "data")).toBe(six);
  });

  test("is not written where people have laid it out in lines of their own", () => {
    const text = "environments:\n  production:\n    server:\n      host: a # mine\n      user: b\n";
    expect(withServers(text, { environment: "production" }, ["deploy@192.0.2.2"])).toBeUndefined();
  });
});
