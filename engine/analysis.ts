import type { InChart } from './chart/document.ts';
import { readTemplateDocument } from './chart/document.ts';
import {
  analyzeDocument,
  configMapsOf,
  type DocumentAnalysis,
  placeIn,
  servicesOf,
  sourceOf,
  tell,
  tellAny,
} from './document-analysis.ts';
import type { Analysis, AnalyzeOptions, Finding, PodAt, Skipped, Suppressed } from './finding.ts';
import { fixDocument, migrationOf } from './fix/document.ts';
import { type Fix, type FixAllOptions, MIGRATION_TITLE, type Refusal, shiftFix, tellFix } from './fix/fix.ts';
import type { Found } from './fix/found.ts';
import { NONE } from './fix/manifest.ts';
import { refactor } from './fix/refactor.ts';
import { isTemplate, mask } from './helm/mask.ts';
import { type Container, containerAt, containerSpan, type Pod } from './kube/pod.ts';
import { DEFAULT_VERSIONS } from './kube/version.ts';
import { once } from './once.ts';
import type { PodContext } from './rules/rule.ts';
import { readAnnotations } from './suppress/annotations.ts';
import { readComments } from './suppress/comments.ts';
import type { Suppressible, Suppression } from './suppress/directive.ts';
import { commentAbove, commentLine, commentOnTop } from './suppress/insert.ts';
import { besides, changeOf, type Heard, silence } from './suppressing.ts';
import { applyEdits, type Edit, Lines, shift } from './text.ts';
import { readYaml, spanOf, writtenText } from './yaml/read.ts';
import { splitDocuments } from './yaml/split.ts';
import { isJson } from './yaml/write.ts';

class TextAnalysis implements Analysis {
  readonly text: string;
  readonly options: string;
  readonly chart: InChart | undefined;
  readonly parts: readonly {
    readonly start: number;
    readonly analysis: DocumentAnalysis;
  }[];
  readonly read: number;
  readonly #given: AnalyzeOptions;
  #heard: Heard | undefined;
  readonly #migrations = new Map<string, Fix | Refusal | undefined>();
  readonly #origins = new WeakMap<Finding, { found: Found; start: number }>();

