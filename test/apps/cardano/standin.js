#!/usr/bin/env node
// What each program of the Cardano set does to the outside, up to the point where it needs the network. What it is
// given wrongly (an argument, a path, a password, another network's data) ends it with an error, as the real one would.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const path = require("node:path");

const called = path.basename(process.argv[1]);
const program = called === "entrypoint" ? process.env.STANDIN : called;
const args = process.argv.slice(2);
const magics = { mainnet: "mainnet", preprod: "1", preview: "2" };

const fail = (words) => {
  console.error(`${program}: ${words}`);
  process.exit(1);
};
const option = (name) => {
  const at = args.indexOf(name);
  if (at === -1 || args[at + 1] === undefined) fail(`${name} is missing`);
  return args[at + 1];
};
const network = () => {
  const name = process.env.NETWORK ?? "";
  if (!Object.hasOwn(magics, name)) fail(`Managed configuration for network ${JSON.stringify(name)} does not exist`);
  return name;
};
const mustExist = (file) => fs.existsSync(file) || fail(`there is no ${file}`);
const mustBeRoot = () => process.getuid() === 0 || fail("not the owner of the node's files");
const onSignal = (signal, words, end) =>
  process.on(signal, () => {
    console.log(words);
    end();
  });

/** What the node on the socket says; rejects where none answers. */
const tip = (socket) =>
  new Promise((resolve, reject) => {
    let said = "";
    net
      .connect(socket)
      .on("data", (data) => (said += data))
      .on("end", () => resolve(said.trim()))
      .on("error", reject);
  });

const serve = (port, answers, host = "0.0.0.0") =>
  http
    .createServer((request, response) => {
      const answer = answers[request.url] ?? answers["*"];
      response.writeHead(answer === undefined ? 404 : 200).end(answer ?? "");
    })
    .listen(Number(port), host, () => console.log(`${program} ${process.env.VERSION} listens on ${port}`));

const get = (url) =>
  new Promise((resolve, reject) => {
    http
      .get(url, (response) => {
        response.resume();
        response.statusCode === 200 ? resolve() : reject(new Error(String(response.statusCode)));
      })
      .on("error", reject);
  });

const sql = (words, { host, user, password, database }) =>
  execFileSync("psql", ["-h", host, "-U", user, "-d", database, "-v", "ON_ERROR_STOP=1", "-Atc", words], {
    env: { ...process.env, PGPASSWORD: password },
    encoding: "utf8",
  });

const needsNode = async (socket) => {
  const name = await tip(socket).catch((error) => fail(`no node at ${socket}: ${error.message}`));
  if (process.env.NETWORK !== undefined && name !== process.env.NETWORK) fail(`the node is on ${name}`);
  console.log(`connected to a node on ${name}`);
};

