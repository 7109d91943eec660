import { readFileSync } from "node:fs";

console.log(`worker ${readFileSync(new URL("version.txt", import.meta.url), "utf8").trim()} works`);
const hold = setInterval(() => {}, 1000);
process.on("SIGTERM", () => clearInterval(hold));
