import type { Define } from '../helm/templates.ts';
import type { Pod } from '../kube/pod.ts';
import type { Edit, Span } from '../text.ts';

/** A rule's id as somebody wrote it; the span is in the text that was read. */
export interface WrittenRule {
  readonly id: string;
  readonly span: Span;
}

/** `RULE, RULE: reason`; no rules mean all of them. */
export interface Directive {
  readonly rules: readonly WrittenRule[];
  /** Empty when nobody said why. */
  readonly reason: string;
}

/** What a quick fix writes until a person knows better. It counts as no reason. */
export const NO_REASON = 'say why';

/** Reads what stands behind the keyword or in the annotation. The colon may be a dash or missing. */
export function readDirective(text: string): Directive {
  const [, gap = '', list = '', rest = ''] =
    /^([ \t]*)((?:[A-Za-z][\w-]*(?:[ \t]*,[ \t]*[A-Za-z][\w-]*)*)?)([\s\S]*)$/.exec(text) ?? [];
  const rules = [...list.matchAll(/[\w-]+/g)].map(({ 0: id, index }) => {
    const start = gap.length + index;
    return { id, span: { start, end: start + id.length } };
  });
  const reason = rest.replace(/^\s*(?::|[-–—]+(?=\s|$))?/, '').trim();
  return { rules, reason: reason.toLowerCase() === NO_REASON ? '' : reason };
}

/** A place at which somebody asks for silence. Spans are offsets in the whole text. */
export interface Suppression extends Directive {
  /** Where it is written. */
  readonly span: Span;
  /** Whether it speaks of a finding. */
  covers(finding: Suppressible): boolean;
  /** Edits after which it names these rules; none of it is left without rules. Undefined when that cannot be edited. */
  rewrite(rules: readonly string[]): readonly Edit[] | undefined;
}

/** What a suppression needs to know of a finding. Spans are offsets in the whole text. */
export interface Suppressible {
  readonly rule: string;
  readonly span: Span;
  /** Where the container that it is about has its name. */
  readonly container?: Span;
  /** The pod that it lies in. */
  readonly pod?: Pod;
  /** The named template that it comes from, and where in its body. */
  readonly named?: { readonly template: Define; readonly span: Span };
}

/** What suppressions do to findings. */
export interface Outcome {
  /** By which suppression each finding is hidden, in their order. */
  readonly hidden: readonly (Suppression | undefined)[];
  /** The rules that each suppression hides findings of. */
  readonly used: ReadonlyMap<Suppression, ReadonlySet<string>>;
}

/** Tells which findings are hidden. Where several suppressions cover one, all of them are used. */
export function suppress(suppressions: readonly Suppression[], findings: readonly Suppressible[]): Outcome {
  const used = new Map(suppressions.map((each) => [each, new Set<string>()]));
  const hidden = findings.map((finding) => {
    const all = suppressions.filter(
      (each) => (each.rules.length === 0 || each.rules.some(({ id }) => id === finding.rule)) && each.covers(finding),
    );
    for (const each of all) used.get(each)?.add(finding.rule);
    return all[0];
  });
  return { hidden, used };
}
