import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileFrames, frame } from "../../src/images/frames.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { sha256 } from "./helpers.ts";

const program = readFileSync(resolve(import.meta.dirname, "../../src/images/scripts/receive.pl"), "utf8");

test("what is sent arrives, whatever it is cut into and where it goes on", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }), { maxLength: 3 }),
      fc.nat(100),
      async (files, seen) => {
        const folder = newFolder();
        const contents = [...new Map(files.map((chunks) => [Buffer.concat(chunks).toString("hex"), chunks])).values()];
        for (const chunks of contents)
          receive(folder, Buffer.concat([await framesOf(chunks, 0), frame("E")]).subarray(0, seen));

        const stream = await Promise.all(contents.map((chunks) => framesOf(chunks, sizeIn(folder, chunks))));
        const { status } = receive(folder, Buffer.concat([...stream, frame("E")]));

        expect(status).toBe(0);
        for (const chunks of contents)
          expect(readFileSync(join(folder, pathOf(chunks)))).toEqual(Buffer.concat(chunks));
        expect(readFileSync(join(folder, "list"), "utf8").split("\n").filter(Boolean)).toEqual(contents.map(pathOf));
      },
    ),
    { numRuns: 15 },
  );
});

test("what follows on standard input is left for the next", async () => {
  const folder = newFolder();
  const stream = Buffer.concat([await framesOf([Buffer.from("layer")], 0), frame("E"), Buffer.from("the next")]);

  const rest = execFileSync("sh", ["-c", 'perl -e "$1" "$2" && cat', "sh", program, folder], { input: stream });

  expect(rest.toString()).toBe("the next");
});

test("a file outside of the folder is refused", () => {
  const folder = newFolder();
  const sent = ["../escape 0 1", "/etc/escape 0 1", "blobs/sha256/short 0 1", "list 0"].map((text) =>
    receive(folder, frame("F", Buffer.from(text))),
  );

  expect(sent.map(({ status, stderr }) => [status === 0, stderr.toString()])).toEqual(
    sent.map(() => [false, "bad frame\n"]),
  );
});

test("a file that is not whole at the end is refused", async () => {
  const stream = await framesOf([Buffer.from("layer")], 0);

  const { status, stderr } = receive(
    newFolder(),
    Buffer.concat([Buffer.from(stream.toString("latin1").replace(" 5", " 6"), "latin1"), frame("E")]),
  );

  expect(status).not.toBe(0);
  expect(stderr.toString()).toContain("has 5 bytes instead of 6");
});

function newFolder(): string {
  const folder = temporaryFolder({ "blobs/sha256/.keep": "" });
  return folder;
}

function receive(folder: string, input: Buffer) {
  return spawnSync("perl", ["-e", program, folder], { input });
}

function pathOf(chunks: readonly Uint8Array[]): string {
  return `blobs/sha256/${sha256(Buffer.concat(chunks))}`;
}

function sizeIn(folder: string, chunks: readonly Uint8Array[]): number {
  const path = pathOf(chunks);
  return readdirSync(join(folder, "blobs/sha256")).includes(sha256(Buffer.concat(chunks)))
    ? readFileSync(join(folder, path)).length
    : 0;
}

async function framesOf(chunks: readonly Uint8Array[], offset: number): Promise<Buffer> {
  const whole = Buffer.concat(chunks);
  const file = { path: pathOf(chunks), size: whole.length, compressed: false, from: { bytes: whole } };
  const rest = offset === 0 ? chunks : offset === whole.length ? [] : [whole.subarray(offset)];
  return buffer(Readable.from(fileFrames(file, offset, Readable.from(rest), { level: 1, onSent: () => {} })));
}
