/**
 * wherry.yaml: found, validated with positions, merged for one environment. Also the JSON Schema of the file, and YAML
 * with positions for whoever reads another file of the user.
 */
export { loadEnvironment, loadMergedDocument, loadSettings } from "./load.ts";
export type { LoadOptions } from "./read.ts";
export { loadMachines, loadReleaseRules, shownPath, stacksOf } from "./read.ts";
export type { AppMachines, AppRules } from "./read.ts";
export { infrastructureOf, providerTokens } from "./infrastructure.ts";
export type { InfrastructureSettings, MachineNeeds } from "./infrastructure.ts";
export { environmentOf, example } from "./deploy-on.ts";
export { stageBefore } from "./images-from.ts";
export type { DeployRule, EnvironmentRule, GitRef, RefDecision } from "./deploy-on.ts";
export { aroundVersion, isRefName } from "./ref-pattern.ts";
export { compareVersions, parseVersion } from "./version.ts";
export type { Version } from "./version.ts";
export { configJsonSchema } from "./schema.ts";
export { parseServer } from "./server-address.ts";
export { isMapping } from "./merge.ts";
export type {
  BalancerSettings,
  EnvironmentSettings,
  HealthSettings,
  IgnoredRule,
  Route,
  ServerAddress,
  ServiceSettings,
  Settings,
} from "./settings.ts";
export type { ProxySettings, Redirect } from "./proxy-settings.ts";
export { looksPublic, tlsOf } from "./tls.ts";
export type { TlsSettings } from "./tls.ts";
export type { BackupMethod, BackupSettings } from "./backup.ts";
export type { NotifyChannel, NotifyEvent } from "./notify.ts";
export { previewHost, previewName, sharedName } from "./previews.ts";
export type { PreviewSettings } from "./previews.ts";
export type { RotationSettings } from "./rotation.ts";
export type { SecretsFrom } from "./secrets-from.ts";
export { strategyOf } from "./strategy.ts";
export type { CanarySettings, Strategy, WatchCheck, WatchSettings } from "./strategy.ts";
export { formatProblem, hasPath, parseYaml, positionOfKey, positionOfOffset, positionOfValue } from "./yaml-source.ts";
export type { Path, YamlProblem, YamlSource } from "./yaml-source.ts";
