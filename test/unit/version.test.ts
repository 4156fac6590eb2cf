import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatVersions, parseVersions, versionProblem } from '../../engine/index.ts';
import {
  formatVersion,
  minorsOf,
  parseVersion,
  stateIn,
  stretchesOf,
  VERSION_FACTS,
} from '../../engine/kube/version.ts';

for (const [text, range] of [
  ['1.29', '1.29'],
  ['v1.29.3-gke.1', '1.29'],
  ['1.30+', '1.30'],
  ['=1.31', '1.31'],
  ['>=1.27 <1.34', '1.27 to 1.33'],
  ['>= 1.27, <= 1.33', '1.27 to 1.33'],
  ['>1.28 <1.30', '1.29'],
  ['>=1.29.0-0 <1.31.0-0', '1.29 to 1.30'],
  ['>=1.29.4 <1.31.2', '1.29 to 1.31'],
  ['1.27 - 1.33', '1.27 to 1.33'],
  ['>=1.29', '1.29 to 1.38'],
  ['<1.25', '1.20 to 1.24'],
  ['>=1.2', '1.20 to 1.38'],
] as const) {
  test(`'${text}' is Kubernetes ${range}`, () => {
    const versions = parseVersions(text);
    assert.equal(versions && formatVersions(versions), range);
    assert.equal(versionProblem(text), undefined);
  });
}

const NOT_UNDERSTOOD = /^'.*' is no Kubernetes version; write it like 1\.29, or >=1\.27 <1\.34 for several$/;

for (const [text, problem] of [
  ['latest', NOT_UNDERSTOOD],
  ['1.x', NOT_UNDERSTOOD],
  ['', NOT_UNDERSTOOD],
  ['1.29 1.30', NOT_UNDERSTOOD],
  ['>=', NOT_UNDERSTOOD],
  ['>=1.27 || <1.20', NOT_UNDERSTOOD],
  ['1.99', /^Kubernetes 1\.99 is not known; 1\.20 to 1\.38 are$/],
  ['2.1', /^Kubernetes 2\.1 is not known; 1\.20 to 1\.38 are$/],
  ['>=1.30 <1.29', /^No version is in '>=1\.30 <1\.29': Kubernetes 1\.20 to 1\.38 are known$/],
  ['>=1.39', /^No version is in '>=1\.39'/],
  ['<1.20', /^No version is in '<1\.20'/],
] as const) {
  test(`'${text}' as a version is one clear line`, () => {
    assert.equal(parseVersions(text), undefined);
    assert.match(versionProblem(text) ?? '', problem);
  });
}

test('a range holds each of its minors, the oldest first', () => {
  const versions = parseVersions('>=1.27 <1.30');
  assert.deepEqual(versions && minorsOf(versions).map(formatVersion), ['1.27', '1.28', '1.29']);
});

for (const [fact, range, stretches] of [
  ['nativeSidecar', '>=1.27 <1.34', '1.27 unknown, 1.28 dropped, 1.29 to 1.33 works'],
  ['nativeSidecar', '1.33', '1.33 works'],
  [
    'initRestartPolicy',
    '>=1.27 <1.37',
    '1.27 unknown, 1.28 dropped, 1.29 to 1.33 rejected, 1.34 dropped, 1.35 to 1.36 works',
  ],
  ['regularRestartPolicy', '>=1.27 <1.37', '1.27 unknown, 1.28 to 1.33 rejected, 1.34 dropped, 1.35 to 1.36 works'],
  ['sidecarRestartRules', '>=1.33 <1.37', '1.33 unknown, 1.34 dropped, 1.35 rejected, 1.36 works'],
  ['resizePolicy', '>=1.26 <1.34', '1.26 unknown, 1.27 to 1.32 dropped, 1.33 works'],
  ['namedPort', '1.32 - 1.33', '1.32 ignored, 1.33 works'],
] as const) {
  test(`${fact} over ${range}: ${stretches}`, () => {
    const versions = parseVersions(range);
    assert.ok(versions);
    const found = stretchesOf(versions, (version) => stateIn(VERSION_FACTS[fact], version));
    assert.equal(found.map(({ versions, state }) => `${formatVersions(versions)} ${state}`).join(', '), stretches);
  });
}

test('the stages of every fact stand in their order', () => {
  for (const { field, stages } of Object.values(VERSION_FACTS)) {
    const minors = stages.map(({ since }) => parseVersion(since)?.minor ?? 0);
    assert.deepEqual(
      minors,
      [...new Set(minors)].sort((a, b) => a - b),
      field,
    );
  }
});
