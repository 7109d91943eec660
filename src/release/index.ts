/**
 * Releases and their life: the record, the plan made of steps, the story of a deployment, rollback, the ledger, and
 * what an environment on a server is at a moment.
 */
export { deploy, plan } from "./deploy.ts";
export { planRollback, rollback } from "./rollback.ts";
export { abort, pause, planPromotion, promote } from "./canary.ts";
export type { Aborted, Told } from "./canary.ts";
export { certificateWarnings, listCertificates } from "./certificate-list.ts";
export type { HostCertificate } from "./certificate-list.ts";
export { testNotifications } from "./notify.ts";
export type { AppOptions } from "./app.ts";
export type { LedgerLine } from "./ledger.ts";
export { pipelineAuthor } from "./ledger-line.ts";
export type { Author } from "./ledger-line.ts";
export type { DeploymentResult, PlanResult } from "./result.ts";
export { readHistory } from "./history.ts";
export { originText } from "./origin.ts";
export { askVerified } from "./verified.ts";
export type { Proof } from "./verified.ts";
export { compareSecretsWithLive } from "./secret-diff.ts";
export { planRotation, rotate } from "./rotate.ts";
export type { RotationResult } from "./rotate.ts";
export { readStatus } from "./status.ts";
export type { ServerSummary, Status } from "./status.ts";
export { serverStatus, setUpServer } from "./server.ts";
export type { ServerStatus, SetupResult } from "./server.ts";
export { setMaintenance } from "./maintenance.ts";
export { upgradeProxy } from "./proxy.ts";
export { followLogs, execute, runOnce } from "./containers.ts";
export { drillBackup, listBackups, planRestore, restoreBackup, runBackup, scheduleBackup } from "./backup.ts";
export type { BackupResult } from "./backup.ts";
export { planRemoval, remove } from "./remove.ts";
export type { Removal } from "./remove.ts";
export { bringAddresses, takeAddresses } from "./floating/carry.ts";
export { standingOn } from "./floating/standing.ts";
export type { Place, Standing } from "./floating/standing.ts";
export { moveEnvironment } from "./move/move.ts";
export { hostsOf, planMove, readJourney } from "./move/plan.ts";
export { stacksToMove } from "./move/stacks.ts";
export { confirmMove, moveBack, planConfirmation } from "./move/settle.ts";
export type { MovedBack } from "./move/settle.ts";
export type { MoveOptions, MovePlan, MoveResult } from "./move/model.ts";
