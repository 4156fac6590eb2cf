import { atLeast, type KubernetesVersion, only, type VersionRange } from '../kube/version.ts';
import { asMap, asText, get, readYaml } from '../yaml/read.ts';

/**
 * The oldest Kubernetes that a chart allows, from the `kubeVersion` of its Chart.yaml; undefined when it sets no lower
 * bound or cannot be read.
 */
export function chartVersions(text: string): VersionRange | undefined {
  if (!text.includes('kubeVersion')) return undefined;
  const document = readYaml(text);
  const constraint = asText(document, get(document, asMap(document, document.root), 'kubeVersion'))?.value;
  if (document.error !== undefined || constraint === undefined) return undefined;
  const lowest = constraint.split('||').map(lowerBound);
  const known = lowest.filter((each) => each !== undefined);
  if (known.length < lowest.length) return undefined;
  return only(known.reduce((a, b) => (atLeast(a, b) ? b : a)));
}

/** The lower bound of conditions that must all hold: `>=1.19.0-0 <1.30`, `^1.25`, `1.27.x`, `1.20 - 1.25`. */
function lowerBound(conditions: string): KubernetesVersion | undefined {
  const bounds = [...conditions.matchAll(/([<>=!~^]*)\s*v?(\d{1,2})(?:\.(\d{1,3}))?[\w.+-]*/g)].flatMap(
    ([, operator = '', major, minor = '0'], index) => {
      const isRangeEnd = index > 0 && /\s-\s/.test(conditions);
      return /[<!]/.test(operator) || isRangeEnd ? [] : { major: Number(major), minor: Number(minor) };
    },
  );
  return bounds.length === 0 ? undefined : bounds.reduce((a, b) => (atLeast(a, b) ? a : b));
}
