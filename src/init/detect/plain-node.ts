import type { Detector } from "../model.ts";
import { evidenceIn, search, sourcesOf } from "../view.ts";
import { nodePlace, serverPart } from "./node-part.ts";

/** A Node.js server without a framework that is known: it starts, and something in it listens. */
export const plainNode: Detector = {
  framework: "Node.js",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || node.json.workspaces.length > 0) return undefined;
    const [listens] = search(place, sourcesOf(place, /\.[cm]?[jt]s$/), /\bcreateServer\(|\.listen\(|\bserve\(/);
    if (listens === undefined) return undefined;
    return serverPart(node, {
      framework: "Node.js",
      role: "api",
      evidence: [
        evidenceIn(place, "package.json", /\{/, "package.json"),
        { file: listens.file, line: listens.line, what: listens.what },
      ],
      usualPort: 3000,
    });
  },
};
