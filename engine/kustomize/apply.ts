import { plain } from '../yaml/meaning.ts';

/** A value that is changed in place. */
export type Value = Record<string, unknown>;

/** One operation of a JSON patch (RFC 6902). */
export interface Operation {
  readonly op: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The lists of a pod that a strategic merge joins by name. */
const BY_NAME = new Set(['containers', 'initContainers', 'ephemeralContainers', 'volumes']);

/**
 * Merges a patch into an object, as `kubectl kustomize` 1.35 does: what the patch names stands first in a list that is
 * joined by name, in the patch's order. Kinds that are not Kubernetes' own have no such lists (`isOwn`). Only the lists of
 * a pod are joined: nobody here looks at others.
 */
export function applyMerge(object: Value, patch: Value, isOwn: boolean): void {
  for (const [key, value] of Object.entries(patch)) {
    const before = object[key];
    if (key === '$patch' || key === '__proto__' || key.startsWith('$setElementOrder')) continue;
    if (value === null || (isMap(value) && value.$patch === 'delete')) delete object[key];
    else if (isMap(value) && value.$patch === 'replace') object[key] = withoutDirective(value);
    else if (isMap(value)) {
      const inner = isMap(before) ? before : {};
      object[key] = inner;
      applyMerge(inner, value, isOwn);
    } else if (isOwn && BY_NAME.has(key) && Array.isArray(value)) object[key] = mergeList(before, value);
    else object[key] = plain(value);
  }
}

function mergeList(before: unknown, patch: readonly unknown[]): unknown[] {
  const items = patch.filter(isMap);
  const isReplaced = items.some((item) => item.$patch === 'replace' && item.name === undefined);
  const old = isReplaced || !Array.isArray(before) ? [] : before.filter(isMap);
  const named = items.filter((item) => item.name !== undefined);
  const first = named.flatMap((item) => {
    if (item.$patch === 'delete') return [];
    const known = old.find(({ name }) => name === item.name) ?? {};
    applyMerge(known, item, true);
    return [known];
  });
  return [...first, ...old.filter(({ name }) => !named.some((item) => item.name === name))];
}

function withoutDirective({ $patch, ...rest }: Value): unknown {
  return plain(rest);
}

/** The operations of a JSON patch that is given as plain data; undefined when it is none. */
export function readOperations(value: unknown): Operation[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((each) => {
    const { op, path, value: given } = (isMap(each) ? each : {}) as Value;
    return { op: String(op), path: typeof path === 'string' ? steps(path) : [], value: given };
  });
}

/** The steps of a JSON pointer. */
function steps(pointer: string): string[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The JSON pointer of steps. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Applies one operation; whether it could be. `copy` and `move` are not followed. */
export function applyOperation(object: Value, { op, path, value }: Operation): boolean {
  const key = path.at(-1);
  const holder = valueAt(object, path.slice(0, -1));
  if (key === undefined || typeof holder !== 'object' || holder === null) return false;
  if (op === 'test') return true;
  if (Array.isArray(holder)) {
    const end = op === 'add' ? holder.length : holder.length - 1;
    const index = key === '-' ? holder.length : Number(key) + (key.startsWith('-') ? end + 1 : 0);
    if (!Number.isInteger(index) || index < 0 || index > end) return false;
    if (op === 'add') holder.splice(index, 0, plain(value));
    else if (op === 'replace') holder[index] = plain(value);
    else if (op === 'remove') holder.splice(index, 1);
    else return false;
    return true;
  }
  const map = holder as Value;
  if (op === 'add' || op === 'replace') map[key] = plain(value);
  else if (op === 'remove') delete map[key];
  else return false;
  return true;
}

/** The value that steps lead to. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Value)[step];
  }
  return at;
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
