import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze } from '../../engine/index.ts';
import { parseVersions } from '../../engine/kube/version.ts';

const job = (more: string) => `apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: registry.example.com/report:2.4
        - name: cloud-sql-proxy
          image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.13.0
          ${more}
`;

for (const [title, more, version, stays] of [
  [
    'a limit of ephemeral storage',
    'resources: {limits: {ephemeral-storage: 1Gi}}',
    '1.36',
    [
      "The ephemeral-storage limit of 'cloud-sql-proxy' stays, but before Kubernetes 1.37 the kubelet does not hold native sidecars to it.",
    ],
  ],
  ['nothing where that limit holds', 'resources: {limits: {ephemeral-storage: 1Gi}}', '1.37', []],
  [
    'a hook that makes it quit',
    'lifecycle: {preStop: {exec: {command: [kill, "1"]}}}',
    '1.37',
    ["The preStop hook of 'cloud-sql-proxy' stays, and makes it quit as soon as the pod is told to stop."],
  ],
] as const) {
  test(`a move names ${title}`, () => {
    const versions = parseVersions(version);
    assert.ok(versions);
    const fix = analyze(job(more), { versions }).findings[0]?.fix();
    assert.deepEqual(fix && 'stays' in fix && fix.stays, stays);
  });
}
