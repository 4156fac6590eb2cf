import {
  atLeast,
  formatVersions,
  KNOWN_VERSIONS,
  type KubernetesVersion,
  only,
  type VersionRange,
} from '../kube/version.ts';
import { asMap, asText, get, readYaml } from '../yaml/read.ts';

/** What a Chart.yaml says about the cluster: nothing, the oldest version that it allows, or something that is wrong. */
export interface ChartVersions {
  readonly versions?: VersionRange;
  /** What is wrong, as a sentence without a full stop. */
  readonly problem?: string;
}

/** Reads the `kubeVersion` of a Chart.yaml: the oldest known Kubernetes that it allows, nothing where it sets no bound. */
export function chartVersions(text: string): ChartVersions {
  if (!text.includes('kubeVersion')) return {};
  const document = readYaml(text);
  if (document.error !== undefined) return { problem: `this is no YAML: ${document.error}` };
  const constraint = asText(document, get(document, asMap(document, document.root), 'kubeVersion'))?.value ?? '';
  if (constraint.trim() === '') return {};
  const told = `'${constraint.slice(0, 60)}'`;
  // Nobody writes a longer one.
  const all = constraint.length > 500 ? [undefined] : constraint.split('||').map(boundsOf);
  if (all.includes(undefined)) return { problem: `kubeVersion takes versions such as >=1.29.0-0, not ${told}` };
  const possible = all.flatMap((each) => (each && atLeast(each.highest, each.lowest) ? each : []));
  if (possible.length === 0) {
    return { problem: `no version fits kubeVersion ${told}: Kubernetes ${formatVersions(KNOWN_VERSIONS)} are known` };
  }
  const { lowest, isOpen } = possible.reduce((a, b) => (atLeast(a.lowest, b.lowest) ? b : a));
  return isOpen ? {} : { versions: only(lowest) };
}

interface Bounds extends VersionRange {
  /** Whether nothing says where it begins. */
  readonly isOpen: boolean;
}

/** `>=1.29.0-0`, `^1.25`, `1.27.x`, `*`. Source: the constraints of Helm's semver library. */
const CONDITION =
  /^(=|!=|>|<|>=|=>|<=|=<|~|~>|\^|)\s*v?(\d{1,4}|[xX*])(?:\.(\d{1,4}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?(?:[-+][\w.+-]*)?$/;

/** The known versions that fit conditions which must all hold; undefined when one of them is none. */
function boundsOf(conditions: string): Bounds | undefined {
  const written = conditions.replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2').replace(/([<>=!~^])\s+/g, '$1');
  let { lowest, highest } = KNOWN_VERSIONS;
  let isOpen = true;
  for (const condition of written.split(/[\s,]+/).filter((each) => each !== '')) {
    const [, operator = '', major, minor, patch] = CONDITION.exec(condition) ?? [];
    if (major === undefined) return undefined;
    // Kubernetes has one major version: a condition without a minor allows all of it.
    if (operator === '!=' || !/^\d+$/.test(minor ?? '')) continue;
    const version: KubernetesVersion = { major: Number(major), minor: Number(minor) };
    if (!operator.includes('<')) {
      isOpen = false;
      const isBeyond = operator === '>' && patch === undefined;
      const least = isBeyond ? { ...version, minor: version.minor + 1 } : version;
      if (atLeast(least, lowest)) lowest = least;
    }
    if (!/[>^]/.test(operator) || operator === '~>') {
      const isBefore = operator === '<' && Number(patch ?? 0) === 0;
      const most = isBefore ? { ...version, minor: version.minor - 1 } : version;
      if (atLeast(highest, most)) highest = most;
    }
  }
  return { lowest, highest, isOpen };
}
