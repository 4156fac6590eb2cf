import { type Container, nameOf, type Pod, readPods } from './kube/pod.ts';
import { atLeast, DEFAULT_VERSION, type KubernetesVersion, NATIVE_SIDECARS_SINCE } from './kube/version.ts';
import type { Workload } from './kube/workload.ts';
import { migrate, type Step } from './migrate/migrate.ts';
import { RULES } from './rules/index.ts';
import type { PodContext, Problem, Rule, Severity, Tag } from './rules/rule.ts';
import { type Confidence, classify, type Evidence } from './sidecar/classify.ts';
import { workarounds } from './sidecar/workarounds.ts';
import { type Edit, type Span, shift } from './text.ts';
import { readYaml } from './yaml/read.ts';
import { splitDocuments } from './yaml/split.ts';

/** What an analysis depends on besides the text. */
export interface AnalyzeOptions {
  /** The cluster's version; 1.33 when left out. */
  readonly version?: KubernetesVersion;
  /** Rules by id that are off or have another severity. */
  readonly rules?: Readonly<Record<string, Severity | 'off'>>;
  /**
   * An earlier analysis of this file. Documents whose text is the same are not read again, if the other options are
   * the same too (compared by value).
   */
  readonly previous?: Analysis;
}

/** A fix: its edits are offsets in the analysed text and do not overlap. */
export interface Fix {
  readonly title: string;
  /** The edits of all steps. */
  readonly edits: readonly Edit[];
  /** Whether the behaviour of the work provably stays. Only safe fixes are applied unasked. */
  readonly safe: boolean;
  /** The same edits by what they do, for people to read and choose from. The first is never left out. */
  readonly steps: readonly Step[];
}

/** Why there is no fix, in a sentence. */
export interface Refusal {
  readonly title: string;
  readonly refused: string;
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
  /** The container's name as written. */
  readonly container: string | undefined;
  readonly evidence: readonly Evidence[];
  readonly tags: readonly Tag[];
  /** Identifies the pod within the analysis: findings of one pod share it. */
  readonly pod: string;
  /** The fix or why there is none; undefined when the rule never has one. Worked out once, when first asked. */
  fix(): Fix | Refusal | undefined;
  /**
   * The whole migration of the pod that the finding lies in: its sidecars moved and their workarounds taken out, in one
   * change. The same for all findings of a pod; undefined when there is nothing to migrate. Worked out once.
   */
  migration(): Fix | Refusal | undefined;
}

/** A document that was not checked, and why. */
export interface Skipped {
  readonly document: number;
  readonly span: Span;
  readonly reason: string;
}

/** Everything known about one text. */
export interface Analysis {
  readonly text: string;
  readonly findings: readonly Finding[];
  readonly skipped: readonly Skipped[];
  /** How many YAML documents the text holds. */
  readonly documents: number;
  /** How many documents were read for this analysis; the others came from the previous one. */
  readonly read: number;
  /** The regular and init containers at an offset, for hovers. */
  podAt(offset: number): PodAt | undefined;
  /** One fix for several findings: those of one pod are composed into a single move. Unsafe ones only on request. */
  fixAll(findings: readonly Finding[], options: { readonly unsafe: boolean }): Fix | undefined;
}

/** The pod whose document holds an offset. `offset` is where the document starts in the text. */
export interface PodAt {
  readonly pods: readonly PodContext[];
  readonly offset: number;
}

/**
 * Documents above this many UTF-16 units are skipped. Kubernetes stores no object above 1.5 MiB (etcd's default request
 * limit); a `List` may be larger, but reading one takes longer than a person waits.
 */
const MAX_DOCUMENT_LENGTH = 1.5 * 1024 * 1024;

/** One document by itself: spans are offsets in its own text. */
interface DocumentAnalysis {
  readonly text: string;
  readonly contexts: readonly PodContext[];
  readonly found: readonly Found[];
  readonly skipped: string | undefined;
}

interface Found {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly problem: Problem;
  readonly context: PodContext;
  readonly fix: () => Fix | Refusal | undefined;
}

class TextAnalysis implements Analysis {
  readonly text: string;
  readonly options: string;
  readonly parts: readonly {
    readonly start: number;
    readonly analysis: DocumentAnalysis;
  }[];
  readonly read: number;
  #findings: readonly Finding[] | undefined;
  readonly #origins = new WeakMap<Finding, { found: Found; start: number }>();

  constructor(text: string, options: AnalyzeOptions) {
    const version = options.version ?? DEFAULT_VERSION;
    this.text = text;
    this.options = JSON.stringify([version, options.rules ?? {}]);
    const known = new Map<string, DocumentAnalysis>();
    if (options.previous instanceof TextAnalysis && options.previous.options === this.options) {
      for (const { analysis } of options.previous.parts) known.set(analysis.text, analysis);
    }
    let read = 0;
    this.parts = splitDocuments(text).map(({ start, end }) => {
      const part = text.slice(start, end);
      let analysis = known.get(part);
      if (!analysis) {
        read += 1;
        analysis = analyzeDocument(part, version, options.rules ?? {});
        known.set(part, analysis);
      }
      return { start, analysis };
    });
    this.read = read;
  }

  get documents(): number {
    return this.parts.length;
  }

  get findings(): readonly Finding[] {
    this.#findings ??= this.parts.flatMap(({ start, analysis }, document) =>
      analysis.found.map((found) => this.#place(found, start, document)),
    );
    return this.#findings;
  }

  get skipped(): readonly Skipped[] {
    return this.parts.flatMap(({ start, analysis }, document) =>
      analysis.skipped === undefined
        ? []
        : {
            document,
            span: { start, end: start + analysis.text.length },
            reason: analysis.skipped,
          },
    );
  }

