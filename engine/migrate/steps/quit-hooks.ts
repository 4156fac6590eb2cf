import type { Clues } from '../../sidecar/clues.ts';
import { quitHookOf } from '../../sidecar/quit-hook.ts';
import { type Draft, pathOf, stepOf } from '../draft.ts';

/**
 * Takes what makes a moved sidecar quit out of it: a preStop hook runs when termination starts, while the work may still
 * run, and the sidecar does not come back.
 * Source: KEP-753, "Termination of containers".
 */
export function removeQuitHooks(draft: Draft): void {
  for (const clues of draft.sidecars) removeHook(draft, clues);
}

/** Takes the flags of quit endpoints out of the sidecars, where every call goes as well. */
export function removeQuitFlags(draft: Draft): void {
  for (const clues of draft.sidecars) removeFlag(draft, clues);
}

function removeHook(draft: Draft, clues: Clues): void {
  const { pod, reading } = draft;
  const hook = clues.hooks.find(({ name }) => name === 'preStop');
  const quits = hook?.script.commands.some(({ words, text }) =>
    /\b(?:quitquitquit|shutdown|graceful_shutdown|agent\/v1\/quit)\b|^kill\b.*\s1$/.test(`${words.join(' ')}\n${text}`),
  );
  const waits = hook?.acts.some(({ kind }) => kind === 'wait-for-file' || kind === 'kill');
  const asked = reading.workarounds.filter((each) => each.clues === clues && each.text.startsWith('httpGet '));
  if (!quits && !waits && !quitHookOf(reading, clues)) return;
  draft.pieces.push({
    step: stepOf(draft, clues),
    title: `Remove the preStop hook of '${clues.name}': it would run while the work still runs`,
    changes: [{ kind: 'remove', path: pathOf(pod, clues.container, 'lifecycle', 'preStop') }],
  });
  for (const each of reading.workarounds) {
    if (asked.includes(each) || (hook && each.hook === hook)) draft.done.add(each);
  }
  if (waits) draft.unwrapped.add(clues);
}

function removeFlag(draft: Draft, clues: Clues): void {
  const { reading, pod } = draft;
  const flag = reading.workarounds.find((each) => each.clues === clues && each.kind === 'flag');
  if (!flag || clues.script) return;
  const calls = reading.workarounds.filter(
    (each) => each.kind === 'quit' && each.to.includes(clues) && each.clues !== clues,
  );
  if (calls.length === 0) {
    draft.stays.push(`'${clues.name}' keeps ${flag.text.split('=')[0]}: the call to it is not in this manifest.`);
    return;
  }
  // Half of it would make the call fail.
  if (!calls.every((call) => draft.done.has(call) || willBeDone(draft, call.clues))) return;
  const { container } = clues;
  const changes = (['command', 'args'] as const).flatMap((field) =>
    (container[field] ?? []).flatMap(({ value }, index) =>
      /^--?quitquitquit/.test(value) ? [{ kind: 'remove' as const, path: pathOf(pod, container, field, index) }] : [],
    ),
  );
  const variable = container.env.findIndex(({ name }) => /QUITQUITQUIT$/.test(name.value));
  if (variable >= 0) changes.push({ kind: 'remove', path: pathOf(pod, container, 'env', variable) });
  draft.isTied = true;
  draft.pieces.push({
    step: stepOf(draft, clues),
    title: `Remove ${flag.text.split('=')[0]} from '${clues.name}'`,
    changes,
  });
  draft.done.add(flag);
}

function willBeDone(draft: Draft, clues: Clues): boolean {
  return draft.dropped.includes(clues.container);
}
