import { createServer } from "node:http";

const server = createServer((request, response) => response.end(JSON.stringify({ hello: "node", path: request.url })));
server.listen(process.env.PORT || 4000);
process.on("SIGTERM", () => server.close());
