/**
 * Where the values of secrets come from, and how they are kept. A value is a `Secret` from here to the server, never an
 * argument of a program, and known to the context's mask before anything else sees it.
 */
export { compareValues, compareWithSource } from "./compare.ts";
export type { Difference, SourceDifferences } from "./compare.ts";
export { makeKey } from "./key.ts";
export { listSecrets, secretsInRepository } from "./list.ts";
export type { ListedSecret, SecretList } from "./list.ts";
export { exportSecrets, importSecrets } from "./exchange.ts";
export { getSecret, removeSecret, rotateSecret, setSecrets, shareSecrets } from "./change.ts";
export { openChange, randomValue } from "./change.ts";
export type { SecretChange, StagedChange } from "./change.ts";
export { scramVerifier } from "./scram.ts";
export { findSecrets, readSecrets, readValues } from "./read.ts";
export { secretName, valueFromBytes } from "./value.ts";
export { wantedSecrets } from "./wanted.ts";
