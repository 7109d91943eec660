import type { Detector } from "../model.ts";
import { evidenceOfPackage, nodePlace, serverPart } from "./node-part.ts";

export const express: Detector = {
  framework: "Express",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("express")) return undefined;
    return serverPart(node, {
      framework: "Express",
      role: "api",
      evidence: [evidenceOfPackage(node, "express")],
      usualPort: 3000,
    });
  },
};
