import { analyze } from './analysis.ts';
import type { Analysis, AnalyzeOptions, Finding, Skipped } from './finding.ts';
import type { Fix, Refusal } from './fix/fix.ts';
import { DEFAULT_VERSIONS } from './kube/version.ts';
import { readOperations } from './kustomize/apply.ts';
import { indexedContainers } from './kustomize/indexes.ts';
import { isKustomization } from './kustomize/kustomization.ts';
import { moveInPatch } from './kustomize/move.ts';
import { folderOf, relativePath } from './kustomize/path.ts';
import { type Kustomize, type PatchUse, readKustomize, type Target } from './kustomize/tree.ts';
import { once } from './once.ts';
import { OVERLAY_RULES } from './rules/index.ts';
import type { OverlayMend, OverlayPatch, OverlayProblem, OverlayRule, PatchedWorkload } from './rules/rule.ts';
import { readComments } from './suppress/comments.ts';
import { commentLine, commentOnTop } from './suppress/insert.ts';
import { besides, changeOf, silence } from './suppressing.ts';
import { applyEdits, type Edit, Lines, type Span, shift } from './text.ts';
import { CannotEdit, openPage } from './yaml/page.ts';
import { type Change, patch } from './yaml/patch.ts';
import { asText, type Path, readYaml, type Text, type YamlDocument } from './yaml/read.ts';
import { type ScalarMap, scalarMap } from './yaml/scalar.ts';
import { splitDocuments } from './yaml/split.ts';

/** What the analysis of a patch depends on besides the text. */
export interface PatchOptions extends Pick<AnalyzeOptions, 'rules'> {
  /** Where the patch, or the kustomization that holds patches, lies: its key in the files. */
  readonly path: string;
  /** The kustomizations around, with all fixes that are made already. */
  readonly kustomize: Kustomize;
  /** The same before these fixes. */
  readonly before?: Kustomize;
}

/** Whether a file is a patch, or a kustomization, which may hold some: nothing to be judged alone. */
export function isPatch(kustomize: Kustomize, path: string): boolean {
  return kustomize.partial.has(path) || isKustomization(path);
}

/** One document of a patch, with all that it changes. */
interface Part {
  readonly document: YamlDocument;
  readonly use: PatchUse;
  readonly workloads: readonly PatchedWorkload[];
  /** Where the document starts in the patch's text. */
  readonly start: number;
  readonly holder: Holder | undefined;
}

/** The text of a kustomization that is a patch. */
interface Holder {
  readonly document: YamlDocument;
  readonly at: Path;
  readonly text: Text;
  readonly map: ScalarMap;
}

interface Found {
  readonly rule: OverlayRule;
  readonly problem: OverlayProblem;
  readonly part: Part;
  readonly place: (span: Span) => Span;
}

/** Finds patches of a kustomization that do not change what they mean to. Never throws. */
export function analyzePatch(text: string, { path, kustomize, before, rules = {} }: PatchOptions): Analysis {
  const current =
    kustomize.files.get(path) === text ? kustomize : readKustomize(new Map([...kustomize.files, [path, text]]));
  const parts = partsOf(text, path, current, before);
  const origins = new Map<Finding, Found>();
  for (const part of parts) {
    const { document, use, workloads, start, holder } = part;
    for (const rule of OVERLAY_RULES) {
      const severity = rules[rule.id];
      if (severity === 'off') continue;
      const place = (span: Span) => (holder ? holder.map.span(shift(span, start)) : shift(span, start));
      for (const problem of rule.check({ document, value: use.value, kind: use.kind, path, workloads })) {
        const found = { rule, problem, part, place };
        let fix: Fix | Refusal | undefined;
        const { apiVersion: _, kind, names, namespaces } = problem.workload;
        const finding: Finding = {
          rule: rule.id,
          severity: severity ?? problem.severity ?? rule.severity(problem.confidence, DEFAULT_VERSIONS),
          confidence: problem.confidence,
          message: problem.message,
          span: place(problem.span),
          document: holder ? 0 : use.document,
          workload: { kind, name: names.at(-1), namespace: namespaces.at(-1) },
          container: problem.container,
          evidence: [],
          tags: [],
          pod: `${holder?.at.join('/') ?? ''}/${use.document}`,
          fix: () => {
            fix ??= problem.mend && fixOf(problem.mend.title, [found]);
            return fix;
          },
          guarded: () => undefined,
          migration: () => undefined,
          ignores: once(() => ignoring(finding, text, { path, kustomize: current, rules })),
        };
        origins.set(finding, found);
      }
    }
  }
  const documents = splitDocuments(text);
  const skipped = skippedIn(text);
  const { findings, suppressed, own } = silence({
    suppressions: readComments(text, documents),
    findings: [...origins.keys()].sort((a, b) => a.span.start - b.span.start),
    about: ({ rule, span }) => ({ rule, span }),
    rules,
    placeOf: (offset) => ({
      document: Math.max(
        0,
        documents.findLastIndex(({ start }) => start <= offset),
      ),
    }),
    isReadable: (edits) => skippedIn(applyEdits(text, edits)).length === 0,
    // Without all that it changes, nobody knows what a suppression is good for.
    isWhole: skipped.length === 0 && parts.length > 0 && parts.every(({ workloads }) => workloads.length > 0),
  });
  return {
    text,
    findings,
    skipped,
    documents: documents.length,
    read: parts.length,
    suppressed,
    textOf: () => undefined,
    podAt: () => undefined,
    refactorings: () => [],
    fixAll(chosen, { unsafe }) {
      const fixable = chosen.filter((finding) => {
        const fix = finding.fix();
        return fix && 'edits' in fix && (unsafe || fix.safe);
      });
      const mended = fixable.flatMap((each) => origins.get(each) ?? []);
      if (mended.length > 0) {
        const fix = fixOf('Patch the containers where they are', mended);
        return 'edits' in fix ? fix : undefined;
      }
      const ofOwn = besides(
        [],
        fixable.filter((each) => own.has(each)),
      );
      return ofOwn.length > 0 ? changeOf('Remove what is ignored in vain', ofOwn) : undefined;
    },
  };
}

