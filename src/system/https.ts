import type { Https, HttpsAnswer } from "./context.ts";

const maximumBytes = 16 * 1024 * 1024;

interface Options {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

export function createHttps(signal: AbortSignal): Https {
  async function send(url: string, request: RequestInit, { timeout = 15_000 }: Options): Promise<HttpsAnswer> {
    const target = new URL(url);
    if (!isSafe(target)) throw new Error(`${target.protocol}//${target.host} is not asked: only https is`);
    try {
      const response = await fetch(target, {
        ...request,
        // A redirection may lead to another host, and the headers may hold a token: whoever asks decides.
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await limitedText(response),
      };
    } catch (error) {
      if (signal.aborted) throw error;
      return { status: undefined, reason: reasonOf(error) };
    }
  }

  return {
    get: (url, options = {}) => send(url, { headers: options.headers ?? {} }, options),
    post: (url, body, options = {}) =>
      send(
        url,
        {
          method: "POST",
          headers: { "content-type": "application/json", ...options.headers },
          body: JSON.stringify(body),
        },
        options,
      ),
    send: (method, url, { body, ...options } = {}) =>
      send(url, { method, headers: options.headers ?? {}, ...(body === undefined ? {} : { body }) }, options),
  };
}

/** Programs of this machine may be asked without encryption: nothing crosses a network. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname));
}

async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maximumBytes) throw new Error(`the answer is larger than ${maximumBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** `fetch failed` says nothing; what is beneath it does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
