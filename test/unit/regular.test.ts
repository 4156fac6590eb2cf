import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNativeSidecar, readPods } from '../../engine/kube/pod.ts';
import { move } from '../../engine/migrate/migrate.ts';
import { makeRegular } from '../../engine/migrate/regular.ts';
import { readYaml } from '../../engine/yaml/read.ts';
import { job, result } from './migration.ts';

/** Makes the first native sidecar of the only pod regular; the reason where that is refused. */
function regular(text: string): string {
  const [pod] = readPods(readYaml(text));
  const container = pod?.initContainers.find(isNativeSidecar);
  assert.ok(pod && container, `no native sidecar in:\n${text}`);
  return result(text, makeRegular(pod, container));
}

const CASES: readonly [name: string, before: string, after: string][] = [
  [
    'the only init container takes the key with it',
    `initContainers:
# Balances.
- name: proxy # the proxy
  image: haproxy:2.9
  restartPolicy: Always
# The work.
containers:
- name: work
  image: alpine
volumes: []
`,
    `# The work.
containers:
- name: work
  image: alpine
# Balances.
- name: proxy # the proxy
  image: haproxy:2.9
volumes: []
`,
  ],
  [
    'other init containers stay; rules for restarts go',
    `initContainers:
  - name: migrate
  - name: proxy
    restartPolicy: Always
    restartPolicyRules:
      - action: Restart
    image: haproxy:2.9
  - name: seed
containers:
- name: work
`,
    `initContainers:
  - name: migrate
  - name: seed
containers:
- name: work
- name: proxy
  image: haproxy:2.9
`,
  ],
  [
    'a list behind the regular ones, at the end of a text without a final line ending',
    'containers:\n- name: work\ninitContainers:\n- name: proxy\n  restartPolicy: Always\n  image: x',
    'containers:\n- name: work\n- name: proxy\n  image: x',
  ],
  [
    'the same with another field between',
    'containers:\n- name: work\nvolumes: []\ninitContainers:\n- name: proxy\n  restartPolicy: Always\n  image: x',
    'containers:\n- name: work\n- name: proxy\n  image: x\nvolumes: []',
  ],
  [
    'a list behind the regular ones',
    'containers:\n- name: work\ninitContainers:\n- name: proxy\n  restartPolicy: Always\nvolumes: []\n',
    'containers:\n- name: work\n- name: proxy\nvolumes: []\n',
  ],
  [
    'a list in brackets',
    'initContainers: [{name: proxy, restartPolicy: Always, image: x}]\ncontainers: [{name: work}]\n',
    'containers: [{name: work}, {name: proxy, image: x}]\n',
  ],
  [
    'a container that somebody commented out stays where it was',
    'initContainers:\n# - name: old\n- name: proxy\n  restartPolicy: Always\ncontainers:\n- name: work\n',
    '# - name: old\ncontainers:\n- name: work\n- name: proxy\n',
  ],
];

for (const [name, before, after] of CASES) {
  test(`made regular: ${name}`, () => assert.equal(regular(job(before)), job(after)));

  test(`made regular: ${name}, with Windows line endings`, () => {
    const windows = (text: string) => text.replaceAll('\n', '\r\n');
    assert.equal(regular(windows(job(before))), windows(job(after)));
  });
}

test('made regular: JSON', () => {
  const pod = (spec: object) => JSON.stringify({ apiVersion: 'batch/v1', kind: 'Job', spec: { template: { spec } } });
  const proxy = { name: 'proxy', image: 'x' };
  const work = [{ name: 'work' }, { name: 'more' }];
  const before = pod({ initContainers: [{ ...proxy, restartPolicy: 'Always' }], containers: work });
  assert.equal(regular(before), pod({ containers: [...work, proxy] }));
});

const REFUSALS: readonly [name: string, spec: string, reason: RegExp][] = [
  [
    'an item that is an alias',
    'volumes:\n- &p {name: proxy, restartPolicy: Always}\ninitContainers:\n- *p\ncontainers:\n- name: work\n',
    /'proxy' is an alias/,
  ],
  [
    'a list that is an alias',
    'volumes: &l\n- name: proxy\n  restartPolicy: Always\ninitContainers: *l\ncontainers:\n- name: work\n',
    /the list of init containers is an alias/,
  ],
  [
    'a policy through a merge key',
    'volumes:\n- &p {restartPolicy: Always}\ninitContainers:\n- name: proxy\n  <<: *p\ncontainers:\n- name: work\n',
    /takes its restartPolicy from a merge key/,
  ],
  [
    'a list that others use by its anchor',
    'initContainers: &l\n- name: proxy\n  restartPolicy: Always\ncontainers:\n- name: work\nvolumes: *l\n',
    /an anchor and its alias tie/,
  ],
  [
    'a policy on the line of the dash',
    'initContainers:\n- restartPolicy: Always\n  name: proxy\ncontainers:\n- name: work\n',
    /'restartPolicy' shares its line/,
  ],
];

for (const [name, spec, reason] of REFUSALS) {
  test(`not made regular: ${name}`, () => assert.match(regular(job(spec)), reason));
}

test('there and back is where it began', () => {
  const text = job(
    'containers:\n  # The work.\n  - name: work\n  # The proxy.\n  - name: proxy\n    image: x\nvolumes: []\n',
  );
  const [pod] = readPods(readYaml(text));
  const sidecar = pod?.containers[1];
  assert.ok(pod && sidecar);
  assert.equal(regular(result(text, move([{ pod, containers: [sidecar] }]))), text);
});
