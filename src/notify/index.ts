/** Telling people: the channels of an environment as a file for its server, and the program there that writes to them. */
export { notifyFile } from "./file.ts";
export { notifyLibrary } from "./library.ts";
