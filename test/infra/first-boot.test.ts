import { expect, test } from "vitest";
import { parse } from "yaml";
import { largest, smallest, userData } from "./first-boot.ts";

/** Bytes that Hetzner takes; others take less, and compress. */
const limit = 32 * 1024;

test("the user data of a team of nine with two long keys each fits into what a provider takes, with half of it left", () => {
  expect(Buffer.byteLength(userData("debian-13", largest))).toBeLessThan(limit - 8 * 1024);
});

test("keys reach it as they are, and a server without volume or host key is told nothing of either", () => {
  const data = parse(userData("ubuntu-24.04", smallest)) as { users: { ssh_authorized_keys: string[] }[] };
  expect(data.users[0]?.ssh_authorized_keys).toEqual(smallest.ssh_keys);
  expect(data).not.toHaveProperty("ssh_keys");
  expect(JSON.stringify(data)).not.toContain("/dev/disk");

  const whole = parse(userData("debian-13", largest)) as Record<string, unknown>;
  expect(whole).toMatchObject({
    users: [{ ssh_authorized_keys: largest.ssh_keys }],
    ssh_keys: { ed25519_private: largest.first_host_key.private },
  });
  expect(JSON.stringify(whole)).toContain("scsi-0HC_Volume_4711000000");
});

test("each system gets the packages that it has", () => {
  expect(userData("debian-13", smallest)).toContain("docker.io docker-cli docker-compose docker-buildx");
  expect(userData("ubuntu-22.04", smallest)).toContain("docker.io docker-compose-v2 docker-buildx");
  // DigitalOcean has its processor behind the name.
  expect(userData("debian-12-x64", smallest)).toContain("docker-compose-plugin");
  const older = userData("debian-12", smallest);
  expect(older).toContain("docker-ce docker-ce-cli");
  expect(older).toContain("signed-by=/etc/apt/keyrings/docker.asc");
});
