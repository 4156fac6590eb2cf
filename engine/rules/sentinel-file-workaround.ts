import { isNativeSidecar } from '../kube/pod.ts';
import type { Clues } from '../sidecar/clues.ts';
import type { Workaround } from '../sidecar/workarounds.ts';
import type { PodContext, Rule } from './rule.ts';
import { names, outlook, told, workaroundsOf } from './story.ts';

/** Two containers shake hands through a file: the work writes it, the sidecar waits for it and ends. */
export const sentinelFileWorkaround: Rule = {
  id: 'sentinel-file-workaround',
  title: 'A file on a shared volume tells a sidecar that the work is done',
  severity: () => 'info',

  *check(context) {
    for (const workaround of workaroundsOf(context, 'signal', 'wait-for-signal')) {
      const { clues, span } = workaround;
      if (!isAboutSidecar(context, workaround)) continue;
      const other = partners(context, workaround);
      yield {
        ...told(workaround),
        message: `${sentence(workaround, other)} ${outlook(workaround)}`,
        span,
        container: clues.container,
        evidence: other.map((each) => ({
          message:
            each.kind === 'signal' ? `'${each.clues.name}' writes the file` : `'${each.clues.name}' waits for it`,
          span: each.span,
        })),
      };
    }
  },
};

/** A file by which a sidecar says that it is ready is no workaround; in a handshake of both, each half is one. */
function isAboutSidecar({ roles, handshakes }: PodContext, { kind, clues, to }: Workaround): boolean {
  const isSidecar = (each: Clues) =>
    isNativeSidecar(each.container) ||
    roles.some(({ container, role }) => role === 'sidecar' && container === each.container);
  if (to.some((each) => isSidecar(each))) return kind === 'signal' || isSidecar(clues);
  const signals = handshakes.filter(({ act }) => act.kind === 'signal-file');
  if (kind === 'signal') return isSidecar(clues) && signals.some((each) => to.includes(each.from) && each.to === clues);
  return signals.some((each) => each.from === clues && isSidecar(each.to));
}

function sentence({ kind, clues, act, to }: Workaround, other: readonly Workaround[]): string {
  const file = act?.targets[0] ?? 'a file';
  if (kind === 'signal') return `'${clues.name}' writes ${file} to tell ${names(to)} that the work is done.`;
  if (other.length === 0) return `'${clues.name}' waits for ${file}, which no script in this manifest writes.`;
  return `'${clues.name}' waits for ${file} to learn that the work is done.`;
}

/** The other halves of a handshake. */
function partners({ workarounds, handshakes }: PodContext, workaround: Workaround): Workaround[] {
  const pairs = handshakes.filter(({ act }) => act.kind === 'signal-file');
  if (workaround.kind === 'signal') {
    return workarounds.filter(({ kind, clues }) => kind === 'wait-for-signal' && workaround.to.includes(clues));
  }
  return workarounds.filter(
    ({ kind, act }) => kind === 'signal' && pairs.some((pair) => pair.act === act && pair.to === workaround.clues),
  );
}
