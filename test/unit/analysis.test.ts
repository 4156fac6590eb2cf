import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, applyEdits, type Finding, type Fix, parseVersions } from '../../engine/index.ts';

const cronJob = (name: string) => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${name}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: backup
            image: alpine:3.20
            command: [sh, -c, "tar cz /data | cat > /backup.tgz"]
          - name: haproxy
            image: haproxy:2.9
`;

const fixOf = (finding: Finding | undefined): Fix => {
  const fix = finding?.fix();
  assert.ok(fix && 'edits' in fix, `expected a fix, got ${JSON.stringify(fix)}`);
  return fix;
};

test('a regular proxy beside the work is found, with its workload, container and confidence', () => {
  const text = cronJob('nightly');
  const [finding, ...more] = analyze(text).findings;
  assert.deepEqual(more, []);
  assert.equal(finding?.rule, 'non-native-sidecar');
  assert.equal(finding.severity, 'warning');
  assert.equal(finding.container, 'haproxy');
  assert.deepEqual(finding.workload, { kind: 'CronJob', name: 'nightly', namespace: undefined });
  assert.equal(text.slice(finding.span.start, finding.span.end), 'haproxy');
  assert.equal(
    finding.message,
    "Container 'haproxy' keeps this CronJob's pods running after 'backup' has finished. Make it a native sidecar.",
  );
});

test('the fix is worked out once and makes the finding go away', () => {
  const text = cronJob('nightly');
  const finding = analyze(text).findings[0];
  const fix = fixOf(finding);
  assert.equal(fix.title, "Make 'haproxy' a native sidecar");
  assert.equal(fix.safe, true);
  const fixed = applyEdits(text, fix.edits);
  assert.deepEqual(analyze(fixed).findings, []);
  assert.match(fixed, /initContainers:\n {10}- name: haproxy\n {12}image: haproxy:2.9\n {12}restartPolicy: Always\n/);
});

test('one keystroke reads one document again, however many there are', () => {
  const text = Array.from({ length: 200 }, (_, i) => cronJob(`job-${i}`)).join('---\n');
  const before = analyze(text);
  assert.equal(before.read, 200);
  const at = text.indexOf('job-100') + 'job-100'.length;
  const after = analyze(`${text.slice(0, at)}x${text.slice(at)}`, { previous: before });
  assert.equal(after.read, 1);
  assert.equal(after.findings.length, 200);
  assert.equal(after.findings[100]?.workload.name, 'job-100x');
  assert.equal(after.findings[199]?.document, 199);
  assert.equal(after.findings[199].span.start, (before.findings[199]?.span.start ?? 0) + 1);
});

test('other options read everything again', () => {
  const before = analyze(cronJob('nightly'));
  assert.equal(analyze(before.text, { previous: before }).read, 0);
  assert.equal(analyze(before.text, { previous: before, rules: { 'non-native-sidecar': 'hint' } }).read, 1);
});

test('rules can be off or have another severity', () => {
  const text = cronJob('nightly');
  assert.deepEqual(analyze(text, { rules: { 'non-native-sidecar': 'off' } }).findings, []);
  assert.equal(analyze(text, { rules: { 'non-native-sidecar': 'error' } }).findings[0]?.severity, 'error');
});

test('a cluster that does not know native sidecars makes the move unsafe', () => {
  const versions = parseVersions('1.28');
  assert.ok(versions);
  assert.equal(fixOf(analyze(cronJob('nightly'), { versions }).findings[0]).safe, false);
});

test('fixAll composes the moves of every document into edits that apply together', () => {
  const text = `${cronJob('a')}---\n${cronJob('a')}---\n# nothing here\n---\n${cronJob('b')}`;
  const analysis = analyze(text);
  assert.deepEqual(
    analysis.findings.map((finding) => finding.document),
    [0, 1, 3],
  );
  const fix = analysis.fixAll(analysis.findings, { unsafe: false });
  assert.ok(fix);
  const fixed = applyEdits(text, fix.edits);
  assert.deepEqual(analyze(fixed).findings, []);
  assert.equal(fixed.match(/restartPolicy: Always/g)?.length, 3);
});

test('a document that does not parse is skipped, the others are checked', () => {
  const analysis = analyze(`a: [ontainers\n---\n${cronJob('nightly')}`);
  assert.equal(analysis.findings.length, 1);
  assert.equal(analysis.skipped.length, 1);
  assert.equal(analysis.skipped[0]?.document, 0);
});

test('a text without containers is not read at all', () => {
  assert.equal(analyze('a: [').skipped.length, 0);
});
