/** The Job `nightly` with these lines in its pod spec: a whole manifest, or a merge patch for one. */
export const job = (...lines: readonly string[]) => `apiVersion: batch/v1
kind: Job
metadata:
  name: nightly
spec:
  template:
    spec:
${lines.map((line) => `      ${line}\n`).join('')}`;

/** A Job whose `proxy` keeps it from completing. */
export const REGULAR = job(
  'restartPolicy: Never',
  'containers:',
  '  - name: proxy',
  '    image: haproxy:2.9',
  '  - name: load',
  '    image: registry.example.com:5000/load:1',
);

/** The same with a native sidecar. */
export const NATIVE = job(
  'restartPolicy: Never',
  'initContainers:',
  '  - name: proxy',
  '    image: haproxy:2.9',
  '    restartPolicy: Always',
  'containers:',
  '  - name: load',
  '    image: registry.example.com:5000/load:1',
);

/** A merge patch that fits the Job only while its `proxy` is no native sidecar. */
export const MERGE = job('containers:', '  - name: proxy', '    tty: true');

/** Where the overlay that is built has its kustomization and its patch. */
export const TOP = 'overlays/top/kustomization.yaml';
export const PATCH = 'overlays/top/patch.yaml';

/** A base with one workload, as files; `more` are further lines of its kustomization. */
export const base = (workload: string, more = '') => ({
  'base/job.yaml': workload,
  'base/kustomization.yaml': `resources:\n  - job.yaml\n${more}`,
});

/** The kustomization of an overlay with one patch: for what its `target` selects, or for what the patch names. */
const overlay = (target?: string) =>
  `resources:\n  - ../../base\npatches:\n  - path: patch.yaml\n${target ? `    target: ${target}\n` : ''}`;

/** A base with one workload under an overlay with one patch, as files. */
export const layers = (workload: string, patch: string, target?: string) => ({
  ...base(workload),
  [TOP]: overlay(target),
  [PATCH]: patch,
});
