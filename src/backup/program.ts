import { notifyLibrary } from "../notify/index.ts";
import { prelude, restartLibrary } from "../server/index.ts";
import { quote } from "../system/index.ts";
import drill from "./scripts/drill.sh?raw";
import find from "./scripts/find.sh?raw";
import library from "./scripts/library.sh?raw";
import main from "./scripts/main.sh?raw";
import mongodb from "./scripts/mongodb.sh?raw";
import mongodbInside from "./scripts/mongodb-inside.sh?raw";
import mysql from "./scripts/mysql.sh?raw";
import mysqlInside from "./scripts/mysql-inside.sh?raw";
import postgres from "./scripts/postgres.sh?raw";
import postgresInside from "./scripts/postgres-inside.sh?raw";
import redis from "./scripts/redis.sh?raw";
import redisInside from "./scripts/redis-inside.sh?raw";
import restore from "./scripts/restore.sh?raw";
import run from "./scripts/run.sh?raw";
import settle from "./scripts/settle.sh?raw";
import volume from "./scripts/volume.sh?raw";

/** What runs inside a database's own container, with the database's own tools. */
const insides = {
  postgres_inside: postgresInside,
  mysql_inside: mysqlInside,
  mongodb_inside: mongodbInside,
  redis_inside: redisInside,
};

/** Shell functions that put right what an operation left that was cut off: `settle_copies`. Behind the prelude. */
export const settleLibrary = `${restartLibrary}\n${settle}`;

/** Shell functions that find what keeps data, copy each in its own way, put it back and count it. Behind the prelude. */
export const copyFunctions = [
  ...Object.entries(insides).map(([name, text]) => `${name}=${quote(text)}`),
  settleLibrary,
  library,
  find,
  postgres,
  mysql,
  mongodb,
  redis,
  volume,
  run,
  drill,
  restore,
].join("\n");

/**
 * The program that lies on the server, for the schedule there and for the commands here: backup.sh APP ENVIRONMENT VERB
 * ARGUMENT... Standard output is the protocol of the prelude.
 */
export const backupProgram = [
  "#!/bin/sh\n# Written by Wherry. Copies the data of one environment, and puts it back: backup.sh APP ENVIRONMENT VERB ARGUMENT...",
  'app=$1 environment=$2\nshift 2\nset -- "$app" "$environment" - "$@"',
  prelude,
  "shift 3",
  notifyLibrary,
  copyFunctions,
  main,
].join("\n");
