import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Analysis, analyze, applyEdits, type Finding } from '../../engine/index.ts';
import { splitDocuments } from '../../engine/yaml/split.ts';

const CORPUS = '../shared/corpus';

/** What a person says of one pod of the labelled manifests. */
export interface Label {
  /** The file, from the corpus' folder. */
  readonly file: string;
  /** The document in the file, counted from 0. */
  readonly docIndex: number;
  readonly kind: string | null;
  readonly name: string | null;
  readonly expect: 'flag' | 'no-flag' | 'workaround-only' | 'unsure';
  /** Whether the file is a template that was not rendered. */
  readonly template: boolean;
  /** The same for near-copies of one manifest. */
  readonly cluster?: string;
  /** Lines of the file that are part of a workaround, counted from 1, by the kind of workaround. */
  readonly wrapperLines?: Readonly<Record<string, readonly number[]>>;
}

/** Why there are no labels, or false when there are. */
export const noLabels: string | false = existsSync(join(CORPUS, 'labels.jsonl'))
  ? false
  : `there are no labelled manifests in ${CORPUS}`;

/** All labels; check `noLabels` before. */
export function readLabels(): Label[] {
  const lines = readFileSync(join(CORPUS, 'labels.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Label);
}

/** A text before and after all its fixes. */
export interface Migrated {
  readonly before: Analysis;
  /** The same as `before` when there is nothing to fix. */
  readonly after: Analysis;
}

/** Applies every fix of a text, those that want a review too. */
export function migrateAll(text: string): Migrated {
  const before = analyze(text);
  const fix = before.fixAll(before.findings, { unsafe: true });
  return { before, after: fix ? analyze(applyEdits(text, fix.edits)) : before };
}

const migrated = new Map<string, Migrated>();

/** The labelled file before and after. */
function migratedFile({ file }: Label): Migrated {
  const known = migrated.get(file) ?? migrateAll(readFileSync(join(CORPUS, file), 'utf8'));
  migrated.set(file, known);
  return known;
}

/** What becomes of a pod with a warning. */
export interface Outcome {
  readonly became: 'fully' | 'in part' | 'not';
  /** Why not more. Those that begin with "(silent)" are told to nobody. */
  readonly reasons: readonly string[];
  readonly hadWorkaround: boolean;
}

const WORKAROUND =
  /^(?:(?:kill|sentinel-file|quit-endpoint|wrapper-binary)-workaround|killer-container|timeboxed-sidecar|terminator-marker)$/;

/** What becomes of a labelled pod; undefined without a warning of a sidecar among its regular containers. */
export function outcomeOf(label: Label): Outcome | undefined {
  const { before, after } = migratedFile(label);
  const found = findingsOf(label, before);
  const sidecar = found.find(({ rule, severity }) => rule === 'non-native-sidecar' && severity === 'warning');
  if (!sidecar) return undefined;
  const hadWorkaround = found.some(({ rule }) => WORKAROUND.test(rule));
  const migration = sidecar.migration();
  if (!migration) return { became: 'not', reasons: ['(silent) there is no migration'], hadWorkaround };
  if ('refused' in migration) return { became: 'not', reasons: [migration.refused], hadWorkaround };
  const left = findingsOf(label, after).filter(({ rule }) => WORKAROUND.test(rule) || rule === 'non-native-sidecar');
  const silent = [...left.map(({ rule }) => `${rule} is still found`), ...linesLeft(label)].map(
    (each) => `(silent) ${each}`,
  );
  const reasons = migration.stays.length > 0 ? migration.stays : silent;
  return { became: reasons.length > 0 ? 'in part' : 'fully', reasons, hadWorkaround };
}

/** Labels of one document are told apart by kind and name; templates have none that could be read. */
function findingsOf({ docIndex, kind, name }: Label, { findings }: Analysis): Finding[] {
  return findings.filter(
    ({ document, workload }) =>
      document === docIndex &&
      (kind === null || workload.kind === kind) &&
      (name === null || workload.name === undefined || workload.name === name),
  );
}

/** Kinds of labelled lines that are nothing but workaround. Those of the others also hold names, waits and the work. */
const PURE = /^(?:share-process-namespace|terminator-sidecar|external-controller|quit-endpoint)$/;

/** Labelled lines of workarounds in the pod's document that are still there. */
function linesLeft(label: Label): string[] {
  const { before, after } = migratedFile(label);
  const all = before.text.split(/\r?\n/);
  const times = (text: string, line: string) => text.split(/\r?\n/).filter((each) => each.trim() === line).length;
  const [was, is] = [documentOf(label, before), documentOf(label, after)];
  return Object.entries(label.wrapperLines ?? {}).flatMap(([kind, numbers]) => {
    if (!PURE.test(kind)) return [];
    const isLeft = numbers.some((number) => {
      const line = all[number - 1]?.trim() ?? '';
      const count = times(was, line);
      return count > 0 && times(is, line) >= count;
    });
    return isLeft ? [`a line labelled ${kind} is still there`] : [];
  });
}

/** Whether the text of a labelled pod's document changes. */
export function isChanged(label: Label): boolean {
  const { before, after } = migratedFile(label);
  return documentOf(label, before) !== documentOf(label, after);
}

function documentOf({ docIndex }: Label, { text }: Analysis): string {
  const span = splitDocuments(text)[docIndex];
  return span ? text.slice(span.start, span.end) : '';
}
