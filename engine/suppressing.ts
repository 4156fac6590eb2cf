import type { Analysis, AnalyzeOptions, Finding } from './finding.ts';
import type { Fix, Refusal } from './fix/fix.ts';
import type { Workload } from './kube/workload.ts';
import { ALL_RULES } from './rules/index.ts';
import { unusedSuppression } from './rules/unused-suppression.ts';
import { type Suppressible, type Suppression, suppress } from './suppress/directive.ts';
import type { Edit } from './text.ts';

/** What is left of findings, and what suppressions hide. */
export interface Heard extends Pick<Analysis, 'findings' | 'suppressed'> {
  /** Findings about the suppressions themselves; `findings` holds them too. */
  readonly own: ReadonlySet<Finding>;
}

/** What suppressions are applied to. */
export interface Silencing {
  readonly suppressions: readonly Suppression[];
  /** Those of other files, which may be good for more than these findings: nothing is said about them. */
  readonly elsewhere?: readonly Suppression[];
  readonly findings: readonly Finding[];
  /** What a suppression needs to know of each finding. */
  readonly about: (finding: Finding) => Suppressible;
  readonly rules: AnalyzeOptions['rules'];
  /** The document that holds an offset, and the workload in it. */
  readonly placeOf: (offset: number) => { readonly document: number; readonly workload?: Workload | undefined };
  /** Whether the text after edits can still be read. */
  readonly isReadable: (edits: readonly Edit[]) => boolean;
  /** Whether all of the text was read: else nobody knows what a suppression is good for. */
  readonly isWhole: boolean;
}

const KNOWN: readonly string[] = ALL_RULES.map(({ id }) => id);

/** Takes out what suppressions hide, and adds what is wrong with the suppressions. */
export function silence(silencing: Silencing): Heard {
  const { suppressions, elsewhere = [], findings, about, rules = {}, isWhole } = silencing;
  if (suppressions.length + elsewhere.length === 0) return { findings, suppressed: [], own: new Set() };
  const { hidden, used } = suppress([...suppressions, ...elsewhere], findings.map(about));
  const left = findings.filter((_, index) => !hidden[index]);
  const suppressed = findings.flatMap((finding, index) => {
    const by = hidden[index];
    return by ? { finding, reason: by.reason } : [];
  });
  const level = rules[unusedSuppression.id];
  if (level === 'off' || !isWhole) return { findings: left, suppressed, own: new Set() };
  const state = (id: string) => (KNOWN.includes(id) ? (rules[id] === 'off' ? 'off' : 'on') : 'unknown');
  const own = suppressions.flatMap((suppression) => {
    const context = { suppression, used: used.get(suppression) ?? new Set<string>(), state, known: KNOWN } as const;
    return [...unusedSuppression.check(context)].map((problem): Finding => {
      const { message, span, mend } = problem;
      const { document, workload } = silencing.placeOf(span.start);
      let fix: Fix | Refusal | undefined;
      return {
        rule: unusedSuppression.id,
        severity: level ?? unusedSuppression.severity(),
        confidence: 'certain',
        message,
        span,
        document,
        workload: workload ?? { kind: '', name: undefined, namespace: undefined },
        container: undefined,
        evidence: [],
        tags: mend ? ['unnecessary'] : [],
        pod: `${document}/suppression/${span.start}`,
        fix() {
          if (mend) fix ??= fixOf(mend.title, mend.edits(), silencing);
          return fix;
        },
        guarded: () => undefined,
        migration: () => undefined,
        ignores: () => [],
      };
    });
  });
  return { findings: [...left, ...own], suppressed, own: new Set(own) };
}

function fixOf(title: string, edits: readonly Edit[] | undefined, { isReadable }: Silencing): Fix | Refusal {
  if (!edits || !isReadable(edits)) return { title, refused: 'Not offered: the edited text would not mean the same.' };
  return changeOf(title, edits);
}

/** A fix of one step that a person should look at. */
export function changeOf(title: string, edits: readonly Edit[]): Fix {
  return { title, edits, safe: false, steps: [{ title, also: [], review: false, edits }], stays: [] };
}

/** The edits of these findings that touch nothing which others edit. */
export function besides(edits: readonly Edit[], findings: readonly Finding[]): Edit[] {
  const taken = [...edits];
  for (const finding of findings) {
    const fix = finding.fix();
    if (!fix || !('edits' in fix)) continue;
    const isFree = fix.edits.every(({ span }) =>
      taken.every((other) => span.end < other.span.start || other.span.end < span.start),
    );
    if (isFree) taken.push(...fix.edits);
  }
  return taken.slice(edits.length);
}
