import { markersOf } from '../../sidecar/markers.ts';
import { type Draft, pathOf, stepOf } from '../draft.ts';

/** Takes out annotations and variables by which a controller would end the sidecars that move. */
export function removeMarkers(draft: Draft): void {
  const { pod } = draft;
  const sidecars = draft.sidecars.map(({ name }) => name);
  for (const { path, text, names, container } of markersOf(pod)) {
    if (!names.every((name) => sidecars.includes(name))) continue;
    if (path) {
      draft.pieces.push({
        isExtra: true,
        step: 'markers',
        title: `Remove the annotation ${text}`,
        changes: [{ kind: 'remove', path }],
      });
    } else {
      const clues = draft.sidecars.find(({ name }) => name === container);
      const index = clues?.container.env.findIndex(({ name }) => name.value === text) ?? -1;
      if (!clues || index < 0) continue;
      draft.pieces.push({
        isExtra: true,
        step: stepOf(draft, clues),
        title: `Remove ${text} from '${container}'`,
        changes: [{ kind: 'remove', path: pathOf(pod, clues.container, 'env', index) }],
      });
    }
    for (const each of draft.reading.workarounds)
      if (each.kind === 'marker' && each.text === text) draft.done.add(each);
  }
}
