import { compareVersions, rustVersion } from "../base-images.ts";
import type { Detector, Evidence } from "../model.ts";
import { healthOf, portOf, readsOf } from "../reads.ts";
import { evidenceIn, evidenceOf, has, join, runtimeFolders, search, sourcesOf, textOf } from "../view.ts";

const frameworks = ["axum", "actix-web", "rocket", "warp", "poem", "salvo"];

export const rust: Detector = {
  framework: "Rust",
  language: "rust",
  detect(place) {
    const text = textOf(place, "Cargo.toml");
    const name = /^\[package\][^[]*?^name\s*=\s*"([^"]+)"/ms.exec(text ?? "")?.[1];
    if (text === undefined || name === undefined) return undefined;
    const binary =
      /^\[\[bin\]\][^[]*?^name\s*=\s*"([^"]+)"/ms.exec(text)?.[1] ?? (has(place, "src/main.rs") ? name : undefined);
    if (binary === undefined) return undefined;
    const packages = cratesOf(place.folder, text);
    const framework = frameworks.find((one) => packages.has(one));
    const asked =
      /^rust-version\s*=\s*"(\d+\.\d+)/m.exec(text)?.[1] ??
      /(\d+\.\d+)/.exec(textOf(place, "rust-toolchain.toml") ?? textOf(place, "rust-toolchain") ?? "")?.[1];
    const version = asked !== undefined && compareVersions(asked, rustVersion) > 0 ? asked : rustVersion;
    const port = portOf(
      place,
      [
        /\bPORT"[\s\S]{0,120}?(\d{4,5})/,
        /(?:0\.0\.0\.0|\[::\]):(\d{2,5})/,
        /0,\s*0,\s*0,\s*0\][\s,)]*(\d{4,5})/,
        /"0\.0\.0\.0",\s*(\d{2,5})/,
      ],
      8080,
    );
    const [loopback] = search(
      place,
      sourcesOf(place, /\.rs$/),
      /"(?:127\.0\.0\.1|localhost)(?::\d{2,5})?"|\[127,\s*0,\s*0,\s*1\]/,
    );
    return {
      folder: place.folder,
      framework: framework === undefined ? "Rust" : `Rust with ${framework}`,
      language: "rust",
      role: "api",
      certainty: framework === undefined ? "guess" : "likely",
      evidence: [
        evidenceIn(place, "Cargo.toml", /^name\s*=/m, `package ${name}`),
        ...(framework === undefined ? [] : [packages.get(framework)].filter((one) => one !== undefined)),
      ],
      image: { recipe: "rust", version, binary, locked: has(place, "Cargo.lock"), folders: runtimeFolders(place) },
      port,
      health: healthOf(place),
      environment: { PORT: String(port.value) },
      ...readsOf(place, "rust", packages),
      release: undefined,
      workers: [],
      development: undefined,
      notes: [
        ...(has(place, "Cargo.lock")
          ? []
          : [{ message: "Cargo.lock is not there: commit it, so that every build gets the same crates" }]),
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

function cratesOf(folder: string, text: string): ReadonlyMap<string, Evidence> {
  let section = "";
  return new Map(
    text.split("\n").flatMap((raw, index) => {
      const content = raw.trim();
      section = /^\[([^\]]+)\]/.exec(content)?.[1] ?? section;
      const name =
        section === "dependencies"
          ? /^([\w-]+)\s*(?:=|\.)/.exec(content)?.[1]
          : /^dependencies\.([\w-]+)$/.exec(section)?.[1];
      if (name === undefined) return [];
      const evidence = { file: join(folder, "Cargo.toml"), line: index + 1, what: content };
      // sqlx and diesel name their databases as features.
      const feature = /^(?:sqlx|diesel|sea-orm)/.test(name) ? /\b(postgres|mysql)/.exec(content)?.[1] : undefined;
      return feature === undefined
        ? [[name, evidence] as const]
        : [[name, evidence] as const, [feature, evidence] as const];
    }),
  );
}
