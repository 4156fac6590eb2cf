import { type InChart, type Place, readTemplateDocument, type TemplateDocument } from './chart/document.ts';
import { type Told, tellWritten } from './chart/tell.ts';
import { isTemplate, type Masked, mask } from './helm/mask.ts';
import { type ConfigMaps, readConfigMap } from './kube/config-map.ts';
import type { WorkloadKind } from './kube/kinds.ts';
import {
  type Container,
  containerAt,
  containerSpan,
  isNativeSidecar,
  isPartial,
  nameOf,
  type Pod,
  readPods,
} from './kube/pod.ts';
import { atLeast, DEFAULT_VERSIONS, NATIVE_SIDECARS_SINCE, parseVersion, type VersionRange } from './kube/version.ts';
import type { Workload } from './kube/workload.ts';
import { compose } from './migrate/compose.ts';
import { type Migration, migrate, move, obstacleToMove, type Step } from './migrate/migrate.ts';
import { makeRegular } from './migrate/regular.ts';
import { type Twin, twinOf } from './migrate/twin.ts';
import { RULES } from './rules/index.ts';
import { brokenPatches, patchesFor } from './rules/patches.ts';
import type { Mend, OverlayPatch, PodContext, Problem, Rule, Severity, Tag } from './rules/rule.ts';
import type { Confidence } from './sidecar/classify.ts';
import type { Clue } from './sidecar/clues.ts';
import type { ContainerPatterns } from './sidecar/named.ts';
import { readPod } from './sidecar/reading.ts';
import { readAnnotations } from './suppress/annotations.ts';
import { readComments } from './suppress/comments.ts';
import type { Suppressible } from './suppress/directive.ts';
import { commentAbove, commentOnTop } from './suppress/insert.ts';
import { besides, changeOf, type Heard, type Suppressed, silence } from './suppressing.ts';
import { applyEdits, type Edit, type Span, shift } from './text.ts';
import type { Change } from './yaml/patch.ts';
import { readYaml, spanOf, writtenText, type YamlDocument } from './yaml/read.ts';
import { splitDocuments } from './yaml/split.ts';
import { isJson } from './yaml/write.ts';

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
  /** What stays although it looks needless, and why: whole sentences. */
  readonly stays: readonly string[];
}

/** Why there is no fix, in a sentence. */
export interface Refusal {
  readonly title: string;
  readonly refused: string;
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
  fixAll(findings: readonly Finding[], options: { readonly unsafe: boolean }): Fix | undefined;
}

const NONE: ReadonlySet<Container> = new Set();

/** The title of a pod's migration. */
export const MIGRATION_TITLE = 'Migrate this pod to native sidecars';

/** The pods of the document that holds an offset. Their spans are those of what was read. */
export interface PodAt {
  readonly pods: readonly PodContext[];
  /** Where the document starts in the analysed text. */
  readonly start: number;
  /** Where a span stands in the analysed text. */
  place(span: Span): Span;
  /** A sentence about a pod as people read it: what is known after rendering only as it is written. */
  tell(message: string, pod: PodContext): string;
}

/**
 * Documents above this many UTF-16 units are skipped. Kubernetes stores no object above 1.5 MiB (etcd's default request
 * limit); a `List` may be larger, but reading one takes longer than a person waits.
 */
const MAX_DOCUMENT_LENGTH = 1.5 * 1024 * 1024;

/** One document by itself: spans are offsets in its own text. */
interface DocumentAnalysis {
  readonly text: string;
  /** All that it depends on besides the options. */
  readonly key: string;
  readonly contexts: readonly PodContext[];
  readonly found: readonly Found[];
  readonly skipped: string | undefined;
  /** How it was read, when it is a template. */
  readonly template: TemplateDocument | undefined;
  /** Refactorings that were asked for. */
  readonly refactorings: Map<Container, Fix | Refusal | undefined>;
}

interface Found {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly problem: Problem;
  readonly context: PodContext;
  readonly fix: () => Fix | Refusal | undefined;
  readonly migration: () => Fix | Refusal | undefined;
  readonly edit: TemplateEdit | undefined;
}

/** The ConfigMaps of a file, for the documents that mount one. */
class ConfigMapsOf {
  readonly #texts: readonly string[];
  #maps: ConfigMaps | undefined;