/** The comments that hide a finding. Where a text takes none, or would mean it as text, there is no such place. */
function ignoring({ rule, span }: Finding, text: string, options: PatchOptions): Fix[] {
  return [
    changeOf(`Ignore ${rule} here`, [commentLine(new Lines(text), span.start, rule)]),
    changeOf(`Ignore ${rule} in this file`, [commentOnTop(text, rule)]),
  ].filter(({ edits }) => {
    const { skipped, suppressed } = analyzePatch(applyEdits(text, edits), options);
    return skipped.length === 0 && suppressed.some(({ finding }) => finding.rule === rule);
  });
}

/** The documents that do not parse, where they seem to be about containers. */
function skippedIn(text: string): Skipped[] {
  return splitDocuments(text).flatMap((span, document) => {
    const part = text.slice(span.start, span.end);
    const error = part.includes('ontainers') ? readYaml(part).error : undefined;
    return error === undefined ? [] : { document, span, reason: `it does not parse: ${error}` };
  });
}

/** The documents of a file that are patches, each with the workloads of all kustomizations that use it. */
function partsOf(text: string, path: string, now: Kustomize, before: Kustomize | undefined): Part[] {
  const parts = new Map<string, Part>();
  const isUse = (use: PatchUse) => use.file === path;
  const hasJson = now.patches.some((use) => isUse(use) && use.kind === 'json');
  const next = before || !hasJson ? undefined : nextOf(now);
  const olds = before?.patches.filter(isUse);
  const nexts = next?.patches.filter(isUse);
  const kustomization = readYaml(isKustomization(path) ? text : '');
  for (const [index, use] of now.patches.filter(isUse).entries()) {
    const key = `${use.inline?.join('/') ?? ''} ${use.document}`;
    const states = (target: Target, at: number): PatchedWorkload => ({
      now: target,
      was: changed(olds?.[index]?.targets[at], target),
      next: nexts?.[index]?.targets[at],
    });
    const known = parts.get(key);
    const workloads = [...(known?.workloads ?? []), ...use.targets.map(states)];
    const holder = use.inline && holderOf(kustomization, use.inline, use.text);
    if (use.inline && !holder) continue;
    const start = splitDocuments(use.text)[use.document] ?? { start: 0, end: 0 };
    const document = known?.document ?? readYaml(use.text.slice(start.start, start.end));
    parts.set(key, { document, use, workloads, start: start.start, holder });
  }
  return [...parts.values()];
}

/** A target as it was, where it was another. */
function changed(was: Target | undefined, now: Target): Target | undefined {
  return was && JSON.stringify(was.value) !== JSON.stringify(now.value) ? was : undefined;
}

function holderOf(document: YamlDocument, at: Path, value: string): Holder | undefined {
  let node: unknown = document.root;
  for (const step of at)
    node = (node as { get?: (key: unknown, keep: boolean) => unknown } | undefined)?.get?.(step, true);
  const text = asText(document, node);
  const map = text?.value === value ? scalarMap(document, text) : undefined;
  return text && map && { document, at, text, map };
}

const NEXT = new WeakMap<Kustomize, Kustomize>();

