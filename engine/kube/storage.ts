import { asMap, type Entry, entry } from '../yaml/read.ts';
import type { Container, Pod } from './pod.ts';
import type { KubernetesVersion } from './version.ts';

/** The oldest minor whose kubelet holds native sidecars to their own limit. Source: the release notes of 1.37, #138462. */
export const STORAGE_LIMITED_SINCE: KubernetesVersion = { major: 1, minor: 37 };

/** A container's limit of ephemeral storage, beyond which the kubelet evicts its pod. */
export function storageLimit({ document }: Pod, container: Container): Entry | undefined {
  const resources = asMap(document, container.field('resources'));
  return entry(
    document,
    asMap(document, resources && entry(document, resources, 'limits')?.value),
    'ephemeral-storage',
  );
}