  readonly #read: (text: string) => YamlDocument;

  constructor(documents: readonly string[], read: (text: string) => YamlDocument) {
    this.#read = read;
    this.#texts = documents.some(mountsConfigMap)
      ? documents.filter((each) => /kind:\s*["']?ConfigMap\b/.test(each))
      : [];
  }

  /** What else an analysis of a document depends on. */
  keyFor(document: string): string {
    return mountsConfigMap(document) ? this.#texts.join('') : '';
  }

  for(document: string): ConfigMaps {
    if (this.#texts.length === 0 || !mountsConfigMap(document)) return new Map();
    this.#maps ??= new Map(this.#texts.flatMap((each) => readConfigMap(this.#read(each))));
    return this.#maps;
  }
}

function mountsConfigMap(document: string): boolean {
  return document.includes('ontainers') && /\bconfigMap\b/.test(document);
}

class TextAnalysis implements Analysis {
  readonly text: string;
  readonly options: string;
  readonly chart: InChart | undefined;
  readonly parts: readonly {
    readonly start: number;
    readonly analysis: DocumentAnalysis;
  }[];
  readonly read: number;
  readonly #rules: AnalyzeOptions['rules'];
  #heard: Heard | undefined;
  readonly #migrations = new Map<string, Fix | Refusal | undefined>();
  readonly #origins = new WeakMap<Finding, { found: Found; start: number }>();

  constructor(text: string, options: AnalyzeOptions) {
    const versions = options.versions ?? DEFAULT_VERSIONS;
    this.text = text;
    this.#rules = options.rules;
    const { rules = {}, kinds = [], patches = [], sidecars, mains } = options;
    this.options = JSON.stringify([versions, rules, kinds, patches, sidecars, mains]);
    this.chart = options.chart;
    const known = new Map<string, DocumentAnalysis>();
    if (options.previous instanceof TextAnalysis && options.previous.options === this.options) {
      const { chart, parts } = options.previous;
      const isSame = chart?.files === this.chart?.files && chart?.path === this.chart?.path;
      for (const { analysis } of parts) if (isSame || !analysis.key.includes('{{')) known.set(analysis.key, analysis);
    }
    let read = 0;
    // Before the first document of a template there may be nothing but actions.
    const masked = text.includes('{{') ? mask(text) : undefined;
    const spans = splitDocuments(masked && isTemplate(masked) ? masked.text : text);
    const configMaps = new ConfigMapsOf(
      spans.map(({ start, end }) => text.slice(start, end)),
      (part) => readTemplateDocument(part, options.chart)?.document ?? readYaml(part),
    );
    this.parts = spans.map(({ start, end }) => {
      const part = text.slice(start, end);
      const key = part + configMaps.keyFor(part);
      let analysis = known.get(key);
      if (!analysis) {
        read += 1;
        analysis = { ...analyzeDocument(part, masked, versions, options, configMaps.for(part)), key };
        known.set(key, analysis);
      }
      return { start, analysis };
    });
    this.read = read;
  }

  get documents(): number {
    return this.parts.length;
  }

  get findings(): readonly Finding[] {
    return this.#hear().findings;
  }

  get suppressed(): readonly Suppressed[] {
    return this.#hear().suppressed;
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

  textOf(file: string): string | undefined {
    const { root, files } = this.chart?.files ?? {};
    return root !== undefined && file.startsWith(root) ? files?.get(file.slice(root.length)) : undefined;
  }

  podAt(offset: number): PodAt | undefined {
    const part = this.parts.findLast(({ start }) => start <= offset);
    if (!part || part.analysis.contexts.length === 0) return undefined;
    const { start, analysis } = part;
    return {
      pods: analysis.contexts,
      start,
      place: (span) => shift(placeIn(analysis, span).span, start),
      tell: (message, context) => tell(analysis, message, context),
    };
  }

  refactorings(offset: number): readonly (Fix | Refusal)[] {
    const document = this.parts.findLastIndex(({ start }) => start <= offset);
    const { start, analysis } = this.parts[document] ?? {};
    if (start === undefined || !analysis || analysis.template) return [];
    return analysis.contexts.flatMap(({ pod }) => {
      const container = containerAt(pod, offset - start);
      if (!container) return [];
      const migration = this.findings.find((finding) => finding.pod === podId(document, pod))?.migration();
      const own = shiftFix(refactor(analysis, pod, container, this.#keptOf(podId(document, pod))), start);
      return [...(migration ? [{ ...migration, title: MIGRATION_TITLE }] : []), ...(own ? [own] : [])];
    });
  }

  fixAll(findings: readonly Finding[], { unsafe }: { readonly unsafe: boolean }): Fix | undefined {
    const documents = new Map<number, Map<PodContext, Found[]>>();
    for (const finding of findings) {
      const origin = this.#origins.get(finding);
      if (!origin) continue;
      const pods = documents.get(origin.start) ?? new Map<PodContext, Found[]>();
      documents.set(origin.start, pods);
      pods.set(origin.found.context, [...(pods.get(origin.found.context) ?? []), origin.found]);
    }
    const fixes = [...documents].flatMap(([start, pods]) => {
      const document = this.parts.findIndex((part) => part.start === start);
      const fix = fixDocument(pods, unsafe, ({ pod }) => this.#keptOf(podId(document, pod)));
      const { analysis } = this.parts[document] ?? {};
      const told = analysis ? tellFix(fix, (text) => tellAny(analysis, text)) : fix;
      return told && 'edits' in told ? shiftFix(told, start) : [];
    });
    const { own } = this.#hear();
    const ofOthers = fixes.flatMap((fix) => fix.edits);
    const ofOwn = unsafe
      ? besides(
          ofOthers,
          findings.filter((finding) => own.has(finding)),
        )
      : [];
    if (ofOwn.length > 0) fixes.push(changeOf('Remove what is ignored in vain', ofOwn));
    const edits = [...ofOthers, ...ofOwn];
    if (edits.length === 0) return undefined;
    const steps = fixes.flatMap((fix) => fix.steps);
    const stays = fixes.flatMap((fix) => fix.stays);
    return { title: 'Make all sidecars native', edits, safe: fixes.every(({ safe }) => safe), steps, stays };
  }

  /** The findings without those that are suppressed, and with those about suppressions. */
  #hear(): Heard {
    this.#heard ??= silence({
      suppressions: [
        ...readComments(
          this.text,
          this.parts.map(({ start, analysis }) => ({ start, end: start + analysis.text.length })),
        ),
        ...this.parts.flatMap(({ start, analysis }) =>
          readAnnotations(
            analysis.contexts.map(({ pod }) => pod),
            start,
          ),
        ),
      ],
      findings: this.parts.flatMap(({ start, analysis }, document) =>
        analysis.found.map((found) => this.#place(analysis, found, start, document)),
      ),
      about: (finding) => this.#suppressible(finding),
      rules: this.#rules,
      placeOf: (offset) => {
        const document = this.#partAt(offset);
        return { document, workload: this.parts[document]?.analysis.contexts[0]?.pod.workload };
      },
      isReadable: (edits) => this.#isReadable(edits),
      isWhole: this.skipped.length === 0,
    });
    return this.#heard;
  }

  #suppressible(finding: Finding): Suppressible {
    const { rule, span } = finding;
    const { found, start = 0 } = this.#origins.get(finding) ?? {};
    const { container } = found?.problem ?? {};
    return {
      rule,
      span,
      ...(found && { pod: found.context.pod }),
      ...(container && { container: shift(containerSpan(container), start) }),
    };
  }

  #partAt(offset: number): number {
    return Math.max(
      0,
      this.parts.findLastIndex(({ start }) => start <= offset),
    );
  }

  #isReadable(edits: readonly Edit[]): boolean {
    const { start, analysis } = this.parts[this.#partAt(edits[0]?.span.start ?? 0)] ?? {};
    if (start === undefined || !analysis) return false;
    const own = edits.map((edit) => ({ ...edit, span: shift(edit.span, -start) }));
    return readYaml(applyEdits(analysis.text, own)).error === undefined;
  }

  /** The containers of a pod that somebody wants to stay regular ones. */
  #keptOf(pod: string): ReadonlySet<Container> {
    if (this.suppressed.length === 0) return NONE;
    return new Set(
      this.suppressed.flatMap(({ finding }) =>
        finding.pod === pod ? (this.#origins.get(finding)?.found.problem.moves ?? []) : [],
      ),
    );
  }

  #migrationOf(found: Found, pod: string): Fix | Refusal | undefined {
    const kept = this.#keptOf(pod);
    if (kept.size === 0) return found.migration();
    if (!this.#migrations.has(pod)) this.#migrations.set(pod, migrationOf(found.context, found.edit, kept));
    return this.#migrations.get(pod);
  }

  #ignores({ rule: { id }, context: { pod }, problem: { span, container } }: Found, start: number): Fix[] {
    // Where a template prints a line is not where a comment could stand.
    if (isJson(pod.document) || pod.document.template || pod.document.written) return [];
    const above = commentAbove(pod, id, span, container);
    return [
      ...(above ? [changeOf(`Ignore ${id} here`, [{ ...above, span: shift(above.span, start) }])] : []),
      changeOf(`Ignore ${id} in this file`, [commentOnTop(this.text, id)]),
    ];
  }

  #place(analysis: DocumentAnalysis, found: Found, start: number, document: number): Finding {
    const { rule, severity, problem, context } = found;
    const name = problem.container?.name;
    const source = sourceOf(analysis.text);
    const told = <T extends Fix | Refusal | undefined>(fix: T) =>
      tellFix(fix, (text) => tell(analysis, text, context, found.edit?.twin()));
    const pod = podId(document, context.pod);
    const finding: Finding = {
      rule: rule.id,
      severity,
      confidence: problem.confidence,
      message: tell(analysis, problem.message, context),
      span: shift(placeIn(analysis, problem.span).span, start),
      document,
      workload: context.pod.workload,
      ...(source !== undefined && { source }),
      container: name && writtenText(context.pod.document, name),
      evidence: (problem.evidence ?? []).map((each) => {
        const { span, define } = placeIn(analysis, each.span);
        const message = tell(analysis, each.message, context);
        return define ? { message, file: define.file, span: define.span } : { message, span: shift(span, start) };
      }),
      tags: problem.tags ?? [],
      pod,
      fix: () => told(shiftFix(found.fix(), start)),
      migration: () => told(shiftFix(this.#migrationOf(found, pod), start)),
      ignores: once(() => this.#ignores(found, start)),
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
  masked: Masked | undefined,
  versions: VersionRange,
  { rules = {}, kinds = [], patches = [], sidecars = {}, mains = {}, chart }: AnalyzeOptions,
  configMaps: ConfigMaps,
): DocumentAnalysis {
  const nothing = {
    text,
    key: text,
    contexts: [],
    found: [],
    skipped: undefined,
    template: undefined,
    refactorings: new Map(),
  };
  if (!mayHoldPods(text, chart)) return nothing;
  if (text.length > MAX_DOCUMENT_LENGTH) {
    return {
      ...nothing,
      skipped: 'it is larger than 1.5 MiB; check its parts one by one',
    };
  }
  const template = readTemplateDocument(text, chart, masked);
  const document = template?.document ?? readYaml(text);
  if (document.error !== undefined) {
    // Named templates without a kind are no manifest: what they print may be anything.
    if (template && !/\bkind["']?\s*:/.test(text)) return nothing;
    return { ...nothing, skipped: `it does not parse: ${document.error}` };
  }
  const pods = readPods(document, kinds, configMaps).filter((pod) => !isPartial(pod));
  const contexts = pods.map((pod) => ({
    ...readPod(pod, { sidecars, mains }),
    versions,
    patches: patchesFor(patches, pod),
  }));
  const found = contexts.flatMap((context) => {
    const edit = template && editOf(template, context, { kinds, chart, configMaps });
    const migration = once(() => migrationOf(context, edit));
    return RULES.flatMap((rule) => {
      const severity = rules[rule.id];
      if (severity === 'off') return [];
      return [...rule.check(context)].map((problem) => place({ rule, severity, problem, context, migration, edit }));
    });
  });
  return { ...nothing, contexts, found, template };
}

/** What `helm template` writes above a document. */
function sourceOf(document: string): string | undefined {
  return /^(?:---[^\n]*\n)?# Source: (\S+\/templates\/\S+)\r?\n/.exec(document)?.[1];
}

/** Whether a document is worth reading. A named template may bring the whole pod. */
function mayHoldPods(text: string, chart: InChart | undefined): boolean {
  return text.includes('ontainers') || (chart !== undefined && /\{\{-?\s*(?:include|template)\b/.test(text));
}

/** Where a span of what was read of a document stands in it. */
function placeIn({ template }: DocumentAnalysis, span: Span): Place {
  return template?.place(span) ?? { span, define: undefined };
}

/** A sentence about a pod with what is written in place of filler. `twin`: the same pod to be edited, where it was read. */
function tell({ template }: DocumentAnalysis, message: string, { pod }: PodContext, twin?: Twin): string {
  return template ? tellWritten(message, [...textsIn(pod), ...(twin ? textsIn(twin.reading.pod) : [])]) : message;
}

/** The same for a sentence about any pod of a document. */
function tellAny({ template, contexts, found }: DocumentAnalysis, message: string): string {
  if (!template) return message;
  const twins = new Set(found.flatMap(({ edit }) => edit?.twin()?.reading.pod ?? []));
  return tellWritten(message, [...contexts.map(({ pod }) => pod), ...twins].flatMap(textsIn));
}

/** The texts of a pod that sentences tell. */
function textsIn({ document, containers, initContainers }: Pod): Told[] {
  const texts = [...containers, ...initContainers].flatMap(({ name, image, command, args }) => [
    ...(name ? [name] : []),
    ...(image ? [image] : []),
    ...(command ?? []),
    ...(args ?? []),
  ]);
  return texts.map(({ value, span }) => ({ value, written: writtenText(document, { value, span }) }));
}

function tellFix<T extends Fix | Refusal | undefined>(fix: T, say: (text: string) => string): T {
  if (!fix) return fix;
  const title = say(fix.title);
  if ('refused' in fix) return { ...fix, title, refused: say(fix.refused) };
  const steps = fix.steps.map((step) => ({ ...step, title: say(step.title), also: step.also.map(say) }));
  return { ...fix, title, steps, stays: fix.stays.map(say) };
}

function podId(document: number, pod: Pod): string {
  return `${document}/${pod.path.join('/')}`;
}

interface Placing {
  readonly rule: Rule;
  readonly severity: Severity | undefined;
  readonly problem: Problem;
  readonly context: PodContext;
  readonly migration: () => Fix | Refusal | undefined;
  readonly edit: TemplateEdit | undefined;
}

function place({ rule, severity, problem, context, migration, edit }: Placing): Found {
  return {
    rule,
    severity: severity ?? problem.severity ?? rule.severity(problem.confidence, context.versions),
    problem,
    context,
    fix: once(() => (edit ? fixInTemplate(rule, problem, context, edit) : fixOf(problem, context))),
    migration,
    edit,
  };
}

/** The result of `work`, worked out when it is first asked for. */
function once<T>(work: () => T): () => T {
  let done: { value: T } | undefined;
  return () => {
    done ??= { value: work() };
    return done.value;
  };
}

/** How a pod of a template is edited: there it is read once more, without what named templates print. */
interface TemplateEdit {
  /** Undefined when the template cannot be read well enough. */
  twin(): (Twin & { readonly context: PodContext }) | undefined;
  /** Why a container that a named template prints does not move. */
  refuse(title: string, container: Container): Refusal;
  /** Whether the chart is for clusters only that know native sidecars. */
  readonly isForNewClusters: boolean;
}

function editOf(
  template: TemplateDocument,
  context: PodContext,
  options: {
    readonly kinds: readonly WorkloadKind[];
    readonly chart: InChart | undefined;
    readonly configMaps: ConfigMaps;
  },
): TemplateEdit {
  const { kinds, chart, configMaps } = options;
  return {
    twin: once(() => {
      const document = template.edited();
      const twin = document && twinOf(document, context.pod, kinds, configMaps);
      return twin && { ...twin, context: { ...twin.reading, versions: context.versions, patches: context.patches } };
    }),
    refuse(title, container) {
      const { define } = template.place(spanOf(container.item));
      const where = define ? `the named template "${define.name}" in ${define.file}` : 'a named template';
      return {
        title,
        refused: `Not offered: '${nameOf(container)}' stands in ${where}, which others may include. If only Jobs do, add restartPolicy: Always there and include it under initContainers.`,
      };
    },
    isForNewClusters: isForNewClusters(chart?.files.kubeVersion),
  };
}

/** Whether a constraint on Kubernetes versions (`>=1.29.0-0`) lets in only those that have native sidecars. */
function isForNewClusters(constraint: string | undefined): boolean {
  const minimum = /^\s*(?:>=?|[~^])\s*v?(\d+\.\d+)[^|]*$/.exec(constraint ?? '')?.[1];
  const version = minimum === undefined ? undefined : parseVersion(minimum);
  return version !== undefined && atLeast(version, NATIVE_SIDECARS_SINCE);
}

function unreadable(title: string): Refusal {
  return { title, refused: 'Not offered: with its actions hidden the template is no YAML.' };
}

function fixInTemplate(
  rule: Rule,
  problem: Problem,
  context: PodContext,
  edit: TemplateEdit,
): Fix | Refusal | undefined {
  const { moves, mend } = problem;
  if (moves) {
    const title = titleOf(moves);
    const twin = edit.twin();
    if (!twin) return unreadable(title);
    const own = moves.map(twin.of);
    const missing = moves.find((_, index) => !own[index]);
    if (missing) return edit.refuse(title, missing);
    const migration = move([{ pod: twin.reading.pod, containers: own as Container[] }]);
    return toFix(title, migration, edit.isForNewClusters && isSafe(context, moves));
  }
  if (!mend) return undefined;
  const twin = edit.twin();
  const same = twin && [...rule.check(twin.context)].find((each) => each.mend && each.message === problem.message);
  return same && fixOf(same, twin.context);
}

function migrationInTemplate(title: string, context: PodContext, edit: TemplateEdit): Fix | Refusal | undefined {
  const containers = movable(context);
  if (containers.length === 0) return undefined;
  const twin = edit.twin();
  if (!twin) return unreadable(title);
  const own = containers.map(twin.of);
  const missing = containers.find((_, index) => !own[index]);
  if (missing) return edit.refuse(title, missing);
  const migration = migrateTwins([{ twin, containers: own as Container[] }]);
  return migration && toFix(title, migration, edit.isForNewClusters && isSafe(context, containers));
}

interface TwinMove {
  readonly twin: Twin;
  readonly containers: readonly Container[];
}

/** Where named templates print a part of a pod nobody knows here what waits for what: then containers only move. */
function migrateTwins(moves: readonly TwinMove[]): Migration | undefined {
  const all = moves.map(({ twin, containers }) => ({ reading: twin.reading, containers }));
  if (moves.every(({ twin }) => twin.isWhole)) return migrate(all);
  const bare = move(all.map(({ reading, containers }) => ({ pod: reading.pod, containers })));
  const isEnded = all.some(({ reading }) => reading.workarounds.some(({ kind }) => kind !== 'start-wait'));
  if ('refused' in bare || !isEnded) return bare;
  return { ...bare, stays: ['What ended the sidecar stays: named templates print a part of the pod.'] };
}

function fixOf({ moves, mend }: Problem, context: PodContext): Fix | Refusal | undefined {
  if (moves) {
    const title = titleOf(moves);
    const obstacle = obstacleToMove(context, moves);
    if (obstacle) return { title, refused: `Not offered: ${obstacle}.` };
    const fix = toFix(title, move([{ pod: context.pod, containers: moves }]), isSafe(context, moves));
    return withPatches(fix, context.patches, moves);
  }
  if (!mend) return undefined;
  const { title, safe, changes } = mend();
  const outcome = compose([{ pod: context.pod, moved: [], dropped: [], parts: [changes] }]);
  if ('refused' in outcome) return { title, refused: outcome.refused };
  const edits = outcome.parts.flat();
  return { title, edits, safe, steps: [{ title, also: [], review: false, edits }], stays: [] };
}

function toFix(title: string, migration: Migration, safe: boolean): Fix | Refusal {
  if ('refused' in migration) return { title, refused: migration.refused };
  const { steps, stays } = migration;
  return { title, edits: steps.flatMap(({ edits }) => edits), safe, steps, stays };
}

/** A fix that says which patches elsewhere miss what it moves. */
function withPatches(fix: Fix | Refusal, patches: readonly OverlayPatch[], moved: readonly Container[]): Fix | Refusal {
  const stays = brokenPatches(patches, moved).map((each) => each.stays);
  return 'refused' in fix || stays.length === 0 ? fix : { ...fix, stays: [...fix.stays, ...stays] };
}

/** The regular containers that a migration moves: those that are sidecars beyond doubt, or else all that may be. */
function movable({ roles }: PodContext, kept: ReadonlySet<Container> = NONE): readonly Container[] {
  const sidecars = roles.filter(({ role, container }) => role === 'sidecar' && !kept.has(container));
  const sure = sidecars.filter(({ confidence }) => confidence !== 'possible');
  return (sure.length > 0 ? sure : sidecars).map(({ container }) => container);
}

function migrationOf(
  context: PodContext,
  edit: TemplateEdit | undefined,
  kept: ReadonlySet<Container> = NONE,
): Fix | Refusal | undefined {
  if (edit) return migrationInTemplate(MIGRATION_TITLE, context, edit);
  const containers = movable(context, kept);
  const migration = migrate([{ reading: context, containers }]);
  if (!migration) return undefined;
  const title = containers.length > 0 ? MIGRATION_TITLE : 'Remove what ended the sidecars by hand';
  const safe = containers.length > 0 && isSafe(context, containers);
  return withPatches(toFix(title, migration, safe), context.patches, containers);
}

/** What mends findings of one document: the pods' migrations when unsafe ones are wanted, else what is safe alone. */
function fixDocument(
  pods: ReadonlyMap<PodContext, readonly Found[]>,
  unsafe: boolean,
  keptOf: (context: PodContext) => ReadonlySet<Container>,
): Fix | Refusal | undefined {
  const title = '';
  const isTemplate = [...pods.values()].some(([first]) => first?.edit);
  if (isTemplate) return fixTemplate(title, pods, unsafe);
  if (!unsafe) {
    const safe = [...pods].flatMap(([context, all]) => {
      const mended = all.filter((found) => isSafeFix(found.fix()));
      const containers = mended.flatMap(({ problem }) => problem.moves ?? []);
      return mended.length > 0 ? [{ pod: context.pod, containers, changes: changesOf(mended) }] : [];
    });
    return combine(title, safe, true);
  }
  const migrating = [...pods].flatMap(([context, all]) => {
    const chosen = all.flatMap(({ problem }) => problem.moves ?? []);
    const isWorkaround = all.some(({ problem }) => !problem.moves && !problem.mend);
    const containers = isWorkaround ? [...new Set([...movable(context, keptOf(context)), ...chosen])] : chosen;
    return [{ reading: context, containers, mends: mendsOf(all) }];
  });
  const migration = migrate(migrating);
  const isUnsafe = migrating.some(({ reading, containers }) => !isSafe(reading as PodContext, containers));
  const first = migration && toFix(title, migration, !isUnsafe);
  const mends = [...pods].flatMap(([context, all]) => {
    const changes = changesOf(all);
    return changes.length > 0 ? [{ pod: context.pod, containers: [], changes }] : [];
  });
  return mends.length > 0 && !(first && 'edits' in first) ? combine(title, mends, false) : first;
}

/** The same for a template: containers that named templates print stay where they are. */
function fixTemplate(
  title: string,
  pods: ReadonlyMap<PodContext, readonly Found[]>,
  unsafe: boolean,
): Fix | Refusal | undefined {
  let isSafeAll = true;
  const moves = [...pods].flatMap(([context, all]) => {
    const mended = all.filter((found) => unsafe || isSafeFix(found.fix()));
    const isWorkaround = unsafe && all.some(({ problem }) => !problem.moves && !problem.mend);
    const chosen = mended.flatMap(({ problem }) => problem.moves ?? []);
    const seen = isWorkaround ? [...new Set([...movable(context), ...chosen])] : chosen;
    const edit = all[0]?.edit;
    const twin = edit?.twin();
    const containers = seen.flatMap((each) => twin?.of(each) ?? []);
    if (!twin || !edit || containers.length === 0) return [];
    isSafeAll &&= edit.isForNewClusters && isSafe(context, seen);
    return [{ twin, containers }];
  });
  if (moves.length === 0) return undefined;
  const bare = moves.map(({ twin, containers }) => ({ pod: twin.reading.pod, containers }));
  const migration = unsafe ? migrateTwins(moves) : move(bare);
  return migration && toFix(title, migration, isSafeAll);
}

function isSafeFix(fix: Fix | Refusal | undefined): boolean {
  return fix !== undefined && 'edits' in fix && fix.safe;
}

function changesOf(all: readonly Found[]): Change[] {
  return mendsOf(all).flatMap(({ changes }) => changes);
}

function mendsOf(all: readonly Found[]): Mend[] {
  return all.flatMap(({ problem, fix }) => {
    const mend = problem.mend?.();
    if (!mend || mend.isOptional) return [];
    const mended = fix();
    return mended && 'edits' in mended ? [mend] : [];
  });
}

interface Combined {
  readonly pod: Pod;
  readonly containers: readonly Container[];
  readonly changes: readonly Change[];
}

function combine(title: string, pods: readonly Combined[], safe: boolean): Fix | Refusal | undefined {
  if (pods.length === 0) return undefined;
  const outcome = compose(
    pods.map(({ pod, containers, changes }) => ({ pod, moved: containers, dropped: [], parts: [changes] })),
  );
  if ('refused' in outcome) return { title, refused: outcome.refused };
  const steps = pods.map(({ containers }, index) => ({
    title: containers.length > 0 ? titleOf(containers) : 'Remove what is left over',
    also: [],
    review: false,
    edits: outcome.parts[index] ?? [],
  }));
  return { title, edits: outcome.parts.flat(), safe, steps, stays: [] };
}

function shiftFix<T extends Fix | Refusal | undefined>(fix: T, by: number): T {
  if (!fix || 'refused' in fix) return fix;
  const moved = (edits: readonly Edit[]) => edits.map((edit) => ({ ...edit, span: shift(edit.span, by) }));
  return { ...fix, edits: moved(fix.edits), steps: fix.steps.map((step) => ({ ...step, edits: moved(step.edits) })) };
}

/** The move of a container to the other list; undefined where a finding offers it already or there is no other list. */
function refactor(
  { found, refactorings }: DocumentAnalysis,
  pod: Pod,
  container: Container,
  kept: ReadonlySet<Container>,
): Fix | Refusal | undefined {
  if (refactorings.has(container) && !kept.has(container)) return refactorings.get(container);
  let offer: Fix | Refusal | undefined;
  if (isNativeSidecar(container)) {
    offer = toFix(`Make '${nameOf(container)}' a regular container`, makeRegular(pod, container), false);
  } else if (container.list === 'containers' && pod.containers.length > 1) {
    if (kept.has(container)) return toFix(titleOf([container]), move([{ pod, containers: [container] }]), false);
    const isFound = found.some(({ problem }) => problem.moves?.includes(container));
    if (!isFound) offer = toFix(titleOf([container]), move([{ pod, containers: [container] }]), false);
  }
  refactorings.set(container, offer);
  return offer;
}

function titleOf(containers: readonly Container[]): string {
  const names = containers.map((container) => `'${nameOf(container)}'`).join(' and ');
  return `Make ${names} ${containers.length > 1 ? 'native sidecars' : 'a native sidecar'}`;
}

/**
 * The plain move changes nothing for the work: no doubt about the container, no workaround, a cluster that knows it, no
 * patch elsewhere that would miss the container.
 */
function isSafe(
  { pod, roles, workarounds, clues, versions, patches }: PodContext,
  moved: readonly Container[],
): boolean {
  // Who does something and then idles does the work: moved, it would be stopped when the others have ended.
  const sure = roles.every(
    ({ container, confidence, evidence }) =>
      !moved.includes(container) || (confidence !== 'possible' && evidence[0]?.kind !== 'idles'),
  );
  const bare = workarounds.every(({ kind }) => kind === 'start-wait');
  // What it waits for before it counts as started may be the work, which would start after it.
  const waits = clues.some(({ container, hooks, acts }) => {
    const isHeld = hooks.some(({ name, script }) => name === 'postStart' && script.loops.length > 0);
    const probe = container.field('startupProbe');
    const asked = probe ? pod.document.text.slice(spanOf(probe).start, spanOf(probe).end) : '';
    const asksFile =
      probe !== undefined && (acts.some(({ kind }) => kind === 'wait-for-file') || /\s-[aefrs]\b/.test(asked));
    return moved.includes(container) && (isHeld || asksFile);
  });
  const isKnown = atLeast(versions.lowest, NATIVE_SIDECARS_SINCE);
  return sure && bare && !waits && isKnown && brokenPatches(patches, moved).length === 0;
}
