import { Secret, usageError } from "../core/index.ts";

// A variable of a container may have 128 KiB; files may be larger, but what is larger than this is no secret.
const maximumBytes = 1024 * 1024;

/** The name of a secret: that of a variable, or of an external secret of a compose file. */
export const secretName = /^[A-Za-z_][\w.-]{0,127}$/;

/**
 * A value that somebody wants to keep. The messages do not say what it is.
 * @throws WherryError `invalid-secret`
 */
export function checkedValue(name: string, value: string): Secret {
  const problem =
    value === ""
      ? "is empty"
      : value.includes("\0")
        ? "holds a NUL byte, which neither a variable nor many programs can take"
        : !value.isWellFormed()
          ? "is not valid Unicode"
          : Buffer.byteLength(value) > maximumBytes
            ? `is larger than ${maximumBytes} bytes`
            : undefined;
  if (problem === undefined) return new Secret(value);
  throw usageError("invalid-secret", `the value of ${name} ${problem}`, {
    hint: "binary data goes in as base64",
  });
}

/**
 * A value from bytes that were piped in. The line end that `echo` and editors put behind one line is no part of it; a text
 * of several lines, such as a private key, is taken as it is.
 */
export function valueFromBytes(name: string, bytes: Uint8Array): Secret {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw usageError("invalid-secret", `the value of ${name} is not UTF-8`, { hint: "binary data goes in as base64" });
  }
  return checkedValue(name, text.replace(/^([^\n]*?)\r?\n$/, "$1"));
}
