import { isMap, type Value } from './apply.ts';
import type { PatchTarget } from './kustomization.ts';

/** What a resource is called. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  /** Its name, and what it became by prefixes and suffixes: a patch may use any. */
  readonly names: readonly string[];
  /** The same for its namespace; undefined where none is written. */
  readonly namespaces: readonly (string | undefined)[];
}

/**
 * Whether a patch is for a resource: its target says so, or, when it has none, the name in the patch itself. `patch` is
 * undefined for JSON patches, which name nothing.
 */
export function selects(
  target: PatchTarget | undefined,
  patch: Value | undefined,
  resource: Identity & { readonly value: Value },
): boolean {
  if (target && Object.keys(target).length > 0) return isTarget(target, resource);
  if (!patch || !isMap(patch.metadata)) return false;
  const { name, namespace } = patch.metadata;
  return (
    patch.apiVersion === resource.apiVersion &&
    patch.kind === resource.kind &&
    resource.names.some((each) => each === name) &&
    resource.namespaces.some((each) => (each ?? 'default') === (namespace ?? 'default'))
  );
}

function isTarget(target: PatchTarget, resource: Identity & { readonly value: Value }): boolean {
  const slash = resource.apiVersion.indexOf('/');
  const [group, version] = [resource.apiVersion.slice(0, Math.max(slash, 0)), resource.apiVersion.slice(slash + 1)];
  const metadata = isMap(resource.value.metadata) ? resource.value.metadata : {};
  return (
    (target.group === undefined || matches(target.group, [group])) &&
    (target.version === undefined || matches(target.version, [version])) &&
    (target.kind === undefined || matches(target.kind, [resource.kind])) &&
    (target.name === undefined || matches(target.name, resource.names)) &&
    (target.namespace === undefined ||
      matches(
        target.namespace,
        resource.namespaces.map((each) => each ?? 'default'),
      )) &&
    holds(target.labelSelector, metadata.labels) &&
    holds(target.annotationSelector, metadata.annotations)
  );
}

function matches(pattern: string, values: readonly string[]): boolean {
  // Go's expressions are not JavaScript's, and some are slow here: only simple ones count.
  if (!/^\^?[\w./|()*-]*\$?$/.test(pattern) || /\)\*|(?:\*.*){3}/.test(pattern)) return false;
  try {
    const expression = new RegExp(`^(?:${pattern})$`);
    return values.some((value) => expression.test(value));
  } catch {
    return false;
  }
}

/** Whether labels fulfil a selector of equalities; others are taken as not fulfilled. */
function holds(selector: string | undefined, labels: unknown): boolean {
  const of = isMap(labels) ? labels : {};
  return (selector ?? '').split(',').every((part) => {
    if (part.trim() === '') return true;
    const equality = /^\s*([\w./-]+)\s*(?:==?\s*([\w./-]*)\s*)?$/.exec(part);
    if (!equality?.[1]) return false;
    const [, key, value] = equality;
    return value === undefined ? Object.hasOwn(of, key) : of[key] === value;
  });
}
