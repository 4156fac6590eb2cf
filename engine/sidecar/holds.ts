import { isNativeSidecar } from '../kube/pod.ts';
import type { Span } from '../text.ts';
import { asMap, entry, spanOf } from '../yaml/read.ts';
import { type Awaited, awaited } from './awaited.ts';
import { type Clues, execScript, placeOf } from './clues.ts';
import { portsOf } from './gather.ts';
import { askedBy, type Need, needsOf, ownNeeds } from './needs.ts';
import { questionOf } from './probe.ts';
import type { Reading } from './reading.ts';

/** Something without which the containers behind an init container never start, and who of the pod brings it about. */
export interface Hold extends Awaited {
  /** Who asks for it: the script of a plain init container, the hook or the probe of a native sidecar. */
  readonly asker: 'script' | 'postStart' | 'startupProbe';
  readonly need: Pick<Need, 'port' | 'file'>;
  /** Where it is asked, in the document. */
  readonly span: Span;
}

/** What an init container waits for before the containers behind it start, where the pod's own bring it about. */
export function holdsOf(reading: Pick<Reading, 'pod' | 'clues'>, clues: Clues): Hold[] {
  const { container, script } = clues;
  const { pod } = reading;
  const hold = (asker: Hold['asker'], need: Hold['need'], span: Span): Hold[] => {
    const found = awaited(reading, clues, need);
    return found ? [{ ...found, asker, need, span }] : [];
  };
  if (!isNativeSidecar(container)) {
    return script ? ownNeeds(clues).flatMap((need) => hold('script', need, placeOf(pod, script, need.span))) : [];
  }
  const hooks = clues.hooks.filter(({ name }) => name === 'postStart');
  const waits = hooks.flatMap(({ script: hook }) =>
    needsOf(hook).flatMap((need) => hold('postStart', need, placeOf(pod, hook, need.span))),
  );
  const key = entry(pod.document, container.map, 'startupProbe')?.key;
  const asked = key && askedByProbe(reading, clues);
  if (!asked) return waits;
  // A sidecar may listen without saying so: only what another one declares is surely not its own.
  const probed = hold('startupProbe', asked, spanOf(key)).filter(({ isSure }) => asked.port === undefined || isSure);
  return [...waits, ...probed];
}

/** What a native sidecar's startup probe asks of others. */
function askedByProbe({ pod }: Pick<Reading, 'pod'>, clues: Clues): Hold['need'] | undefined {
  const { container } = clues;
  const script = execScript(pod.document, asMap(pod.document, container.field('startupProbe')));
  const asked = script ? askedBy(script) : questionOf(pod, container, 'startupProbe');
  return asked?.port !== undefined && portsOf(clues).has(asked.port) ? undefined : asked;
}
