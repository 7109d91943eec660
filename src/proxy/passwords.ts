import { createHash, createHmac } from "node:crypto";

const letters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The C library's own number of rounds. */
const rounds = 5000;

/**
 * A password as `crypt(3)` makes it with SHA-512 (`$6$`), which HAProxy checks. The salt comes from a key of the
 * environment's own: the same password gives the same text, and the proxy is not reloaded for it.
 * @param key hexadecimal
 */
export function hashPassword(key: string, user: string, password: string): string {
  const salt = [...createHmac("sha256", key).update(`${user}\0${password}`).digest().subarray(0, 16)]
    .map((byte) => letters[byte % 64])
    .join("");
  return `$6$${salt}$${sha512Crypt(Buffer.from(password), Buffer.from(salt))}`;
}

/** Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512", step by step. */
function sha512Crypt(password: Buffer, salt: Buffer): string {
  const sha = (...parts: readonly Buffer[]): Buffer => createHash("sha512").update(Buffer.concat(parts)).digest();
  const fill = (from: Buffer, length: number): Buffer => Buffer.alloc(length, from);
  const alternate = sha(password, salt, password);
  const first: Buffer[] = [password, salt, fill(alternate, password.length)];
  for (let bits = password.length; bits > 0; bits >>>= 1) first.push((bits & 1) === 1 ? alternate : password);
  let result = sha(...first);
  const p = fill(sha(...Array.from({ length: password.length }, () => password)), password.length);
  const s = fill(sha(...Array.from({ length: 16 + (result[0] ?? 0) }, () => salt)), salt.length);
  for (let round = 0; round < rounds; round += 1) {
    const odd = round % 2 === 1;
    result = sha(odd ? p : result, ...(round % 3 === 0 ? [] : [s]), ...(round % 7 === 0 ? [] : [p]), odd ? result : p);
  }
  return encode(result);
}

/** Three bytes of the digest, 21 apart and turning, become four letters. */
function encode(digest: Buffer): string {
  const byte = (index: number): number => digest[index] ?? 0;
  const text = (value: number, length: number): string =>
    Array.from({ length }, (_, i) => letters[(value >>> (6 * i)) & 63]).join("");
  const groups = Array.from({ length: 21 }, (_, i) => {
    const three = [i, i + 21, i + 42];
    const turned = [...three.slice(i % 3), ...three.slice(0, i % 3)];
    const [a = 0, b = 0, c = 0] = turned;
    return text((byte(a) << 16) | (byte(b) << 8) | byte(c), 4);
  });
  return `${groups.join("")}${text(byte(63), 2)}`;
}
