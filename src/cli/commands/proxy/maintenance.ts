import * as z from "zod";
import { setMaintenance } from "../../../release/index.ts";
import { command } from "../../definition.ts";
import { list, optional, required } from "../../parameters.ts";

export const maintenance = command({
  description: [
    "on: the proxy answers every request to the app with 503 and a page, until it is told otherwise; deployments, reloads and reboots change nothing in that. off: the app answers again.",
    "Addresses given with --allow see the app all the same, and so does whoever sends the header X-Maintenance-Pass with the word that the command says, another one each time.",
  ],
  args: {
    state: required("on or off", {
      parse: (text: string): "on" | "off" => {
        if (text === "on" || text === "off") return text;
        throw new Error("expected on or off");
      },
    }),
  },
  flags: {
    allow: list("an address that sees the app all the same; may be given several times", {
      placeholder: "ADDRESS",
      parse: (text: string) => {
        if (!z.union([z.ipv4(), z.ipv6()]).safeParse(text).success) throw new Error("expected an IP address");
        return text.toLowerCase();
      },
    }),
    page: optional("file with the page to show (HTML, 8 KB at most)", { placeholder: "FILE" }),
  },
  needs: ["environment"],
  examples: [
    { line: "proxy maintenance on -e production --allow 203.0.113.7", what: "show the page to everybody else" },
    { line: "proxy maintenance off -e production", what: "show the app again" },
  ],
  schema: z.strictObject({
    environment: z.string(),
    servers: z.array(z.string()),
    state: z.enum(["on", "off"]),
    allow: z.array(z.string()),
    pass: z.string().nullable(),
  }),
  run: ({ state, allow, page, environment, directory, server, stack }, ctx) =>
    setMaintenance(ctx, { state, allow, page, environment, directory, server, stack }),
  print: ({ environment, state, pass }, { style }) =>
    state === "off"
      ? [`${style.good("off:")} the app answers in ${environment}`]
      : [
          `${style.warning("on:")} visitors of ${environment} see the maintenance page`,
          `the app itself: curl -H 'X-Maintenance-Pass: ${pass}' ...`,
        ],
});
