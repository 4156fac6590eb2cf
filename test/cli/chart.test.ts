import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { JOB, run, withFiles } from './run.ts';

const SHOP = 'test/charts/shop';

// biome-ignore lint/suspicious/noExplicitAny: what a report holds is what is tested
const json = (text: string): any => JSON.parse(text);

test('a template is read with its chart; evidence in a named template is told with its file', () => {
  withFiles({}, (cwd) => {
    cpSync(SHOP, join(cwd, 'shop'), { recursive: true });
    const { out, status } = run(['check', 'shop/templates'], { cwd });
    assert.equal(status, 1);
    assert.match(out, /^shop\/templates\/export\.yaml:15:9 warning Container '\{\{ \.Release\.Name \}\}-shipper'/m);
    assert.match(out, /^ {2}shop\/charts\/common\/templates\/_shipper\.tpl:4:10 the image 'fluent-bit:3\.1'/m);
    assert.match(out, /: 5 warnings\n$/);
    // From inside the chart, too.
    const inside = run(['check', 'export.yaml'], { cwd: join(cwd, 'shop/templates') });
    assert.match(inside.out, /charts\/common\/templates\/_shipper\.tpl:4:10/);
    const report = json(run(['check', '--format', 'json', 'shop'], { cwd }).out);
    const validate = new Ajv2020().compile(json(readFileSync('docs/json-output.schema.json', 'utf8')));
    const isValid: boolean = validate(report);
    assert.ok(isValid, JSON.stringify(validate.errors));
    const evidence = report.files.flatMap((file: { findings: { evidence: { file?: string }[] }[] }) =>
      file.findings.flatMap((finding) => finding.evidence.flatMap((each) => each.file ?? [])),
    );
    assert.deepEqual(evidence, ['shop/templates/_helpers.tpl', 'shop/charts/common/templates/_shipper.tpl']);
  });
});

test('fix moves the lines of a template, and only when told to', () => {
  withFiles({}, (cwd) => {
    cpSync(SHOP, join(cwd, 'shop'), { recursive: true });
    const before = readFileSync(join(cwd, 'shop/templates/import.yaml'), 'utf8');
    run(['fix', 'shop'], { cwd });
    assert.equal(readFileSync(join(cwd, 'shop/templates/import.yaml'), 'utf8'), before);
    const { err, status } = run(['fix', '--unsafe', 'shop'], { cwd });
    assert.equal(status, 0);
    assert.match(err, /5 findings fixed in 4 files/);
    assert.match(
      readFileSync(join(cwd, 'shop/templates/export.yaml'), 'utf8'),
      /nindent 8 \}\}\n {10}restartPolicy: Always\n/,
    );
    assert.match(
      readFileSync(join(cwd, 'shop/templates/import.yaml'), 'utf8'),
      /\{\{- if \.Values\.tunnel\.enabled \}\}\n {8}- name: tunnel\n.*\n {10}restartPolicy: Always\n/,
    );
    assert.match(run(['fix', '--unsafe', 'shop'], { cwd }).err, /0 findings fixed in 0 files/);
  });
});

test('fix --version-guard keeps containers where they are for old clusters, and needs no review', () => {
  withFiles({}, (cwd) => {
    cpSync(SHOP, join(cwd, 'shop'), { recursive: true });
    const { err, status } = run(['fix', '--version-guard', 'shop'], { cwd });
    assert.equal(status, 0);
    assert.match(err, /4 findings fixed in 4 files/);
    const report = readFileSync(join(cwd, 'shop/templates/report.yaml'), 'utf8');
    assert.match(report, /\{\{- if semverCompare ">=1\.29-0" \.Capabilities\.KubeVersion\.Version \}\}\n/);
    assert.match(report, /\{\{- if not \(semverCompare ">=1\.29-0" \.Capabilities\.KubeVersion\.Version\) \}\}\n/);
    // Who only waits may have done the work before: that move needs a review.
    assert.match(run(['check', 'shop'], { cwd }).out, /'tunnel' keeps[\s\S]*: 1 warning\n$/);
    assert.match(run(['fix', '--version-guard', 'shop'], { cwd }).err, /0 findings fixed in 0 files/);
  });
});

