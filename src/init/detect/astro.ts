import type { Detector } from "../model.ts";
import { developmentOf, evidenceOfPackage, nodePlace, pagesPart, serverPart } from "./node-part.ts";

export const astro: Detector = {
  framework: "Astro",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("astro")) return undefined;
    const evidence = evidenceOfPackage(node, "astro");
    if (!node.has("@astrojs/node"))
      return pagesPart(node, {
        framework: "Astro (static)",
        evidence: [evidence],
        output: "dist",
        hashed: "^/_astro/",
        fallback: "none",
        developmentPort: 4321,
      });
    return serverPart(node, {
      framework: "Astro",
      role: "whole",
      evidence: [evidence, evidenceOfPackage(node, "@astrojs/node")],
      usualPort: 4321,
      port: { value: 4321, certainty: "sure" },
      health: { value: "/", certainty: "likely" },
      start: {
        command: { value: ["node", "dist/server/entry.mjs"], certainty: "sure", evidence },
        environment: {},
        program: undefined,
        notes: [],
      },
      environment: { HOST: "0.0.0.0", ASTRO_TELEMETRY_DISABLED: "1" },
      development: developmentOf(node, 4321, ["--host", "0.0.0.0"]),
    });
  },
};
