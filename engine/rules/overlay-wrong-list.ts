import { isMap, type Value, valueAt } from '../kustomize/apply.ts';
import { folderOf, relativePath } from '../kustomize/path.ts';
import type { Target } from '../kustomize/tree.ts';
import { asMap, asSeq, asText, get, type Path, spanOf, type YamlDocument, type YamlNode } from '../yaml/read.ts';
import type { OverlayProblem, OverlayRule, PatchedWorkload } from './rule.ts';

/** A merge patch for a container that is in the other list adds a second container of that name. */
export const overlayWrongList: OverlayRule = {
  id: 'overlay-wrong-list',
  title: 'A patch names an init container under containers',
  severity: () => 'error',

  *check({ document, value, kind, path, workloads }) {
    const [first] = workloads;
    if (kind !== 'merge' || !first) return;
    for (const pod of first.now.pods) {
      const items = listIn(value, pod, 'containers');
      for (const [index, item] of items.entries()) {
        const name = nameOf(item);
        if (name === undefined) continue;
        const misplaced = workloads.filter(({ now }) => isMisplaced(now, pod, name));
        const [found] = misplaced;
        const span = found && nameSpan(document, pod, index);
        if (!found || !span) continue;
        yield problem({
          item,
          name,
          pod,
          index,
          span,
          path,
          found,
          isShared: misplaced.length < workloads.length,
        });
      }
    }
  },
};

interface Found {
  readonly item: Value;
  readonly name: string;
  readonly pod: Path;
  readonly index: number;
  readonly span: OverlayProblem['span'];
  readonly path: string;
  readonly found: PatchedWorkload;
  /** Whether other workloads have the container where the patch names it. */
  readonly isShared: boolean;
}

function problem({ item, name, pod, index, span, path, found: { now }, isShared }: Found): OverlayProblem {
  const what = isNative(now, pod, name) ? 'a native sidecar' : 'an init container';
  const effect =
    item.$patch === 'delete'
      ? 'This deletes nothing'
      : `This adds a second container '${name}'${item.image === undefined ? ' without an image' : ''}, which Kubernetes refuses`;
  const title = `Patch '${name}' under initContainers`;
  return {
    message: `'${name}' is ${what} in ${relativePath(folderOf(path), now.file)}. ${effect}. Patch it under initContainers.`,
    span,
    confidence: 'certain',
    container: name,
    workload: now,
    mend: isShared
      ? { title, safe: false, refused: `another workload that this patch changes has '${name}' under containers` }
      : { title, safe: true, move: { pod, index, name, list: initNames(now, pod) } },
  };
}

function initNames({ value }: Target, pod: Path): string[] {
  return listIn(value, pod, 'initContainers').flatMap((each) => nameOf(each) ?? []);
}

function isMisplaced({ value }: Target, pod: Path, name: string): boolean {
  const regular = listIn(value, pod, 'containers').find((each) => nameOf(each) === name);
  return listIn(value, pod, 'initContainers').some((each) => nameOf(each) === name) && regular?.image === undefined;
}

function isNative({ value }: Target, pod: Path, name: string): boolean {
  const init = listIn(value, pod, 'initContainers').find((each) => nameOf(each) === name);
  return init?.restartPolicy === 'Always';
}

function listIn(value: unknown, pod: Path, list: string): Value[] {
  const found = valueAt(value, [...pod, list]);
  return Array.isArray(found) ? found.map((each) => (isMap(each) ? each : {})) : [];
}

function nameOf({ name }: Value): string | undefined {
  return typeof name === 'string' ? name : undefined;
}

function nameSpan(document: YamlDocument, pod: Path, index: number): OverlayProblem['span'] | undefined {
  let node: YamlNode | undefined = document.root;
  for (const step of [...pod, 'containers']) node = get(document, asMap(document, node), String(step));
  const item = asSeq(document, node)?.items[index] as YamlNode | undefined;
  return asText(document, get(document, asMap(document, item), 'name'))?.span ?? (item && spanOf(item));
}