const TEMPLATE = JOB.replace('name: export', 'name: {{ .Release.Name }}')
  .replace('name: haproxy', 'name: second')
  .replace('haproxy:2.9', '{{ .Values.image }}');
const SHIPPER = 'image: fluent/fluent-bit:3.1\n';
const CHART = {
  'shop/Chart.yaml': 'name: shop\n',
  'shop/values.yaml': 'image: registry.example.com/once:1\n',
  'shop/templates/job.yaml': TEMPLATE,
};
const CONFIG = 'deploy/.native-sidecars.yaml';

for (const [what, files, expected, told] of [
  ["the chart's own values", {}, false, /^$/],
  ['another file', { [CONFIG]: 'helm: {values: [live.yaml]}\n', 'deploy/live.yaml': SHIPPER }, true, /^$/],
  [
    'another file, and a later one',
    { [CONFIG]: 'helm: {values: [live.yaml, ../a b.yaml]}\n', 'deploy/live.yaml': SHIPPER, 'a b.yaml': 'image: b\n' },
    false,
    /^$/,
  ],
  [
    'a file that is not there',
    { [CONFIG]: 'helm: {values: [no.yaml]}\n' },
    false,
    /^native-sidecars: deploy\/no\.yaml.+\n$/,
  ],
  [
    'a file that does not parse',
    { [CONFIG]: 'helm: {values: [live.yaml]}\n', 'deploy/live.yaml': 'image: [\n' },
    false,
    /^native-sidecars: deploy\/live\.yaml: this file of values does not parse: .+\n$/,
  ],
] as const) {
  test(`a chart is read with ${what}`, () => {
    const all = Object.entries({ ...CHART, ...files }).map(([name, text]) => [
      name.replace('shop/', 'deploy/shop/'),
      text,
    ]);
    const second = { 'deploy/shop/templates/other.yaml': TEMPLATE };
    withFiles({ ...Object.fromEntries(all), ...second }, (cwd) => {
      const { out, err, status } = run(['check', '.'], { cwd });
      assert.equal(/'second' keeps/.test(out), expected, out);
      // A line for each thing that is wrong, however many templates there are.
      assert.match(err, told);
      assert.equal(status, err !== '' ? 2 : Number(expected));
      const explained = run(['explain', 'deploy/shop/templates/job.yaml'], { cwd });
      assert.equal(/second: a sidecar/.test(explained.out), expected, explained.out);
      assert.doesNotMatch(explained.err, / {4}at /);
    });
  });
}

test('with helm.enabled: false templates are skipped, and what Helm renders is not', () => {
  withFiles({ ...CHART, '.native-sidecars.yaml': 'helm: {enabled: false}\n', 'plain.yaml': JOB }, (cwd) => {
    const { out, status } = run(['check', '.'], { cwd });
    assert.equal(status, 1);
    assert.match(out, /^plain\.yaml:\d+:17 warning Container 'haproxy'/m);
    assert.match(out, /shop\/templates\/job\.yaml.*it is a Helm template, and helm\.enabled is false/);
    assert.equal(run(['check', 'shop'], { cwd }).status, 0);
  });
});

test('explain reads a template with its chart', () => {
  const { out } = run(['explain', `${SHOP}/templates/export.yaml`]);
  assert.match(
    out,
    /^ {2}\{\{ \.Release\.Name \}\}-shipper: a sidecar, likely\n.*strong {2}the image 'fluent-bit:3\.1'/m,
  );
});

test('what Helm rendered is told with the template that it comes from', () => {
  const input = `---\n# Source: shop/templates/a.yaml\na: 1\n---\n# Source: shop/templates/job.yaml\n${JOB}`;
  assert.match(
    run(['check', '-'], { input }).out,
    /^-:\d+:17 \(shop\/templates\/job\.yaml\) warning Container 'haproxy'/m,
  );
  const report = json(run(['check', '--format', 'json', '-'], { input }).out);
  assert.equal(report.files[0].findings[0].source, 'shop/templates/job.yaml');
});
