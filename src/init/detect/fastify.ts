import type { Detector } from "../model.ts";
import { evidenceOfPackage, loopbackNote, nodePlace, serverPart } from "./node-part.ts";

export const fastify: Detector = {
  framework: "Fastify",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("fastify")) return undefined;
    const evidence = evidenceOfPackage(node, "fastify");
    return serverPart(node, {
      framework: "Fastify",
      role: "api",
      evidence: [evidence],
      usualPort: 3000,
      environment: { HOST: "0.0.0.0", FASTIFY_ADDRESS: "0.0.0.0" },
      notes: loopbackNote(
        place,
        "Fastify",
        /0\.0\.0\.0|["']::["']|env\.(?:HOST|FASTIFY_ADDRESS)\b|\bfastify\s+start\b/,
        evidence,
      ),
    });
  },
};
