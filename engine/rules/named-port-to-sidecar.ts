import { type Container, isNativeSidecar, nameOf, type Pod } from '../kube/pod.ts';
import { firstWith, formatVersion, VERSION_FACTS } from '../kube/version.ts';
import { asMap, asSeq, asText, get, type Text } from '../yaml/read.ts';
import type { PodContext, Rule } from './rule.ts';

/** The oldest minor in which a Service finds a port of a native sidecar by its name. */
export const PORTS_FOUND_SINCE = formatVersion(firstWith(VERSION_FACTS.namedPort, 'works'));

/** On old versions a Service does not find a port of a native sidecar by its name. */
export const namedPortToSidecar: Rule = {
  id: 'named-port-to-sidecar',
  title: 'A Service looks for a port of a native sidecar by its name',
  severity: () => 'warning',

  *check(context) {
    for (const container of context.pod.initContainers) {
      if (!isNativeSidecar(container)) continue;
      for (const { port, number, service } of namedPorts(context, container)) {
        yield {
          message: `Service '${service}' looks for port '${port.value}' by its name, and Kubernetes ${formatVersion(context.versions.lowest)} does not find those of native sidecars: from ${PORTS_FOUND_SINCE} on it does. ${number ? `Write targetPort: ${number} there.` : 'Write its number there.'}`,
          span: port.span,
          confidence: 'certain',
          container,
        };
      }
    }
  },
};

/** Ports of a container that Services look for by a name that no regular container has. */
export function namedPorts({ pod, services }: PodContext, container: Container) {
  const others = pod.containers.filter((each) => each !== container).flatMap((each) => portsOf(pod, each));
  return portsOf(pod, container).flatMap(({ port, number }) => {
    const service = services.find(({ targets }) => targets.includes(port.value));
    const isElsewhere = others.some((other) => other.port.value === port.value);
    return service && !isElsewhere ? [{ port, number, service: service.name, container: nameOf(container) }] : [];
  });
}

function portsOf({ document }: Pod, container: Container): { port: Text; number: string | undefined }[] {
  return (asSeq(document, container.field('ports'))?.items ?? []).flatMap((item) => {
    const map = asMap(document, item);
    const port = asText(document, get(document, map, 'name'));
    return port ? [{ port, number: asText(document, get(document, map, 'containerPort'))?.value }] : [];
  });
}
