import { asExpression, type Expression, readPipeline } from '../helm/expression.ts';
import {
  formatVersion,
  type KubernetesVersion,
  minorsOf,
  parseVersions,
  type VersionRange,
  within,
} from './version.ts';

/**
 * Whether a condition of a Helm template on the cluster's version (`semverCompare ">=1.29-0"
 * .Capabilities.KubeVersion.Version`) holds: the same answer for each of the versions, or undefined. Undefined for every
 * other condition too.
 */
export function versionCondition(versions: VersionRange): (condition: string) => boolean | undefined {
  const minors = minorsOf(versions);
  return (condition) => {
    if (!condition.includes('.KubeVersion')) return undefined;
    const pipeline = readPipeline(condition);
    if (!pipeline) return undefined;
    const expression = asExpression(pipeline);
    const [first, ...others] = minors.map((minor) => truth(expression, minor));
    return others.every((each) => each === first) ? first : undefined;
  };
}

function truth(expression: Expression, version: KubernetesVersion): boolean | undefined {
  if (expression.kind !== 'call') return undefined;
  const { name, args } = expression;
  switch (name) {
    case 'not': {
      const inner = args[0] && truth(args[0], version);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const decisive = name === 'or';
      const each = args.map((arg) => truth(arg, version));
      if (each.includes(decisive)) return decisive;
      return each.includes(undefined) ? undefined : !decisive;
    }
    case 'semverCompare':
      return compareVersions(args, version);
    case 'eq':
    case 'ne':
    case 'ge':
    case 'gt':
    case 'le':
    case 'lt':
      return args.length === 2 ? compareNumbers(name, args, version) : undefined;
    default:
      return undefined;
  }
}

function compareVersions([constraint, asked]: readonly Expression[], version: KubernetesVersion): boolean | undefined {
  const text = constraint?.kind === 'literal' ? String(constraint.value) : '';
  // A pre-release behind `>` or `<=` lies in the midst of a minor.
  if (!asked || !isVersion(asked) || /(?:>|<=)\s*v?[\d.]+-/.test(text.replace(/>=/g, ''))) return undefined;
  const range = parseVersions(text);
  return range && within(version, range);
}

/** `.Capabilities.KubeVersion` as a whole, also with `.Version` or `.GitVersion`. */
function isVersion(expression: Expression): boolean {
  const field = fieldOf(expression);
  return field === '' || field === 'Version' || field === 'GitVersion';
}

/** What is asked of `.Capabilities.KubeVersion`; undefined when it is something else. */
function fieldOf(expression: Expression): string | undefined {
  if (expression.kind !== 'field') return undefined;
  const { of, fields } = expression;
  const isRoot = of === undefined || (of.kind === 'variable' && of.name === '$');
  const [first, second, ...more] = fields;
  return isRoot && first === 'Capabilities' && second === 'KubeVersion' ? more.join('.') : undefined;
}

function compareNumbers(
  name: 'eq' | 'ne' | 'ge' | 'gt' | 'le' | 'lt',
  args: readonly Expression[],
  version: KubernetesVersion,
): boolean | undefined {
  const [left, right] = args.map((arg) => numberOf(arg, version));
  if (left === undefined || right === undefined) return undefined;
  switch (name) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'ge':
      return left >= right;
    case 'gt':
      return left > right;
    case 'le':
      return left <= right;
    case 'lt':
      return left < right;
  }
}

/** A number, `.Capabilities.KubeVersion.Minor`, or one of them through `int`, `trimSuffix "+"` and the like. */
function numberOf(expression: Expression, version: KubernetesVersion): number | undefined {
  if (expression.kind === 'literal') {
    const value = typeof expression.value === 'string' ? Number.parseInt(expression.value, 10) : expression.value;
    return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
  }
  if (expression.kind === 'call') {
    const passes = ['int', 'int64', 'atoi', 'toString', 'trimSuffix', 'trimAll'].includes(expression.name);
    const last = expression.args.at(-1);
    return passes && last ? numberOf(last, version) : undefined;
  }
  const field = fieldOf(expression);
  return field === 'Minor' ? version.minor : field === 'Major' ? version.major : undefined;
}

/** The condition under which a template is for clusters that run native sidecars. `root`: `$` where `.` is another thing. */
export function sinceCondition(since: KubernetesVersion, root: '' | '$'): string {
  return `semverCompare ">=${formatVersion(since)}-0" ${root}.Capabilities.KubeVersion.Version`;
}
