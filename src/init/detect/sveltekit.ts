import type { Detector } from "../model.ts";
import { developmentOf, evidenceOfPackage, nodePlace, pagesPart, serverPart } from "./node-part.ts";

export const sveltekit: Detector = {
  framework: "SvelteKit",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("@sveltejs/kit")) return undefined;
    const kit = evidenceOfPackage(node, "@sveltejs/kit");
    if (node.has("@sveltejs/adapter-static")) {
      const evidence = [kit, evidenceOfPackage(node, "@sveltejs/adapter-static")];
      return pagesPart(node, {
        framework: "SvelteKit (static)",
        evidence,
        output: "build",
        hashed: "^/_app/immutable/",
        fallback: "page",
        developmentPort: 5173,
      });
    }
    const adapter = node.has("@sveltejs/adapter-node");
    return serverPart(node, {
      framework: "SvelteKit",
      role: "whole",
      evidence: [kit, ...(adapter ? [evidenceOfPackage(node, "@sveltejs/adapter-node")] : [])],
      usualPort: 3000,
      port: { value: 3000, certainty: "sure" },
      health: { value: "/", certainty: "likely" },
      start: {
        command: { value: ["node", "build"], certainty: adapter ? "sure" : "guess", evidence: kit },
        environment: {},
        program: undefined,
        notes: [],
      },
      environment: { HOST: "0.0.0.0" },
      development: developmentOf(node, 5173, ["--host", "0.0.0.0"]),
      notes: adapter
        ? []
        : [
            {
              message:
                "SvelteKit needs an adapter to run in a container: npm install @sveltejs/adapter-node, and give it to sveltekit() as its adapter",
              evidence: kit,
            },
          ],
    });
  },
};
