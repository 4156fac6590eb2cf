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
import { atLeast, DEFAULT_VERSION, type KubernetesVersion, NATIVE_SIDECARS_SINCE } from './kube/version.ts';
import type { Workload } from './kube/workload.ts';
import { compose } from './migrate/compose.ts';
import { type Migration, migrate, move, obstacleToMove, type Step } from './migrate/migrate.ts';
import { makeRegular } from './migrate/regular.ts';
import { RULES } from './rules/index.ts';
import { brokenPatches, patchesFor } from './rules/patches.ts';
import type { OverlayPatch, PodContext, Problem, Rule, Severity, Tag } from './rules/rule.ts';
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
import { readYaml, spanOf } from './yaml/read.ts';
import { splitDocuments } from './yaml/split.ts';
import { isJson } from './yaml/write.ts';

/** What an analysis depends on besides the text. */
export interface AnalyzeOptions {
  /** The cluster's version; 1.33 when left out. */
  readonly version?: KubernetesVersion;
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
  /** The facts behind it, the weightiest first. */
  readonly evidence: readonly Clue[];
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
  /** All that it depends on besides the options. */
  readonly key: string;
  readonly contexts: readonly PodContext[];
  readonly found: readonly Found[];
  readonly skipped: string | undefined;
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
}

/** The ConfigMaps of a file, for the documents that mount one. */
class ConfigMapsOf {
  readonly #texts: readonly string[];
  #maps: ConfigMaps | undefined;

  constructor(documents: readonly string[]) {
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
    this.#maps ??= new Map(this.#texts.flatMap((each) => readConfigMap(readYaml(each))));
    return this.#maps;
  }
}

function mountsConfigMap(document: string): boolean {
  return document.includes('ontainers') && /\bconfigMap\b/.test(document);
}

class TextAnalysis implements Analysis {
  readonly text: string;
  readonly options: string;
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
    const version = options.version ?? DEFAULT_VERSION;
    this.text = text;
    this.#rules = options.rules;
    const { rules = {}, kinds = [], patches = [], sidecars, mains } = options;
    this.options = JSON.stringify([version, rules, kinds, patches, sidecars, mains]);
    const known = new Map<string, DocumentAnalysis>();
    if (options.previous instanceof TextAnalysis && options.previous.options === this.options) {
      for (const { analysis } of options.previous.parts) known.set(analysis.key, analysis);
    }
    let read = 0;
    const spans = splitDocuments(text);
    const configMaps = new ConfigMapsOf(spans.map(({ start, end }) => text.slice(start, end)));
    this.parts = spans.map(({ start, end }) => {
      const part = text.slice(start, end);
      const key = part + configMaps.keyFor(part);
      let analysis = known.get(key);
      if (!analysis) {
        read += 1;
        analysis = { ...analyzeDocument(part, version, options, configMaps.for(part)), key };
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

  podAt(offset: number): PodAt | undefined {
    const part = this.parts.findLast(({ start }) => start <= offset);
    return part && part.analysis.contexts.length > 0 ? { pods: part.analysis.contexts, offset: part.start } : undefined;
  }

  refactorings(offset: number): readonly (Fix | Refusal)[] {
    const document = this.parts.findLastIndex(({ start }) => start <= offset);
    const { start, analysis } = this.parts[document] ?? {};
    if (start === undefined || !analysis) return [];
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
      return fix && 'edits' in fix ? shiftFix(fix, start) : [];
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
        analysis.found.map((found) => this.#place(found, start, document)),
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
    if (!this.#migrations.has(pod)) this.#migrations.set(pod, migrationOf(found.context, kept));
    return this.#migrations.get(pod);
  }

  #ignores({ rule: { id }, context: { pod }, problem: { span, container } }: Found, start: number): Fix[] {
    if (isJson(pod.document)) return [];
    const above = commentAbove(pod, id, span, container);
    return [
      ...(above ? [changeOf(`Ignore ${id} here`, [{ ...above, span: shift(above.span, start) }])] : []),
      changeOf(`Ignore ${id} in this file`, [commentOnTop(this.text, id)]),
    ];
  }

  #place(found: Found, start: number, document: number): Finding {
    const { rule, severity, problem, context } = found;
    const pod = podId(document, context.pod);
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
      pod,
      fix: () => shiftFix(found.fix(), start),
      migration: () => shiftFix(this.#migrationOf(found, pod), start),
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
  version: KubernetesVersion,
  { rules = {}, kinds = [], patches = [], sidecars = {}, mains = {} }: AnalyzeOptions,
  configMaps: ConfigMaps,
): DocumentAnalysis {
  const nothing = { text, key: text, contexts: [], found: [], skipped: undefined, refactorings: new Map() };
  if (!text.includes('ontainers')) return nothing;
  if (text.length > MAX_DOCUMENT_LENGTH) {
    return {
      ...nothing,
      skipped: 'it is larger than 1.5 MiB; check its parts one by one',
    };
  }
  const document = readYaml(text);
  if (document.error !== undefined) return { ...nothing, skipped: `it does not parse: ${document.error}` };
  const pods = readPods(document, kinds, configMaps).filter((pod) => !isPartial(pod));
  const contexts = pods.map((pod) => ({
    ...readPod(pod, { sidecars, mains }),
    version,
    patches: patchesFor(patches, pod),
  }));
  const found = contexts.flatMap((context) => {
    const migration = once(() => migrationOf(context));
    return RULES.flatMap((rule) => {
      const severity = rules[rule.id];
      if (severity === 'off') return [];
      return [...rule.check(context)].map((problem) => place({ rule, severity, problem, context, migration }));
    });
  });
  return { ...nothing, contexts, found };
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
}

function place({ rule, severity, problem, context, migration }: Placing): Found {
  return {
    rule,
    severity: severity ?? problem.severity ?? rule.severity(problem.confidence, context.version),
    problem,
    context,
    fix: once(() => fixOf(problem, context)),
    migration,
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
function movable({ roles }: PodContext, kept: ReadonlySet<Container>): readonly Container[] {
  const sidecars = roles.filter(({ role, container }) => role === 'sidecar' && !kept.has(container));
  const sure = sidecars.filter(({ confidence }) => confidence !== 'possible');
  return (sure.length > 0 ? sure : sidecars).map(({ container }) => container);
}

function migrationOf(context: PodContext, kept: ReadonlySet<Container> = NONE): Fix | Refusal | undefined {
  const containers = movable(context, kept);
  const migration = migrate([{ reading: context, containers }]);
  if (!migration) return undefined;
  const title =
    containers.length > 0 ? 'Migrate this pod to native sidecars' : 'Remove what ended the sidecars by hand';
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
    return [{ reading: context, containers }];
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

function isSafeFix(fix: Fix | Refusal | undefined): boolean {
  return fix !== undefined && 'edits' in fix && fix.safe;
}

function changesOf(all: readonly Found[]): Change[] {
  return all.flatMap(({ problem, fix }) => {
    if (problem.mend?.().isOptional) return [];
    const mended = problem.mend && fix();
    return mended && 'edits' in mended ? (problem.mend?.().changes ?? []) : [];
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
  { pod, roles, workarounds, clues, version, patches }: PodContext,
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
  const isKnown = atLeast(version, NATIVE_SIDECARS_SINCE);
  return sure && bare && !waits && isKnown && brokenPatches(patches, moved).length === 0;
}
