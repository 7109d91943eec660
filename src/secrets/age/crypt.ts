import type { Secret } from "../../core/index.ts";

/**
 * One value, encrypted. Before it stands for which secret of which environment it is: whoever may change the file, but not
 * read it, could otherwise give the value of one secret to another, and a service would print it.
 */
export async function encryptValue(
  { environment, name }: { readonly environment: string; readonly name: string },
  value: string,
  recipients: Iterable<string>,
): Promise<string> {
  const { armor, Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(new TextEncoder().encode(`${environment}/${name}\n${value}`)));
}

/** `no-key`: none of the keys opens it. `damaged`: it is not as it was encrypted, or it is another secret's. */
export type Decrypted = { readonly value: string } | { readonly problem: "no-key" | "damaged" };

export async function decryptValue(
  { environment, name }: { readonly environment: string; readonly name: string },
  armored: string,
  identities: readonly Secret[],
): Promise<Decrypted> {
  const { armor, Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  try {
    for (const identity of identities) decrypter.addIdentity(identity.reveal());
  } catch {
    return { problem: "no-key" };
  }
  let text: string;
  try {
    const bytes = await decrypter.decrypt(armor.decode(armored));
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    // The words of the library, which a test holds.
    const unmatched = error instanceof Error && error.message.startsWith("no identity matched");
    return { problem: unmatched ? "no-key" : "damaged" };
  }
  const head = `${environment}/${name}\n`;
  return text.startsWith(head) ? { value: text.slice(head.length) } : { problem: "damaged" };
}

/** The public key of a private one. @throws Error of the library where it is none */
export async function publicKeyOf(identity: Secret): Promise<string> {
  const { identityToRecipient } = await import("age-encryption");
  return identityToRecipient(identity.reveal());
}

/** A new key pair, of the kind that every version of age reads. */
export async function newKeyPair(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}
