import { serve } from "@hono/node-server";
import { greeting } from "greeting";
import { Hono } from "hono";

const app = new Hono();
app.get("/", (c) => c.json({ hello: greeting }));
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 6000) });
