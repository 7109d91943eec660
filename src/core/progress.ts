import type { Seconds } from "./duration.ts";

/** What a room tells about work under way. Rooms say what happens; how it looks is the command line's affair. */
export type ProgressEvent =
  | { readonly type: "step-started"; readonly id: string; readonly title: string }
  | { readonly type: "step-finished"; readonly id: string; readonly title: string; readonly seconds: Seconds }
  | { readonly type: "step-failed"; readonly id: string; readonly title: string; readonly seconds: Seconds }
  /** Something that the reader should know, whatever comes of it. */
  | { readonly type: "note"; readonly text: string }
  /** What a question is about, a line of it, as it stands: before the question, and no remark on what happens. */
  | { readonly type: "text"; readonly text: string }
  /** A detail, shown with --verbose. */
  | { readonly type: "line"; readonly text: string }
  /** Bytes that have crossed the network, of how many; comes often, and belongs to the step under way. */
  | { readonly type: "transfer"; readonly title: string; readonly done: number; readonly total: number };

export type Report = (event: ProgressEvent) => void;
