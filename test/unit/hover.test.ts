import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS } from '../../engine/hover/fields.ts';
import { analyze, hover, parseVersions } from '../../engine/index.ts';
import { INJECTORS } from '../../engine/sidecar/injectors.ts';

/** Every field with a hover, in a pod with a native sidecar, a sidecar among the regular containers, and the work. */
const MANIFEST = `apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 3
      activeDeadlineSeconds: 600
      ttlSecondsAfterFinished: 60
      podFailurePolicy: {rules: []}
      template:
        metadata:
          labels: {sidecar.istio.io/inject: "true"}
          annotations:
            config.linkerd.io/proxy-enable-native-sidecar: "true"
        spec:
          restartPolicy: Never
          shareProcessNamespace: true
          terminationGracePeriodSeconds: 20
          activeDeadlineSeconds: 100
          initContainers:
            - name: prepare
              image: example.com/prepare:1
              livenessProbe: {exec: {command: [check]}}
              restartPolicy: OnFailure
            - name: proxy
              image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2
              restartPolicy: Always
              startupProbe:
                httpGet: {port: 9090, path: /startup}
                initialDelaySeconds: 5
              readinessProbe: {exec: {command: [check]}}
              lifecycle:
                postStart: {exec: {command: [check]}}
                preStop: {sleep: {seconds: 4}}
          containers:
            - name: report
              image: example.com/report:1
              command: [sh, -c, "report; curl -X POST localhost:9999/quitquitquit; pkill haproxy"]
              restartPolicy: "Always"
            - name: haproxy
              image: haproxy:2.9
              lifecycle:
                preStop: {exec: {command: [check]}}
`;

const at = (word: string, { text = MANIFEST, versions = '1.33' } = {}) => {
  const range = parseVersions(versions);
  const offset = text.indexOf(word);
  assert.ok(range && offset >= 0, word);
  const found = hover(analyze(text, { versions: range }), offset + 1);
  return { lines: found?.markdown.split('\n\n') ?? [], on: found && text.slice(found.span.start, found.span.end) };
};

