import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps } from '../../cli/steps.ts';
import { type Analysis, analyze, type Finding, type Fix } from '../../engine/index.ts';
import { JOB } from './run.ts';

const at = (offset: number) => [{ span: { start: offset, end: offset }, text: '#' }];
const TWO_STEPS: Fix = {
  title: 'x',
  safe: false,
  stays: [],
  steps: [
    {
      title: "Move 'haproxy' to initContainers",
      also: ['unwrap its script', 'drop\nits hook'],
      review: false,
      edits: at(1),
    },
    { title: 'Remove shareProcessNamespace', also: [], review: true, edits: at(2) },
  ],
  edits: [...at(1), ...at(2)],
};

/** The analysis of a text in which every pod is fixed by the same steps. */
function stepping(text: string): Analysis {
  const { findings } = analyze(text);
  return {
    ...({ text, findings } as Analysis),
    fixAll: (of: readonly Finding[]) => (of.length > 0 ? TWO_STEPS : undefined),
  };
}

test('steps are numbered, with what else they do below them, each in a line of its own', () => {
  assert.equal(
    describeSteps(stepping(JOB), TWO_STEPS, { unsafe: true }),
    [
      "# 1. Move 'haproxy' to initContainers",
      '#    also: unwrap its script',
      '#    also: drop its hook',
      '# 2. Remove shareProcessNamespace',
      '',
    ].join('\n'),
  );
});

test('several pods are named, each with its own numbers', () => {
  const nameless = JOB.replace('  name: export\n', '  labels: {}\n');
  const lines = describeSteps(stepping(`${JOB}---\n${nameless}`), TWO_STEPS, { unsafe: true }).split('\n');
  assert.deepEqual(
    lines.filter((line) => !line.includes('also')),
    [
      '# Job export',
      "# 1. Move 'haproxy' to initContainers",
      '# 2. Remove shareProcessNamespace',
      '# Job',
      "# 1. Move 'haproxy' to initContainers",
      '# 2. Remove shareProcessNamespace',
      '',
    ],
  );
});

test('a pod whose fix is not part of the chosen one is left out', () => {
  assert.equal(describeSteps(stepping(JOB), { ...TWO_STEPS, edits: at(1) }, { unsafe: true }), '');
});