/** The kustomizations once the moves that findings offer are made, as far as JSON patches depend on them. */
function nextOf(now: Kustomize): Kustomize {
  const known = NEXT.get(now);
  if (known) return known;
  const uses = now.patches.filter(({ kind }) => kind === 'json');
  const files = new Set(uses.flatMap(({ targets }) => targets.map(({ file }) => file)));
  const moved = [...files].flatMap((file): [string, string][] => {
    const text = now.files.get(file) ?? '';
    const analysis = analyze(text);
    const moves = analysis.findings.filter(({ rule, confidence }) => MOVES.has(rule) && confidence !== 'possible');
    const fix = analysis.fixAll(moves, { unsafe: true });
    return fix ? [[file, applyEdits(text, fix.edits)]] : [];
  });
  const next = moved.length > 0 ? readKustomize(new Map([...now.files, ...moved])) : now;
  NEXT.set(now, next);
  return next;
}

/** Rules whose fix moves a container. */
const MOVES = new Set(['non-native-sidecar', 'restart-policy-on-regular-container']);

function fixOf(title: string, all: readonly Found[]): Fix | Refusal {
  const refusal = all.map(({ problem: { mend } }) => mend).find((mend) => mend && 'refused' in mend);
  if (refusal && 'refused' in refusal) return { title, refused: `Not offered: ${refusal.refused}.` };
  try {
    const edits = editsOf(all);
    const safe = all.every(({ problem }) => problem.mend?.safe === true);
    return { title, edits, safe, steps: [{ title, also: [], review: !safe, edits }], stays: [] };
  } catch (error) {
    if (!(error instanceof CannotEdit)) throw error;
    return { title, refused: `Not offered: ${error.message}.` };
  }
}

/** The edits of the file that mend problems in its patches. Throws CannotEdit. */
function editsOf(all: readonly Found[]): Edit[] {
  const edits: Edit[] = [];
  const inside = new Map<Path, { holder: Holder; edits: Edit[] }>();
  for (const part of new Set(all.map((each) => each.part))) {
    const own = partEdits(
      part,
      all.flatMap((each) => (each.part === part ? (each.problem.mend ?? []) : [])),
    );
    const shifted = own.map((edit) => ({ ...edit, span: shift(edit.span, part.start) }));
    if (!part.holder) edits.push(...shifted);
    else {
      const { at } = part.holder;
      const known = [...inside.keys()].find((each) => each.join() === at.join()) ?? at;
      inside.set(known, { holder: part.holder, edits: [...(inside.get(known)?.edits ?? []), ...shifted] });
    }
  }
  const [first] = inside.values();
  if (!first) return edits;
  const changes = [...inside].map(([path, each]): Change => ({ kind: 'rewrite', path, edits: each.edits }));
  return [...edits, ...patch(openPage(first.holder.document), changes)];
}

function partEdits({ document }: Part, mends: readonly OverlayMend[]): Edit[] {
  const moves = mends.flatMap((mend) => ('move' in mend ? mend.move : []));
  const changes = mends.flatMap((mend) => ('change' in mend ? mend.change : []));
  return [...moveInPatch(document, moves), ...(changes.length > 0 ? patch(openPage(document), changes) : [])];
}

/**
 * The patches that change containers of the workloads in a file, and that a move of these containers breaks. `path` is
 * the file's key in the files.
 */
export function patchesOf(kustomize: Kustomize, path: string): OverlayPatch[] {
  const found = kustomize.patches.flatMap(({ file, kind, value, targets }) =>
    targets.flatMap((target): OverlayPatch[] => {
      if (target.file !== path) return [];
      const name = relativePath(folderOf(path), file);
      const workload = { kind: target.kind, name: target.names[0] };
      if (kind === 'json') {
        const all = indexedContainers(readOperations(value) ?? [], target);
        return all
          .filter(({ list }) => list === 'containers')
          .map(({ name: container, index }) => ({ file: name, key: file, workload, container, index }));
      }
      return namesIn(value, target).map((container) => ({
        file: name,
        key: file,
        workload,
        container,
        index: undefined,
      }));
    }),
  );
  const known = new Set<string>();
  return found.filter((each) => {
    const key = JSON.stringify(each);
    return !known.has(key) && known.add(key);
  });
}

function namesIn(value: unknown, { pods, isOwn }: Target): string[] {
  if (!isOwn) return [];
  return pods.flatMap((pod) => {
    let at = value as Record<string | number, unknown> | undefined;
    for (const step of [...pod, 'containers']) at = at?.[step] as Record<string | number, unknown> | undefined;
    const items: unknown[] = Array.isArray(at) ? at : [];
    return items.flatMap((item) => {
      const name = (item as { name?: unknown } | null)?.name;
      return typeof name === 'string' ? name : [];
    });
  });
}
