import type { Pod } from '../kube/pod.ts';
import { asMap, asText, type Entry, get, nodeAt, ownEntries } from '../yaml/read.ts';

/** A product that puts a sidecar of its own into pods: it is not in the manifest. */
export interface Injector {
  readonly name: string;
  /** Annotations and labels of a pod that ask for the sidecar. */
  readonly asks: readonly string[];
  /** The pod annotation by which the sidecar becomes a native one. */
  readonly native?: { readonly annotation: string; readonly value: string; readonly since: string };
  /** Other annotations that say whether it stays beside the work, and what they mean switched on and off. */
  readonly options?: readonly { readonly annotation: string; readonly on: string; readonly off: string }[];
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
    asks: ['sidecar.istio.io/inject', 'istio.io/rev'],
    native: { annotation: 'sidecar.istio.io/nativeSidecar', value: 'true', since: 'Istio 1.24' },
    otherwise:
      'From Istio 1.27 on it is native where all nodes run Kubernetes 1.33 or later; before that only with `ENABLE_NATIVE_SIDECARS=true` on istiod.',
    page: 'https://istio.io/latest/docs/reference/config/annotations/',
  },
  {
    name: 'Linkerd',
    asks: ['linkerd.io/inject'],
    options: ['beta', 'alpha'].map((stage) => ({
      annotation: `config.${stage}.linkerd.io/proxy-enable-native-sidecar`,
      on: 'The sidecar of Linkerd is a native one, in versions that know the annotation by this name.',
      off: 'The sidecar of Linkerd is a regular container, in versions that know the annotation by this name.',
    })),
    native: { annotation: 'config.linkerd.io/proxy-enable-native-sidecar', value: 'true', since: 'Linkerd 2.20' },
    otherwise:
      'From Linkerd 2.20 on it is native by default. Linkerd 2.19 has the annotation as `config.beta.linkerd.io/…`, older ones as `config.alpha.linkerd.io/…`.',
    page: 'https://linkerd.io/2/reference/proxy-configuration/',
  },
  {
    name: 'Dapr',
    asks: ['dapr.io/enabled'],
    native: { annotation: 'dapr.io/enable-native-sidecar', value: 'true', since: 'Dapr 1.18' },
    otherwise: 'Without it the sidecar is a regular container.',
    page: 'https://docs.dapr.io/reference/arguments-annotations-overview/',
  },
  {
    name: 'Consul',
    asks: ['consul.hashicorp.com/connect-inject'],
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
    asks: ['kuma.io/sidecar-injection'],
    otherwise:
      'From Kuma 2.14 on it is native by default; from 2.9 on with `experimental.sidecarContainers` in its chart. There is no annotation for it.',
    page: 'https://kuma.io/docs/latest/production/dp-config/dpp-on-kubernetes/',
  },
  {
    name: 'The OpenTelemetry operator',
    asks: ['sidecar.opentelemetry.io/inject'],
    otherwise: 'From version 0.132 on it is native where Kubernetes is 1.29 or later. There is no annotation for it.',
    page: 'https://opentelemetry.io/docs/platforms/kubernetes/operator/',
  },
  {
    name: 'GKE',
    asks: ['gke-gcsfuse/volumes'],
    options: [
      {
        annotation: 'gke-gcsfuse/enable-native-sidecar',
        on: 'The sidecar of GKE is a native one where the cluster can.',
        off: 'The sidecar of GKE is a regular container.',
      },
    ],
    otherwise:
      'It is native on GKE 1.29.3-gke.1093000 or later, unless `gke-gcsfuse/enable-native-sidecar` is `"false"`.',
    page: 'https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-sidecar',
  },
  {
    name: 'Vault',
    asks: ['vault.hashicorp.com/agent-inject'],
    options: [
      {
        annotation: 'vault.hashicorp.com/agent-pre-populate-only',
        on: 'Vault puts an init container into this pod that ends: nothing stays beside the work.',
        off: 'An agent of Vault stays beside the work.',
      },
      {
        annotation: 'vault.hashicorp.com/agent-enable-quit',
        on: 'The agent of Vault can be asked to quit, at `:8200/agent/v1/quit`. Somebody has to ask in every run.',
        off: 'The agent of Vault cannot be asked to quit.',
      },
    ],
    otherwise:
      'It is never native. With `vault.hashicorp.com/agent-pre-populate-only: "true"` only an init container is put in, which is enough where secrets need no renewal.',
    page: 'https://developer.hashicorp.com/vault/docs/deploy/kubernetes/injector/annotations',
  },
];

/** The injector that an annotation or label belongs to. */
export function injectorOf(mark: string): Injector | undefined {
  return INJECTORS.find((each) => each.asks.includes(mark) || nativeMarks(each).includes(mark));
}

/** The annotations that say whether an injector's sidecar stays beside the work. */
export function nativeMarks({ native, options = [] }: Injector): string[] {
  return [...(native ? [native.annotation] : []), ...options.map(({ annotation }) => annotation)];
}

/** Whether the value of an annotation or label switches something off. */
export function isOff(value: string): boolean {
  return /^(?:false|disabled|no|off)$/i.test(value);
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
  const marks = podMarks(pod).filter(({ value }) => !isOff(value));
  return INJECTORS.filter(({ asks }) => marks.some(({ name }) => asks.includes(name)));
}
