import type { InfrastructureSettings } from "../config/index.ts";
import { digitalocean } from "./digitalocean/index.ts";
import { hetzner } from "./hetzner/index.ts";
import type { Provider } from "./provider.ts";

/** Every provider that can be written into wherry.yaml: a new one is a folder and a line here. */
export const providers: Readonly<Record<InfrastructureSettings["provider"], Provider>> = { hetzner, digitalocean };
