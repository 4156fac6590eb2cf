export {
  type Analysis,
  type AnalyzeOptions,
  analyze,
  type Finding,
  type Fix,
  MIGRATION_TITLE,
  type PodAt,
  type Refusal,
  type Skipped,
} from './analysis.ts';
export { mayInstall } from './dockerfile/installs.ts';
export type { ProcessKiller } from './dockerfile/killer.ts';
export { analyzeDockerfile, type DockerfileOptions, isDockerfile, killersOf } from './dockerfile-analysis.ts';
export { type ExplainedItem, type Explanation, explain } from './explain.ts';
export { type Hover, hover } from './hover.ts';
export { silentKind, type WorkloadKind } from './kube/kinds.ts';
export {
  DEFAULT_VERSION,
  formatVersion,
  type KubernetesVersion,
  parseVersion,
} from './kube/version.ts';
export { isKustomization, KUSTOMIZATION_NAMES } from './kustomize/kustomization.ts';
export { folderOf } from './kustomize/path.ts';
export { type Kustomize, type KustomizeFiles, readKustomize } from './kustomize/tree.ts';
export type { Step } from './migrate/migrate.ts';
export { analyzePatch, isPatch, type PatchOptions, patchesOf } from './patch-analysis.ts';
export { ALL_RULES } from './rules/index.ts';
export type { OverlayPatch, RuleHead, Severity, Tag } from './rules/rule.ts';
export type { Confidence } from './sidecar/classify.ts';
export type { Clue } from './sidecar/clues.ts';
export {
  applyEdits,
  type Edit,
  Lines,
  type Position,
  type Span,
} from './text.ts';
