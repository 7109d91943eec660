import * as z from "zod";
import { nearest, usageError } from "../../core/index.ts";
import { controls } from "./controls/index.ts";

/** What the user wants of the table. */
export interface Choice {
  /** Empty: all that are not optional. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** See `parseAllowed`. */
  readonly allow: readonly string[];
}

export function chosen({ only, skip }: Choice): readonly string[] {
  return controls
    .filter(({ id, optional }) => (only.length === 0 ? optional !== true : only.includes(id)) && !skip.includes(id))
    .map(({ id }) => id);
}

/** Optional controls count only where one of them is named. */
export function asksForOptional({ only }: Choice): boolean {
  return controls.some(({ id, optional }) => optional === true && only.includes(id));
}

/** For `parse` of a flag. */
export function parseControl(text: string): string {
  const known = controls.map(({ id }) => id);
  if (known.includes(text)) return text;
  const near = nearest(text, known);
  throw new Error(
    near === undefined ? "there is no such control: wherry server audit lists them" : `did you mean ${near}?`,
  );
}

const place = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

/** `5432`, `51820/udp`, `5432@10.0.0.0/24`: a port that others may reach, and from where. */
export function parseAllowed(text: string): string {
  const [, port = "", network] = /^(\d{1,5})(?:\/(?:tcp|udp))?(?:@(\S+))?$/.exec(text) ?? [];
  const good =
    Number(port) >= 1 && Number(port) <= 65_535 && (network === undefined || place.safeParse(network).success);
  if (!good) {
    throw new Error("expected PORT, PORT/udp or PORT@NETWORK, such as 5432@10.0.0.0/24");
  }
  return text;
}

/** The last first: others may stand on what comes early, as whatever restarts the engine does on live-restore. */
export function undoOrder(ids: readonly string[]): readonly string[] {
  return controls
    .map(({ id }) => id)
    .filter((id) => ids.includes(id))
    .toReversed();
}

/** Only what can be undone. */
export function checkUndo(ids: readonly string[]): void {
  for (const id of ids) {
    const control = controls.find((one) => one.id === id);
    if (control?.undo === undefined)
      throw usageError(
        "no-undo",
        `${id}: ${control?.fix === undefined ? "Wherry changes nothing for it" : "it cannot be undone"}`,
      );
  }
}