const programs = {
  "cardano-node": () => {
    mustBeRoot();
    const db = "/data/db";
    const inDb = (name) => path.join(db, name);
    const before = fs.existsSync(inDb("protocolMagicId"));
    fs.mkdirSync(db, { recursive: true });
    if (before && fs.readFileSync(inDb("protocolMagicId"), "utf8") !== magics[network()])
      fail("the database is of another network");
    fs.writeFileSync(inDb("protocolMagicId"), magics[network()]);
    const starts = before && fs.existsSync(inDb("starts")) ? Number(fs.readFileSync(inDb("starts"), "utf8")) : 0;
    fs.writeFileSync(inDb("starts"), String(starts + 1));
    const clean = !before || fs.existsSync(inDb("clean"));
    console.log(clean ? `start ${starts + 1}: opened at once` : `start ${starts + 1}: checking every block`);
    fs.rmSync(inDb("clean"), { force: true });
    const name = network();
    const socket = "/ipc/node.socket";
    setTimeout(
      () => {
        fs.rmSync(socket, { force: true });
        net.createServer((client) => client.end(`${name}\n`)).listen(socket, () => console.log("the socket answers"));
      },
      clean ? 3000 : 8000,
    );
    serve(12798, { "/metrics": "" }, process.env.CARDANO_CONFIG_JSON_MERGE === undefined ? "127.0.0.1" : "0.0.0.0");
    // Longer than the 10 s that Docker gives by itself.
    onSignal("SIGTERM", "closing the database", () =>
      setTimeout(() => {
        fs.writeFileSync(inDb("clean"), "");
        process.exit(0);
      }, 13_000),
    );
  },
  "cardano-cli": async () => {
    if (args.slice(0, 2).join(" ") !== "query tip") fail(`unknown: ${args.join(" ")}`);
    const wanted = args.includes("--mainnet") ? "mainnet" : option("--testnet-magic");
    const name = await tip(process.env.CARDANO_NODE_SOCKET_PATH ?? "").catch((error) => fail(error.message));
    if (magics[name] !== wanted) fail(`the node is on ${name}`);
    console.log(JSON.stringify({ syncProgress: "0.01" }));
  },
  "cardano-submit-api": async () => {
    network();
    await needsNode("/ipc/node.socket");
    serve(8090, { "/api/submit/tx": "" });
  },
  ogmios: async () => {
    if (args[0] === "health-check") return get("http://127.0.0.1:1337/health").catch((error) => fail(error.message));
    mustExist(option("--node-config"));
    await needsNode(option("--node-socket"));
    serve(option("--port"), { "/health": '{"connectionStatus":"connected","networkSynchronization":0.01}' }, option("--host"));
    onSignal("SIGINT", "stopped by SIGINT", () => process.exit(0));
  },
  kupo: async () => {
    option("--match");
    option("--since");
    await get(`http://${option("--ogmios-host")}:${option("--ogmios-port")}/health`).catch((error) => fail(`no Ogmios: ${error.message}`));
    fs.writeFileSync(path.join(option("--workdir"), "kupo.sqlite3"), "");
    serve(option("--port"), { "/metrics": "" }, option("--host"));
    onSignal("SIGINT", "stopped by SIGINT", () => process.exit(0));
  },
  "cardano-db-sync": async () => {
    const secret = (name) => fs.readFileSync(`/run/secrets/postgres_${name}`, "utf8").trim();
    network();
    await needsNode("/node-ipc/node.socket");
    const database = { host: process.env.POSTGRES_HOST, user: secret("user"), password: secret("password"), database: secret("db") };
    sql("create table if not exists block (time timestamptz); insert into block values (now())", database);
    fs.writeFileSync("/var/lib/cexplorer/state", "");
    serve(8080, { "/": "" });
    onSignal("SIGINT", "stopped by SIGINT", () => process.exit(0));
  },
  "cardano-wallet": async () => {
    if (args[0] !== "serve") fail(`unknown: ${args[0]}`);
    if (!args.includes("--mainnet")) mustExist(option("--testnet"));
    await needsNode(option("--node-socket"));
    fs.writeFileSync(path.join(option("--database"), "wallets"), "");
    serve(option("--port"), { "/v2/network/information": "{}" }, option("--listen-address"));
  },
  blockfrost: () => {
    const settings = fs.readFileSync(`/app/config/${process.env.NODE_ENV}.yaml`, "utf8");
    const value = (name) => new RegExp(`^ *${name}: (.*)$`, "m").exec(settings)?.[1] ?? fail(`${name} is missing`);
    if (!Object.hasOwn(magics, value("network"))) fail(`no network ${value("network")}`);
    const database = { host: value("host"), user: value("user"), password: value("password"), database: value("database") };
    if (Number(sql("select count(*) from block", database)) < 1) fail("db-sync has not begun");
    serve(value("port"), { "/health": '{"is_healthy":true}' }, value("listenAddress"));
  },
  "mithril-client": () => {
    mustBeRoot();
    if (args.join(" ") !== "cardano-db download --include-ancillary --download-dir /data latest") fail(args.join(" "));
    for (const key of ["GENESIS_VERIFICATION_KEY", "ANCILLARY_VERIFICATION_KEY"])
      if (!/^5b[0-9a-f]{100,}5d$/.test(process.env[key] ?? "")) fail(`${key} is no key`);
    const host = { mainnet: "release-mainnet", preprod: "release-preprod", preview: "pre-release-preview" }[network()];
    if (process.env.AGGREGATOR_ENDPOINT !== `https://aggregator.${host}.api.mithril.network/aggregator`)
      fail(`${process.env.AGGREGATOR_ENDPOINT} is no aggregator of ${network()}`);
    fs.mkdirSync("/data/db", { recursive: true });
    fs.writeFileSync("/data/db/from-mithril", "");
    fs.writeFileSync("/data/db/clean", "");
    fs.writeFileSync("/data/db/protocolMagicId", magics[network()]);
    console.log("restored a snapshot");
  },
  // Programs that the real images have, for their health checks.
  wget: () => get(args.at(-1)).catch((error) => fail(error.message)),
  curl: () => get(args.at(-1)).catch((error) => fail(error.message)),
};

const main = programs[program];
if (main === undefined) fail("is not known");
Promise.resolve(main()).catch((error) => fail(error.stack));
