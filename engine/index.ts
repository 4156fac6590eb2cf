export { analyze } from './analysis.ts';
export type { InChart } from './chart/document.ts';
export { type ChartFiles, isChartFile, prepareChartFiles, type ValuesText, valuesProblem } from './chart/files.ts';
export { type CompleteOptions, completeManifest } from './complete/index.ts';
export { chartVersions } from './config/chart.ts';
export { type Completion, completeConfig } from './config/complete.ts';
export { CONFIG_FILE, type Config, type ConfigProblem, readConfig } from './config/read.ts';
export { type Layer, type Origin, type Settled, type SettledHelm, settle } from './config/settle.ts';
export { mayInstall } from './dockerfile/installs.ts';
export type { ProcessKiller } from './dockerfile/killer.ts';
export { analyzeDockerfile, type DockerfileOptions, isDockerfile, killersOf } from './dockerfile-analysis.ts';
export { type ExplainedItem, type Explanation, explain } from './explain.ts';
export type { Analysis, AnalyzeOptions, Finding, PlacedEvidence, PodAt, Skipped, Suppressed } from './finding.ts';
export { type Fix, type FixAllOptions, MIGRATION_TITLE, type Refusal } from './fix/fix.ts';
export { type Hover, hover } from './hover/index.ts';
export { silentKind, type WorkloadKind } from './kube/kinds.ts';
export {
  DEFAULT_VERSIONS,
  formatVersion,
  formatVersions,
  parseVersions,
  type VersionRange,
  versionProblem,
} from './kube/version.ts';
export { isKustomization, KUSTOMIZATION_NAMES } from './kustomize/kustomization.ts';
export { folderOf } from './kustomize/path.ts';
export { type Kustomize, type KustomizeFiles, readKustomize } from './kustomize/tree.ts';
export type { Step } from './migrate/migrate.ts';
export { outline, type PodOutline, type StartHint, summary } from './outline.ts';
export { analyzePatch, isPatch, type PatchOptions, patchesOf } from './patch-analysis.ts';
export { ALL_RULES } from './rules/index.ts';
export type { OverlayPatch, RuleHead, Severity, Tag } from './rules/rule.ts';
export { UNUSED_SUPPRESSION } from './rules/unused-suppression.ts';
export type { Confidence } from './sidecar/classify.ts';
export type { Clue } from './sidecar/clues.ts';
export type { Scenario } from './sidecar/lifecycle.ts';
export {
  applyEdits,
  type Edit,
  Lines,
  type Position,
  type Span,
} from './text.ts';
export { timelineMermaid } from './timeline/mermaid.ts';
export { TIMELINE_STYLE, timelineSvg } from './timeline/svg.ts';
export { timelineText } from './timeline/text.ts';
export { type Lane, type Lanes, SCENARIOS, type Timeline, timeline } from './timeline/timeline.ts';
