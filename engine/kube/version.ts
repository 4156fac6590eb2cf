/** A Kubernetes minor version: `{ major: 1, minor: 29 }`. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
}

/** What is assumed when nobody says otherwise: the oldest minor in which native sidecars are stable. */
export const DEFAULT_VERSION: KubernetesVersion = { major: 1, minor: 33 };

/** One step of the feature's life. */
export interface SidecarStage {
  readonly since: string;
  readonly state: string;
  readonly meaning: string;
}

/** Native sidecars by version. Source: KEP-753 and the release notes of 1.28, 1.29 and 1.33. */
export const SIDECAR_STAGES: readonly SidecarStage[] = [
  {
    since: '1.28',
    state: 'alpha',
    meaning: 'off unless the SidecarContainers feature gate is switched on',
  },
  { since: '1.29', state: 'beta', meaning: 'on by default' },
  { since: '1.33', state: 'stable', meaning: 'always on' },
];

/** The oldest minor that runs native sidecars without a feature gate. */
export const NATIVE_SIDECARS_SINCE: KubernetesVersion = { major: 1, minor: 29 };

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

/** What is wrong with a version, as a sentence without a full stop; undefined when it is known. */
export function versionProblem(text: string): string | undefined {
  const version = parseVersion(text);
  if (!version) return `'${text}' is no Kubernetes version; write it like 1.29`;
  if (version.major === 1 && version.minor >= 20 && version.minor <= 38) return undefined;
  return `Kubernetes ${formatVersion(version)} is not known; 1.20 to 1.38 are`;
}
