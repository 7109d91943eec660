import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { run } from "../../scripts/engine/run.ts";

/** An example under plain Docker Compose, as its README says, in a compose project of its own. */
export interface Example {
  up(): Promise<void>;
  down(): Promise<void>;
}

export function example(name: string): Example {
  const folder = resolve(import.meta.dirname, "../../examples", name);
  // As an environment variable, so that the command is the README's to the letter.
  const env = { COMPOSE_PROJECT_NAME: `wherry-example-${name}-${process.pid}` };
  return {
    up: async () => void (await run(["sh", "-c", firstCommand(join(folder, "README.md"))], { cwd: folder, env })),
    async down() {
      const command = ["docker", "compose", "down", "--volumes", "--rmi", "local"];
      await run(command, { cwd: folder, env: { ...env, DB_PASSWORD: "any" } });
    },
  };
}

function firstCommand(readme: string): string {
  const block = /^```sh\n(.*?)^```/ms.exec(readFileSync(readme, "utf8"))?.[1];
  if (block === undefined) throw new Error(`${readme} shows no command`);
  return block;
}

/** Whether something listens there already: the examples publish fixed ports. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => socket.destroy() && resolve(true));
    socket.once("error", () => resolve(false));
  });
}
