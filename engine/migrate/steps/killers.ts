import type { Draft } from '../draft.ts';

/** Takes out containers that exist only to end sidecars which move. */
export function dropKillers(draft: Draft): void {
  for (const workaround of draft.reading.workarounds) {
    const { kind, clues, to, text } = workaround;
    if (kind !== 'killer' || clues.container.list !== 'containers') continue;
    if (!to.every((each) => draft.sidecars.includes(each))) {
      draft.stays.push(`'${text}' stays: it also ends containers that do not move.`);
      continue;
    }
    draft.dropped.push(clues.container);
    draft.pieces.push({ step: 'move', title: `Remove '${text}', which only ended other containers`, changes: [] });
    draft.done.add(workaround);
    for (const each of draft.reading.workarounds) if (each.clues === clues) draft.done.add(each);
  }
}
