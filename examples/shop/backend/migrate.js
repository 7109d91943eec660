// Runs once per release, before the release gets traffic: node migrate.js. Each migration runs once per database.
import { openDatabase } from "./database.js";

const migrations = [
  {
    id: "001-unique-names",
    run: ({ products }) => products.createIndex({ name: 1 }, { unique: true }),
  },
  {
    id: "002-first-products",
    run: async ({ products }) => {
      const first = { "Mooring rope, 10 m": 2490, "Brass lantern": 5900, "Tin of tar": 1250 };
      // One by one and only if missing: an earlier run may have been cut short.
      for (const [name, price] of Object.entries(first)) {
        await products.updateOne({ name }, { $setOnInsert: { name, price, added: new Date() } }, { upsert: true });
      }
    },
  },
];

const database = openDatabase();
try {
  for (const { id, run } of migrations) {
    if ((await database.migrations.findOne({ _id: id })) !== null) continue;
    await run(database);
    await database.migrations.insertOne({ _id: id, at: new Date() });
    console.log(`migrated: ${id}`);
  }
  console.log("the database is up to date");
} finally {
  await database.close();
}
