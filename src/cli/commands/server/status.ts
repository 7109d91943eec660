import * as z from "zod";
import { serverStatus } from "../../../release/index.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { formatBytes } from "../../progress.ts";

export const status = command({
  description: ["Says what the server of an environment is and has, and what is missing. Changes nothing."],
  needs: ["environment"],
  examples: [{ line: "server status -e production", what: "how the server is" }],
  schema: z.strictObject({
    server: z.string(),
    engine: z.strictObject({ version: z.string(), architecture: z.string() }).nullable(),
    compose: z.string().nullable(),
    missing: z.array(z.string()),
    freeBytes: z.number().nullable(),
    folder: z.string().nullable(),
    proxy: z.strictObject({ state: z.string(), image: z.string() }).nullable(),
    routes: z.array(z.strictObject({ route: z.string(), owner: z.string() })),
  }),
  run: ({ environment, directory, server, stack }, ctx) => serverStatus(ctx, { environment, directory, server, stack }),
  exitCode: ({ missing, proxy }) => (missing.length > 0 || proxy?.state !== "running" ? "attention" : "done"),
  print({ server, engine, compose, missing, freeBytes, folder, proxy, routes }, { style }) {
    const none = style.bad("none");
    return [
      style.bold(server),
      ...table([
        ["  Docker", engine === null ? none : `${engine.version} (${engine.architecture})`],
        ["  compose", compose ?? none],
        ["  disk", freeBytes === null ? "unknown" : `${formatBytes(freeBytes)} free`],
        ["  folder", folder ?? none],
        ["  proxy", proxy === null ? none : `${proxy.image}, ${proxy.state}`],
        ...routes.map(({ route, owner }) => ["  route", `${route} -> ${owner}`]),
      ]),
      ...(missing.length === 0 ? [] : [style.bad(`missing: ${missing.join(", ")} (wherry server setup)`)]),
    ];
  },
});
