import { expect, test } from "vitest";
import { moveTarget } from "../../src/infra/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const yaml = `app: shop
services: { web: { route: shop.test, port: 80 } }
environments:
  production: { server: deploy@203.0.113.10 }
  uat: { server: deploy@203.0.113.11, infrastructure: next }
  next: { infrastructure: { size: cx23, location: nbg1 } }
  made: { server: deploy@203.0.113.20, infrastructure: { size: cx23, location: nbg1 } }
  many: { infrastructure: { size: cx23, location: nbg1, count: 2 } }
`;

const targetOf = (to: string) =>
  moveTarget(
    createContext({
      cwd: temporaryFolder({ "wherry.yaml": yaml, "compose.yaml": "services: { web: { image: web } }\n" }),
    }),
    { to, directory: undefined, confirm: undefined },
    () => {},
  );

test.each(["deploy@203.0.113.30", "other", "uat"])(
  "%s is an address: no environment describes a machine by it",
  async (to) => {
    expect(await targetOf(to)).toEqual({ to, machines: undefined });
  },
);

test("an environment whose machine is there stands for its address", async () => {
  expect(await targetOf("made")).toEqual({ to: "deploy@203.0.113.20", machines: "made" });
});

test("nothing is ordered where nobody can be asked, and nobody moves to several servers", async () => {
  await expect(targetOf("next")).rejects.toMatchObject({ code: "not-made", exit: "usage" });
  await expect(targetOf("many")).rejects.toMatchObject({ code: "cannot-move", exit: "usage" });
});
