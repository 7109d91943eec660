import { Agent, request as startRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Ending, Link } from "./links.ts";
import type { TrafficOptions } from "./options.ts";

const agent = new Agent({ keepAlive: false });

/** Milliseconds until the head of the answer is there. After that, a stream may be silent for as long as it likes. */
const longestOpening = 10_000;

/** Server-sent events, read as a browser reads them. A message is an event; comments do not count. */
export function openStream(options: TrafficOptions, path: string, onMessage: () => void): Link {
  const opened = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<Ending>();
  const headers = { host: options.host, accept: "text/event-stream" };
  const request = startRequest({ host: options.address, port: options.port, path, headers, agent });

  const tooLate = setTimeout(() => end("refused", `no answer within ${longestOpening / 1000} s`), longestOpening);

  function end(how: Ending["how"], what?: string): void {
    clearTimeout(tooLate);
    opened.resolve(false);
    ended.resolve(what === undefined ? { how } : { how, what });
    request.destroy();
  }

  function read(response: IncomingMessage): void {
    clearTimeout(tooLate);
    opened.resolve(true);
    let pending = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      const blocks = (pending + text).replaceAll("\r\n", "\n").split("\n\n");
      pending = blocks.pop() ?? "";
      for (const block of blocks) if (/^data/m.test(block)) onMessage();
    });
    response.on("end", () => end("closedByServer"));
    response.on("error", () => end("broken", "cut short"));
  }

  request.on("error", (error: NodeJS.ErrnoException) => end("refused", error.code ?? error.message));
  request.on("response", (response) => {
    const isStream = response.headers["content-type"]?.startsWith("text/event-stream") === true;
    if (response.statusCode === 200 && isStream) read(response);
    else end("refused", `status ${response.statusCode}`);
  });
  request.end();

  return { opened: opened.promise, ended: ended.promise, close: () => end("closedByServer") };
}