  podAt(offset: number): PodAt | undefined {
    const part = this.parts.findLast(({ start }) => start <= offset);
    return part && part.analysis.contexts.length > 0 ? { pods: part.analysis.contexts, offset: part.start } : undefined;
  }

  fixAll(findings: readonly Finding[], { unsafe }: { readonly unsafe: boolean }): Fix | undefined {
    const documents = new Map<number, Map<PodContext, Set<Container>>>();
    for (const finding of findings) {
      const origin = this.#origins.get(finding);
      const fix = finding.fix();
      if (!origin || !fix || 'refused' in fix || (!fix.safe && !unsafe)) continue;
      const pods = documents.get(origin.start) ?? new Map<PodContext, Set<Container>>();
      documents.set(origin.start, pods);
      const containers = pods.get(origin.found.context) ?? new Set();
      pods.set(origin.found.context, containers);
      for (const container of origin.found.problem.moves ?? []) containers.add(container);
    }
    const edits: Edit[] = [];
    const steps: Step[] = [];
    let safe = true;
    for (const [start, pods] of documents) {
      const fix = moveFix(
        '',
        [...pods].map(([context, containers]) => ({ context, containers: [...containers] })),
      );
      if ('refused' in fix) continue;
      safe &&= fix.safe;
      const placed = shiftFix(fix, start) as Fix;
      edits.push(...placed.edits);
      steps.push(...placed.steps);
    }
    return edits.length > 0 ? { title: 'Make all sidecars native', edits, safe, steps } : undefined;
  }

  #place(found: Found, start: number, document: number): Finding {
    const { rule, severity, problem, context } = found;
    const finding: Finding = {
      rule: rule.id,
      severity,
      confidence: problem.confidence,
      message: problem.message,
      span: shift(problem.span, start),
      document,
      workload: context.pod.workload,
      container: problem.container?.name?.value,
      evidence: (problem.evidence ?? []).map((each) => ({
        ...each,
        span: shift(each.span, start),
      })),
      tags: problem.tags ?? [],
      pod: `${document}/${context.pod.path.join('/')}`,
      fix: () => shiftFix(found.fix(), start),
      migration: () => shiftFix(found.fix(), start),
    };
    this.#origins.set(finding, { found, start });
    return finding;
  }
}

/**
 * Finds what keeps the Jobs of a YAML or JSON text from completing. Never throws: what cannot be read is in `skipped`.
 */
export function analyze(text: string, options: AnalyzeOptions = {}): Analysis {
  return new TextAnalysis(text, options);
}

function analyzeDocument(
  text: string,
  version: KubernetesVersion,
  severities: Readonly<Record<string, Severity | 'off'>>,
): DocumentAnalysis {
  const nothing = { text, contexts: [], found: [], skipped: undefined };
  if (!text.includes('ontainers')) return nothing;
  if (text.length > MAX_DOCUMENT_LENGTH) {
    return {
      ...nothing,
      skipped: 'it is larger than 1.5 MiB; check its parts one by one',
    };
  }
  const document = readYaml(text);
  if (document.error !== undefined) return { ...nothing, skipped: `it does not parse: ${document.error}` };
  const contexts = readPods(document).map((pod) => contextOf(pod, version));
  const found = contexts.flatMap((context) =>
    RULES.flatMap((rule) => {
      const severity = severities[rule.id];
      return severity === 'off'
        ? []
        : [...rule.check(context)].map((problem) => place(rule, severity, problem, context));
    }),
  );
  return { text, contexts, found, skipped: undefined };
}

function contextOf(pod: Pod, version: KubernetesVersion): PodContext {
  return { pod, roles: classify(pod), workarounds: workarounds(pod), version };
}

function place(rule: Rule, severity: Severity | undefined, problem: Problem, context: PodContext): Found {
  let fix: { value: Fix | Refusal | undefined } | undefined;
  return {
    rule,
    severity: severity ?? rule.severity(problem.confidence, context.version),
    problem,
    context,
    fix: () => {
      fix ??= {
        value: problem.moves && moveFix(titleOf(problem.moves), [{ context, containers: problem.moves }]),
      };
      return fix.value;
    },
  };
}

function shiftFix(fix: Fix | Refusal | undefined, by: number): Fix | Refusal | undefined {
  if (!fix || 'refused' in fix) return fix;
  const moved = (edits: readonly Edit[]) => edits.map((edit) => ({ ...edit, span: shift(edit.span, by) }));
  return { ...fix, edits: moved(fix.edits), steps: fix.steps.map((step) => ({ ...step, edits: moved(step.edits) })) };
}

function titleOf(containers: readonly Container[]): string {
  const names = containers.map((container) => `'${nameOf(container)}'`).join(' and ');
  return `Make ${names} ${containers.length > 1 ? 'native sidecars' : 'a native sidecar'}`;
}

function moveFix(
  title: string,
  moves: readonly { readonly context: PodContext; readonly containers: readonly Container[] }[],
): Fix | Refusal {
  const outcome = migrate(moves.map(({ context, containers }) => ({ pod: context.pod, containers })));
  if ('refused' in outcome) return { title, refused: outcome.refused };
  const steps = [{ title, also: [], review: false, edits: outcome.edits }];
  return {
    title,
    steps,
    edits: outcome.edits,
    safe: moves.every(({ context, containers }) => isSafe(context, containers)),
  };
}

/** The plain move changes nothing for the work: no doubt about the container, no workaround, a cluster that knows it. */
function isSafe({ roles, workarounds, version }: PodContext, moved: readonly Container[]): boolean {
  const sure = roles.every(({ container, confidence }) => !moved.includes(container) || confidence !== 'possible');
  return sure && workarounds.length === 0 && atLeast(version, NATIVE_SIDECARS_SINCE);
}
