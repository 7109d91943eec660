import * as z from "zod";
import { figure } from "../../../catalog/index.ts";

/** What a service costs, as `show` and `add` write it. */
export const costsShape = z.strictObject({
  service: z.string(),
  memory: z.array(z.strictObject({ service: z.string(), limit: figure })),
  disk: figure,
  growth: figure.nullable(),
  firstStart: figure,
  stop: figure,
});
