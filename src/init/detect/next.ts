import type { Detector } from "../model.ts";
import { developmentOf, evidenceOfPackage, nodePlace, pagesPart, says, serverPart } from "./node-part.ts";
import { has } from "../view.ts";

const configs = ["next.config.ts", "next.config.js", "next.config.mjs"];

export const next: Detector = {
  framework: "Next.js",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("next")) return undefined;
    const evidence = [evidenceOfPackage(node, "next")];
    const exported = says(place, configs, /\boutput:\s*["']export["']/);
    if (exported !== undefined)
      return pagesPart(node, {
        framework: "Next.js (static)",
        evidence: [...evidence, exported],
        output: "out",
        hashed: "^/_next/static/",
        fallback: "none",
        developmentPort: 3000,
      });
    const standalone = says(place, configs, /\boutput:\s*["']standalone["']/);
    // A server that is started with a file of its own keeps its start script.
    const start = {
      command: { value: ["node_modules/.bin/next", "start"], certainty: "sure", evidence: evidence[0] },
      environment: {},
      program: "next",
      notes: [],
    } as const;
    const below = node.project.below;
    const inside = below === "" ? "" : `${below}/`;
    return serverPart(node, {
      framework: "Next.js",
      role: "whole",
      evidence: [...evidence, ...(standalone === undefined ? [] : [standalone])],
      usualPort: 3000,
      port: { value: 3000, certainty: "sure" },
      health: { value: "/", certainty: "likely" },
      start:
        standalone === undefined
          ? { ...start, command: { ...start.command, evidence: evidence[0] ?? evidenceOfPackage(node, "next") } }
          : {
              ...start,
              command: { value: ["node", `${inside}server.js`], certainty: "sure", evidence: standalone },
              program: undefined,
            },
      ...(standalone === undefined
        ? {}
        : {
            keep: {
              what: "output" as const,
              copy: [
                { from: ".next/standalone", to: "." },
                { from: ".next/static", to: `${inside}.next/static` },
                ...(has(place, "public") ||
                place.repository.files.some((file) =>
                  file.startsWith(place.folder === "" ? "public/" : `${place.folder}/public/`),
                )
                  ? [{ from: "public", to: `${inside}public` }]
                  : []),
              ],
            },
          }),
      // Its server listens on the address in HOSTNAME, which Docker sets to the container's name.
      environment: { HOSTNAME: "0.0.0.0", NEXT_TELEMETRY_DISABLED: "1" },
      writable: [".next/cache"],
      development: developmentOf(node, 3000),
    });
  },
};
