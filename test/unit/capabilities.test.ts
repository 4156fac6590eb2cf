import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, parseVersions, prepareChartFiles } from '../../engine/index.ts';
import { versionCondition } from '../../engine/kube/capabilities.ts';

const VERSION = '.Capabilities.KubeVersion.Version';

for (const [condition, at128, at133, between] of [
  [`semverCompare ">=1.29-0" ${VERSION}`, false, true, undefined],
  [`semverCompare ">=1.29.0-0" $${VERSION}`, false, true, undefined],
  ['semverCompare "<1.29-0" .Capabilities.KubeVersion.GitVersion', true, false, undefined],
  [`${VERSION} | semverCompare ">= 1.20-0"`, true, true, true],
  [`not (semverCompare ">=1.29-0" ${VERSION})`, true, false, undefined],
  [`and .Values.native (semverCompare ">=1.29-0" ${VERSION})`, false, undefined, undefined],
  [`or .Values.native (semverCompare ">=1.29-0" ${VERSION})`, undefined, true, undefined],
  ['ge (int .Capabilities.KubeVersion.Minor) 29', false, true, undefined],
  ['lt (.Capabilities.KubeVersion.Minor | trimSuffix "+" | int) 29', true, false, undefined],
  ['eq .Capabilities.KubeVersion.Major "1"', true, true, true],
  [`semverCompare ">1.28-0" ${VERSION}`, undefined, undefined, undefined],
  [`semverCompare .Values.constraint ${VERSION}`, undefined, undefined, undefined],
  ['semverCompare ">=1.29-0" .Chart.Version', undefined, undefined, undefined],
  ['.Values.KubeVersion', undefined, undefined, undefined],
  ['semverCompare ">=1.29', undefined, undefined, undefined],
] as const) {
  test(`on 1.28, 1.33 and all of them '${condition}' is ${at128}, ${at133}, ${between}`, () => {
    const holds = ['1.28', '1.33', '>=1.28 <1.34'].map((text) => {
      const versions = parseVersions(text);
      assert.ok(versions);
      return versionCondition(versions)(condition);
    });
    assert.deepEqual(holds, [at128, at133, between]);
  });
}

const GUARDED = `apiVersion: batch/v1
kind: Job
metadata:
  name: import
spec:
  template:
    spec:
      restartPolicy: Never
      {{- if semverCompare ">=1.29-0" ${VERSION} }}
      initContainers:
        - name: proxy
          image: haproxy:3.0
          restartPolicy: Always
      {{- end }}
      containers:
        - name: import
          image: registry.example.com/import:1
      {{- if not (semverCompare ">=1.29-0" ${VERSION}) }}
        - name: proxy
          image: haproxy:3.0
      {{- end }}
`;

for (const cluster of ['1.28', '1.33', '>=1.27 <1.34']) {
  test(`nothing more can be done about a container with a version guard on ${cluster}`, () => {
    const versions = parseVersions(cluster);
    const { findings } = analyze(GUARDED, versions ? { versions } : {});
    const names = findings.filter(({ rule }) => rule === 'non-native-sidecar').map(({ container }) => container);
    assert.deepEqual(names, []);
  });
}

for (const [values, found] of [
  [undefined, true],
  ['native: false', true],
  ['native: true', false],
] as const) {
  const what = `a container with a native twin behind a value (${values ?? 'unknown'}) is ${found ? '' : 'not '}found`;
  test(`${what}: who installs the chart may never switch it`, () => {
    const inner = GUARDED.replace(/if not .*? \}\}/, 'if not .Values.native }}').replace(
      /if semver.*? \}\}/,
      'if .Values.native }}',
    );
    const text = `{{- if .Values.enabled }}\n${inner}{{- end }}\n`;
    const files = prepareChartFiles('', new Map([['values.yaml', values ?? '']]));
    const options = values === undefined ? {} : { chart: { files, path: 'templates/job.yaml' } };
    const names = analyze(text, options).findings.filter(({ rule }) => rule === 'non-native-sidecar');
    assert.deepEqual(
      names.map(({ container }) => container),
      found ? ['proxy'] : [],
    );
  });
}
