import type { Container } from '../kube/pod.ts';
import type { KubernetesVersion } from '../kube/version.ts';
import type { Confidence, Evidence } from '../sidecar/classify.ts';
import type { Reading } from '../sidecar/reading.ts';
import type { Span } from '../text.ts';
import type { Change } from '../yaml/patch.ts';

/** How much a finding matters, as in LSP. */
export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** LSP's diagnostic tags. */
export type Tag = 'unnecessary' | 'deprecated';

/** What a rule looks at: one pod, what its containers are for, and the cluster's version. */
export interface PodContext extends Reading {
  readonly version: KubernetesVersion;
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
  readonly evidence?: readonly Evidence[];
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
  readonly changes: readonly Change[];
}

/**
 * One check. Its `id` is its file's name, its page in docs/rules, its diagnostic code and its key in the settings.
 */
export interface Rule {
  readonly id: string;
  /** A few words for lists and settings. */
  readonly title: string;
  /** How much a problem of this confidence matters. */
  severity(confidence: Confidence, version: KubernetesVersion): Severity;
  check(context: PodContext): Iterable<Problem>;
}