for (const [word, ...expected] of [
  [
    'concurrencyPolicy: Forbid',
    '`Forbid`: a run is left out while the one before is still going.',
    '**haproxy** keeps a run going when its work is done: no further run starts, until `activeDeadlineSeconds` ends it.',
    'A run is going until **proxy** has ended too.',
  ],
  [
    'backoffLimit: 3',
    'The Job tries again 3 times (6 when left out), after pauses that grow from 10 s to 6 min.',
    'With `restartPolicy: Never` every failed pod counts. Restarts of **proxy** do not.',
  ],
  [
    'activeDeadlineSeconds: 600',
    'The Job fails with `DeadlineExceeded` after 600 s, however many tries are left.',
    'With `restartPolicy: Never` nothing else ends a pod in which **proxy** never starts.',
    'Today it ends the Job that **haproxy** keeps running: as failed, though the work may be done.',
  ],
  [
    'ttlSecondsAfterFinished: 60',
    'The Job and its pods are deleted 60 s after it has finished.',
    'It has finished when **proxy** has ended too.',
    'While **haproxy** runs, the Job does not finish, and is never deleted.',
  ],
  [
    'podFailurePolicy',
    'Tells by exit codes and conditions what a failed pod means, before `backoffLimit` counts it.',
    'Rules on exit codes without a `containerName` see **proxy** too, which ends with 143 or 137 when stopped. Set `containerName: report` where the work is meant.',
  ],
  [
    'restartPolicy: Never',
    '`Never`: a container that fails is not started again. When its pod has failed, the Job starts another one until `backoffLimit` (3) is reached.',
    '**proxy** is a native sidecar: whatever this says, started again after every exit.',
    'One that never gets started holds the pod in `Init`, and the Job does not fail by that: only `activeDeadlineSeconds` ends it.',
    '**haproxy** is a regular container and keeps the pod running either way.',
  ],
  [
    'shareProcessNamespace: true',
    'The containers of the pod see the processes of each other, and may signal those of the same user.',
    '**report** ends **haproxy** this way. A native sidecar needs no such signal: the kubelet stops it when the regular containers have ended.',
    '**proxy** starts before the work: no process of the work is there yet.',
  ],
  [
    'terminationGracePeriodSeconds: 20',
    'The pod has 20 s to end (30 s when left out): one clock for all of its containers, and it runs during `preStop` hooks too. What is left then is killed.',
    '**proxy** is told to end after the regular containers, with the time that is left.',
    'The Job completes when it has ended: a sidecar that ignores SIGTERM adds 20 s to each run.',
    '**haproxy** is a regular container: nobody tells it to end when the work is done.',
  ],
  [
    'activeDeadlineSeconds: 100',
    'The pod fails with `DeadlineExceeded` after 100 s, the time of its init containers included.',
    'For the Job this is one failed try; `activeDeadlineSeconds` in the spec of the Job limits all tries together.',
    '**proxy** is stopped then too, after the regular containers.',
  ],
  [
    'initContainers',
    "**Init containers** start one after the other, before the regular containers. One with `restartPolicy: Always` is a **native sidecar**: the next one starts as soon as it has started, it runs beside the work, and it does not keep the CronJob's pods from completing.",
    'This pod: **prepare** → **proxy** (sidecar) → the regular containers.',
    'Native sidecars may have probes and lifecycle hooks, though the text of the schema says that init containers have none.',
    'Native sidecars in Kubernetes 1.33: stable, always on.',
  ],
  [
    'livenessProbe',
    '**prepare** is an ordinary init container, and the API server refuses probes in one: `Forbidden: may not be set for init containers without restartPolicy=Always`.',
    'If it is meant to run beside the work, `restartPolicy: Always` makes it a native sidecar, which may have them. Without it the container has to end before the next one starts.',
  ],
  [
    'restartPolicy: OnFailure',
    '`restartPolicy: OnFailure` leaves **prepare** an ordinary init container: the pod waits until it has ended. Only `Always` makes it a native sidecar.',
    'In Kubernetes 1.33: the API server refuses it, only `Always` is allowed.',
  ],
  [
    'image: gcr.io',
    'Known as **cloud-sql-proxy-v2**, almost always a helper beside the work; it runs until it is stopped.',
    'It says that it has started at `:9090/startup` (httpGet), with `--health-check` and `--http-address=0.0.0.0`.',
    'It can be asked to quit at `:9091/quitquitquit` with `--quitquitquit`; as a native sidecar it needs not be, and is started again when it quits early.',
  ],
  [
    'restartPolicy: Always',
    '`restartPolicy: Always` makes **proxy** a native sidecar: it keeps running beside the regular containers, is restarted when it exits, and is stopped once they have ended. It does not keep the Job from completing.',
    'In Kubernetes 1.33: stable, always on.',
  ],
  [
    'startupProbe',
    '**report** and **haproxy** start when it has succeeded. Until then **proxy** does not count as started.',
    "The kubelet asks at the pod's address: **proxy** must listen there, not on localhost alone.",
    'With `restartPolicy: Never` leave `initialDelaySeconds` at 0: before 1.34.2 the pod never starts when **proxy** exits once before the first question.',
    "The schema's text says that init containers have none; native sidecars may.",
  ],
  [
    'readinessProbe',
    'It counts towards the pod being Ready. It holds no container back: only a `startupProbe` does, and a `postStart` hook.',
    "The schema's text says that init containers have none; native sidecars may.",
  ],
  [
    'lifecycle',
    '**proxy** is a native sidecar: what starts after it waits for `postStart`, and `preStop` runs at the start of the termination, not when its turn comes.',
    "The schema's text says that init containers have none; native sidecars may.",
  ],
  [
    'postStart',
    '**report** and **haproxy** start when it has finished. When it fails, **proxy** is killed and started again.',
    'A hook that waits for the work waits for ever: the work starts after it.',
  ],
  [
    'preStop: {sleep',
    "Runs at the start of the pod's termination, together with the hooks of all other containers, while the work may still run. Only afterwards **proxy** waits for its turn.",
    'It runs at the end of every run too: the Job completes 4 s later. Its time counts towards `terminationGracePeriodSeconds`.',
  ],
  [
    'restartPolicy: "Always"',
    'On a regular container this makes no native sidecar: only `Always` under `initContainers` does.',
    'In Kubernetes 1.33: the API server refuses it, only init containers may have one.',
  ],
  [
    'image: haproxy',
    'Known as **haproxy**, as often the work as a helper; it runs until it is stopped.',
    'It says that it has started at `:80` (tcpSocket), when configured: a frontend on port 80.',
  ],
  [
    'preStop: {exec',
    'Runs when the pod is told to end, before **haproxy** gets its signal. It does not run when **haproxy** ends by itself.',
    'Nobody tells the pod to end when the work is done: it does not end **haproxy** then.',
  ],
] as const) {
  test(`the hover on ${word} says what holds for this pod`, () => {
    const { lines, on } = at(word);
    assert.deepEqual(lines.slice(0, -1), expected);
    assert.match(lines.at(-1) ?? '', /^Kubernetes 1\.33 \(default\) · \[.+\]\(https:\/\/kubernetes\.io\/docs\/\S+\)$/);
    assert.ok(lines.length >= 2 && lines.length <= 6);
    assert.ok(on?.startsWith(/^\w+/.exec(word)?.[0] ?? '?'), on);
  });
}

