import type { Detector } from "../model.ts";
import { evidenceIn, firstOf } from "../view.ts";
import { pagesPort } from "./node-part.ts";

/** Pages that lie in the repository as they are served. */
export const staticSite: Detector = {
  framework: "Static site",
  language: "static",
  detect(place) {
    const index = firstOf(place, [
      "index.html",
      "public/index.html",
      "site/index.html",
      "www/index.html",
      "docs/index.html",
    ]);
    if (index === undefined) return undefined;
    const output = index.split("/").slice(0, -1).join("/");
    return {
      folder: place.folder,
      framework: "Static site",
      language: "static",
      role: "pages",
      certainty: "likely",
      evidence: [evidenceIn(place, index, /<title>/, index)],
      image: {
        recipe: "pages",
        build: undefined,
        output: output === "" ? "." : output,
        fallback: "none",
        hashed: undefined,
      },
      port: { value: pagesPort, certainty: "sure" },
      health: { value: "/", certainty: "sure" },
      environment: {},
      reads: [],
      uses: [],
      release: undefined,
      workers: [],
      development: undefined,
      notes: [],
    };
  },
};
