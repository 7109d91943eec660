import { resolve } from "node:path";
import { loadSettings } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import { usageError, WherryError } from "../core/index.ts";
import { maintenancePage, ownerOf } from "../proxy/index.ts";
import { phase, script } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { withConnections } from "./fleet.ts";
import { newDeploymentId } from "./identity.ts";
import { preludeFor } from "./run.ts";
import maintenanceScript from "./scripts/maintenance.sh?raw";

export interface MaintenanceOptions extends LoadOptions {
  readonly state: "on" | "off";
  /** Addresses that see the app all the same. */
  readonly allow: readonly string[];
  /** File with the page, as the user wrote it. */
  readonly page: string | undefined;
}

export interface Maintenance {
  readonly environment: string;
  readonly servers: readonly string[];
  readonly state: "on" | "off";
  readonly allow: readonly string[];
  /** Value of the header X-Maintenance-Pass that gets through; null when it is off. */
  readonly pass: string | null;
}

/** Bytes; as base64 it is one line of a map, which has to fit into one buffer of HAProxy's. */
const longestPage = 8000;

/** Shows a page instead of the app, or the app again; a change of the proxy's maps that outlives restarts. */
export async function setMaintenance(ctx: Context, options: MaintenanceOptions): Promise<Maintenance> {
  const { app, environment, servers } = await loadSettings(ctx, options);
  const { state, allow } = options;
  const page = state === "off" ? "" : Buffer.from(await readPage(ctx, options.page)).toString("base64");
  const pass = state === "off" ? null : newDeploymentId().replaceAll(/[^A-Za-z0-9]/g, "");
  const args = [ownerOf(app, environment), page, ...(pass === null ? [] : [...allow, pass])];
  const text = phase(preludeFor({ app, environment, deployment: "-" }), [
    { id: "maintenance", script: script(maintenanceScript, args) },
  ]);
  return withConnections(ctx, servers, async (connections) => {
    for (const connection of connections) {
      const { exitCode, stdout, stderr } = await connection.run(text, { timeout: 60_000 });
      if (exitCode === 0) continue;
      const problem = /^problem (\S+) (.*)$/m.exec(stdout);
      throw new WherryError(
        "refused",
        problem?.[1] ?? "maintenance-failed",
        `${connection.name}: ${problem?.[2] ?? "the proxy was not told"}`,
        {
          context: problem === null ? stderr.trim().split("\n").slice(-10) : [],
          hint: "once the proxy answers, run it again",
        },
      );
    }
    return { environment, servers: connections.map(({ name }) => name), state, allow, pass };
  });
}

async function readPage(ctx: Context, path: string | undefined): Promise<string> {
  if (path === undefined) return maintenancePage;
  const text = await ctx.files.readText(resolve(ctx.cwd, path));
  if (text === undefined) throw usageError("no-page", `there is no file ${path}`);
  if (text.trim() === "") throw usageError("no-page", `${path} is empty`);
  if (Buffer.byteLength(text) > longestPage)
    throw usageError("page-too-long", `${path} has more than ${longestPage} bytes; put pictures and styles elsewhere`);
  return text;
}