test('every field of the table has a hover here', () => {
  const analysis = analyze(MANIFEST);
  for (const { key } of FIELDS) {
    const places = [...MANIFEST.matchAll(new RegExp(`\\b${key}:`, 'g'))];
    assert.ok(
      places.some(({ index }) => hover(analysis, index + 1)),
      key,
    );
  }
});

for (const [what, change, word, expected] of [
  [
    'no native sidecar',
    ['restartPolicy: Always', 'tty: true'],
    'backoffLimit',
    /^With `restartPolicy: Never` every failed pod counts\.$/,
  ],
  [
    'OnFailure',
    ['restartPolicy: Never', 'restartPolicy: OnFailure'],
    'backoffLimit',
    /^Here enough restarts of \*\*proxy\*\* fails the Job/,
  ],
  ['OnFailure', ['restartPolicy: Never', 'restartPolicy: OnFailure'], 'podFailurePolicy', /refuses this Job/],
  [
    'OnFailure',
    ['restartPolicy: Never', 'restartPolicy: OnFailure'],
    'restartPolicy: O',
    /which counts towards `backoffLimit` too/,
  ],
  [
    'Always',
    ['restartPolicy: Never', 'restartPolicy: Sometimes'],
    'restartPolicy: S',
    /keeps the pod running either way/,
  ],
  [
    'no deadline',
    ['activeDeadlineSeconds: 600', 'suspend: false'],
    'restartPolicy: Never',
    /without `activeDeadlineSeconds` it waits for ever/,
  ],
  ['Allow', ['Forbid', 'Allow'], 'concurrencyPolicy', /every run adds a pod/],
  ['Replace', ['Forbid', 'Replace'], 'concurrencyPolicy', /the next run ends it before it has completed/],
  [
    'a hook that quits',
    ['{sleep: {seconds: 4}}', '{exec: {command: [sh, -c, "kill 1"]}}'],
    'preStop',
    /^Runs at the start/,
  ],
  [
    'a flag that ends',
    ['image: haproxy:2.9', 'image: haproxy:2.9\n              args: [-c]'],
    'image: haproxy',
    /with `-c` it ends by itself/,
  ],
] as const) {
  test(`the hover on ${word} with ${what}`, () => {
    const [from, to] = change;
    const { lines } = at(word, { text: MANIFEST.replace(from, to) });
    assert.ok(
      lines.some((each) => expected.test(each)),
      lines.join('\n'),
    );
  });
}

