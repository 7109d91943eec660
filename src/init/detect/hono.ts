import type { Detector } from "../model.ts";
import { evidenceOfPackage, nodePlace, serverPart } from "./node-part.ts";

export const hono: Detector = {
  framework: "Hono",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("hono")) return undefined;
    const evidence = evidenceOfPackage(node, "hono");
    const server = node.has("@hono/node-server");
    return serverPart(node, {
      framework: "Hono",
      role: "api",
      evidence: [evidence, ...(server ? [evidenceOfPackage(node, "@hono/node-server")] : [])],
      usualPort: 3000,
      notes:
        server || node.project.manager === "bun"
          ? []
          : [{ message: "Hono runs on Node.js with @hono/node-server, which is not among the packages", evidence }],
    });
  },
};
