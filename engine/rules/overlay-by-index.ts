import { pointer, readOperations } from '../kustomize/apply.ts';
import { type ByIndex, movedIndexes, strayIndexes } from '../kustomize/indexes.ts';
import { folderOf, relativePath } from '../kustomize/path.ts';
import type { Target } from '../kustomize/tree.ts';
import type { Confidence } from '../sidecar/classify.ts';
import { asMap, asSeq, asText, get, type Text, type YamlDocument } from '../yaml/read.ts';
import type { OverlayMend, OverlayProblem, OverlayRule, PatchedWorkload } from './rule.ts';

/** A JSON patch names a container by its place in the list, and a move changes who stands there. */
export const overlayByIndex: OverlayRule = {
  id: 'overlay-by-index',
  title: 'A patch names a container by its place, which a move changes',
  severity: (confidence) => (confidence === 'possible' ? 'info' : 'warning'),

  *check({ document, value, kind, path, workloads }) {
    const operations = kind === 'json' ? readOperations(value) : undefined;
    if (!operations) return;
    const each = workloads.map(({ was, now, next }: PatchedWorkload) => {
      const moved = was ? movedIndexes(operations, was, now) : strayIndexes(operations, now);
      const planned = next && !was ? movedIndexes(operations, now, next) : [];
      return { now, moved, planned };
    });
    for (const operation of operations.keys()) {
      const written = pathAt(document, operation);
      if (!written) continue;
      const at = (found: readonly ByIndex[]) => found.find((one) => one.operation === operation);
      const found = each.flatMap(({ now, moved }) => ({ now, index: at(moved) }));
      const first = found.find(({ index }) => index);
      if (first?.index) {
        yield broken(written, first.now, first.index, mendOf(operation, found));
        continue;
      }
      const planned = each.map(({ now, planned: all }) => ({ now, index: at(all) })).find(({ index }) => index);
      if (planned?.index) yield shaky(written, planned.now, planned.index, path);
    }
  },
};

function broken(written: Text, workload: Target, index: ByIndex, mend: OverlayMend): OverlayProblem {
  const { meant, hit, path, by } = index;
  const leads = hit === undefined ? 'This path leads to no container' : `This path leads to container '${hit}'`;
  const place = path ? ` at ${shortOf(path)}` : '';
  const means = by === 'move' ? 'it was for' : by === 'test' ? 'the patch tests for' : 'it seems to be for';
  const reason = meant === undefined ? '' : `, but ${means} '${meant}'${place}`;
  return {
    message: `${leads}${reason}. An index means another container when one moves.`,
    span: written.span,
    confidence: confidenceOf(by),
    container: hit ?? meant,
    workload,
    mend,
  };
}

/** What a path does once the offered moves are made. */
function shaky(written: Text, workload: Target, { meant, hit, path }: ByIndex, file: string): OverlayProblem {
  const then = hit === undefined ? 'no container' : `container '${hit}'`;
  const place = path && meant !== undefined ? ` (then at ${shortOf(path)})` : '';
  const what = meant === undefined ? 'This path' : `This path means container '${meant}'${place} by its place. It`;
  return {
    message: `${what} leads to ${then} when the sidecars in ${relativePath(folderOf(file), workload.file)} become native. 'native-sidecars fix' on the folder changes both.`,
    span: written.span,
    confidence: 'possible',
    container: meant,
    workload,
  };
}

/** A new path, where all workloads that the patch changes agree on it. */
function mendOf(
  operation: number,
  found: readonly { readonly now: Target; readonly index: ByIndex | undefined }[],
): OverlayMend {
  const paths = new Set(found.map(({ index }) => index?.path && pointer(index.path)));
  const [path] = paths;
  const title = path === undefined ? 'Name the container by its new place' : `Change the path to ${path}`;
  if (paths.size > 1) return { title, safe: false, refused: 'the workloads that this patch changes differ' };
  if (path === undefined) return { title, safe: false, refused: 'nothing tells which container is meant' };
  const safe = found.every(({ index }) => index?.by === 'move' || index?.by === 'test');
  return { title, safe, change: { kind: 'set', path: [operation, 'path'], value: path } };
}

function confidenceOf(by: ByIndex['by']): Confidence {
  return by === 'move' || by === 'test' ? 'certain' : by === undefined ? 'possible' : 'likely';
}

/** The list and the index of a path: `initContainers/0`. */
function shortOf(path: readonly string[]): string {
  const at = path.findLastIndex((step) => step === 'containers' || step === 'initContainers');
  return path.slice(at, at + 2).join('/');
}

function pathAt(document: YamlDocument, operation: number): Text | undefined {
  const item = asSeq(document, document.root)?.items[operation];
  return asText(document, get(document, asMap(document, item), 'path'));
}
