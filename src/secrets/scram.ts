import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { refusedError } from "../core/index.ts";
import type { Secret } from "../core/index.ts";

/** That of PostgreSQL itself. */
const iterations = 4096;

/**
 * What PostgreSQL keeps of a password (RFC 5803): with it, the password itself never reaches the database, its log or the
 * server that it runs on.
 * @throws WherryError `invalid-secret` for what is not printable ASCII: other characters would have to be prepared first (RFC 4013)
 */
export function scramVerifier(password: Secret, salt: Uint8Array = randomBytes(16)): string {
  const text = password.reveal();
  if (!/^[\x20-\x7e]+$/.test(text)) {
    throw refusedError("invalid-secret", "a password of PostgreSQL is set only in printable ASCII characters", {
      hint: "let it be generated, or take another one",
    });
  }
  const salted = pbkdf2Sync(text, salt, iterations, 32, "sha256");
  const hmac = (key: string): Buffer => createHmac("sha256", salted).update(key).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest();
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(stored)}:${base64(hmac("Server Key"))}`;
}
