import type { Completion } from '../config/complete.ts';
import type { WorkloadKind } from '../kube/kinds.ts';
import { type Container, isNativeSidecar, type Pod, readPods } from '../kube/pod.ts';
import {
  atLeast,
  DEFAULT_VERSIONS,
  formatVersion,
  formatVersions,
  NATIVE_SIDECARS_SINCE,
  type VersionRange,
} from '../kube/version.ts';
import { podTemplates } from '../kube/workload.ts';
import { readClues } from '../sidecar/clues.ts';
import { marksOf, openRequests } from '../sidecar/injected.ts';
import { meaningOf, offeredBy, otherwise } from '../sidecar/injectors.ts';
import { offeredProbe } from '../sidecar/probe.ts';
import { lineEnding } from '../text.ts';
import { asMap, entry, nodeAt, type Path } from '../yaml/read.ts';
import { blockEntry } from '../yaml/write.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import { completeSuppression } from './suppressions.ts';

/** What completion in a manifest depends on besides the text. */
export interface CompleteOptions {
  readonly versions?: VersionRange;
  readonly kinds?: readonly WorkloadKind[];
  /** Rules that found something in the text: suppressions name these first. */
  readonly found?: readonly string[];
}

/**
 * What may be written at an offset of a manifest, or of a Dockerfile, where the schema of Kubernetes does not know it. The
 * line may be half-written. Never throws.
 */
export function completeManifest(text: string, offset: number, options: CompleteOptions = {}): Completion[] {
  const rules = completeSuppression(text, offset, options.found ?? []);
  if (rules) return rules;
  if (!/ontainers|podFailurePolicy/.test(text)) return [];
  const cursor = cursorAt(text, offset);
  if (!cursor) return [];
  return cursor.kind === 'key' ? keys(cursor, lineEnding(text), options) : values(cursor, options);
}

function keys(
  cursor: Cursor,
  newline: string,
  { kinds = [], versions = DEFAULT_VERSIONS }: CompleteOptions,
): Completion[] {
  const { document, path } = cursor;
  for (const template of podTemplates(document, kinds)) {
    const inside = below(path, template.path);
    if (inside?.[0] === 'spec' && inside[1] === 'initContainers' && inside.length === 3) {
      return [...restartPolicy(cursor, versions), ...startupProbe(cursor, newline, kinds)];
    }
    if (inside?.join('.') === 'metadata.annotations') return annotations(cursor, kinds);
  }
  return [];
}

/** The rest of a path behind another one. */
function below(path: Path, start: Path): Path | undefined {
  return start.every((key, index) => path[index] === key) ? path.slice(start.length) : undefined;
}

const NATIVE =
  'makes it a native sidecar: the next container starts when it has started, and it does not keep the pod running.';

function restartPolicy({ document, path, start }: Cursor, versions: VersionRange): Completion[] {
  const container = asMap(document, nodeAt(document, path));
  if (entry(document, container, 'restartPolicy') || !isOffered(versions)) return [];
  const line = 'restartPolicy: Always';
  return [{ kind: 'key', label: line, description: described(versions), insert: line, start }];
}

/** Elsewhere it would be taken out without a word. */
function isOffered({ highest }: VersionRange): boolean {
  return atLeast(highest, NATIVE_SIDECARS_SINCE);
}

function described(versions: VersionRange): string {
  const everywhere = atLeast(versions.lowest, NATIVE_SIDECARS_SINCE);
  const where = everywhere
    ? ''
    : ` It needs Kubernetes ${formatVersion(NATIVE_SIDECARS_SINCE)}; here ${formatVersions(versions)} counts.`;
  return `\`Always\` ${NATIVE}${where}`;
}

function startupProbe(
  { document, path, start, column }: Cursor,
  newline: string,
  kinds: readonly WorkloadKind[],
): Completion[] {
  for (const pod of readPods(document, kinds)) {
    const container = pod.initContainers.find(
      ({ index }) => index === path.at(-1) && below(path, pod.path)?.length === 2,
    );
    if (!container || !isNativeSidecar(container) || container.has('startupProbe')) continue;
    const [clues] = readClues(pod, [container]);
    const probe = clues && offeredProbe(pod, clues);
    if (!probe) return [];
    const lines = blockEntry('startupProbe', probe, 2, 2);
    const insert = lines.map((line, index) => (index === 0 ? line : ' '.repeat(column) + line)).join(newline);
    const description = `The startup probe of ${clues.daemon?.family.id}: the next container starts when it has succeeded.\n\n\`\`\`yaml\n${lines.join('\n')}\n\`\`\``;
    return [{ kind: 'key', label: `startupProbe of ${clues.daemon?.family.id}`, description, insert, start }];
  }
  return [];
}

/** What lets the pod end in spite of the sidecars that are put into it. */
function annotations({ document, path, start }: Cursor, kinds: readonly WorkloadKind[]): Completion[] {
  const pod = readPods(document, kinds).find((each) => below(path, each.path.slice(0, -1))?.length === 2);
  if (!pod) return [];
  return openRequests(marksOf(pod)).flatMap(({ injector }) => {
    const offered = offeredBy(injector);
    if (!offered) return [];
    const line = `${offered.annotation}: "true"`;
    const description = `${meaningOf(injector, offered, true)} ${otherwise(injector)}`.trim();
    return [{ kind: 'key' as const, label: line, description, insert: line, start }];
  });
}

function values(cursor: Cursor, { kinds = [], versions = DEFAULT_VERSIONS }: CompleteOptions): Completion[] {
  const { document, path, start } = cursor;
  const pods = readPods(document, kinds);
  const last = path.at(-1);
  if (last === 'containerName') {
    const pod = pods.find((each) => isNamedIn(path, each));
    return pod ? containerNames(pod, start) : [];
  }
  if (last !== 'restartPolicy' || !isOffered(versions)) return [];
  const isInit = podTemplates(document, kinds).some((template) => {
    const inside = below(path, template.path);
    return inside?.[0] === 'spec' && inside[1] === 'initContainers' && inside.length === 4;
  });
  if (!isInit) return [];
  return [{ kind: 'value', label: 'Always', description: described(versions), insert: 'Always', start }];
}

/** Whether `containerName` at a path names a container of a pod. */
function isNamedIn(path: Path, pod: Pod): boolean {
  if (path.at(-2) === 'resourceFieldRef') return below(path, pod.path) !== undefined;
  const at = path.indexOf('podFailurePolicy');
  // The Job's spec holds the policy and, in `template.spec`, the pod.
  return (
    at >= 0 &&
    path.at(-2) === 'onExitCodes' &&
    pod.path.length === at + 2 &&
    below(pod.path, path.slice(0, at)) !== undefined
  );
}

function containerNames({ containers, initContainers }: Pod, start: number): Completion[] {
  return [...containers, ...initContainers].flatMap((container) => {
    const name = container.name?.value;
    // `xxxxx` stands for what is known after rendering only.
    if (name === undefined || !/^[a-z0-9-]+$/.test(name) || /x{5}/.test(name)) return [];
    return { kind: 'value' as const, label: name, description: kindOf(container), insert: name, start };
  });
}

function kindOf(container: Container): string {
  if (container.list === 'containers') return 'A regular container.';
  return isNativeSidecar(container) ? 'A native sidecar.' : 'An init container.';
}
