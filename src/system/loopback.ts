import { createServer } from "node:http";
import type { Loopback } from "./context.ts";

export function createLoopback(): Loopback {
  return {
    async serve(port, handle) {
      const server = createServer((request, response) => {
        handle(request, response).catch(() => response.destroy());
      });
      const { promise, resolve } = Promise.withResolvers<boolean>();
      server.once("error", () => resolve(false));
      server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(true));
      if (!(await promise)) return undefined;
      server.on("error", () => {});
      return {
        async close() {
          server.closeAllConnections();
          await new Promise<void>((closed) => server.close(() => closed()));
        },
      };
    },
  };
}
