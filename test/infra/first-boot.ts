import { cloudInitTemplate } from "../../src/infra/render/cloud-init.ts";

/** What main.tf hands to `templatefile`. */
export interface Values {
  readonly ssh_keys: readonly string[];
  readonly first_host_key: { readonly private: string; readonly public: string };
  /** Number of the provider; "" where there is none. */
  readonly volume: string;
}

const key = (length: number, comment: string): string =>
  `ssh-rsa ${"AAAAB3NzaC1yc2EAAAADAQABAAAC".repeat(60).slice(0, length)} ${comment}`;

/** As large as it gets: nine people with two RSA keys of 4096 bits each, a volume, and a host key. */
export const largest: Values = {
  ssh_keys: Array.from({ length: 18 }, (_, n) => key(716, `somebody-${n}@a-machine-with-a-long-name.example.com`)),
  first_host_key: {
    private: `-----BEGIN OPENSSH PRIVATE KEY-----\n${`${"b3BlbnNzaC1rZXk".repeat(5).slice(0, 70)}\n`.repeat(6)}-----END OPENSSH PRIVATE KEY-----\n`,
    public: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p",
  },
  volume: "4711000000",
};

export const smallest: Values = {
  ssh_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p ada"],
  first_host_key: { private: "", public: "" },
  volume: "",
};

/**
 * The user data that a server gets: what OpenTofu's `templatefile` makes of the template (provider.integration.test.ts has
 * the real one do it), with its first line. @throws Error for what the template says in a way that is not known here
 */
export function userData(image: string, values: Values): string {
  const flat = new Map<string, unknown>([
    ["ssh_keys", values.ssh_keys],
    ["first_host_key.private", values.first_host_key.private],
    ["first_host_key.public", values.first_host_key.public],
    ["volume", values.volume],
  ]);
  const filled = cloudInitTemplate(image, "scsi-0HC_Volume_")
    .replaceAll(/%\{ if (\S+) != "" ~\}\n([^]*?)%\{ endif ~\}\n/g, (_, name: string, text: string) =>
      flat.get(name) === "" ? "" : text,
    )
    .replaceAll(/\$\{jsonencode\((\S+?)\)\}/g, (_, name: string) => JSON.stringify(flat.get(name)))
    .replaceAll(/\$\{([a-z_.]+)\}/g, (_, name: string) => String(flat.get(name)));
  if (/%\{|\$\{|undefined/.test(filled)) throw new Error(`not filled in:\n${filled}`);
  return `#cloud-config\n${filled}`;
}
