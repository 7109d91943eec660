/** How long the pure part of a check takes for a large project: `node bench/check/main.ts [services]`. */
import { checkProject } from "../../src/check/index.ts";
import { describeMachine } from "../machine.ts";

const services = Number(process.argv[2] ?? 200);

/** Time of the processor: other programs on the machine do not count. */
function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const text = `x-app: &app
  build: .
  environment: { NODE_ENV: production, DATABASE_URL: "postgres://app:\${DB_PASSWORD}@db/app" }
  networks: [default]
services:
${Array.from(
  { length: services },
  (_, index) => `  service-${index}:
    <<: *app
    image: registry.example.com/team/service-${index}:1.${index}
    ports: ["${10_000 + index}:3000"]
    depends_on: [${index === 0 ? "" : `service-${index - 1}`}]
    volumes: ["data-${index}:/data"]
    healthcheck: { test: [CMD, curl, -f, "http://127.0.0.1:3000/"], interval: 10s }
`,
).join("")}volumes:
${Array.from({ length: services }, (_, index) => `  data-${index}:\n`).join("")}`;

const times = Array.from({ length: 15 }, () => {
  const start = process.cpuUsage();
  const { findings } = checkProject({
    files: [{ file: "compose.yaml", text }],
    now: new Date(),
    variables: { values: {}, secrets: ["DB_PASSWORD"] },
  });
  return { findings: findings.length, milliseconds: cpuSince(start) };
});
const sorted = times.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
console.log(await describeMachine());
console.log(`${services} services, ${text.length} characters, ${times[0]?.findings} findings`);
console.log(
  `first ${times[0]?.milliseconds.toFixed(0)} ms, median ${sorted[7]?.toFixed(0)} ms, of ${times.length} runs`,
);
