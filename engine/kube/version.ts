/** A Kubernetes minor version: `{ major: 1, minor: 29 }`. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
}

/** What is assumed when nobody says otherwise: the oldest minor in which native sidecars are stable. */
const DEFAULT_VERSION: KubernetesVersion = { major: 1, minor: 33 };

/**
 * What becomes of a field: the API server does not know it (`unknown`: a client with strict validation, kubectl's default,
 * is refused; from others it is dropped), takes it out without a word (`dropped`), or refuses the object (`rejected`); it is
 * kept and has no effect (`ignored`), or `works`.
 */
export type FieldState = 'unknown' | 'dropped' | 'rejected' | 'ignored' | 'works';

/** What becomes of a field from one minor on. */
export interface FactStage {
  readonly since: string;
  readonly state: FieldState;
  /** The words of Kubernetes for how far the feature is. */
  readonly stage?: 'alpha' | 'beta' | 'stable';
  readonly meaning: string;
}

/** What becomes of a field by version, with the default feature gates. */
export interface VersionFact {
  /** The field, or its use, as a manifest shows it. */
  readonly field: string;
  /** The oldest first; the first holds for everything older too. */
  readonly stages: readonly FactStage[];
  readonly source: string;
}

const since = (
  version: string,
  state: FieldState,
  meaning: string,
  stage?: 'alpha' | 'beta' | 'stable',
): FactStage => ({ since: version, state, meaning, ...(stage && { stage }) });

const UNKNOWN = since('1.20', 'unknown', 'the API server does not know the field');

/** What depends on the version. Hovers, rules and the table in the documentation read it here. */
export const VERSION_FACTS = {
  nativeSidecar: {
    field: '`restartPolicy: Always` on an init container',
    stages: [
      UNKNOWN,
      since('1.28', 'dropped', 'off unless the SidecarContainers feature gate is switched on', 'alpha'),
      since('1.29', 'works', 'on by default', 'beta'),
      since('1.33', 'works', 'always on', 'stable'),
    ],
    source: 'KEP-753; release notes of 1.28, 1.29 and 1.33',
  },
  initRestartPolicy: {
    field: '`restartPolicy: Never` or `OnFailure` on an init container',
    stages: [
      UNKNOWN,
      since('1.28', 'dropped', 'dropped with the SidecarContainers feature gate off'),
      since('1.29', 'rejected', 'only `Always` is allowed'),
      since('1.34', 'dropped', 'off unless the ContainerRestartRules feature gate is switched on', 'alpha'),
      since('1.35', 'works', 'wins over the policy of the pod; no native sidecar', 'beta'),
    ],
    source: 'KEP-753, KEP-5307; validation.go of 1.28 to 1.35; answers of API servers 1.29, 1.33 and 1.36',
  },
  regularRestartPolicy: {
    field: '`restartPolicy` on a regular container',
    stages: [
      UNKNOWN,
      since('1.28', 'rejected', 'only init containers may have one'),
      since('1.34', 'dropped', 'off unless the ContainerRestartRules feature gate is switched on', 'alpha'),
      since('1.35', 'works', 'wins over the policy of the pod; with `Always` the pod never ends', 'beta'),
    ],
    source: 'KEP-5307; validation.go of 1.28 to 1.35; answers of API servers 1.29, 1.33 and 1.36',
  },
  restartPolicyRules: {
    field: '`restartPolicyRules`',
    stages: [
      UNKNOWN,
      since('1.34', 'dropped', 'off unless the ContainerRestartRules feature gate is switched on', 'alpha'),
      since('1.35', 'works', 'on by default', 'beta'),
    ],
    source: 'KEP-5307',
  },
  sidecarRestartRules: {
    field: '`restartPolicyRules` on a native sidecar',
    stages: [
      UNKNOWN,
      since('1.34', 'dropped', 'off unless the ContainerRestartRules feature gate is switched on', 'alpha'),
      since('1.35', 'rejected', 'allowed only with the RestartAllContainersOnContainerExits feature gate'),
      since('1.36', 'works', 'on by default', 'beta'),
    ],
    source: 'KEP-5532; validation.go of 1.35; answer of an API server 1.36',
  },
  resizePolicy: {
    field: '`resizePolicy`',
    stages: [
      UNKNOWN,
      since('1.27', 'dropped', 'off unless the InPlacePodVerticalScaling feature gate is switched on', 'alpha'),
      since('1.33', 'works', 'on by default', 'beta'),
      since('1.35', 'works', 'always on', 'stable'),
    ],
    source: 'KEP-1287; answers of API servers 1.29, 1.33 and 1.36',
  },
  preStopSleep: {
    field: '`lifecycle.preStop.sleep`',
    stages: [
      UNKNOWN,
      since('1.29', 'dropped', 'off unless the PodLifecycleSleepAction feature gate is switched on', 'alpha'),
      since('1.30', 'works', 'on by default', 'beta'),
    ],
    source: 'KEP-3960; answers of API servers 1.29, 1.33 and 1.36',
  },
  stopSignal: {
    field: '`lifecycle.stopSignal`',
    stages: [
      UNKNOWN,
      since('1.33', 'dropped', 'off unless the ContainerStopSignals feature gate is switched on', 'alpha'),
    ],
    source: 'KEP-4960; answers of API servers 1.29, 1.33 and 1.36',
  },
  podFailurePolicy: {
    field: '`podFailurePolicy` of a Job',
    stages: [
      UNKNOWN,
      since('1.25', 'dropped', 'off unless the JobPodFailurePolicy feature gate is switched on', 'alpha'),
      since('1.26', 'works', 'on by default', 'beta'),
      since('1.31', 'works', 'always on', 'stable'),
    ],
    source: 'KEP-3329',
  },
  namedPort: {
    field: "A Service's `targetPort` by the name of a native sidecar's port",
    stages: [
      since('1.28', 'ignored', 'the Service has no endpoint for it'),
      since('1.33', 'works', 'found as the ports of regular containers are'),
    ],
    source: 'release notes of 1.32 (#127976) and 1.33 (#128850)',
  },
  hostPort: {
    field: "The `hostPort` of a native sidecar's port",
    stages: [
      since('1.28', 'ignored', 'the scheduler does not look for a node where it is free'),
      since('1.34', 'works', 'counted by the scheduler'),
    ],
    source: 'release notes of 1.34 (#132040)',
  },
  ephemeralStorageLimit: {
    field: "A native sidecar's limit of `ephemeral-storage`",
    stages: [
      since('1.28', 'ignored', 'the kubelet does not watch it'),
      since('1.37', 'works', 'the pod is evicted beyond it'),
    ],
    source: 'release notes of 1.37 (#138462)',
  },
} as const satisfies Record<string, VersionFact>;