for (const [versions, word, expected] of [
  [
    '>=1.27 <1.35',
    'restartPolicy: Always',
    '- 1.27: the API server does not know the field: kubectl is refused, other clients lose it\n- 1.28: dropped without a word, off unless the SidecarContainers feature gate is switched on\n- 1.29 to 1.32: beta, on by default\n- 1.33 to 1.34: stable, always on',
  ],
  [
    '1.34',
    'restartPolicy: "Always"',
    'In Kubernetes 1.34: dropped without a word, off unless the ContainerRestartRules feature gate is switched on.',
  ],
  [
    '1.36',
    'restartPolicy: "Always"',
    'In Kubernetes 1.36: beta, wins over the policy of the pod; with `Always` the pod never ends.',
  ],
  ['1.36', 'restartPolicy: OnFailure', 'In Kubernetes 1.36: beta, wins over the policy of the pod; no native sidecar.'],
] as const) {
  test(`the hover on ${word} in Kubernetes ${versions}`, () => {
    assert.ok(at(word, { versions }).lines.includes(expected), at(word, { versions }).lines.join('\n'));
  });
}

test('from 1.35 on a delay before the first question is no trap', () => {
  assert.ok(!at('startupProbe', { versions: '1.35' }).lines.some((each) => /initialDelay/.test(each)));
});

test('the last line says who names the version', () => {
  const analysis = analyze(MANIFEST);
  const found = hover(analysis, MANIFEST.indexOf('backoffLimit'), { source: 'Chart.yaml', file: 'Chart.yaml' });
  assert.match(found?.markdown ?? '', /\n\nKubernetes 1\.33 \(Chart\.yaml\) · /);
});

test('a call that asks an injected sidecar to quit is explained', () => {
  const text = `apiVersion: batch/v1
kind: Job
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: example.com/report:1
          command: [sh, -c, "report; curl -X POST localhost:15020/quitquitquit"]
`;
  assert.deepEqual(at('curl -X', { text }).lines.slice(0, -1), [
    '**report** asks a sidecar to quit here, at `localhost:15020/quitquitquit`.',
    'A native sidecar needs no such call: the kubelet stops it when the regular containers have ended. One that quits while the work goes on is started again.',
    'It is not in this manifest: who injects it can make it a native sidecar.',
  ]);
});

for (const injector of INJECTORS) {
  test(`hovers on the annotations and labels of ${injector.name}`, () => {
    for (const mark of [
      ...Object.keys(injector.asks),
      ...(injector.settings ?? []).map(({ annotation }) => annotation),
    ]) {
      const marked = (value: string) => MANIFEST.replace('sidecar.istio.io/inject: "true"', `${mark}: "${value}"`);
      const on = at(`${mark}:`, { text: marked('true') }).lines;
      assert.ok(on.length >= 2 && on.length <= 6, on.join('\n'));
      assert.match(on.at(-1) ?? '', /^\[.+\]\(https:\/\/\S+\)$/);
      assert.notDeepEqual(at(`${mark}:`, { text: marked('false') }).lines, on);
    }
  });
}

test('a mesh that is asked for names the annotation that makes its sidecar native', () => {
  assert.deepEqual(at('sidecar.istio.io/inject').lines.slice(0, 2), [
    'Istio puts a sidecar into this pod that is not in the manifest. Where that is a regular container, it keeps the CronJob from completing.',
    'What lets the pod end: the annotation sidecar.istio.io/nativeSidecar: "true" (Istio 1.24 or later).',
  ]);
  assert.match(
    at('config.linkerd.io').lines[0] ?? '',
    /^The sidecar of Linkerd is a native one: .+ \(Linkerd 2\.20 or later\)\.$/,
  );
});

test('there is nothing to say elsewhere', () => {
  for (const word of ['schedule', 'metadata', 'batch/v1', 'command']) assert.deepEqual(at(word).lines, [], word);
});

test('what is known after rendering only is not claimed', () => {
  const text = MANIFEST.replace('backoffLimit: 3', 'backoffLimit: {{ .Values.limit }}').replace(
    ': 20',
    ': {{ .Values.grace }}',
  );
  assert.match(at('backoffLimit', { text }).lines[0] ?? '', /^The Job tries again so many times \(6 when left out\)/);
  assert.match(at('restartPolicy: Never', { text }).lines[0] ?? '', /until `backoffLimit` is reached/);
  assert.match(at('terminationGrace', { text }).lines[0] ?? '', /^The pod has this long to end/);
  assert.ok(!at('backoffLimit', { text }).lines.join().includes('xxxxx'));
});
