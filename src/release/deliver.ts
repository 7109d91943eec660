import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { RenderedFile } from "../compose/index.ts";
import { script } from "../server/index.ts";
import type { ReleaseRecord } from "./record.ts";
import receiveFiles from "./scripts/receive-files.sh?raw";
import type { Step } from "./steps.ts";

/** Steps that bring something to the server, and exactly the bytes that they read of the phase's standard input. */
export interface Delivery {
  readonly steps: readonly Step[];
  readonly input: Readable | undefined;
  close(): Promise<void>;
}

/** The files of a release with its record, as one archive. */
export async function deliverFiles(record: ReleaseRecord, files: readonly RenderedFile[]): Promise<Delivery> {
  const archive = pack();
  const all = [...files, { path: "release.json", content: JSON.stringify(record), mode: 0o644 }];
  for (const { path, content, mode } of all) archive.entry({ name: path, mode }, Buffer.from(content));
  archive.finalize();
  const bytes = await buffer(archive);
  const receive: Step = {
    step: "receive",
    title: `send the files of release ${record.id}`,
    script: script(receiveFiles, [record.id, String(bytes.length)]),
  };
  return {
    steps: [receive, { step: "place", release: record.id }],
    input: Readable.from([bytes]),
    close: async () => {},
  };
}

/** One after the other, on one standard input. */
export function joinDeliveries(deliveries: readonly Delivery[]): Delivery {
  const inputs = deliveries.flatMap(({ input }) => (input === undefined ? [] : [input]));
  return {
    steps: deliveries.flatMap(({ steps }) => steps),
    input: inputs.length === 0 ? undefined : Readable.from(concatenated(inputs), { objectMode: false }),
    async close() {
      await Promise.all(deliveries.map((delivery) => delivery.close()));
    },
  };
}

async function* concatenated(inputs: readonly Readable[]): AsyncGenerator<Uint8Array> {
  for (const input of inputs) yield* input;
}
