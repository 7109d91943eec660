import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Calls with each line of a stream as it comes. Not `readline`: that also ends lines at U+2028, which JSON may hold. */
export function eachLine(stream: Readable, onLine: (line: string) => void, onEnd: () => void = () => {}): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const take = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.replace(/\r$/, ""));
  };
  stream.on("data", (chunk: Uint8Array | string) => take(typeof chunk === "string" ? chunk : decoder.write(chunk)));
  stream.once("end", () => {
    take(decoder.end());
    if (rest !== "") onLine(rest);
    onEnd();
  });
}
