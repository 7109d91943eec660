import type { ExistingDockerfile, Part } from "./model.ts";

/**
 * Health checks with a program that the image really has: none of these images promises curl, apart from nginx's.
 * Where no path for health checks was found, any answer that is no server error counts.
 */
export function healthcheckFor(part: Part): readonly string[] {
  const { image, health } = part;
  const port = part.port.value;
  if (image.recipe === "pages") return withCurl(port, "/");
  const ask = { node: withNode, python: withPython, go: withBash, rust: withBash, java: withBash }[image.recipe];
  return ask(port, health?.value);
}

/** For an image that somebody else describes: by its base; undefined where it checks itself, or nothing is known of it. */
export function healthcheckInImage(image: ExistingDockerfile, part: Part, port: number): readonly string[] | undefined {
  if (image.hasHealthcheck) return undefined;
  const name =
    image.base
      ?.replace(/[:@].*$/, "")
      .split("/")
      .at(-1) ?? "";
  if (name === "node") return withNode(port, part.health?.value);
  if (name === "python") return withPython(port, part.health?.value);
  return undefined;
}

function withCurl(port: number, path: string): readonly string[] {
  return ["CMD", "curl", "-fsS", "-o", "/dev/null", `http://127.0.0.1:${port}${path}`];
}

/** Not fetch, which refuses ports that browsers refuse, 6000 among them. */
function withNode(port: number, path: string | undefined): readonly string[] {
  const below = path === undefined ? 500 : 400;
  const ask = `require("node:http").get("http://127.0.0.1:${port}${path ?? "/"}", (r) => process.exit(r.statusCode < ${below} ? 0 : 1))`;
  return ["CMD", "node", "-e", `${ask}.on("error", () => process.exit(1))`];
}

function withPython(port: number, path: string | undefined): readonly string[] {
  const url = `http://localhost:${port}${path ?? "/"}`;
  if (path !== undefined) return ["CMD", "python", "-c", `import urllib.request as r; r.urlopen("${url}", timeout=3)`];
  const code = [
    "import sys, http.client as h",
    `c = h.HTTPConnection("localhost", ${port}, timeout=3)`,
    'c.request("GET", "/")',
    "sys.exit(c.getresponse().status >= 500)",
  ].join("; ");
  return ["CMD", "python", "-c", code];
}

/** Debian and Ubuntu have bash, which can open a connection itself. */
function withBash(port: number, path: string | undefined): readonly string[] {
  const below = path === undefined ? 500 : 400;
  const script = [
    `exec 3<>/dev/tcp/127.0.0.1/${port}`,
    String.raw`printf 'GET ${path ?? "/"} HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3`,
    "read -r _ status _ <&3",
    `test "$status" -lt ${below}`,
  ].join(" && ");
  return ["CMD", "bash", "-c", script];
}
