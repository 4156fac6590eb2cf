import type { Install } from '../dockerfile/installs.ts';
import type { ProcessKiller } from '../dockerfile/killer.ts';
import type { Container } from '../kube/pod.ts';
import type { Service } from '../kube/service.ts';
import type { VersionRange } from '../kube/version.ts';
import type { PatchMove } from '../kustomize/move.ts';
import type { Target } from '../kustomize/tree.ts';
import type { Confidence } from '../sidecar/classify.ts';
import type { Clue } from '../sidecar/clues.ts';
import type { Reading } from '../sidecar/reading.ts';
import type { Span } from '../text.ts';
import type { Change } from '../yaml/patch.ts';
import type { YamlDocument } from '../yaml/read.ts';

/** How much a finding matters, as in LSP. */
export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** LSP's diagnostic tags. */
export type Tag = 'unnecessary' | 'deprecated';

/** What a rule looks at: one pod, what its containers are for, and the cluster's versions. */
export interface PodContext extends Reading {
  /** The cluster's versions: what is said must hold for all of them. */
  readonly versions: VersionRange;
  /** Patches elsewhere that change the pod's containers. */
  readonly patches: readonly OverlayPatch[];
  /** Services of the same file that select the pod; none where every port of a native sidecar is found by its name. */
  readonly services: readonly Service[];
}

/** A patch of a kustomization that changes a container of a workload. */
export interface OverlayPatch {
  /** The patch's file, for people: relative to the workload's. */
  readonly file: string;
  /** The patch's file as the host names it. */
  readonly key: string;
  readonly workload: { readonly kind: string; readonly name: string | undefined };
  readonly container: string;
  /** Where the patch names the container by its place in the list: the place. */
  readonly index: number | undefined;
}

/** What a rule found. Spans are offsets in the pod's document. */
export interface Problem {
  /** One or two sentences: what the container does to this workload, and what to do. */
  readonly message: string;
  readonly span: Span;
  readonly confidence: Confidence;
  /** Where it matters more or less than its rule says. */
  readonly severity?: Severity;
  readonly container?: Container;
  readonly evidence?: readonly Clue[];
  readonly tags?: readonly Tag[];
  /** Containers that become native sidecars to mend it. */
  readonly moves?: readonly Container[];
  /** A mend of its own, worked out when it is asked for. */
  readonly mend?: () => Mend;
}

/** A change that mends a problem by itself. */
export interface Mend {
  readonly title: string;
  readonly safe: boolean;
  /** Whether it is a matter of taste: offered by itself, never together with others. */
  readonly isOptional?: boolean;
  readonly changes: readonly Change[];
}

/** What every rule says of itself, whatever it looks at. */
export interface RuleHead {
  /** Its file's name, its page in docs/rules, its diagnostic code and its key in the settings. */
  readonly id: string;
  /** A few words for lists and settings. */
  readonly title: string;
  /** How much a problem of this confidence matters. */
  severity(confidence: Confidence, versions: VersionRange): Severity;
}

/** One check of a pod. */
export interface Rule extends RuleHead {
  check(context: PodContext): Iterable<Problem>;
}

/** What a rule for Dockerfiles looks at: one of them, and the workloads that may run its image. */
export interface DockerfileContext {
  readonly installs: readonly Install[];
  readonly killers: readonly ProcessKiller[];
  /** Where the Dockerfile lies, with forward slashes. */
  readonly path: string;
  /** Whether nobody knows of another Dockerfile. */
  readonly isOnly: boolean;
}

/** What a rule found in a Dockerfile. Spans are offsets in it. */
export interface DockerfileProblem extends Omit<Problem, 'container' | 'moves'> {
  /** The install that goes to mend it. */
  readonly install: Install;
  /** The containers for which it is there, the first named in the message first. */
  readonly killers: readonly ProcessKiller[];
}

/** One check of a Dockerfile. */
export interface DockerfileRule extends RuleHead {
  check(context: DockerfileContext): Iterable<DockerfileProblem>;
}

/** A workload that a patch changes, in up to three states. */
export interface PatchedWorkload {
  readonly now: Target;
  /** Before a move that is being made. */
  readonly was: Target | undefined;
  /** After the moves that findings offer. */
  readonly next: Target | undefined;
}

/** What a rule for patches looks at: one document of a patch, and what it changes. */
export interface OverlayContext {
  readonly document: YamlDocument;
  /** The document as plain data. */
  readonly value: unknown;
  readonly kind: 'merge' | 'json';
  /** Where the patch lies: a path or URI with forward slashes. */
  readonly path: string;
  readonly workloads: readonly PatchedWorkload[];
}

/** What a rule found in a patch. Spans are offsets in the patch's document. */
export interface OverlayProblem extends Pick<Problem, 'message' | 'span' | 'confidence' | 'severity'> {
  readonly container: string | undefined;
  readonly workload: Target;
  readonly mend?: OverlayMend;
}

/** How a problem in a patch is mended, or why not, as half a sentence. */
export type OverlayMend = { readonly title: string; readonly safe: boolean } & (
  | { readonly move: PatchMove }
  | { readonly change: Change }
  | { readonly refused: string }
);

/** One check of a patch in a kustomization. */
export interface OverlayRule extends RuleHead {
  check(context: OverlayContext): Iterable<OverlayProblem>;
}
