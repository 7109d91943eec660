import { createHmac } from "node:crypto";
import express from "express";
import { MongoClient } from "mongodb";

const client = new MongoClient(process.env.MONGODB_URI, { serverSelectionTimeoutMS: 3000 });
const visits = client.db().collection("visits");
const app = express();

app.get("/healthz", async (request, response) => {
  await client.db().command({ ping: 1 });
  response.json({ ok: true });
});

app.get("/api/visits", async (request, response) => {
  await visits.insertOne({ at: new Date() });
  const count = await visits.countDocuments();
  response.json({ count, signature: createHmac("sha256", process.env.JWT_SECRET).update("visits").digest("hex") });
});

const port = process.env.PORT || 5000;
app.listen(port, () => console.log(`listening on ${port}, ${process.env.LOG_LEVEL ?? "info"}`));
