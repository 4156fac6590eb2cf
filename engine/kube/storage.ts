import { asMap, type Entry, entry } from '../yaml/read.ts';
import type { Container, Pod } from './pod.ts';

/** A container's limit of ephemeral storage, beyond which the kubelet evicts its pod. */
export function storageLimit({ document }: Pod, container: Container): Entry | undefined {
  const resources = asMap(document, container.field('resources'));
  return entry(
    document,
    asMap(document, resources && entry(document, resources, 'limits')?.value),
    'ephemeral-storage',
  );
}
