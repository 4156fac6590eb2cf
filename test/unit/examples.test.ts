import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { analyze } from '../../engine/index.ts';
import { noSchemas, schemaErrors } from './kubernetes-schema.ts';

interface Expected {
  /** The containers that are reported, in their order, each with whether its fix is applied unasked. */
  readonly found: readonly (readonly [container: string, fix: 'safe' | 'not safe'])[];
  /** The rules that report something beside them. */
  readonly others?: readonly string[];
}

/** Every file of examples/, and what a newcomer sees in it. */
const EXAMPLES: Readonly<Record<string, Expected>> = {
  'cronjob-with-proxy.yaml': { found: [['haproxy', 'safe']] },
  'cronjob-native.yaml': { found: [] },
  'cronjob-with-pkill.yaml': { found: [['haproxy', 'not safe']], others: ['kill-workaround'] },
  'job-with-cloud-sql-proxy.yaml': {
    found: [['cloud-sql-proxy', 'not safe']],
    others: ['kill-workaround', 'workaround-leaks-on-failure'],
  },
  'job-with-sentinel-file.yaml': { found: [['log-shipper', 'not safe']], others: ['sentinel-file-workaround'] },
  'job-with-two-sidecars.yaml': {
    found: [
      ['otel-collector', 'safe'],
      ['log-tailer', 'safe'],
    ],
  },
  'job-two-workers.yaml': { found: [] },
  'list.json': { found: [['envoy', 'safe']] },
};

test('every example is known', () => {
  assert.deepEqual(readdirSync('examples').sort(), Object.keys(EXAMPLES).sort());
});

for (const [file, { found, others = [] }] of Object.entries(EXAMPLES)) {
  const text = readFileSync(`examples/${file}`, 'utf8');

  test(`${file} shows what its comment says`, () => {
    const analysis = analyze(text);
    const sidecars = analysis.findings.filter(({ rule }) => rule === 'non-native-sidecar');
    const seen = sidecars.map((finding) => {
      const fix = finding.fix();
      assert.ok(fix && 'edits' in fix, `${finding.container} can be fixed`);
      return [finding.container, fix.safe ? 'safe' : 'not safe'];
    });
    assert.deepEqual(seen, found);
    assert.ok(sidecars.every(({ severity }) => severity === 'warning'));
    assert.deepEqual(
      [...new Set(analysis.findings.map(({ rule }) => rule).filter((rule) => rule !== 'non-native-sidecar'))],
      others,
    );
    assert.deepEqual(analysis.skipped, []);
  });

  test(`${file} is valid Kubernetes`, { skip: noSchemas }, () => {
    assert.deepEqual(schemaErrors(parse(text)), []);
  });
}

for (const file of Object.keys(EXAMPLES).filter((name) => name.endsWith('.yaml'))) {
  test(`${file} opens with two lines that say what to see, and is short`, () => {
    const lines = readFileSync(`examples/${file}`, 'utf8').split('\n');
    assert.deepEqual(
      lines.slice(0, 3).map((line) => line.startsWith('# ')),
      [true, true, false],
    );
    assert.ok(lines.length <= 50, `${lines.length} lines`);
    for (const line of lines) assert.ok(line.length <= 120, line);
  });
}

test('the first example fits one screen, with its sidecar in the first 35 lines', () => {
  const lines = readFileSync('examples/cronjob-with-proxy.yaml', 'utf8').trimEnd().split('\n');
  assert.ok(lines.length <= 40, `${lines.length} lines`);
  const name = lines.findIndex((line) => line.trim() === '- name: haproxy');
  assert.ok(name >= 0 && name < 35);
  assert.equal(lines[name + 1]?.trim(), 'image: haproxy:2.9');
});

test('the native example means what the first one means, with the sidecar moved', () => {
  const podOf = (file: string) => parse(readFileSync(`examples/${file}`, 'utf8')).spec.jobTemplate.spec.template.spec;
  const before = podOf('cronjob-with-proxy.yaml');
  const after = podOf('cronjob-native.yaml');
  const [work, sidecar] = before.containers;
  assert.deepEqual(after, {
    ...before,
    initContainers: [{ ...sidecar, restartPolicy: 'Always' }],
    containers: [work],
  });
});

test('the schema oracle itself says no', { skip: noSchemas }, () => {
  const job = parse(readFileSync('examples/job-two-workers.yaml', 'utf8'));
  assert.deepEqual(schemaErrors(job), []);
  job.spec.template.spec.containers[0].restartpolicy = 'Always';
  assert.match(schemaErrors(job).join('\n'), /additional properties .*restartpolicy/);
});
