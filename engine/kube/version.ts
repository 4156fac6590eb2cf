/** A Kubernetes minor version: `{ major: 1, minor: 29 }`. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
}

/** What is assumed when nobody says otherwise: the oldest minor in which native sidecars are stable. */
const DEFAULT_VERSION: KubernetesVersion = { major: 1, minor: 33 };

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

/** The minors that one claim must hold for: a cluster's version, or what a chart or a fleet of clusters allows. */
export interface VersionRange {
  readonly lowest: KubernetesVersion;
  /** At least as new as `lowest`. */
  readonly highest: KubernetesVersion;
}

/** The minors that are known. */
export const KNOWN_VERSIONS: VersionRange = { lowest: { major: 1, minor: 20 }, highest: { major: 1, minor: 38 } };

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
