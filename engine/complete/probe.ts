import type { Pod } from '../kube/pod.ts';
import { startupProbeFor } from '../sidecar/catalog.ts';
import type { Clues } from '../sidecar/clues.ts';
import type { PlainValue } from '../yaml/write.ts';

/**
 * The startup probe that a container's program passes, as it would be written; undefined where nothing is sure. The kubelet
 * asks at the pod's address: only programs that listen there and answer without a word in their arguments count.
 */
export function offeredProbe({ document }: Pod, { container, argv, script, daemon }: Clues): PlainValue | undefined {
  if (!daemon || script || container.has('envFrom') || document.text.includes('{{')) return undefined;
  const env = container.env.map((each) => `${each.name.value}=${each.value?.value ?? ''}`);
  const words = argv.map(({ value }) => value);
  const probe = startupProbeFor(daemon.family, words, env);
  if (!probe || probe.bind !== undefined || probe.requires.length > 0 || probe.port === undefined) return undefined;
  const { type, port, path, scheme } = probe;
  // Ports and files of configuration may tell it to listen elsewhere.
  if (words.some((word) => /port|listen|bind|addr|conf|:\d/i.test(word)) || container.volumeMounts.length > 0)
    return undefined;
  const asked =
    type === 'tcpSocket'
      ? { tcpSocket: { port } }
      : { httpGet: { path: path ?? '/', port, ...(scheme && { scheme }) } };
  // No initialDelaySeconds: with it the work may never start before 1.34.2 (kubernetes/kubernetes#132826).
  return { ...asked, periodSeconds: 1, failureThreshold: 60 };
}
