import type { Detector } from "../model.ts";
import { developmentOf, evidenceOfPackage, nodePlace, serverPart } from "./node-part.ts";

export const nuxt: Detector = {
  framework: "Nuxt",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("nuxt")) return undefined;
    const evidence = evidenceOfPackage(node, "nuxt");
    return serverPart(node, {
      framework: "Nuxt",
      role: "whole",
      evidence: [evidence],
      usualPort: 3000,
      port: { value: 3000, certainty: "sure" },
      health: { value: "/", certainty: "likely" },
      start: {
        command: { value: ["node", ".output/server/index.mjs"], certainty: "sure", evidence },
        environment: {},
        program: undefined,
        notes: [],
      },
      // Nitro puts everything that runs into this folder, packages included.
      keep: { what: "output", copy: [{ from: ".output", to: ".output" }] },
      environment: { HOST: "0.0.0.0", NUXT_TELEMETRY_DISABLED: "1" },
      development: developmentOf(node, 3000, ["--host", "0.0.0.0"]),
    });
  },
};
