import { type Container, nameOf } from '../kube/pod.ts';
import type { Migration, Step } from '../migrate/migrate.ts';
import { type Edit, shift } from '../text.ts';

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

/** Which fixes are applied together. */
export interface FixAllOptions {
  /** Also those that a person should look at. */
  readonly unsafe: boolean;
  /** In charts the guarded fixes in place of the plain ones. */
  readonly versionGuard?: boolean;
}

/** The title of a pod's migration. */
export const MIGRATION_TITLE = 'Migrate this pod to native sidecars';

/** A migration as a fix. */
export function toFix(title: string, migration: Migration, safe: boolean): Fix | Refusal {
  if ('refused' in migration) return { title, refused: migration.refused };
  const { steps, stays } = migration;
  return { title, edits: steps.flatMap(({ edits }) => edits), safe, steps, stays };
}

/** What a fix that moves containers is called. */
export function titleOf(containers: readonly Container[]): string {
  const names = containers.map((container) => `'${nameOf(container)}'`).join(' and ');
  return `Make ${names} ${containers.length > 1 ? 'native sidecars' : 'a native sidecar'}`;
}

/** Whether there is a fix that may be applied unasked. */
export function isSafeFix(fix: Fix | Refusal | undefined): boolean {
  return fix !== undefined && 'edits' in fix && fix.safe;
}

/** The same fix for a text in which its document starts at `by`. */
export function shiftFix<T extends Fix | Refusal | undefined>(fix: T, by: number): T {
  if (!fix || 'refused' in fix) return fix;
  const moved = (edits: readonly Edit[]) => edits.map((edit) => ({ ...edit, span: shift(edit.span, by) }));
  return { ...fix, edits: moved(fix.edits), steps: fix.steps.map((step) => ({ ...step, edits: moved(step.edits) })) };
}

/** The same fix with its sentences said another way. */
export function tellFix<T extends Fix | Refusal | undefined>(fix: T, say: (text: string) => string): T {
  if (!fix) return fix;
  const title = say(fix.title);
  if ('refused' in fix) return { ...fix, title, refused: say(fix.refused) };
  const steps = fix.steps.map((step) => ({ ...step, title: say(step.title), also: step.also.map(say) }));
  return { ...fix, title, steps, stays: fix.stays.map(say) };
}
