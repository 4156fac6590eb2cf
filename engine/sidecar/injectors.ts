import type { KubernetesVersion } from '../kube/version.ts';

/** A product whose webhook puts a sidecar into pods: it is in no manifest. What one does not have is left out. */
export interface Injector {
  /** As it stands within a sentence. */
  readonly name: string;
  /** Labels and annotations by which a pod asks for the sidecar, with the values that do. */
  readonly asks: Readonly<Record<string, RegExp>>;
  /** Annotations that say what becomes of the sidecar. */
  readonly settings?: readonly Setting[];
  /** Keys beside which nobody knows whether the sidecar is put in. */
  readonly unsure?: readonly string[];
  /** With what the sidecar is native though the pod does not say so: behind "with". */
  readonly nativeWith?: string;
  /** The cluster with which the newest release makes it native by itself. */
  readonly nativeSince?: KubernetesVersion;
  /** Where its sidecar is asked to quit. */
  readonly quit?: RegExp;
  /** Programs around the work that end its sidecar. */
  readonly wrappers?: readonly string[];
  readonly page?: string;
}

/** An annotation that says what becomes of a sidecar: with "true" it is native, with "false" a regular container. */
export interface Setting {
  readonly annotation: string;
  /** Whether it is the one to add, with "true", so that the pod ends. */
  readonly offered?: true;
  /** The oldest release that knows it, or when it is of use. */
  readonly when?: string;
  /** What it means instead, switched on and off, without a full stop. */
  readonly means?: { readonly on: string; readonly off: string };
  /** Whether the pod may not end in spite of it. */
  readonly leavesOpen?: true;
}

/**
 * The injectors, those of which people ask most often first. Sources: Istio's pilot/pkg/features and release notes 1.19 to
 * 1.27; Linkerd's pkg/inject, values and release notes; Dapr's pkg/injector/annotations and release notes of 1.18; consul-k8s
 * #4678; vault-k8s' annotations; Kuma's charts and UPGRADE.md; the CHANGELOG of the OpenTelemetry operator; the GKE
 * documentation; the Cloud SQL operator's release 1.6.0.
 */
