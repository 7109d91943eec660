/** `node scripts/standins/main.ts [name...]`: makes sure that the engine has these base images, or all but those that are only made where they are named. */
import { baseImages, ensureBaseImages, isBaseImage } from "./index.ts";
import { recipeOf } from "./recipes.ts";

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isBaseImage(name));

if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}. Known: ${baseImages.join(", ")}`);
  process.exitCode = 2;
} else {
  const names =
    asked.length === 0 ? baseImages.filter((name) => recipeOf(name).named !== true) : asked.filter(isBaseImage);
  const origins = await ensureBaseImages(names, (line) => console.log(line));
  const here = [...origins].filter(([, origin]) => origin === "present").map(([name]) => name);
  if (here.length > 0) console.log(`present: ${here.join(", ")}`);
}
