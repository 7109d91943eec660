import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestServer } from "../../testbed/index.ts";

/** What can be seen from outside of a pipeline that was run. */

/** What people see at a host of the server; the status where it is no page of the shop. */
export function served({ address, httpPort }: TestServer, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: address, port: httpPort, headers: { host }, agent: false, timeout: 10_000 }, (response) => {
      text(response).then(
        (body) => resolve(response.statusCode === 200 ? body.trim() : `${response.statusCode}`),
        reject,
      );
    })
      .on("error", reject)
      .end();
  });
}

/** A value as it is, and as it looks inside of base64, JSON and a URL. */
export function formsOf(secret: string): readonly string[] {
  const inside = [0, 1, 2].map((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
    return bytes.toString("base64").slice(shift === 0 ? 0 : 4, -4);
  });
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...inside];
}

/** Which secret stands where, in any form: `password: log`. */
export function secretsIn(
  places: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(places).flatMap(([place, content]) =>
    Object.entries(secrets).flatMap(([name, value]) =>
      formsOf(value).some((form) => content.includes(form)) ? [`${name}: ${place}`] : [],
    ),
  );
}

/** A line of the middle of a key, which tells it as well as all of it; its first ones are those of any key. */
export function lineOfKey(file: string): string {
  const key = readFileSync(file, "utf8").trim();
  return key.split("\n").at(-3) ?? key;
}

/** What is in all files below a folder, one after another. */
export function allFiles(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1")).join("\n");
}
