/**
 * `npm run quickstart`: deploys the example shop to this machine's own Docker engine, changes it under traffic, rolls back,
 * and says what that lost. `npm run quickstart -- --down` removes all of it.
 */
import { down } from "./down.ts";
import { up } from "./up.ts";

const usage =
  "npm run quickstart             deploy the example shop on this machine\nnpm run quickstart -- --down   remove it";

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function main([flag, ...others]: readonly string[]): Promise<number> {
  if (others.length > 0 || (flag !== undefined && flag !== "--down")) {
    console.error(usage);
    return 2;
  }
  if (flag === "--down") {
    await down();
    return 0;
  }
  return (await up()) ? 0 : 1;
}
