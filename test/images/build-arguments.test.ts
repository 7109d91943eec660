import { describe, expect, test } from "vitest";
import { composeKeys } from "../../src/compose/index.ts";
import type { BuildModel } from "../../src/compose/index.ts";
import { buildArguments, platformOf, relocate } from "../../src/images/build-arguments.ts";

const options: Readonly<Record<string, readonly [value: unknown, expected: readonly string[]]>> = {
  additional_contexts: [
    { shared: "/shop/shared", alpine: "docker-image://alpine:3", base: "service:base" },
    [
      "--build-context=shared=/tree/shared",
      "--build-context=alpine=docker-image://alpine:3",
      "--build-context=base=docker-image://wherry/shop/base:new",
    ],
  ],
  args: [
    { A: "1", SPACE: "a b", FROM_SHELL: null },
    ["--build-arg=A=1", "--build-arg=SPACE=a b", "--build-arg=FROM_SHELL"],
  ],
  cache_from: [
    ["type=local,src=./cache", "shop/cache"],
    ["--cache-from=type=local,src=./cache", "--cache-from=shop/cache"],
  ],
  cache_to: [["type=local,dest=./cache"], ["--cache-to=type=local,dest=./cache"]],
  dockerfile: ["docker/Dockerfile", ["--file=/tree/web/docker/Dockerfile"]],
  entitlements: [["security.insecure"], ["--allow=security.insecure"]],
  extra_hosts: [
    ["db=10.0.0.1", "six=::1"],
    ["--add-host=db=10.0.0.1", "--add-host=six=::1"],
  ],
  labels: [{ "a.b": "c" }, ["--label=a.b=c"]],
  network: ["host", ["--network=host"]],
  no_cache: [true, ["--no-cache"]],
  no_cache_filter: [
    ["build", "test"],
    ["--no-cache-filter=build", "--no-cache-filter=test"],
  ],
  privileged: [true, ["--allow=security.insecure"]],
  provenance: ["mode=max", ["--provenance=mode=max"]],
  pull: [true, ["--pull"]],
  sbom: ["true", ["--sbom=true"]],
  shm_size: ["67108864", ["--shm-size=67108864"]],
  ssh: [["default"], ["--ssh=default"]],
  tags: [["shop/web:1"], ["--tag=shop/web:1"]],
  target: ["production", ["--target=production"]],
  ulimits: [{ nofile: { soft: 1, hard: 2 }, nproc: 5 }, ["--ulimit=nofile=1:2", "--ulimit=nproc=5"]],
};

/** Tested on their own below: they do not add an option, or need more than the mapping. */
const others = ["context", "dockerfile_inline", "isolation", "platforms", "secrets"];

test.for(Object.entries(options))("build.%s reaches buildx", ([key, [value, expected]]) => {
  const plain = argumentsFor({ context: "/shop/web" });
  const argv = argumentsFor({ context: "/shop/web", [key]: value });

  expect(argv.filter((argument) => !plain.includes(argument))).toEqual(expected);
});

test("every key of a build mapping is tested here", () => {
  const keys = composeKeys.flatMap(({ path }) => /^services\.\*\.build\.(\w+)$/.exec(path)?.[1] ?? []);

  expect(keys.toSorted()).toEqual([...Object.keys(options), ...others].toSorted());
});

test("a plain build loads one image for the server's platform from the committed tree", () => {
  expect(argumentsFor({ context: "/shop/web" })).toEqual([
    "docker",
    "buildx",
    "build",
    "--load",
    "--progress=plain",
    "--platform=linux/amd64",
    "--tag=wherry/shop/web:new",
    "--",
    "/tree/web",
  ]);
});

test("a Dockerfile in the compose file is read from the file it was written to", () => {
  const argv = buildArguments(model({ context: "/shop" }), {
    ...surroundings,
    inlineDockerfile: "/private/Dockerfile",
  });

  expect(argv).toContain("--file=/private/Dockerfile");
});

test("a build secret is named by its file, and a comma in a name does not end it", () => {
  const secretFiles = new Map([
    ["token", "/private/secret-0"],
    ["a,b", "/private/secret-1"],
  ]);
  const argv = buildArguments(model({ context: "/shop" }), { ...surroundings, secretFiles });

  expect(argv).toContain("--secret=id=token,src=/private/secret-0");
  expect(argv).toContain('--secret="id=a,b",src=/private/secret-1');
});

test("a context that is an address stays one, with its Dockerfile inside", () => {
  const argv = argumentsFor({ context: "https://example.com/shop.git#main", dockerfile: "web/Dockerfile" });

  expect(argv.slice(-3)).toEqual(["--file=web/Dockerfile", "--", "https://example.com/shop.git#main"]);
});

describe("the platform", () => {
  test("of a service comes before the server's", () => {
    expect(platformOf({ ...model({}), platform: "linux/arm64" }, "linux/amd64")).toBe("linux/arm64");
  });

  test("of the server has to be among those that the build names", () => {
    expect(platformOf(model({ platforms: ["linux/arm64", "linux/amd64"] }), "linux/amd64")).toBe("linux/amd64");
    expect(() => platformOf(model({ platforms: ["linux/arm64"] }), "linux/amd64")).toThrow(
      "the server needs linux/amd64",
    );
  });

  test("isolation is refused where it asks for Windows", () => {
    expect(platformOf(model({ isolation: "default" }), "linux/amd64")).toBe("linux/amd64");
    expect(() => platformOf(model({ isolation: "hyperv" }), "linux/amd64")).toThrow("Windows");
  });
});

test("paths of the project move to its committed tree, and no others do", () => {
  const locate = relocate("/shop", "/tree");

  expect(["/shop", "/shop/a/b", "/shopping", "/other", "https://example.com/x", "/shop/..b"].map(locate)).toEqual([
    "/tree",
    "/tree/a/b",
    "/shopping",
    "/other",
    "https://example.com/x",
    "/tree/..b",
  ]);
});

const surroundings = {
  platform: "linux/amd64",
  tag: "wherry/shop/web:new",
  locate: relocate("/shop", "/tree"),
  secretFiles: new Map<string, string>(),
  inlineDockerfile: undefined,
  serviceTags: new Map([["base", "wherry/shop/base:new"]]),
};

function model(build: Readonly<Record<string, unknown>>): BuildModel {
  return { service: "web", image: undefined, platform: undefined, build, secrets: [] };
}

function argumentsFor(build: Readonly<Record<string, unknown>>): readonly string[] {
  return buildArguments(model(build), surroundings);
}
