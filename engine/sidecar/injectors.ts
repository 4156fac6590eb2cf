import type { Pod } from '../kube/pod.ts';
import { asMap, asText, type Entry, get, nodeAt, ownEntries } from '../yaml/read.ts';

/** A product that puts a sidecar of its own into pods: it is not in the manifest. */
export interface Injector {
  readonly name: string;
  /** Annotations and labels of a pod that ask for the sidecar, or say how it is put in. */
  readonly marks: readonly string[];
  /** The pod annotation by which the sidecar becomes a native one. */
  readonly native?: { readonly annotation: string; readonly value: string; readonly since: string };
  /** What holds without the annotation, by the product's version: sentences. */
  readonly otherwise: string;
  readonly page: string;
}

/**
 * Injectors and how their sidecars become native. Sources: Istio's pilot/pkg/features and release notes 1.19 to 1.27;
 * Linkerd's pkg/inject and release notes; consul-k8s #4678; Kuma's UPGRADE.md; Dapr's release notes of 1.18; the
 * OpenTelemetry operator's CHANGELOG; the GKE documentation; vault-k8s' annotations.
 */
export const INJECTORS: readonly Injector[] = [
  {
    name: 'Istio',
    marks: ['sidecar.istio.io/inject', 'sidecar.istio.io/nativeSidecar', 'istio-injection', 'istio.io/rev'],
    native: { annotation: 'sidecar.istio.io/nativeSidecar', value: 'true', since: 'Istio 1.24' },
    otherwise:
      'From Istio 1.27 on it is native where all nodes run Kubernetes 1.33 or later; before that only with `ENABLE_NATIVE_SIDECARS=true` on istiod.',
    page: 'https://istio.io/latest/docs/reference/config/annotations/',
  },
  {
    name: 'Linkerd',
    marks: [
      'linkerd.io/inject',
      'config.linkerd.io/proxy-enable-native-sidecar',
      'config.beta.linkerd.io/proxy-enable-native-sidecar',
      'config.alpha.linkerd.io/proxy-enable-native-sidecar',
    ],
    native: { annotation: 'config.linkerd.io/proxy-enable-native-sidecar', value: 'true', since: 'Linkerd 2.20' },
    otherwise:
      'From Linkerd 2.20 on it is native by default. Linkerd 2.19 has the annotation as `config.beta.linkerd.io/…`, older ones as `config.alpha.linkerd.io/…`.',
    page: 'https://linkerd.io/2/reference/proxy-configuration/',
  },
  {
    name: 'Dapr',
    marks: ['dapr.io/enabled', 'dapr.io/enable-native-sidecar'],
    native: { annotation: 'dapr.io/enable-native-sidecar', value: 'true', since: 'Dapr 1.18' },
    otherwise: 'Without it the sidecar is a regular container.',
    page: 'https://docs.dapr.io/reference/arguments-annotations-overview/',
  },
  {
    name: 'Consul',
    marks: ['consul.hashicorp.com/connect-inject', 'consul.hashicorp.com/enable-consul-dataplane-as-sidecar'],
    native: {
      annotation: 'consul.hashicorp.com/enable-consul-dataplane-as-sidecar',
      value: 'true',
      since: 'consul-k8s of August 2025',
    },
    otherwise: 'Without it the sidecar is a regular container.',
    page: 'https://developer.hashicorp.com/consul/docs/reference/k8s/annotation-label',
  },
  {
    name: 'Kuma',
    marks: ['kuma.io/sidecar-injection'],
    otherwise:
      'From Kuma 2.14 on it is native by default; from 2.9 on with `experimental.sidecarContainers` in its chart. There is no annotation for it.',
    page: 'https://kuma.io/docs/latest/production/dp-config/dpp-on-kubernetes/',
  },
  {
    name: 'The OpenTelemetry operator',
    marks: ['sidecar.opentelemetry.io/inject'],
    otherwise: 'From version 0.132 on it is native where Kubernetes is 1.29 or later. There is no annotation for it.',
    page: 'https://opentelemetry.io/docs/platforms/kubernetes/operator/',
  },
  {
    name: 'GKE',
    marks: ['gke-gcsfuse/volumes', 'gke-gcsfuse/enable-native-sidecar'],
    otherwise:
      'It is native on GKE 1.29.3-gke.1093000 or later, unless `gke-gcsfuse/enable-native-sidecar` is `"false"`.',
    page: 'https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-sidecar',
  },
  {
    name: 'Vault',
    marks: [
      'vault.hashicorp.com/agent-inject',
      'vault.hashicorp.com/agent-pre-populate-only',
      'vault.hashicorp.com/agent-enable-quit',
    ],
    otherwise:
      'It is never native. With `vault.hashicorp.com/agent-pre-populate-only: "true"` only an init container is put in, which is enough where secrets need no renewal.',
    page: 'https://developer.hashicorp.com/vault/docs/deploy/kubernetes/injector/annotations',
  },
];

/** The injector that an annotation or label belongs to. */
export function injectorOf(mark: string): Injector | undefined {
  return INJECTORS.find(({ marks }) => marks.includes(mark));
}

/** The annotations and labels of a pod itself, not of its workload: only these reach an injector. */
export function podMarks(
  pod: Pod,
): readonly { readonly name: string; readonly value: string; readonly entry: Entry }[] {
  const { document } = pod;
  const metadata = asMap(document, nodeAt(document, [...pod.path.slice(0, -1), 'metadata']));
  return ['annotations', 'labels'].flatMap((field) => {
    const map = asMap(document, get(document, metadata, field));
    if (!map) return [];
    return ownEntries(document, map).flatMap((entry) => {
      const name = asText(document, entry.key)?.value;
      return name === undefined ? [] : { name, value: asText(document, entry.value)?.value ?? '', entry };
    });
  });
}

/** The injectors that a pod asks for a sidecar, by what is written on it. */
export function injectorsOf(pod: Pod): Injector[] {
  const isAsked = (marks: readonly string[]) =>
    podMarks(pod).some(({ name, value }) => marks.includes(name) && !/^(?:false|disabled|no|off)$/i.test(value));
  return INJECTORS.filter(({ marks }) => isAsked(marks));
}