  constructor(text: string, options: AnalyzeOptions) {
    const versions = options.versions ?? DEFAULT_VERSIONS;
    this.text = text;
    const { previous: _, ...given } = options;
    this.#given = given;
    const { rules = {}, kinds = [], patches = [], sidecars, mains } = options;
    this.options = JSON.stringify([versions, rules, kinds, patches, sidecars, mains, options.helm?.enabled]);
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
    const isTold = masked !== undefined && (options.chart !== undefined || isTemplate(masked));
    const isUnrendered = options.helm?.enabled === false && isTold;
    const spans = splitDocuments(masked && isTemplate(masked) ? masked.text : text);
    const documents = spans.map(({ start, end }) => text.slice(start, end));
    const reread = (part: string) => readTemplateDocument(part, options.chart)?.document ?? readYaml(part);
    const configMaps = configMapsOf(documents, reread);
    const services = servicesOf(documents, reread, versions);
    this.parts = spans.map(({ start, end }) => {
      const part = text.slice(start, end);
      // An action in one document may decide on another.
      const key = part + configMaps.keyFor(part) + services.keyFor(part) + (isUnrendered ? '{{' : '');
      let analysis = known.get(key);
      if (!analysis) {
        read += 1;
        const around = { configMaps: new Map(configMaps.for(part)), services: services.for(part), isUnrendered };
        analysis = { ...analyzeDocument(part, masked, versions, options, around), key };
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
    const document = this.parts.findLastIndex(({ start }) => start <= offset);
    const { start, analysis } = this.parts[document] ?? {};
    if (start === undefined || !analysis || analysis.contexts.length === 0) return undefined;
    return {
      pods: analysis.contexts,
      start,
      place: (span) => shift(placeIn(analysis, span).span, start),
      tell: (message, context) => tell(analysis, message, context),
      id: ({ pod }) => podId(document, pod),
      edited: (edits) =>
        new TextAnalysis(applyEdits(this.text, edits), { ...this.#given, previous: this }).podAt(start),
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

  fixAll(findings: readonly Finding[], options: FixAllOptions): Fix | undefined {
    const { unsafe } = options;
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
      const fix = fixDocument(pods, options, ({ pod }) => this.#keptOf(podId(document, pod)));
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
    if (this.#heard) return this.#heard;
    const findings = this.parts.flatMap(({ start, analysis }, document) =>
      analysis.found.map((found) => this.#place(analysis, found, start, document)),
    );
    this.#heard = silence({
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
      elsewhere: this.#inNamed(findings),
      findings,
      about: (finding) => this.#suppressible(finding),
      rules: this.#given.rules,
      placeOf: (offset) => {
        const document = this.#partAt(offset);
        return { document, workload: this.parts[document]?.analysis.contexts[0]?.pod.workload };
      },
      isReadable: (edits) => this.#isReadable(edits),
      // What the comments of a named template hide is found where it is included.
      isWhole: this.skipped.length === 0 && !/\{\{-?\s*define\b/.test(this.text),
    });
    return this.#heard;
  }

  /** The comments in the named templates that findings come from. */
  #inNamed(findings: readonly Finding[]): Suppression[] {
    const templates = new Set(findings.flatMap((finding) => this.#suppressible(finding).named?.template ?? []));
    return [...templates].flatMap((template) => {
      const { file, body } = template;
      const text = this.chart?.files.files.get(file)?.slice(body.start, body.end) ?? '';
      return readComments(text, []).map((each) => ({
        ...each,
        covers: ({ rule, named }: Suppressible) =>
          named?.template === template && each.covers({ rule, span: named.span, container: named.span }),
      }));
    });
  }

  #suppressible(finding: Finding): Suppressible {
    const { rule, span } = finding;
    const { found, start = 0 } = this.#origins.get(finding) ?? {};
    const { container } = found?.problem ?? {};
    const { analysis } = this.parts[finding.document] ?? {};
    const { define } = (found && analysis && placeIn(analysis, found.problem.span)) ?? {};
    return {
      rule,
      span,
      ...(define?.template && {
        named: { template: define.template, span: shift(define.span, -define.template.body.start) },
      }),
      ...(found && { pod: found.context.pod }),
      ...(container && analysis && { container: shift(placeIn(analysis, containerSpan(container)).span, start) }),
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
    const edited = applyEdits(analysis.text, own);
    const document = readTemplateDocument(edited, this.chart)?.document ?? readYaml(edited);
    return document.error === undefined;
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
    if (isJson(pod.document)) return [];
    const here = `Ignore ${id} here`;
    const file = changeOf(`Ignore ${id} in this file`, [commentOnTop(this.text, id)]);
    if (pod.document.template || pod.document.written) {
      const analysis = this.parts[this.#partAt(start)]?.analysis;
      const lines = new Lines(this.text);
      const above = [...(container ? [spanOf(container.item)] : []), span].flatMap((each) => {
        const at = analysis && placeIn(analysis, each).span.start + start;
        return at === undefined ? [] : changeOf(here, [commentLine(lines, at, id)]);
      });
      return [above.find(({ edits }) => this.#hides(edits)), file].filter((each) => each !== undefined);
    }
    const above = commentAbove(pod, id, span, container);
    return [...(above ? [changeOf(here, [{ ...above, span: shift(above.span, start) }])] : []), file];
  }

  /** Whether edits hide a finding and change no other: a line of a template may stand in a script or an action. */
  #hides(edits: readonly Edit[]): boolean {
    const after = new TextAnalysis(applyEdits(this.text, edits), { ...this.#given, previous: this });
    const countOf = ({ findings, suppressed }: Heard, own: ReadonlySet<Finding>) =>
      findings.length - own.size + suppressed.length;
    const [old, heard] = [this.#hear(), after.#hear()];
    return (
      after.skipped.length === this.skipped.length &&
      heard.suppressed.length > old.suppressed.length &&
      countOf(heard, heard.own) === countOf(old, old.own)
    );
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
      guarded: () => told(shiftFix(found.guarded(), start)),
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

function podId(document: number, pod: Pod): string {
  return `${document}/${pod.path.join('/')}`;
}
