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

const service = (more: string) => `apiVersion: v1
kind: Service
metadata: {name: report}
spec: {selector: {app: report}, ports: [{port: 80, targetPort: ${more}}]}
---
`;
const labelled = (yaml: string) =>
  yaml.replace('  template:\n', '  template:\n    metadata: {labels: {app: report, tier: jobs}}\n');
const native = (yaml: string) =>
  yaml
    .replace(/( {6}containers:\n(?: {8}.*\n){2})((?: {8}.*\n)+)/, '      initContainers:\n$2$1')
    .replace(/(cloud-sql-proxy:2\.13\.0\n)/, '$1          restartPolicy: Always\n');
const ports = 'ports: [{name: metrics, containerPort: 9801}]';

for (const [title, text, version, expected] of [
  ['named port of a native sidecar', service('metrics') + labelled(native(job(ports))), '1.32', ['metrics']],
  [
    'named port, in a range that begins before 1.33',
    service('metrics') + labelled(native(job(ports))),
    '>=1.30',
    ['metrics'],
  ],
  ['named port where it is found', service('metrics') + labelled(native(job(ports))), '1.33', []],
  ['number', service('9801') + labelled(native(job(ports))), '1.32', []],
  ['port of other pods', service('metrics') + native(job(ports)), '1.32', []],
] as const) {
  test(`a Service leads to a ${title}`, () => {
    const versions = parseVersions(version);
    assert.ok(versions);
    const found = analyze(text, { versions }).findings.filter(({ rule }) => rule === 'named-port-to-sidecar');
    assert.deepEqual(
      found.map(({ span }) => text.slice(span.start, span.end)),
      expected,
    );
  });
}

test('a move names a Service that would no longer reach the container, and is not safe', () => {
  const versions = parseVersions('1.30');
  assert.ok(versions);
  const text = service('metrics') + labelled(job(ports));
  const first = analyze(text, { versions });
  const fix = first.findings[0]?.fix();
  assert.ok(fix && 'stays' in fix && !fix.safe);
  assert.match(fix.stays.join(), /^Service 'report' looks for port 'metrics'/);
  // A changed Service is another reason to read the Job anew.
  const second = analyze(text.replace('targetPort: metrics', 'targetPort: 9801'), { versions, previous: first });
  const after = second.findings[0]?.fix();
  assert.ok(after && 'stays' in after && after.safe && after.stays.length === 0);
});
