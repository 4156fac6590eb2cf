import type { Container, Pod } from '../kube/pod.ts';
import type { Span } from '../text.ts';

/** How sure a statement about a container is. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** One fact that speaks for or against a container being a sidecar. */
export interface Evidence {
  /** A short sentence for people, without a full stop: "the image haproxy runs until it is stopped". */
  readonly message: string;
  readonly span: Span;
}

/** What a regular container is for. */
export interface Role {
  readonly container: Container;
  /** `main`: its exit ends the work; `sidecar`: it helps and does not end by itself; `unknown`: cannot be told. */
  readonly role: 'main' | 'sidecar' | 'unknown';
  readonly confidence: Confidence;
  /** The strongest first. */
  readonly evidence: readonly Evidence[];
}

/** The role of each regular container of a pod, in their order. At least one is never a sidecar. */
export function classify(pod: Pod): Role[] {
  return pod.containers.map((container) => ({
    container,
    role: 'unknown',
    confidence: 'possible',
    evidence: [],
  }));
}
