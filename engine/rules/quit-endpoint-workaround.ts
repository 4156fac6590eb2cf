import { isNativeSidecar } from '../kube/pod.ts';
import { quitHookOf } from '../sidecar/quit-hook.ts';
import type { Workaround } from '../sidecar/workarounds.ts';
import type { Rule } from './rule.ts';
import { about, names, outlook, told, workaroundsOf } from './story.ts';

/**
 * What makes an injector put its sidecar in natively, by the place where that is asked to quit.
 * Sources: the injectors' own documentation and release notes.
 */
const INJECTORS: readonly { readonly url: RegExp; readonly name: string; readonly advice: string }[] = [
  {
    url: /:1502\d|:15000|:\$\{?ISTIO|pilot-agent/,
    name: 'Istio',
    advice: 'the pod annotation sidecar.istio.io/nativeSidecar: "true" (Istio 1.24 or later)',
  },
  {
    url: /:4191/,
    name: 'Linkerd',
    advice:
      'the pod annotation config.linkerd.io/proxy-enable-native-sidecar: "true" (before Linkerd 2.20 config.beta.linkerd.io/…)',
  },
  {
    url: /:3500/,
    name: 'Dapr',
    advice: 'the pod annotation dapr.io/enable-native-sidecar: "true" (Dapr 1.18 or later)',
  },
  {
    url: /:20600/,
    name: 'Consul',
    advice: 'the pod annotation consul.hashicorp.com/enable-consul-dataplane-as-sidecar: "true"',
  },
  {
    url: /agent\/v1\/quit/,
    name: 'Vault',
    advice: 'the pod annotation vault.hashicorp.com/agent-pre-populate-only: "true", when secrets need no renewal',
  },
  { url: /:9091/, name: 'the Cloud SQL Auth Proxy operator', advice: 'version 1.6.0 or later' },
  {
    url: /:9901/,
    name: 'Kuma',
    advice: 'the control plane setting experimental.sidecarContainers (Kuma 2.14 has it on)',
  },
];

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

/** For a sidecar that is not in the manifest: who puts it in, and what makes it native. */
function injected({ clues, act }: Workaround): string | undefined {
  const url = `${act?.targets[0] ?? ''} ${act?.text ?? ''}`;
  const injector = INJECTORS.find((each) => each.url.test(url));
  return (
    injector &&
    `'${clues.name}' asks a sidecar to quit that ${injector.name} injects. What makes it a native sidecar, so that this call can go: ${injector.advice}.`
  );
}
