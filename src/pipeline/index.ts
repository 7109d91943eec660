/**
 * Pipelines: from the repository and wherry.yaml to a model of stages (detect), from that to the files of a host (github/).
 * Every generated file is safe by construction: pinned actions, least rights, no words of others in scripts. The gate is what
 * a pipeline asks before it deploys.
 */
export { actions } from "./actions.ts";
export type { PinnedAction } from "./actions.ts";
export { findPipeline } from "./detect.ts";
export type { FoundPipeline, PipelineOptions } from "./detect.ts";
export { explain } from "./explain.ts";
export type { Explanation } from "./explain.ts";
export { decideGate } from "./gate.ts";
export type { GateCheck, GateFacts, GateInput, GateResult } from "./gate.ts";
export { askGate } from "./gate-facts.ts";
export type { GateOptions } from "./gate-facts.ts";
export { githubFiles } from "./github/index.ts";
export { gitlabFiles } from "./gitlab/index.ts";
export { jenkinsFiles } from "./jenkins/index.ts";
export { localPipeline } from "./local/index.ts";
export type { LocalStage, StageResult } from "./local/index.ts";
export type { EnvironmentStage, Pipeline, PreviewStage } from "./model.ts";
export { anyPreview, previewEnvironment, previewUrl } from "./previews.ts";
export { summarize, summaryText } from "./summary.ts";
export type { DeploymentSummary } from "./summary.ts";
export { verifyActions } from "./verify.ts";
export type { VerifiedAction } from "./verify.ts";
export { proposeGitHub, proposeGitLab, proposeJenkins } from "./write.ts";
export type { PipelineProposal } from "./write.ts";
