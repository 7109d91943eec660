import { describe, expect, test } from "vitest";
import { withServers } from "../../src/infra/edit-server.ts";

describe("the address in wherry.yaml", () => {
  test("comes to the end of its environment, and everything else stays", () => {
    const text =
      "app: shop # ours\nenvironments:\n  production:\n    # big\n    infrastructure: { size: cx23 }\n\n  uat: {}\n";
    expect(withServers(text, "production", ["deploy@192.0.2.1"])).toBe(
      "app: shop # ours\nenvironments:\n  production:\n    # big\n    infrastructure: { size: cx23 }\n    server: deploy@192.0.2.1\n\n  uat: {}\n",
    );
  });

  test("takes the place of the one before, with the comment behind it", () => {
    const text = "environments:\n  production:\n    server: deploy@192.0.2.1 # old\n    keep: 3\n";
    expect(withServers(text, "production", ["deploy@192.0.2.2", "deploy@192.0.2.3"])).toBe(
      "environments:\n  production:\n    server: [deploy@192.0.2.2, deploy@192.0.2.3] # old\n    keep: 3\n",
    );
  });

  test("is not written where people have laid it out in lines of their own", () => {
    const text = "environments:\n  production:\n    server:\n      host: a # mine\n      user: b\n";
    expect(withServers(text, "production", ["deploy@192.0.2.2"])).toBeUndefined();
  });
});
