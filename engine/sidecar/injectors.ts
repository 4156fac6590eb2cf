import type { KubernetesVersion } from '../kube/version.ts';

/** A product whose webhook puts a sidecar into pods: it is in no manifest. */
export interface Injector {
  readonly name: string;
  /** Where its sidecar is asked to quit. */
  readonly quit: RegExp;
  /** Programs around the work that end its sidecar. */
  readonly wrappers: readonly string[];
  /** What makes its sidecar a native one, as a phrase. */
  readonly advice: string;
  /** How a pod asks for its sidecar, where the pod can say as well what becomes of it. */
  readonly pod?: Asking;
}

/** Labels and annotations of a pod template. */
export interface Asking {
  /** Keys by which a pod asks for the sidecar, with the values that do. */
  readonly by: readonly { readonly key: string; readonly value: RegExp }[];
  /** Keys that settle the matter, whatever their value. */
  readonly settled: RegExp;
  /** The annotation that lets the pod end, with the value "true". */
  readonly annotation: string;
  /** When the sidecar is native without it, as the end of a sentence. */
  readonly unless?: string;
  /** The cluster with which the product's newest release needs no annotation. */
  readonly nativeSince?: KubernetesVersion;
}

/**
 * Injectors by what their sidecars understand. Sources: istio pilot/pkg/features and its release notes 1.24 and 1.27;
 * linkerd2 pkg/inject and its values; dapr pkg/injector/annotations and the notes of 1.18; consul-k8s #4678; the
 * annotations of vault-k8s; kuma's charts; the Cloud SQL operator's release 1.6.0.
 */
export const INJECTORS: readonly Injector[] = [
  {
    name: 'Istio',
    quit: /:1502\d|:15000|:\$\{?ISTIO|pilot-agent/,
    wrappers: ['scuttle', 'envoy-preflight'],
    advice: 'the pod annotation sidecar.istio.io/nativeSidecar: "true" (Istio 1.24 or later)',
    pod: {
      by: [
        { key: 'sidecar.istio.io/inject', value: /^true$/ },
        { key: 'istio.io/rev', value: /./ },
      ],
      settled: /^sidecar\.istio\.io\/nativeSidecar$|^istio\.io\/dataplane-mode$/,
      annotation: 'sidecar.istio.io/nativeSidecar',
      unless: 'unless Istio is 1.27 or later and the nodes 1.33 or later',
      nativeSince: { major: 1, minor: 33 },
    },
  },
  {
    name: 'Linkerd',
    quit: /:4191/,
    wrappers: ['linkerd-await'],
    advice:
      'the pod annotation config.linkerd.io/proxy-enable-native-sidecar: "true" (before Linkerd 2.20 config.beta.linkerd.io/…)',
    pod: {
      by: [{ key: 'linkerd.io/inject', value: /^(?:enabled|ingress)$/ }],
      settled: /^config\.(?:(?:alpha|beta)\.)?linkerd\.io\/proxy-enable-native-sidecar$/,
      // Only releases before 2.20 need one, and those do not know the name without "beta".
      annotation: 'config.beta.linkerd.io/proxy-enable-native-sidecar',
      unless: 'unless Linkerd is 2.20 or later',
      nativeSince: { major: 1, minor: 29 },
    },
  },
  {
    name: 'Dapr',
    quit: /:3500/,
    wrappers: [],
    advice: 'the pod annotation dapr.io/enable-native-sidecar: "true" (Dapr 1.18 or later)',
    pod: {
      by: [{ key: 'dapr.io/enabled', value: /^true$/ }],
      settled: /^dapr\.io\/enable-native-sidecar$/,
      annotation: 'dapr.io/enable-native-sidecar',
      unless: 'unless its chart has nativeSidecar on',
    },
  },
  {
    name: 'Consul',
    quit: /:20600/,
    wrappers: [],
    advice: 'the pod annotation consul.hashicorp.com/enable-consul-dataplane-as-sidecar: "true"',
    pod: {
      by: [{ key: 'consul.hashicorp.com/connect-inject', value: /^true$/ }],
      settled: /^consul\.hashicorp\.com\/enable-consul-dataplane-as-sidecar$/,
      annotation: 'consul.hashicorp.com/enable-consul-dataplane-as-sidecar',
    },
  },
  {
    name: 'Vault',
    quit: /agent\/v1\/quit/,
    wrappers: [],
    advice: 'the pod annotation vault.hashicorp.com/agent-pre-populate-only: "true", when secrets need no renewal',
    pod: {
      by: [{ key: 'vault.hashicorp.com/agent-inject', value: /^true$/ }],
      settled: /^vault\.hashicorp\.com\/agent-pre-populate-only$/,
      annotation: 'vault.hashicorp.com/agent-pre-populate-only',
    },
  },
  {
    name: 'the Cloud SQL Auth Proxy operator',
    quit: /:9091/,
    wrappers: [],
    advice: 'version 1.6.0 or later',
  },
  {
    name: 'Kuma',
    quit: /:9901/,
    wrappers: [],
    advice: 'the control plane setting experimental.sidecarContainers (Kuma 2.14 has it on)',
  },
];
