import type { Detector } from "../model.ts";
import { firstOf } from "../view.ts";
import { buildOf, evidenceOfPackage, nodePlace, serverPart } from "./node-part.ts";
import { startOf } from "./start.ts";

export const nest: Detector = {
  framework: "NestJS",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("@nestjs/core")) return undefined;
    const evidence = evidenceOfPackage(node, "@nestjs/core");
    const scripted = startOf(place, node.json, ["start:prod"]);
    const isNest = scripted === undefined || scripted.program !== undefined;
    return serverPart(node, {
      framework: "NestJS",
      role: "api",
      evidence: [evidence],
      usualPort: 3000,
      build: buildOf(node) ?? ["node_modules/.bin/nest", "build"],
      // `nest start` is for development: it compiles at each start.
      start:
        isNest || firstOf(place, ["nest-cli.json", "src/main.ts"]) === undefined
          ? {
              command: { value: ["node", "dist/main.js"], certainty: "likely", evidence },
              environment: {},
              program: undefined,
              notes: [],
            }
          : scripted,
    });
  },
};
