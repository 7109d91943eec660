import { mkdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { apply, compare } from "../../src/writer/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const ctx = createContext();
const wanted = [{ path: "deep/Dockerfile", content: "FROM node:24\n", comment: "#" as const }];

describe("files of the repository", () => {
  test("a new file is made with its folders; a second time there is nothing to do", async () => {
    const folder = temporaryFolder();
    const changes = await compare(ctx, folder, wanted);
    expect(changes).toMatchObject([{ kind: "create", path: "deep/Dockerfile" }]);
    expect(changes[0]?.diff).toContain("+FROM node:24");
    expect(await apply(ctx, folder, changes)).toEqual(["deep/Dockerfile"]);
    expect(await compare(ctx, folder, wanted)).toMatchObject([{ kind: "same", diff: "" }]);
  });

  test("what nobody has edited is brought up to date; what somebody has edited stays until told otherwise", async () => {
    const folder = temporaryFolder();
    await apply(ctx, folder, await compare(ctx, folder, wanted));
    const newer = [{ path: "deep/Dockerfile", content: "FROM node:26\n", comment: "#" as const }];
    expect(await compare(ctx, folder, newer)).toMatchObject([{ kind: "update" }]);

    const file = `${folder}/deep/Dockerfile`;
    await writeFile(file, `${await readFile(file, "utf8")}USER node\n`);
    const changes = await compare(ctx, folder, newer);
    expect(changes).toMatchObject([{ kind: "edited" }]);
    expect(await apply(ctx, folder, changes)).toEqual([]);
    expect(await readFile(file, "utf8")).toContain("USER node");
    expect(await apply(ctx, folder, changes, "overwrite")).toEqual(["deep/Dockerfile"]);
    expect(await readFile(file, "utf8")).toContain("FROM node:26");
  });

  test("nothing is written outside of the folder, and a folder is not taken for a file", async () => {
    const folder = temporaryFolder();
    await expect(compare(ctx, folder, [{ path: "../x", content: "" }])).rejects.toThrow("outside");
    await mkdir(`${folder}/Dockerfile`);
    await expect(compare(ctx, folder, [{ path: "Dockerfile", content: "" }])).rejects.toThrow("no file");
  });
});
