/** The only room that touches the world: processes, files, clock, network. Everything else gets it passed in as `Context`. */
export { createContext } from "./create-context.ts";
export type {
  Clock,
  Context,
  Files,
  FileStat,
  Https,
  HttpsAnswer,
  Processes,
  ProcessResult,
  RunningProcess,
  RunOptions,
} from "./context.ts";
export { quote, quoteAll } from "./quote.ts";
export { ipVersion, withinRanges } from "./ip.ts";
export { eachLine } from "./lines.ts";
export { timedStep } from "./timed-step.ts";
