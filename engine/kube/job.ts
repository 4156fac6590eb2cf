import { asMap, asText, get, nodeAt, type Path, type YamlMap, type YamlNode } from '../yaml/read.ts';
import type { Pod } from './pod.ts';

/** The Job that runs a pod: the `JobSpec` around its template. */
export interface Job {
  readonly spec: YamlMap;
  /** Keys and indexes from the document's root to the Job's spec. */
  readonly path: Path;
  /** The value of a field of the Job's spec: `backoffLimit`, `podFailurePolicy` … */
  field(name: string): YamlNode | undefined;
  /** A whole number in a field of the Job's spec; undefined when absent or no number. */
  number(name: string): number | undefined;
}

/** Kinds that hold the spec of a Kubernetes Job. Source: the API types of Kubernetes, JobSet, KEDA, OpenKruise and Kubeflow. */
const WITH_JOB_SPEC: ReadonlySet<string> = new Set([
  'Job',
  'CronJob',
  'ScheduledJob',
  'JobSet',
  'ScaledJob',
  'AdvancedCronJob',
  'TrainingRuntime',
  'ClusterTrainingRuntime',
]);

/** The Job that runs a pod; undefined where none does, as for a bare Pod or a Volcano Job. */
export function jobOf({ document, workload, path }: Pod): Job | undefined {
  if (!WITH_JOB_SPEC.has(workload.kind) || path.includes('broadcastJobTemplate') || path.includes('tasks')) {
    return undefined;
  }
  const specPath = path.slice(0, -2);
  const spec = asMap(document, nodeAt(document, specPath));
  if (!spec) return undefined;
  const field = (name: string) => get(document, spec, name);
  return {
    spec,
    path: specPath,
    field,
    number(name) {
      const value = asText(document, field(name))?.value ?? '';
      return /^\d+$/.test(value) ? Number(value) : undefined;
    },
  };
}
