import * as z from "zod";
import { parseDuration } from "../core/index.ts";

/** Forms that several parts of wherry.yaml use. */

/** The name of a variable, and so of a secret. */
export const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

const durationForm = "a duration is written as 500ms, 90s, 5m or 1m30s";
export const duration = z.string(durationForm).refine((text) => (parseDuration(text) ?? 0) > 0, durationForm);
