import type { InfrastructureSettings } from "../config/index.ts";

/** The machines of one environment with everything decided: what the files are made of. */
export interface Machines extends Omit<InfrastructureSettings, "size" | "sshKeys" | "priceLimit"> {
  readonly app: string;
  readonly environment: string;
  /** `<app>-<environment>`: what everything at the provider is called. */
  readonly name: string;
  /** By name: the provider's. */
  readonly serverType: string;
  readonly keys: readonly PublicKey[];
}

/** A key that may log in. */
export interface PublicKey {
  /** MD5 with colons, as the provider writes it: `aa:bb:...` */
  readonly fingerprint: string;
  /** `ssh-ed25519 AAAA... comment` */
  readonly text: string;
}

/** User that deployments log in as; made at the first boot. */
export const deployUser = "deploy";

/** Folder of the files, relative to that of wherry.yaml. */
export function folderOf(environment: string): string {
  return `infra/${environment}`;
}
