/** The proxy: HAProxy's configuration, its maps, and the scripts that talk to it while it runs. */
export { backendName, frontendConfig, liveMap, otherSlot, ownerOf, proxyFragment, routeKey, slots } from "./config.ts";
export type { ProxyFragment, ProxyTarget, Slot, Testers } from "./config.ts";
export type { ProxyRules } from "./rules.ts";
export { maintenancePage } from "./maintenance.ts";
export { hashPassword } from "./passwords.ts";
export { applyProxy, proxyLibrary } from "./scripts.ts";
export { proxyCompose, proxyImage } from "./container.ts";
export { certificatesProgram, certificateWishes, hostsFor, legoImage } from "./certificates.ts";
export type { CertificateMaterial, CertificateWishes, OwnCertificate } from "./certificates.ts";
