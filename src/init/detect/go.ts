import { chooseVersion } from "../base-images.ts";
import type { Detector, Evidence } from "../model.ts";
import { healthOf, portOf, readsOf } from "../reads.ts";
import { evidenceIn, evidenceOf, has, join, runtimeFolders, search, sourcesOf, textOf } from "../view.ts";

const frameworks: readonly (readonly [string, string])[] = [
  ["github.com/gin-gonic/gin", "Go with Gin"],
  ["github.com/labstack/echo", "Go with Echo"],
  ["github.com/gofiber/fiber", "Go with Fiber"],
  ["github.com/go-chi/chi", "Go with chi"],
];

export const go: Detector = {
  framework: "Go",
  language: "go",
  detect(place) {
    const text = textOf(place, "go.mod");
    if (text === undefined) return undefined;
    const mains = search(place, sourcesOf(place, /\.go$/), /^package main\b/m);
    const listens = search(place, sourcesOf(place, /\.go$/), /\bListenAndServe|\.Run\(|\.Listen\(|\.Start\(/)[0];
    const folders = [...new Set(mains.map(({ file }) => folderOf(place.folder, file)))].toSorted(
      (a, b) => a.length - b.length,
    );
    const target =
      folders.find((folder) => listens !== undefined && folderOf(place.folder, listens.file) === folder) ?? folders[0];
    if (target === undefined) return undefined;
    const packages = requiresOf(place.folder, text);
    const framework =
      frameworks.find(([path]) => [...packages.keys()].some((name) => name.startsWith(path)))?.[1] ?? "Go";
    const chosen = chooseVersion("go", "Go", /^go\s+(\S+)/m.exec(text)?.[1]);
    const port = portOf(place, [/\bPORT"[\s\S]{0,120}?"?:?(\d{4,5})"/, /"(?:0\.0\.0\.0|\[::\])?:(\d{2,5})"/], 8080);
    const [loopback] = search(place, sourcesOf(place, /\.go$/), /"(?:127\.0\.0\.1|localhost):\d{2,5}"/);
    const main = mains.find(({ file }) => folderOf(place.folder, file) === target);
    return {
      folder: place.folder,
      framework,
      language: "go",
      role: "api",
      certainty: folders.length > 1 ? "guess" : "likely",
      evidence: [evidenceIn(place, "go.mod", /^go\s/m, "go.mod"), ...(main === undefined ? [] : [evidenceOf(main)])],
      image: {
        recipe: "go",
        version: chosen.version,
        target: target === "" ? "." : `./${target}`,
        sums: has(place, "go.sum"),
        cgo: packages.has("github.com/mattn/go-sqlite3"),
        folders: runtimeFolders(place),
      },
      port,
      health: healthOf(place),
      environment: { PORT: String(port.value) },
      ...readsOf(place, "go", packages),
      release: undefined,
      workers: [],
      development: undefined,
      notes: [
        ...(folders.length > 1
          ? [
              {
                message: `several programs: ${folders.map((folder) => folder || ".").join(", ")}; the Dockerfile builds ${target || "."}`,
              },
            ]
          : []),
        ...(loopback === undefined
          ? []
          : [
              {
                message: "listens on localhost alone: nothing reaches it in a container",
                evidence: evidenceOf(loopback),
              },
            ]),
      ],
    };
  },
};

function folderOf(top: string, file: string): string {
  const below = top === "" ? file : file.slice(top.length + 1);
  return below.split("/").slice(0, -1).join("/");
}

function requiresOf(folder: string, text: string): ReadonlyMap<string, Evidence> {
  const lines = text.split("\n").map((content, index) => ({ content: content.trim(), line: index + 1 }));
  return new Map(
    lines.flatMap(({ content, line }) => {
      const name = /^(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v\d/.exec(content)?.[1];
      return name === undefined ? [] : [[name, { file: join(folder, "go.mod"), line, what: content }] as const];
    }),
  );
}
