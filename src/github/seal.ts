import { blake2b } from "@noble/hashes/blake2.js";
import nacl from "tweetnacl";
import type { Secret } from "../core/index.ts";

/**
 * A value that only GitHub can open: libsodium's `crypto_box_seal`, which is a box from a key pair that nobody keeps, with a
 * nonce made of both public keys. The tests open it with libsodium itself.
 * @param publicKey of the environment, base64 as GitHub gives it
 * @returns base64: the pair's public half, then the box; 48 bytes longer than the value
 */
export function seal(value: Secret, publicKey: string): string {
  const recipient = Buffer.from(publicKey, "base64");
  const once = nacl.box.keyPair();
  const nonce = blake2b(Buffer.concat([once.publicKey, recipient]), { dkLen: nacl.box.nonceLength });
  const box = nacl.box(Buffer.from(value.reveal()), nonce, recipient, once.secretKey);
  return Buffer.concat([once.publicKey, box]).toString("base64");
}
