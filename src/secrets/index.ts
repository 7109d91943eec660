/** Where the values of secrets come from. A value is a `Secret` from here to the server, and never an argument of a program. */
export { readSecrets, secretsFile } from "./read.ts";
