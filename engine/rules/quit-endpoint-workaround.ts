import { isNativeSidecar } from '../kube/pod.ts';
import { INJECTORS, remedyOf } from '../sidecar/injectors.ts';
import { quitHookOf } from '../sidecar/quit-hook.ts';
import type { Workaround } from '../sidecar/workarounds.ts';
import type { Rule } from './rule.ts';
import { about, names, outlook, told, workaroundsOf } from './story.ts';

/** A call that asks a sidecar to quit. */
export const quitEndpointWorkaround: Rule = {
  id: 'quit-endpoint-workaround',
  title: 'A call asks a sidecar to quit',
  severity: () => 'info',

  *check(context) {
    for (const workaround of workaroundsOf(context, 'quit')) {
      const { clues, to, span } = workaround;
      // A warning of its own: see quit-hook-on-sidecar.
      if (isNativeSidecar(clues.container) && quitHookOf(context, clues)?.span.start === span.start) continue;
      const message = to.length > 0 ? `${sentence(workaround)} ${outlook(workaround)}` : injected(workaround);
      if (message)
        yield { ...told(workaround), message, span, container: clues.container, evidence: about(context, to) };
    }
  },
};

function sentence({ clues, to, hook }: Workaround): string {
  if (!to.includes(clues)) return `'${clues.name}' asks ${names(to)} to quit here.`;
  const when = hook ? `the ${hook.name} hook` : 'this hook';
  return `'${clues.name}' quits by ${when}, which runs when termination starts, while the work may still run.`;
}

/** For a sidecar that is not in the manifest: who puts it in, and with what it needs no call. */
function injected({ clues, act }: Workaround): string | undefined {
  const url = `${act?.targets[0] ?? ''} ${act?.text ?? ''}`;
  const injector = INJECTORS.find(({ quit }) => quit?.test(url));
  return (
    injector &&
    `'${clues.name}' asks a sidecar to quit that ${injector.name} injects. This call can go with ${remedyOf(injector)}.`
  );
}
