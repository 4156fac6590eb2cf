import type { InChart } from './chart/document.ts';
import type { Fix, FixAllOptions, Refusal } from './fix/fix.ts';
import type { WorkloadKind } from './kube/kinds.ts';
import type { VersionRange } from './kube/version.ts';
import type { Workload } from './kube/workload.ts';
import type { OverlayPatch, PodContext, Severity, Tag } from './rules/rule.ts';
import type { Confidence } from './sidecar/classify.ts';
import type { Clue } from './sidecar/clues.ts';
import type { ContainerPatterns } from './sidecar/named.ts';
import type { Edit, Span } from './text.ts';

/** What an analysis depends on besides the text. */
export interface AnalyzeOptions {
  /** The cluster's versions; 1.33 when left out. */
  readonly versions?: VersionRange;
  /** Rules by id that are off or have another severity. */
  readonly rules?: Readonly<Record<string, Severity | 'off'>>;
  /** Kinds of workloads besides the known ones, whose pods run to completion. */
  readonly kinds?: readonly WorkloadKind[];
  /** Patches of kustomizations around that change workloads of this text, from `patchesOf`. */
  readonly patches?: readonly OverlayPatch[];
  /** Containers that are sidecars, or the work, whatever else speaks for it. */
  readonly sidecars?: ContainerPatterns;
  readonly mains?: ContainerPatterns;
  /**
   * The Helm chart that the text is a template of, and where it lies in it. Hosts prepare a chart once: what was read of a
   * template is read again when the chart is another object.
   */
  readonly chart?: InChart;
  /** Whether templates are judged before they are rendered; they are when left out. */
  readonly helm?: { readonly enabled: boolean };
  /**
   * An earlier analysis of this file. Documents whose text is the same are not read again, if the other options are
   * the same too (compared by value).
   */
  readonly previous?: Analysis;
}

/** A piece of evidence and where it stands. */
export interface PlacedEvidence extends Clue {
  /** The file that the span lies in, as the host names it; the analysed text when left out. See `Analysis.textOf`. */
  readonly file?: string;
}

/** One thing a rule found. Spans are offsets in the analysed text. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly message: string;
  readonly span: Span;
  /** The document's index in the file, counted from 0. */
  readonly document: number;
  readonly workload: Workload;
  /** The template that Helm says it rendered the document from: `shop/templates/job.yaml`. */
  readonly source?: string;
  /** The container's name as written. */
  readonly container: string | undefined;
  /** The facts behind it, the weightiest first. */
  readonly evidence: readonly PlacedEvidence[];
  readonly tags: readonly Tag[];
  /** Identifies the pod within the analysis: findings of one pod share it. */
  readonly pod: string;
  /** The fix or why there is none; undefined when the rule never has one. Worked out once, when first asked. */
  fix(): Fix | Refusal | undefined;
  /**
   * The fix of a container in a chart that old clusters install too: it stands in both lists, each under a condition on
   * the cluster's version. Undefined elsewhere. Worked out once.
   */
  guarded(): Fix | Refusal | undefined;
  /**
   * The whole migration of the pod that the finding lies in: its sidecars moved and their workarounds taken out, in one
   * change. The same for all findings of a pod; undefined when there is nothing to migrate. Worked out once.
   */
  migration(): Fix | Refusal | undefined;
  /** Comments that hide the finding: above its container or line, and on top of the file. None in JSON. */
  ignores(): readonly Fix[];
}

/** A document that was not checked, and why. */
export interface Skipped {
  readonly document: number;
  readonly span: Span;
  readonly reason: string;
}

/** A finding that somebody asked to be silent about, and why. */
export interface Suppressed {
  readonly finding: Finding;
  /** Empty when nobody said why. */
  readonly reason: string;
}

/** Everything known about one text. */
export interface Analysis {
  readonly text: string;
  readonly findings: readonly Finding[];
  readonly skipped: readonly Skipped[];
  /** Findings that comments or annotations hide. */
  readonly suppressed: readonly Suppressed[];
  /** How many YAML documents the text holds. */
  readonly documents: number;
  /** How many documents were read for this analysis; the others came from the previous one. */
  readonly read: number;
  /** The text of another file that evidence points into. */
  textOf(file: string): string | undefined;
  /** The regular and init containers at an offset, for hovers. */
  podAt(offset: number): PodAt | undefined;
  /**
   * What may be done with the container that is written at an offset, where nothing is wrong too: the migration of its
   * pod, and its own move to the other list. Never applied unasked. Each is worked out once, when first asked.
   */
  refactorings(offset: number): readonly (Fix | Refusal)[];
  /** One fix for several findings: those of one pod are composed into a single move. Unsafe ones only on request. */
  fixAll(findings: readonly Finding[], options: FixAllOptions): Fix | undefined;
}

/** The pods of the document that holds an offset. Their spans are those of what was read. */
export interface PodAt {
  readonly pods: readonly PodContext[];
  /** Where the document starts in the analysed text. */
  readonly start: number;
  /** Where a span stands in the analysed text. */
  place(span: Span): Span;
  /** A sentence about a pod as people read it: what is known after rendering only as it is written. */
  tell(message: string, pod: PodContext): string;
  /** What findings call a pod: their `pod`. */
  id(pod: PodContext): string;
  /** The document after edits of the analysed text that begin in it, read with the same options. */
  edited(edits: readonly Edit[]): PodAt | undefined;
}
