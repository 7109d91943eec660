import type { Detector } from "../model.ts";
import { textOf } from "../view.ts";
import { developmentOf, evidenceOfPackage, nodePlace, pagesPart, serverPart } from "./node-part.ts";

export const angular: Detector = {
  framework: "Angular",
  language: "node",
  detect(place) {
    const node = nodePlace(place);
    if (node === undefined || !node.has("@angular/core") || textOf(place, "angular.json") === undefined)
      return undefined;
    const evidence = evidenceOfPackage(node, "@angular/core");
    const output = outputOf(textOf(place, "angular.json") ?? "") ?? `dist/${node.json.name ?? "app"}`;
    if (!node.has("@angular/ssr"))
      return pagesPart(node, {
        framework: "Angular",
        evidence: [evidence],
        output: `${output}/browser`,
        hashed: String.raw`-[A-Z0-9]{8}\.(?:js|css)$`,
        fallback: "page",
        developmentPort: 4200,
      });
    return serverPart(node, {
      framework: "Angular (server-side rendering)",
      role: "whole",
      evidence: [evidence, evidenceOfPackage(node, "@angular/ssr")],
      usualPort: 4000,
      health: { value: "/", certainty: "likely" },
      start: {
        command: { value: ["node", `${output}/server/server.mjs`], certainty: "likely", evidence },
        environment: {},
        program: undefined,
        notes: [],
      },
      environment: { NG_ALLOWED_HOSTS: "*" },
      development: developmentOf(node, 4200, ["--host", "0.0.0.0"]),
    });
  },
};

interface Workspace {
  readonly projects?: Readonly<
    Record<
      string,
      { readonly architect?: { readonly build?: { readonly options?: { readonly outputPath?: unknown } } } }
    >
  >;
}

/** Of the first project: its outputPath, or dist/<name>, which is where ng build writes where nothing is said. */
function outputOf(text: string): string | undefined {
  try {
    const [first] = Object.entries((JSON.parse(text) as Workspace).projects ?? {});
    if (first === undefined) return undefined;
    const written = first[1].architect?.build?.options?.outputPath;
    if (typeof written === "string") return written;
    const base = (written as { readonly base?: unknown } | undefined)?.base;
    return typeof base === "string" ? base : `dist/${first[0]}`;
  } catch {
    return undefined;
  }
}
