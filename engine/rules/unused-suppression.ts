import type { Suppression } from '../suppress/directive.ts';
import type { Edit, Span } from '../text.ts';
import { nearest } from '../words.ts';
import type { RuleHead } from './rule.ts';

/** What the rule looks at: one suppression, and which findings it hides. */
export interface SuppressionContext {
  readonly suppression: Suppression;
  /** The rules of the findings that it hides. */
  readonly used: ReadonlySet<string>;
  /** Whether a rule is known, and whether it looks for anything here. */
  readonly state: (rule: string) => 'on' | 'off' | 'unknown';
  readonly known: readonly string[];
}

/** What is wrong with a suppression. Spans are offsets in the whole text. */
export interface SuppressionProblem {
  readonly message: string;
  readonly span: Span;
  /** How to mend it, worked out when it is asked for. */
  readonly mend?: { readonly title: string; edits(): readonly Edit[] | undefined };
}

/** The id of the rule about suppressions. */
export const UNUSED_SUPPRESSION = 'unused-suppression';

/** A suppression that hides nothing, names no rule that there is, or gives no reason. */
export const unusedSuppression = {
  id: UNUSED_SUPPRESSION,
  title: 'A suppression hides nothing or does not say why',
  severity: () => 'hint',

  *check({ suppression, used, state, known }: SuppressionContext): Iterable<SuppressionProblem> {
    const { rules, span, reason } = suppression;
    const ids = rules.map(({ id }) => id);
    const others = (gone: readonly string[]) => ids.filter((id) => !gone.includes(id));
    const unknown = rules.filter(({ id }) => state(id) === 'unknown');
    for (const rule of unknown) {
      const instead = nearest(rule.id, known);
      yield {
        message: `There is no rule '${rule.id}'.${instead === undefined ? '' : ` Did you mean '${instead}'?`}`,
        span: rule.span,
        mend:
          instead === undefined || ids.includes(instead)
            ? { title: `Remove '${rule.id}'`, edits: () => suppression.rewrite(others([rule.id])) }
            : {
                title: `Write '${instead}'`,
                edits: () => suppression.rewrite(ids.map((id) => (id === rule.id ? instead : id))),
              },
      };
    }
    const unused = ids.filter((id) => state(id) === 'on' && !used.has(id));
    if (unused.length > 0 || (ids.length === 0 && used.size === 0)) {
      const what = unused.length > 0 ? ` of ${unused.map((id) => `'${id}'`).join(' and ')}` : '';
      yield {
        message: `There is nothing${what} to ignore here: this can go.`,
        span,
        mend: { title: 'Remove what is ignored in vain', edits: () => suppression.rewrite(others(unused)) },
      };
    } else if (ids.length === 0 && known.includes(firstWord(reason))) {
      const rule = firstWord(reason);
      yield { message: `This ignores every rule. To ignore '${rule}' alone, write it before the colon.`, span };
    } else if (unknown.length === 0 && reason === '') {
      yield { message: 'Say why this is ignored, behind a colon.', span };
    }
  },
} satisfies RuleHead & { check(context: SuppressionContext): Iterable<SuppressionProblem> };

/** The first word of a reason: `# native-sidecars-ignore: non-native-sidecar` names a rule in its place. */
function firstWord(reason: string): string {
  return /[\w-]+/.exec(reason)?.[0] ?? '';
}
