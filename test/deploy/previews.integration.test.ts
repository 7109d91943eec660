import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

describe("previews of pull requests", () => {
  let box: TestServer;
  let app: SmallApp;

  /** The version that answers for a host, or the status code. */
  const seen = (host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host: box.address, port: box.httpPort, headers: { host }, agent: false, timeout: 10_000 };
      request(options, (response) => {
        response.resume();
        resolve(String(response.headers["version"] ?? response.statusCode));
      })
        .on("error", reject)
        .end();
    });
  const left = async (number: number): Promise<string> => {
    const mine = `--filter label=wherry.app=small --filter label=wherry.environment=preview-${number}`;
    const look = `docker ps -aq ${mine}; docker network ls -q ${mine}; docker volume ls -q ${mine}; ls -d /var/lib/wherry/apps/small/preview-${number} 2>/dev/null || :`;
    return (await box.exec(["sh", "-c", look])).stdout;
  };

  beforeAll(async () => {
    box = await server({ warm: true });
    app = smallApp(box, {
      extra: `previews: { domain: preview.test, server: "deploy@${box.address}", limit: 1 }\n`,
    });
  });
  afterAll(async () => {
    app.remove();
    await box.remove();
  });

  test("each has its host; one more than the limit is refused, an update is not, and removed with its data it is gone", async () => {
    await app.deploy("-e", "preview-12");
    expect(await seen("pr-12.preview.test")).toBe("1");
    expect(await seen(app.host)).toBe("404");

    const refused = await app.wherry(["deploy", "--json", "-e", "preview-13"]);
    expect(refused.exitCode).toBe(4);
    expect(refused.json()).toMatchObject({
      error: { code: "too-many-previews", message: expect.stringContaining("preview-12") as string },
    });
    expect(await left(13)).toBe("");

    app.commit({ "version.txt": "2\n" });
    await app.deploy("-e", "preview-12");
    expect(await seen("pr-12.preview.test")).toBe("2");

    expect(await app.wherry(["remove", "-e", "preview-12", "--volumes", "--yes"])).toMatchObject({ exitCode: 0 });
    expect(await left(12)).toBe("");
    expect(await seen("pr-12.preview.test")).toMatch(/^(404|503)$/);
    // Also what was never made, as of a pull request that the limit has refused.
    expect(await app.wherry(["remove", "-e", "preview-13", "--volumes", "--yes"])).toMatchObject({ exitCode: 0 });
    expect(await left(13)).toBe("");
  });
});