/** What becomes of a field in one version. */
export function stateIn({ stages }: VersionFact, version: KubernetesVersion): FieldState {
  const last = stages.findLast((each) => atLeast(version, parseVersion(each.since) ?? version));
  return (last ?? stages[0])?.state ?? 'unknown';
}

/** The first minor with one of the states; beyond the known ones where none has it. */
export function firstWith({ stages }: VersionFact, ...states: FieldState[]): KubernetesVersion {
  const found = stages.find(({ state }) => states.includes(state));
  const { major, minor } = KNOWN_VERSIONS.highest;
  return parseVersion(found?.since ?? '') ?? { major, minor: minor + 1 };
}

/** Neighbouring minors of which the same holds. */
export interface Stretch<T> {
  readonly versions: VersionRange;
  readonly state: T;
}

/** Cuts a range into stretches in which `stateOf` gives the same, the oldest first. */
export function stretchesOf<T>(versions: VersionRange, stateOf: (version: KubernetesVersion) => T): Stretch<T>[] {
  const found: Stretch<T>[] = [];
  for (const version of minorsOf(versions)) {
    const state = stateOf(version);
    const last = found.at(-1);
    if (last?.state === state) found[found.length - 1] = { state, versions: { ...last.versions, highest: version } };
    else found.push({ state, versions: only(version) });
  }
  return found;
}

