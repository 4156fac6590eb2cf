import type { Analysis, Finding } from '../finding.ts';
import type { Fix, Refusal } from '../fix/fix.ts';
import type { PodContext } from '../rules/rule.ts';
import { contains, type Span } from '../text.ts';
import { code, names } from './about.ts';
import { PAGES } from './pages.ts';
import { paragraphs, type Topic } from './topic.ts';

/** What a workaround does today, and the step of the migration that takes it out. */
export function aboutWorkaround(
  { findings }: Analysis,
  offset: number,
): { readonly markdown: string; readonly span: Span } | undefined {
  const finding = findings.find(({ rule, span }) => rule !== 'non-native-sidecar' && contains(span, offset));
  const migration = finding?.migration();
  if (!finding || !migration) return undefined;
  return { markdown: paragraphs(finding.message, whatBecomes(finding, migration)), span: finding.span };
}

function whatBecomes({ span }: Finding, migration: Fix | Refusal): string {
  if ('refused' in migration) return `**${migration.title}**: ${migration.refused}`;
  const { steps, stays, title } = migration;
  const meets = (each: Span) => each.start < span.end && span.start < each.end;
  const at = steps.findIndex(({ edits }) => edits.some((edit) => meets(edit.span)));
  const step = steps[at];
  if (!step) return stays.map((each) => `- ${each}`).join('\n');
  const what = [step.title, ...step.also].map((each) => `- ${each}`).join('\n');
  return `Step ${at + 1} of "${title}" changes it:\n\n${what}`;
}

/** Calls that ask a sidecar to quit, where no migration takes them out. */
export function* aboutQuit({ workarounds }: PodContext): Iterable<Topic> {
  for (const { kind, clues, to, span, act } of workarounds) {
    if (kind !== 'quit') continue;
    const others = to.filter((each) => each !== clues).map(({ container }) => container);
    const whom = others.length > 0 ? names(others) : 'a sidecar';
    const from = names([clues.container]);
    yield {
      span,
      markdown: () =>
        paragraphs(
          `${from} asks ${whom} to quit here${act?.targets[0] ? `, at ${code(act.targets[0])}` : ''}.`,
          'A native sidecar needs no such call: the kubelet stops it when the regular containers have ended. One that quits while the work goes on is started again.',
          ...(others.length > 0 ? [] : ['It is not in this manifest: who injects it can make it a native sidecar.']),
          PAGES.sidecars,
        ),
    };
  }
}