export const INJECTORS: readonly Injector[] = [
  {
    name: 'Istio',
    asks: { 'sidecar.istio.io/inject': /^true$/, 'istio.io/rev': /./ },
    settings: [{ annotation: 'sidecar.istio.io/nativeSidecar', offered: true, when: 'Istio 1.24 or later' }],
    unsure: ['istio.io/dataplane-mode'],
    nativeWith:
      'Istio 1.27 or later where all nodes run Kubernetes 1.33 or later, or with ENABLE_NATIVE_SIDECARS=true on istiod',
    nativeSince: { major: 1, minor: 33 },
    quit: /:1502\d|:15000|:\$\{?ISTIO|pilot-agent/,
    wrappers: ['scuttle', 'envoy-preflight'],
    page: 'https://istio.io/latest/docs/reference/config/annotations/',
  },
  {
    name: 'Linkerd',
    asks: { 'linkerd.io/inject': /^(?:enabled|ingress)$/ },
    // Releases without the default know no newer name than this one, and those with the default know it too.
    settings: [
      {
        annotation: 'config.beta.linkerd.io/proxy-enable-native-sidecar',
        offered: true,
        when: 'Linkerd 2.19 or later; earlier ones know config.alpha.linkerd.io/…',
      },
      { annotation: 'config.linkerd.io/proxy-enable-native-sidecar', when: 'Linkerd 2.20 or later' },
      { annotation: 'config.alpha.linkerd.io/proxy-enable-native-sidecar' },
    ],
    nativeWith: 'Linkerd 2.20 or later',
    nativeSince: { major: 1, minor: 29 },
    quit: /:4191/,
    wrappers: ['linkerd-await'],
    page: 'https://linkerd.io/2/reference/proxy-configuration/',
  },
  {
    name: 'Dapr',
    asks: { 'dapr.io/enabled': /^true$/ },
    settings: [{ annotation: 'dapr.io/enable-native-sidecar', offered: true, when: 'Dapr 1.18 or later' }],
    nativeWith: 'nativeSidecar on in its chart, Dapr 1.18 or later',
    quit: /:3500/,
    page: 'https://docs.dapr.io/reference/arguments-annotations-overview/',
  },
  {
    name: 'Consul',
    asks: { 'consul.hashicorp.com/connect-inject': /^true$/ },
    settings: [
      {
        annotation: 'consul.hashicorp.com/enable-consul-dataplane-as-sidecar',
        offered: true,
        when: 'consul-k8s of August 2025 or later',
      },
    ],
    quit: /:20600/,
    page: 'https://developer.hashicorp.com/consul/docs/reference/k8s/annotation-label',
  },
  {
    name: 'Vault',
    asks: { 'vault.hashicorp.com/agent-inject': /^true$/ },
    settings: [
      {
        annotation: 'vault.hashicorp.com/agent-pre-populate-only',
        offered: true,
        when: 'where secrets need no renewal',
        means: {
          on: 'Vault puts an init container into this pod that ends: nothing stays beside the work',
          off: 'An agent of Vault stays beside the work',
        },
      },
      {
        annotation: 'vault.hashicorp.com/agent-enable-quit',
        means: {
          on: 'The agent of Vault can be asked to quit, at `:8200/agent/v1/quit`. Somebody has to ask in every run',
          off: 'The agent of Vault cannot be asked to quit',
        },
        leavesOpen: true,
      },
    ],
    quit: /agent\/v1\/quit/,
    page: 'https://developer.hashicorp.com/vault/docs/deploy/kubernetes/injector/annotations',
  },
  {
    name: 'Kuma',
    asks: { 'kuma.io/sidecar-injection': /^(?:enabled|true)$/ },
    nativeWith: 'Kuma 2.14 or later, from 2.9 on with experimental.sidecarContainers in its chart',
    quit: /:9901/,
    page: 'https://kuma.io/docs/latest/production/dp-config/dpp-on-kubernetes/',
  },
  {
    name: 'the OpenTelemetry operator',
    asks: { 'sidecar.opentelemetry.io/inject': /^(?!false$)./ },
    nativeWith: 'version 0.132 or later of the operator on Kubernetes 1.29 or later',
    page: 'https://opentelemetry.io/docs/platforms/kubernetes/operator/',
  },
  {
    name: 'GKE',
    asks: { 'gke-gcsfuse/volumes': /^true$/ },
    settings: [{ annotation: 'gke-gcsfuse/enable-native-sidecar' }],
    nativeWith: 'GKE 1.29.3-gke.1093000 or later where all nodes run 1.29 or later',
    page: 'https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-sidecar',
  },
  {
    name: 'the Cloud SQL Auth Proxy operator',
    asks: {},
    nativeWith: 'version 1.6.0 or later of the operator',
    quit: /:9091/,
  },
];

/** The annotation to add so that pods end, where there is one. */
export function offeredBy({ settings = [] }: Injector): Setting | undefined {
  return settings.find(({ offered }) => offered);
}

/** What lets pods end with an injector's sidecar, behind "with": an annotation, a release. */
export function remedyOf(injector: Injector): string {
  const offered = offeredBy(injector);
  const annotation = offered && `the pod annotation ${told(offered)}`;
  return [annotation, injector.nativeWith].flatMap((each) => each ?? []).join(', or with ');
}

/** An annotation switched on, and when it is of use. */
export function told({ annotation, when }: Setting): string {
  return `${annotation}: "true"${when === undefined ? '' : ` (${when})`}`;
}

/** What an annotation says, as a sentence. */
export function meaningOf({ name }: Injector, { means, when }: Setting, isOn: boolean): string {
  const on = means?.on ?? `The sidecar of ${name} is a native one: it starts before the work, and lets the pod end`;
  const off = means?.off ?? `The sidecar of ${name} is a regular container: it runs on when the work is done`;
  return `${isOn ? on : off}${when === undefined ? '' : ` (${when})`}.`;
}

/** What holds where no annotation says it, as a sentence; nothing where the sidecar is never native then. */
export function otherwise({ nativeWith, settings }: Injector): string {
  const none = settings ? '' : ' There is no annotation for it.';
  return nativeWith === undefined ? '' : `Without an annotation it is native with ${nativeWith}.${none}`;
}
