import { block, comment, expression, set } from "../hcl.ts";
import type { Item } from "../hcl.ts";

/**
 * What a server is told at its first boot: the template of cloud-init.ts, filled in by OpenTofu.
 * @param volume expression for what its volume is known by on the server; fails where there is none
 */
export function userData(volume: string): Item {
  return set("user_data", expression(filledIn(`try(${volume}, "")`)));
}

/**
 * For `lifecycle`: refuses in the plan what the provider would refuse once everything around the server is there.
 * @param limit bytes that the provider takes
 */
export function userDataGuard(limit: number): readonly Item[] {
  // base64 writes three bytes as four characters, and length() counts characters. A plan does not know the number of a
  // volume yet; its name is longer.
  const characters = Math.floor(limit / 3) * 4;
  return [
    comment(
      "The provider refuses more, and would say so when the rest has been ordered. Counted in base64: length() knows",
      "characters, and not bytes.",
    ),
    block(
      "precondition",
      [],
      set("condition", expression(`length(base64encode(${filledIn('"${each.key}-data"')})) <= ${characters}`)),
      set("error_message", `User data is larger than ${limit / 1024} KiB: take fewer keys, or shorter ones (ed25519).`),
    ),
  ];
}

function filledIn(volume: string): string {
  return `join("\\n", ["#cloud-config", templatefile("\${path.module}/cloud-init.yaml.tftpl", {
  ssh_keys       = values(var.ssh_keys)
  first_host_key = var.first_host_key
  volume         = ${volume}
})])`;
}

/** What the files hand to the template. */
export interface UserDataValues {
  readonly ssh_keys: readonly string[];
  readonly first_host_key: { readonly private: string; readonly public: string };
  /** "" where there is none. */
  readonly volume: string;
}

/**
 * The user data as OpenTofu makes it of a template of cloud-init.ts, byte for byte.
 * @throws Error for what a template says in a way that is not known here
 */
export function fillIn(template: string, values: UserDataValues): string {
  const flat = new Map<string, unknown>([
    ["ssh_keys", values.ssh_keys],
    ["first_host_key.private", values.first_host_key.private],
    ["first_host_key.public", values.first_host_key.public],
    ["volume", values.volume],
  ]);
  const valueOf = (name: string): unknown => {
    if (flat.has(name)) return flat.get(name);
    throw new Error(`the template asks for ${name}`);
  };
  const filled = template
    .replaceAll(/%\{ if (\S+) != "" ~\}\n([^]*?)%\{ endif ~\}\n/g, (_, name: string, text: string) =>
      valueOf(name) === "" ? "" : text,
    )
    .replaceAll(/\$\{(?:jsonencode\((\S+?)\)|([a-z_.]+))\}/g, (_, encoded: string | undefined, plain: string) =>
      encoded === undefined ? String(valueOf(plain)) : jsonencode(valueOf(encoded)),
    );
  return `#cloud-config\n${filled}`;
}

/** Writes what HTML would take for itself in another way than JavaScript does. */
function jsonencode(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, "0")}`,
  );
}
