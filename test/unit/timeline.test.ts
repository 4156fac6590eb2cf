import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  analyze,
  parseVersions,
  type Scenario,
  timeline,
  timelineMermaid,
  timelineSvg,
  timelineText,
} from '../../engine/index.ts';

function draw(text: string, scenario: Scenario = 'success', version = '1.33') {
  const analysis = analyze(text, { versions: parseVersions(version) ?? assert.fail(version) });
  return timeline(analysis, text.indexOf('ontainers'), { scenario }) ?? assert.fail('no pod');
}

const job = (pod: string, more = '') =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: {name: export}\nspec: {${more}template: {spec: {restartPolicy: Never, ${pod}}}}\n`;
const WORK = '{name: work, image: "alpine:3.20", command: [./work]}';
const HAPROXY = '{name: haproxy, image: "haproxy:2.9"}';
const NATIVE = '{name: haproxy, image: "haproxy:2.9", restartPolicy: Always}';
const example = (name: string) => readFileSync(`examples/${name}.yaml`, 'utf8');

for (const [title, text, scenario, version, before, after] of [
  [
    'a daemon beside the work',
    job(`containers: [${WORK}, ${HAPROXY}]`),
    'success',
    '1.33',
    'Runs for ever: haproxy never ends.',
    'Completes: haproxy is stopped when work has ended.',
  ],
  [
    'the work fails',
    job(`containers: [${WORK}, ${HAPROXY}]`, 'backoffLimit: 2, '),
    'failure',
    '1.33',
    'Runs for ever: haproxy never ends.',
    'Fails with BackoffLimitExceeded: work failed in each of 3 pods.',
  ],
  [
    'the work fails under OnFailure',
    job(`initContainers: [${NATIVE}], containers: [${WORK}]`, 'backoffLimit: 2, ').replace('Never', 'OnFailure'),
    'failure',
    '1.33',
    'Fails with BackoffLimitExceeded: work was restarted 2 times.',
    undefined,
  ],
  [
    'a crash with backoffLimit 0 under OnFailure',
    job(`initContainers: [${NATIVE}], containers: [${WORK}]`, 'backoffLimit: 0, ').replace('Never', 'OnFailure'),
    'sidecar-crash',
    '1.33',
    'Fails with BackoffLimitExceeded: haproxy was restarted once, and restarts of sidecars count.',
    undefined,
  ],
  [
    'a crash',
    job(`initContainers: [${NATIVE}], containers: [${WORK}]`),
    'sidecar-crash',
    '1.33',
    'Completes: haproxy is restarted, and stopped when work has ended.',
    undefined,
  ],
  [
    'a deadline',
    job(`containers: [${WORK}, ${HAPROXY}]`, 'activeDeadlineSeconds: 600, '),
    'success',
    '1.33',
    'Fails with DeadlineExceeded: haproxy had not ended.',
    'Completes: haproxy is stopped when work has ended.',
  ],
  [
    'a native sidecar before its time',
    job(`initContainers: [${NATIVE}], containers: [${WORK}]`),
    'success',
    '1.27',
    'Never starts: Kubernetes 1.27 drops the restartPolicy of haproxy, an init container that never ends.',
    undefined,
  ],
  [
    'restartPolicy in the wrong list',
    job(`containers: [${WORK}, ${NATIVE}]`),
    'success',
    '1.33',
    'The API server refuses it: containers[1].restartPolicy: Forbidden: may not be set for non-init containers.',
    'Completes: haproxy is stopped when work has ended.',
  ],
  [
    'an init container that never ends',
    job(`initContainers: [{name: tail, image: busybox, command: [tail, -f, /dev/null]}], containers: [${WORK}]`),
    'success',
    '1.33',
    'Never starts: the init container tail never ends.',
    undefined,
  ],
  [
    'who kills the sidecar only when all went well',
    job(
      `shareProcessNamespace: true, containers: [{name: work, image: "alpine:3.20", command: [sh, -ec, "./work; pkill haproxy"]}, ${HAPROXY}]`,
    ),
    'failure',
    '1.33',
    'Runs for ever: haproxy never ends.',
    'Fails with BackoffLimitExceeded: work failed in each of 7 pods.',
  ],
  [
    'a timer that ends with 124',
    job(`containers: [${WORK}, {name: haproxy, image: "haproxy:2.9", command: [timeout, -s, TERM, 90s, haproxy]}]`),
    'success',
    '1.33',
    'Fails with BackoffLimitExceeded: haproxy failed in each of 7 pods.',
    'Completes: haproxy is stopped when work has ended.',
  ],
  [
    'a timer that keeps the status of its program',
    job(
      `containers: [${WORK}, {name: haproxy, image: "haproxy:2.9", command: [timeout, --preserve-status, 90s, haproxy]}]`,
    ),
    'success',
    '1.33',
    'Completes: haproxy is ended by a timer.',
    'Completes: haproxy is stopped when work has ended.',
  ],
  [
    'an example with pkill',
    example('cronjob-with-pkill'),
    'success',
    '1.33',
    'Completes: haproxy is ended by hand when cleanup has ended.',
    'Completes: haproxy is stopped when cleanup has ended.',
  ],
  ['two workers', example('job-two-workers'), 'success', '1.33', undefined, undefined],
] as const) {
  test(`${title}: the outcome in a sentence`, () => {
    const { before: today, after: migrated } = draw(text, scenario, version);
    if (before !== undefined) assert.equal(today.outcome.sentence, before);
    else assert.match(today.outcome.sentence, /^Completes when/);
    assert.equal(migrated?.outcome.sentence, after);
  });
}

for (const [command, isKilled] of [
  ['[sh, -c, "while true; do date; sleep 5; done"]', true],
  ['[sh, -c, "trap exit TERM; while true; do date; sleep 5; done"]', false],
  ['[tini, --, sh, -c, "while true; do date; sleep 5; done"]', false],
  ['[tail, -F, /log]', true],
  ['[sh, -c, "tail -F /log"]', true],
  ['[sh, -c, "while ! nc -z localhost 80; do sleep 1; done; exec haproxy"]', false],
] as const) {
  test(`${command} ${isKilled ? 'ignores SIGTERM' : 'may end by SIGTERM'}`, () => {
    const sidecar = `{name: logs, image: busybox, restartPolicy: Always, command: ${command}}`;
    const { before } = draw(job(`initContainers: [${sidecar}], containers: [${WORK}]`));
    assert.equal(
      before.lanes[0]?.events.some(({ kind }) => kind === 'SIGKILL'),
      isKilled,
    );
    assert.equal(before.end, isKilled ? 91 : 62);
  });
}

test('hooks and graces are read', () => {
  const lifecycle = 'lifecycle: {postStart: {exec: {command: [./up]}}, preStop: {sleep: {seconds: 4}}}';
  const sidecar = NATIVE.replace('}', `, ${lifecycle}, startupProbe: {tcpSocket: {port: 80}}}`);
  const { before } = draw(job(`terminationGracePeriodSeconds: 2, initContainers: [${sidecar}], containers: [${WORK}]`));
  const told = before.lanes[0]?.events.map(({ at, kind }) => `${at} ${kind}`);
  assert.deepEqual(told, ['0 start', '4 started', '65 preStop', '67 SIGTERM', '68 exit']);
});

const init = (script: string) => `{name: wait, image: postgres:16, command: [sh, -c, '${script}']}`;
const REDIS = '{name: redis, image: redis, ports: [{containerPort: 6379}]}';
const HOOK = 'lifecycle: {postStart: {exec: {command: [sh, -c, "until nc -z localhost 6379; do sleep 1; done"]}}}';
for (const [name, first, outcome] of [
  ['waits for a port', init('until nc -z localhost 6379; do sleep 1; done'), 'wait waits for redis'],
  [
    'waits in a postStart hook',
    `{name: proxy, image: haproxy, restartPolicy: Always, ${HOOK}}`,
    'proxy waits for redis',
  ],
  [
    'waits for a port of a sidecar behind it',
    `${init('until nc -z localhost 80; do sleep 1; done')}, {name: web, image: nginx, restartPolicy: Always, ports: [{containerPort: 80}]}`,
    'wait waits for web',
  ],
  ['waits a while', init('for i in 1 2 3; do nc -z localhost 6379 && break; sleep 1; done'), undefined],
  ['counts', init('n=0; until nc -z localhost 6379; do n=$((n+1)); [ $n -gt 9 ] && break; sleep 1; done'), undefined],
  ['may ask elsewhere', init('until pg_isready; do sleep 1; done'), undefined],
] as const) {
  test(`${outcome ? 'nothing starts' : 'all starts'} behind one that ${name}`, () => {
    const { before } = draw(job(`initContainers: [${first}], containers: [${WORK}, ${REDIS}]`));
    const expected = outcome ? `Never starts: ${outcome}, which starts after it.` : 'Runs for ever: redis never ends.';
    assert.equal(before.outcome.sentence, expected);
  });
}

test('what a failure policy does is not told, and it is said', () => {
  const policy = 'podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [1]}}]}';
  const text = job(`containers: [${WORK}]`, `${policy}, `);
  const said = (scenario: Scenario) => draw(text, scenario).notes.some((note) => note.includes('podFailurePolicy'));
  assert.deepEqual((['success', 'failure'] as const).map(said), [false, true]);
});

test('a lane leads to its container in the text, that of the migrated pod too', () => {
  const text = example('job-with-two-sidecars');
  const { before, after } = draw(text);
  for (const { name, span } of [...before.lanes, ...(after?.lanes ?? [])]) {
    assert.equal(span && text.slice(span.start, span.end), name);
  }
  assert.deepEqual(
    after?.lanes.map(({ name, list, index }) => `${list}/${index} ${name}`),
    [
      'initContainers/0 fetch-data',
      'initContainers/1 otel-collector',
      'initContainers/2 log-tailer',
      'containers/0 train',
    ],
  );
});

test('the second pod of a file, and none where nothing is', () => {
  const text = `a: b\n---\n${job(`containers: [${WORK}]`)}---\n${job(`containers: [${WORK}, ${HAPROXY}]`)}`;
  const analysis = analyze(text);
  assert.equal(timeline(analysis, 0), undefined);
  assert.equal(timeline(analysis, text.indexOf('haproxy'))?.before.outcome.verdict, 'endless');
  assert.equal(timeline(analysis, text.indexOf('work'))?.before.outcome.verdict, 'completes');
});

test('a timeline is plain data', () => {
  const value = draw(example('job-with-two-sidecars'));
  assert.deepEqual(JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(structuredClone(value))));
});

const NASTY = job(`containers: [{name: "a<b>&\\"c:;#%", image: "alpine:3.20"}, ${HAPROXY}]`);

test('no line of the text is wider than asked', () => {
  for (const text of [example('job-with-two-sidecars'), example('cronjob-with-proxy'), NASTY]) {
    for (const scenario of ['success', 'failure', 'sidecar-crash'] as const) {
      for (const line of timelineText(draw(text, scenario)).split('\n')) assert.ok(line.length <= 80, line);
    }
  }
});

test('the SVG is well formed, names what a reader cannot see, and marks its lanes', () => {
  const svg = timelineSvg(draw(NASTY));
  assert.match(svg, /<svg [^>]*role="img" aria-labelledby="timeline-title timeline-desc"/);
  assert.match(svg, /<desc id="timeline-desc">As it is: Runs for ever: haproxy never ends\./);
  assert.match(svg, /data-part="before" data-list="containers" data-index="1" data-name="haproxy"/);
  assert.match(svg, /a&lt;b&gt;&amp;&quot;c/);
  assert.doesNotMatch(svg, /<script|NaN|undefined|style="|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
  assert.doesNotMatch(timelineSvg(draw(NASTY), { style: false }), /<style/);
  const opened = [...svg.matchAll(/<(\w+)(?:\s[^>]*[^/])?>/g)].map(([, name]) => name);
  for (const name of new Set(opened)) {
    const closed = svg.split(`</${name}>`).length - 1;
    assert.equal(closed, opened.filter((each) => each === name).length, name);
  }
});

test('names do not break Mermaid', () => {
  const lines = timelineMermaid(draw(NASTY)).trimEnd().split('\n');
  for (const line of lines.slice(4)) assert.match(line, /^ {2}(?:section [^:;#%]+|[^:;#%]+ :[^;#%]+)$/);
});

test('of 500 containers 40 are drawn, quickly', () => {
  const many = Array.from({ length: 500 }, (_, index) => `{name: work-${index}, image: "alpine:3.20"}`);
  const text = job(`containers: [${many.join(', ')}, ${HAPROXY}]`);
  const from = performance.now();
  const value = draw(text, 'failure');
  assert.equal(value.before.lanes.length, 40);
  assert.equal(value.before.hidden, 461);
  for (const each of [timelineText(value), timelineSvg(value), timelineMermaid(value)]) {
    assert.match(each, /461 more containers are not drawn/);
  }
  assert.ok(performance.now() - from < 20_000);
});
