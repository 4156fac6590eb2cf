import type { Migration } from '../../engine/migrate/migrate.ts';
import { applyEdits } from '../../engine/text.ts';

/** A Job with this pod spec, whose lines begin in the first column. */
export const job = (spec: string) => `apiVersion: batch/v1
kind: Job
spec:
  template:
    spec:
${spec.replace(/^(?=.)/gm, '      ')}`;

/** The text after all steps of a migration; the reason where it is refused. */
export function result(text: string, outcome: Migration): string {
  if ('refused' in outcome) return outcome.refused;
  return applyEdits(
    text,
    outcome.steps.flatMap(({ edits }) => edits),
  );
}
