import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, applyEdits, type Fix } from '../../engine/index.ts';

const JOB = `apiVersion: batch/v1
kind: Job
metadata:
  name: export
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers:
        - name: migrate
          image: alpine:3.20
        - name: log-tail
          image: fluent/fluent-bit:3.1
          restartPolicy: Always
      containers:
        - name: work
          image: alpine:3.20
        - name: haproxy
          image: haproxy:2.9 # the proxy
        - name: watch
          image: example.com/watch:1
`;

/** The refactorings at the first place of `word` in the second of two documents, after `shift` characters. */
function at(word: string, shift = 0) {
  const text = `# first\n---\n${JOB}`;
  return { text, offered: analyze(text).refactorings(text.indexOf(word) + shift) };
}
const titles = (word: string, shift = 0) => at(word, shift).offered.map(({ title }) => title);
const MIGRATE = 'Migrate this pod to native sidecars';

test('a container is asked at any place of its lines, and nothing is offered outside', () => {
  assert.deepEqual(titles('name: export'), []);
  assert.deepEqual(titles('initContainers:'), []);
  assert.deepEqual(titles('- name: log-tail'), [MIGRATE, "Make 'log-tail' a regular container"]);
  assert.deepEqual(titles('        - name: log-tail'), [MIGRATE, "Make 'log-tail' a regular container"]);
  assert.deepEqual(titles('Always'), [MIGRATE, "Make 'log-tail' a regular container"]);
  assert.deepEqual(titles('# the proxy', 9), [MIGRATE]);
});

test('an ordinary init container has no other list, and what a finding offers is not offered twice', () => {
  assert.deepEqual(titles('migrate'), [MIGRATE]);
  assert.deepEqual(titles('name: haproxy'), [MIGRATE]);
  assert.deepEqual(titles('name: watch'), [MIGRATE, "Make 'watch' a native sidecar"]);
});

test('a pod without findings has nothing to migrate, and the only regular container stays one', () => {
  const text = JOB.slice(0, JOB.indexOf('        - name: haproxy'));
  const offered = (word: string) =>
    analyze(text)
      .refactorings(text.indexOf(word))
      .map(({ title }) => title);
  assert.deepEqual(offered('name: work'), []);
  assert.deepEqual(offered('name: log-tail'), ["Make 'log-tail' a regular container"]);
});

test('refactorings go there and back, are never safe, and are worked out once', () => {
  const { text, offered } = at('name: watch');
  const there = offered[1] as Fix;
  assert.equal(there.safe, false);
  assert.deepEqual(
    there.steps.flatMap(({ edits }) => edits),
    there.edits,
  );
  const native = applyEdits(text, there.edits);
  assert.match(native, /restartPolicy: Always\n {8}- name: watch\n {10}image: example.com\/watch:1\n {10}restart/);
  const analysis = analyze(native);
  const offset = native.indexOf('name: watch');
  const back = analysis.refactorings(offset)[1] as Fix;
  assert.equal(applyEdits(native, back.edits), text);
  assert.deepEqual(analysis.refactorings(offset)[1], back);
});

test('a refused refactoring says why', () => {
  const text = JOB.replace('containers:\n        - name: work', 'containers: &all\n        - name: work').concat(
    '      volumes: *all\n',
  );
  const [, refused] = analyze(text).refactorings(text.indexOf('name: watch'));
  assert.match(refused && 'refused' in refused ? refused.refused : '', /an anchor and its alias/);
});
