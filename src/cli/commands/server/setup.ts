import * as z from "zod";
import { setUpServer } from "../../../release/index.ts";
import { command } from "../../definition.ts";

export const setup = command({
  description: [
    "Makes a server ready: Docker with compose (installed where it is missing, as root or with sudo, on Debian and Ubuntu), Wherry's folder, and the proxy. Changes only what is not as it should be, so it can be run at any time. wherry deploy starts the proxy by itself; it installs nothing.",
  ],
  needs: ["environment"],
  examples: [{ line: "server setup -e production", what: "make the server of production ready" }],
  schema: z.strictObject({
    environment: z.string(),
    server: z.string(),
    steps: z.array(z.strictObject({ id: z.string(), title: z.string(), outcome: z.string(), seconds: z.number() })),
  }),
  run: ({ environment, directory, server, stack }, ctx) =>
    setUpServer(ctx, { environment, directory, server, stack }, ctx.report),
  print: ({ environment, server }, { style }) => [
    `${style.good("ready:")} ${server} for ${environment}; next: wherry deploy -e ${environment}`,
  ],
});
