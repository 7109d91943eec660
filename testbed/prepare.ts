/** `node testbed/prepare.ts`: makes what test servers are made of, so that no test waits for it or makes it twice. */
import { createServer } from "./server.ts";

const one = await createServer({ warm: true, say: (line) => console.log(line) });
await one.remove();
