import type { Detector } from "../model.ts";
import { evidenceOfPackage, nodePlace, pagesPart } from "./node-part.ts";

export const createReactApp: Detector = {
  framework: "React (create-react-app)",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("react-scripts")) return undefined;
    const evidence = evidenceOfPackage(node, "react-scripts");
    return pagesPart(node, {
      framework: "React (create-react-app)",
      evidence: [evidence],
      output: "build",
      hashed: "^/static/",
      fallback: "page",
      developmentPort: 3000,
      notes: [{ message: "react-scripts gets no updates any more; Vite is where React points to", evidence }],
    });
  },
};
