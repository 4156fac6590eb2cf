import { applyOperation, isMap, type Operation, type Value, valueAt } from './apply.ts';
import type { Target } from './tree.ts';

type List = 'containers' | 'initContainers';

/** A path of a JSON patch that names a container by its place. */
export interface ByIndex {
  /** The operation's place in the patch, counted from 0. */
  readonly operation: number;
  readonly written: readonly string[];
  /** The container that is meant. */
  readonly meant: string | undefined;
  /** The container that the path leads to; undefined when it leads nowhere. */
  readonly hit: string | undefined;
  /** The path to the container that is meant; undefined when nobody knows it. */
  readonly path: readonly string[] | undefined;
  /** Why it is known which one is meant. */
  readonly by: 'move' | 'test' | 'value' | 'place' | undefined;
}

/** Where a path leads inside a pod: `containers/1/image` has the list `containers`, the index 1 and the rest `[image]`. */
interface Address {
  readonly pod: readonly string[];
  readonly list: List;
  readonly index: number;
  readonly rest: readonly string[];
  /** Whether a container is put in there, before the one that has the index. */
  readonly isInsert: boolean;
}

/**
 * The paths of a JSON patch that no longer lead to the container that they led to in an earlier state of the workload.
 * The patch is followed in both.
 */
export function movedIndexes(operations: readonly Operation[], was: Target, now: Target): ByIndex[] {
  const [before, after] = [structured(was.value), structured(now.value)];
  const found: ByIndex[] = [];
  for (const [operation, each] of operations.entries()) {
    let path: readonly string[] | undefined = each.path;
    const address = addressOf(each, was);
    if (address?.isInsert) {
      const end = listOf(after, address.pod, address.list).length;
      if (address.index > end) {
        path = [...address.pod, address.list, '-'];
        found.push({ operation, written: each.path, meant: undefined, hit: undefined, path, by: 'move' });
      }
    } else if (address) {
      const meant = nameAt(listOf(before, address.pod, address.list), address.index);
      const hit = nameAt(listOf(after, address.pod, address.list), address.index);
      if (meant !== undefined && meant !== hit) {
        path = pathTo(after, address, meant);
        found.push({ operation, written: each.path, meant, hit, path, by: 'move' });
      }
    }
    if (!applyOperation(before, each)) break;
    if (path) applyOperation(after, { ...each, path });
  }
  return found;
}

/** The paths of a JSON patch that lead nowhere, or elsewhere than the patch itself says, in a pod with native sidecars. */
export function strayIndexes(operations: readonly Operation[], now: Target): ByIndex[] {
  const object = structured(now.value);
  const found: ByIndex[] = [];
  for (const [operation, each] of operations.entries()) {
    const address = addressOf(each, now);
    let path: readonly string[] | undefined = each.path;
    const native = address && listOf(object, address.pod, 'initContainers').filter(isNative);
    if (address && native && native.length > 0) {
      const list = listOf(object, address.pod, address.list);
      const hit = nameAt(list, address.index);
      if (address.isInsert) {
        if (address.index > list.length) {
          path = [...address.pod, address.list, '-'];
          found.push({ operation, written: each.path, meant: undefined, hit: undefined, path, by: 'place' });
        }
      } else {
        const told = clue(operations, operation, address, object);
        const [only, another] = native;
        const wasLast = address.list === 'containers' && address.index === list.length && !another;
        const guess =
          list.length <= address.index && wasLast ? { name: nameIn(only), by: 'place' as const } : undefined;
        const meant = told ?? guess;
        if (list.length <= address.index || (told && told.name !== hit)) {
          path = meant?.name === undefined ? undefined : pathTo(object, address, meant.name);
          if (path || list.length <= address.index) {
            found.push({ operation, written: each.path, meant: meant?.name, hit, path, by: meant?.by });
          }
        }
      }
    }
    if (!path || !applyOperation(object, { ...each, path })) break;
  }
  return found;
}

/** The containers that a JSON patch names by their place, with it. */
export function indexedContainers(
  operations: readonly Operation[],
  target: Target,
): { readonly name: string; readonly list: List; readonly index: number }[] {
  const object = structured(target.value);
  const found = [];
  for (const each of operations) {
    const address = addressOf(each, target);
    const name = address && nameAt(listOf(object, address.pod, address.list), address.index);
    if (address && name !== undefined) found.push({ name, list: address.list, index: address.index });
    if (!applyOperation(object, each)) break;
  }
  return found;
}

function addressOf({ op, path }: Operation, { pods }: Target): Address | undefined {
  for (const steps of pods) {
    if (!steps.every((step, at) => String(step) === path[at])) continue;
    const [list, index, ...rest] = path.slice(steps.length);
    if ((list !== 'containers' && list !== 'initContainers') || !/^\d{1,4}$/.test(index ?? '')) return undefined;
    return { pod: steps.map(String), list, index: Number(index), rest, isInsert: op === 'add' && rest.length === 0 };
  }
  return undefined;
}

/** What the patch itself says of the container that a path means. */
function clue(
  operations: readonly Operation[],
  at: number,
  { pod, list, index, rest }: Address,
  object: Value,
): { readonly name: string; readonly by: 'test' | 'value' } | undefined {
  const own = [...pod, list, String(index), 'name'].join('\n');
  const test = operations.slice(0, at + 1).findLast((each) => each.op === 'test' && each.path.join('\n') === own);
  if (typeof test?.value === 'string') return { name: test.value, by: 'test' };
  const value = operations[at]?.value;
  if (rest.length === 0) {
    const name = nameIn(value);
    return name === undefined ? undefined : { name, by: 'value' };
  }
  if (rest.length !== 1 || rest[0] !== 'image' || typeof value !== 'string') return undefined;
  const all = [...listOf(object, pod, 'initContainers'), ...listOf(object, pod, 'containers')].filter(isMap);
  const same = all.filter(({ image }) => typeof image === 'string' && repository(image) === repository(value));
  const name = nameIn(same[0]);
  return same.length === 1 && name !== undefined ? { name, by: 'value' } : undefined;
}

/** An image without its tag and digest. */
function repository(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
}

function pathTo(object: Value, { pod, rest }: Address, name: string): string[] | undefined {
  for (const list of ['containers', 'initContainers'] as const) {
    const index = listOf(object, pod, list).findIndex((each) => nameIn(each) === name);
    if (index >= 0) return [...pod, list, String(index), ...rest];
  }
  return undefined;
}

function listOf(object: Value, pod: readonly string[], list: List): readonly unknown[] {
  const found = valueAt(object, [...pod, list]);
  return Array.isArray(found) ? found : [];
}

function nameAt(list: readonly unknown[], index: number): string | undefined {
  return nameIn(list[index]);
}

function nameIn(container: unknown): string | undefined {
  return isMap(container) && typeof container.name === 'string' ? container.name : undefined;
}

function isNative(container: unknown): boolean {
  return isMap(container) && container.restartPolicy === 'Always';
}

function structured(value: Readonly<Value>): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
