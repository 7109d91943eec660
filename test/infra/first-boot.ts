import { cloudInitTemplate } from "../../src/infra/render/cloud-init.ts";
import { fillIn } from "../../src/infra/render/user-data.ts";
import type { UserDataValues } from "../../src/infra/render/user-data.ts";

const key = (length: number, comment: string): string =>
  `ssh-rsa ${"AAAAB3NzaC1yc2EAAAADAQABAAAC".repeat(60).slice(0, length)} ${comment}`;

/** As large as it gets: nine people with two RSA keys of 4096 bits each, a volume, and a host key. */
export const largest: UserDataValues = {
  ssh_keys: Array.from({ length: 18 }, (_, n) => key(716, `somebody-${n}@a-machine-with-a-long-name.example.com`)),
  first_host_key: {
    private: `-----BEGIN OPENSSH PRIVATE KEY-----\n${`${"b3BlbnNzaC1rZXk".repeat(5).slice(0, 70)}\n`.repeat(6)}-----END OPENSSH PRIVATE KEY-----\n`,
    public: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p",
  },
  volume: "4711000000",
};

export const smallest: UserDataValues = {
  ssh_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p ada"],
  first_host_key: { private: "", public: "" },
  volume: "",
};

/** The user data that a server of Hetzner gets (provider.integration.test.ts has the real program make it). */
export const userData = (image: string, values: UserDataValues): string =>
  fillIn(cloudInitTemplate(image, "scsi-0HC_Volume_"), values);