/** Reads `1.29`, `v1.29` or `1.29.3-gke.1`; undefined for anything else. */
export function parseVersion(text: string): KubernetesVersion | undefined {
  const match = /^v?(\d{1,2})\.(\d{1,3})(?:[.+-].*)?$/.exec(text.trim());
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** Whether `version` is `than` or newer. */
export function atLeast(version: KubernetesVersion, than: KubernetesVersion): boolean {
  return version.major > than.major || (version.major === than.major && version.minor >= than.minor);
}

/** The version as people write it: `1.29`. */
export function formatVersion(version: KubernetesVersion): string {
  return `${version.major}.${version.minor}`;
}

/** The minors that one claim must hold for: a cluster's version, or what a chart or a fleet of clusters allows. */
export interface VersionRange {
  readonly lowest: KubernetesVersion;
  /** At least as new as `lowest`. */
  readonly highest: KubernetesVersion;
}

/** The minors that are known. */
export const KNOWN_VERSIONS: VersionRange = { lowest: { major: 1, minor: 20 }, highest: { major: 1, minor: 38 } };

/** The oldest minor that runs native sidecars without a feature gate. */
export const NATIVE_SIDECARS_SINCE = firstWith(VERSION_FACTS.nativeSidecar, 'works');

/** The range that holds one version only. */
export function only(version: KubernetesVersion): VersionRange {
  return { lowest: version, highest: version };
}

/** What is assumed when nobody says otherwise. */
export const DEFAULT_VERSIONS: VersionRange = only(DEFAULT_VERSION);

/** The versions of a range and all newer ones: where a chart made for it may be installed one day. */
export function from({ lowest }: VersionRange): VersionRange {
  return { lowest, highest: KNOWN_VERSIONS.highest };
}

/** Every minor of a range, the oldest first. */
export function minorsOf({ lowest, highest }: VersionRange): KubernetesVersion[] {
  const count = highest.minor - lowest.minor + 1;
  return Array.from({ length: count }, (_, index) => ({ major: lowest.major, minor: lowest.minor + index }));
}

/** The range as people write it: `1.29`, or `1.27 to 1.33`. */
export function formatVersions({ lowest, highest }: VersionRange): string {
  const [first, last] = [formatVersion(lowest), formatVersion(highest)];
  return first === last ? first : `${first} to ${last}`;
}

/**
 * Reads a version (`1.29`, `v1.29.3-gke.1`) or a range of them: `>=1.27 <1.34`, `1.27 - 1.33`. A range ends with the
 * known versions. Undefined for anything else, and when no known version is in it.
 */
export function parseVersions(text: string): VersionRange | undefined {
  const result = readVersions(text);
  return typeof result === 'string' ? undefined : result;
}

/** What is wrong with a version or range, as a sentence without a full stop; undefined when it is known. */
export function versionProblem(text: string): string | undefined {
  const result = readVersions(text);
  return typeof result === 'string' ? result : undefined;
}

/** `>=1.27`, `<1.34.0-0`: an operator and a version, cut to its minor. */
const CONDITION = /^(>=|<=|>|<|=|)\s*v?(\d{1,2})\.(\d{1,3})(?:\.(\d+))?(?:[.+-].*)?$/;

function readVersions(text: string): VersionRange | string {
  const notUnderstood = `'${text}' is no Kubernetes version; write it like 1.29, or >=1.27 <1.34 for several`;
  const between = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(text);
  const conditions = (between ? `>=${between[1]} <=${between[2]}` : text)
    .replace(/([<>=])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((each) => each !== '');
  let { lowest, highest } = KNOWN_VERSIONS;
  if (conditions.length === 0) return notUnderstood;
  for (const condition of conditions) {
    const [, operator = '', major, minorText, patch] = CONDITION.exec(condition) ?? [];
    if (major === undefined || (operator === '' && conditions.length > 1)) return notUnderstood;
    const minor = Number(minorText);
    const version = { major: Number(major), minor };
    if (operator === '' || operator === '=') {
      if (!within(version, KNOWN_VERSIONS)) {
        return `Kubernetes ${formatVersion(version)} is not known; ${formatVersions(KNOWN_VERSIONS)} are`;
      }
      if (conditions.length === 1) return only(version);
    }
    // A patch release of a minor is beyond its start: `>1.29.3` and `<1.29.3` both hold for some of 1.29.
    const step = patch === undefined || Number(patch) === 0 ? 1 : 0;
    if (operator !== '<' && operator !== '<=') {
      const least = { ...version, minor: operator === '>' && patch === undefined ? minor + 1 : minor };
      if (atLeast(least, lowest)) lowest = least;
    }
    if (operator !== '>' && operator !== '>=') {
      const most = { ...version, minor: operator === '<' ? minor - step : minor };
      if (atLeast(highest, most)) highest = most;
    }
  }
  if (!atLeast(highest, lowest)) {
    return `No version is in '${text}': Kubernetes ${formatVersions(KNOWN_VERSIONS)} are known`;
  }
  return { lowest, highest };
}

/** Whether a version is in a range. */
export function within(version: KubernetesVersion, { lowest, highest }: VersionRange): boolean {
  return atLeast(version, lowest) && atLeast(highest, version);
}
