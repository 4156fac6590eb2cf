import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type {
  Holdup,
  Lifecycle,
  LifecycleContainer,
  LifecycleEvent,
  LifecyclePod,
} from '../../engine/kube/lifecycle.ts';
import { playLifecycle } from '../../engine/kube/play-lifecycle.ts';

const Always = 'Always';
/** A native sidecar that never ends by itself. */
const haproxy: LifecycleContainer = { name: 'haproxy', restartPolicy: Always };
/** Ends at once, as in the article. */
const primary: LifecycleContainer = { name: 'primary', runs: [{ seconds: 0 }] };
const failing: LifecycleContainer = { name: 'primary', runs: [{ seconds: 0, exitCode: 1 }] };
const main: LifecycleContainer = { name: 'main', runs: [{ seconds: 60 }] };
const sidecar = (name: string, more: Partial<LifecycleContainer> = {}): LifecycleContainer => ({
  name,
  restartPolicy: Always,
  ...more,
});
const version = (minor: number) => ({ major: 1, minor });

/** Everything that happens, in its order: `1 primary start`. */
function told({ lanes, events }: Lifecycle, kinds: readonly LifecycleEvent['kind'][]): string[] {
  return events
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ at, lane, kind, exitCode }) => [at, lanes[lane]?.name, kind, exitCode].join(' ').trim());
}

/** The outcome on one line. */
function verdict({ outcome, pods }: Lifecycle): string {
  const why = (holdup: Holdup | undefined) =>
    holdup ? ` ${[...holdup.containers, holdup.because, holdup.waitsFor].join(' ').trim()}` : '';
  const many = pods > 1 ? `, ${pods} pods` : '';
  switch (outcome.verdict) {
    case 'completes':
      return `completes at ${outcome.at}${many}`;
    case 'fails':
      return `${outcome.reason} at ${outcome.at}${outcome.container ? ` ${outcome.container}` : ''}${why(outcome.holdup)}${many}`;
    case 'rejected':
      return outcome.message;
    default:
      return `${outcome.verdict}:${why(outcome.holdup)}`;
  }
}

test('the article: a Job with a native sidecar succeeds', () => {
  const life = playLifecycle({ initContainers: [haproxy], containers: [primary], restartPolicy: 'OnFailure' });
  // haproxy 19:55:00 to 19:55:02, primary 19:55:01 to 19:55:01, Exit Code 0 and Restart Count 0 for both.
  assert.deepEqual(told(life, ['start', 'exit', 'SIGTERM']), [
    '0 haproxy start',
    '1 primary start',
    '1 primary exit 0',
    '1 haproxy SIGTERM',
    '2 haproxy exit 0',
  ]);
  assert.equal(verdict(life), 'completes at 2');
});

test('the article: a Job with a native sidecar fails', () => {
  const pod: LifecyclePod = { initContainers: [haproxy], containers: [failing], restartPolicy: 'OnFailure' };
  const life = playLifecycle({ ...pod, backoffLimit: 2 });
  // Started x3; primary Terminated with Exit Code 1 and Restart Count 2 while haproxy runs with 0; then Killing haproxy.
  assert.deepEqual(told(life, ['start', 'exit', 'SIGTERM']), [
    '0 haproxy start',
    '1 primary start',
    '1 primary exit 1',
    '2 primary start',
    '2 primary exit 1',
    '13 primary start',
    '13 primary exit 1',
    '14 haproxy SIGTERM',
    '15 haproxy exit 0',
  ]);
  assert.deepEqual(
    life.lanes.map(({ restarts }) => restarts),
    [0, 2],
  );
  assert.equal(verdict(life), 'BackoffLimitExceeded at 15 primary');
});

test('the old style hangs: a daemon beside the work', () => {
  const daemon = { name: 'haproxy' };
  assert.equal(verdict(playLifecycle({ containers: [primary, daemon] })), 'endless: haproxy runs');
  assert.equal(verdict(playLifecycle({ containers: [failing, daemon] })), 'endless: haproxy runs');
});

const SIDECARS = 'https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/';
const PODS = 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/';
const JOBS = 'https://kubernetes.io/docs/concepts/workloads/controllers/job/';
const KEP = 'KEP-753: Sidecar containers';
const RULES = 'KEP-5307: Container restart policy, pkg/api/pod/util.go of 1.34.1 and 1.35.2';
const ORDER = 'pkg/kubelet/kuberuntime/kuberuntime_termination_order.go';
const KILL = 'pkg/kubelet/kuberuntime/kuberuntime_container.go: killContainer';
const LIMIT = 'pkg/controller/job/job_controller.go: pastBackoffLimitOnFailure';

const crashing = sidecar('proxy', { runs: [{ seconds: 5, exitCode: 1 }] });
const deaf = { stop: {} };

interface Case {
  readonly title: string;
  readonly source: string;
  readonly pod: LifecyclePod;
  readonly verdict: string;
  /** Everything of these kinds that happens, in its order. */
  readonly kinds?: readonly LifecycleEvent['kind'][];
  readonly events?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: 'init containers run one by one, each when the one before has succeeded',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/init-containers/',
    pod: {
      initContainers: [
        { name: 'a', runs: [{ seconds: 5 }] },
        { name: 'b', runs: [{ seconds: 5 }] },
      ],
      containers: [main],
    },
    verdict: 'completes at 72',
    kinds: ['start'],
    events: ['0 a start', '6 b start', '12 main start'],
  },
  {
    title: 'a sidecar lets the next start when its postStart hook has run and its startup probe has passed',
    source: SIDECARS,
    pod: { initContainers: [sidecar('proxy', { postStart: 2, startupProbe: { passesAfter: 3 } })], containers: [main] },
    verdict: 'completes at 67',
    kinds: ['start', 'started'],
    events: ['0 proxy start', '5 proxy started', '6 main start', '6 main started'],
  },
  {
    title: 'a readiness probe holds up nothing',
    source: SIDECARS,
    pod: { initContainers: [sidecar('proxy', { otherProbe: 'readinessProbe' })], containers: [main] },
    verdict: 'completes at 62',
    kinds: ['start'],
    events: ['0 proxy start', '1 main start'],
  },
  {
    title: 'a sidecar that waits for the work before it counts as started is a deadlock',
    source: `${KEP}, scenario 7`,
    pod: {
      initContainers: [sidecar('proxy', { waitsFor: ['main'], startupProbe: { passesAfter: 3 } })],
      containers: [main],
    },
    verdict: 'stuck: proxy waits main',
  },
  {
    title: 'an init container that waits for a regular one is a deadlock',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/init-containers/',
    pod: {
      initContainers: [{ name: 'wait', waitsFor: ['db'], runs: [{ seconds: 0 }] }],
      containers: [main, { name: 'db' }],
    },
    verdict: 'stuck: wait waits db',
  },
  {
    title: 'an init container that waits for a sidecar behind it is a deadlock',
    source: SIDECARS,
    pod: {
      initContainers: [{ name: 'migrate', waitsFor: ['proxy'], runs: [{ seconds: 5 }] }, sidecar('proxy')],
      containers: [main],
    },
    verdict: 'stuck: migrate waits proxy',
  },
  {
    title: 'an init container behind a sidecar can use it',
    source: SIDECARS,
    pod: {
      initContainers: [sidecar('proxy'), { name: 'migrate', waitsFor: ['proxy'], runs: [{ seconds: 5 }] }],
      containers: [main],
    },
    verdict: 'completes at 68',
  },
  {
    title: 'regular containers start in their order, each when the postStart hook of the one before has run',
    source: 'pkg/kubelet/kuberuntime/kuberuntime_container.go: startContainer',
    pod: {
      containers: [
        { ...main, postStart: 4 },
        { ...main, name: 'second' },
      ],
    },
    verdict: 'completes at 64',
    kinds: ['start'],
    events: ['0 main start', '4 second start'],
  },
  {
    title: 'under Never a sidecar that crashes before the work starts is restarted for ever if its probe never passes',
    source: 'https://github.com/kubernetes/enhancements/issues/4880',
    pod: {
      initContainers: [sidecar('proxy', { startupProbe: { passesAfter: 9 }, runs: [{ seconds: 5, exitCode: 1 }] })],
      containers: [main],
    },
    verdict: 'stuck: proxy probe',
  },
  {
    title: 'under OnFailure its restarts fail the Job',
    source: LIMIT,
    pod: {
      initContainers: [sidecar('proxy', { startupProbe: { passesAfter: 9 }, runs: [{ seconds: 5, exitCode: 1 }] })],
      containers: [main],
      restartPolicy: 'OnFailure',
      backoffLimit: 3,
    },
    verdict: 'BackoffLimitExceeded at 50 proxy',
  },
  {
    title: 'with a deadline the Job fails even under Never',
    source: JOBS,
    pod: {
      initContainers: [sidecar('proxy', { startupProbe: { givesUpAfter: 30 } })],
      containers: [main],
      deadline: 100,
    },
    verdict: 'DeadlineExceeded at 101 proxy proxy probe',
  },
  {
    title: 'an image that cannot be pulled never fails a Job',
    source: PODS,
    pod: { initContainers: [sidecar('proxy', { pulls: false })], containers: [main], restartPolicy: 'OnFailure' },
    verdict: 'stuck: proxy image',
  },
  {
    title: 'a sidecar that crashes is restarted while the work runs, at once and then after 10 s',
    source: PODS,
    pod: { initContainers: [crashing], containers: [{ name: 'main', runs: [{ seconds: 25 }] }] },
    verdict: 'completes at 27',
    kinds: ['start', 'exit', 'SIGTERM'],
    events: [
      '0 proxy start',
      '1 main start',
      '5 proxy exit 1',
      '6 proxy start',
      '11 proxy exit 1',
      '22 proxy start',
      '26 main exit 0',
      '26 proxy SIGTERM',
      '27 proxy exit 1',
    ],
  },
  {
    title: 'a sidecar that exits with 0 is restarted as well',
    source: SIDECARS,
    pod: { initContainers: [sidecar('sync', { runs: [{ seconds: 5 }, {}] })], containers: [main] },
    verdict: 'completes at 62',
    kinds: ['exit'],
    events: ['5 sync exit 0', '61 main exit 0', '62 sync exit 0'],
  },
  {
    title: 'under OnFailure one restart of a sidecar fails a Job with backoffLimit 0',
    source: LIMIT,
    pod: {
      initContainers: [sidecar('proxy', { runs: [{ seconds: 5, exitCode: 1 }, {}] })],
      containers: [main],
      restartPolicy: 'OnFailure',
      backoffLimit: 0,
    },
    verdict: 'BackoffLimitExceeded at 9 proxy',
  },
  {
    title: 'under Never it does not',
    source: LIMIT,
    pod: {
      initContainers: [sidecar('proxy', { runs: [{ seconds: 5, exitCode: 1 }, {}] })],
      containers: [main],
      backoffLimit: 0,
    },
    verdict: 'completes at 62',
  },
  {
    title: 'how a sidecar ends says nothing about the pod',
    source: 'https://github.com/kubernetes/kubectl/issues/1739',
    pod: { initContainers: [sidecar('proxy', { stop: { seconds: 1, exitCode: 143 } })], containers: [main] },
    verdict: 'completes at 62',
    kinds: ['exit'],
    events: ['61 main exit 0', '62 proxy exit 143'],
  },
  {
    title: 'sidecars are told to stop in reverse, each when the one before has ended',
    source: ORDER,
    pod: { initContainers: ['a', 'b', 'c'].map((name) => sidecar(name, { stop: { seconds: 3 } })), containers: [main] },
    verdict: 'completes at 72',
    kinds: ['SIGTERM', 'exit'],
    events: [
      '63 main exit 0',
      '63 c SIGTERM',
      '66 c exit 0',
      '66 b SIGTERM',
      '69 b exit 0',
      '69 a SIGTERM',
      '72 a exit 0',
    ],
  },
  {
    title: '1.28 knows no order',
    source: 'https://github.com/kubernetes/kubernetes/pull/120620',
    pod: {
      initContainers: ['a', 'b'].map((name) => sidecar(name, { stop: { seconds: 3 } })),
      containers: [main],
      version: version(28),
      sidecarGate: true,
    },
    verdict: 'completes at 65',
    kinds: ['SIGTERM'],
    events: ['62 a SIGTERM', '62 b SIGTERM'],
  },
  {
    title: 'all preStop hooks run at once, and only then a sidecar waits for its turn',
    source: KILL,
    pod: { initContainers: [sidecar('a', { preStop: 5 }), sidecar('b', { preStop: 2 })], containers: [main] },
    verdict: 'completes at 68',
    kinds: ['preStop', 'SIGTERM', 'exit'],
    events: [
      '62 main exit 0',
      '62 a preStop',
      '62 b preStop',
      '64 b SIGTERM',
      '65 b exit 0',
      '67 a SIGTERM',
      '68 a exit 0',
    ],
  },
  {
    title: 'one grace period is for all: who comes late has two seconds',
    source: KILL,
    pod: { initContainers: [sidecar('a', deaf), sidecar('b', deaf)], containers: [main] },
    verdict: 'completes at 94',
    kinds: ['SIGTERM', 'SIGKILL', 'exit'],
    events: [
      '62 main exit 0',
      '62 b SIGTERM',
      '92 a SIGTERM',
      '92 b SIGKILL',
      '92 b exit 137',
      '94 a SIGKILL',
      '94 a exit 137',
    ],
  },
  {
    title: 'a sidecar that ignores SIGTERM makes each retry longer by the grace period',
    source: SIDECARS,
    pod: { initContainers: [sidecar('logs', deaf)], containers: [failing], backoffLimit: 1 },
    verdict: 'BackoffLimitExceeded at 72 primary, 2 pods',
  },
  {
    title: 'when the Job deletes the pod the work is told first, then the sidecars',
    source: ORDER,
    pod: {
      initContainers: [haproxy],
      containers: [{ name: 'main', stop: { seconds: 4, exitCode: 143 } }],
      deadline: 20,
    },
    verdict: 'DeadlineExceeded at 25 main runs',
    kinds: ['SIGTERM', 'exit'],
    events: ['20 main SIGTERM', '24 main exit 143', '24 haproxy SIGTERM', '25 haproxy exit 0'],
  },
  {
    title: 'a preStop hook that makes the sidecar quit fires while the work still ends',
    source: 'https://github.com/linkerd/linkerd2/issues/11465',
    pod: {
      initContainers: [sidecar('proxy', { quitsOnPreStop: true })],
      containers: [{ name: 'main', stop: { seconds: 10, exitCode: 143 } }],
      deadline: 20,
    },
    verdict: 'DeadlineExceeded at 30 main runs',
    kinds: ['preStop', 'exit'],
    events: ['20 proxy preStop', '21 proxy exit 0', '30 main exit 143'],
  },
  {
    title: 'under Never a failed pod is followed by others, after 10 s, 20 s and so on',
    source: JOBS,
    pod: { initContainers: [haproxy], containers: [failing], backoffLimit: 2 },
    verdict: 'BackoffLimitExceeded at 36 primary, 3 pods',
    kinds: ['start'],
    events: [
      '0 haproxy start',
      '1 primary start',
      '12 haproxy start',
      '13 primary start',
      '34 haproxy start',
      '35 primary start',
    ],
  },
  {
    title: 'very many retries are counted, not played',
    source: JOBS,
    pod: { containers: [failing], backoffLimit: 1_000_000 },
    verdict: 'BackoffLimitExceeded at 359998470 primary, 1000001 pods',
  },
  {
    title: 'under Never a regular daemon that is not told keeps even a failed pod',
    source: PODS,
    pod: { containers: [failing, { name: 'proxy' }] },
    verdict: 'endless: proxy runs',
  },
  {
    title: 'under OnFailure the failing work makes the Job delete the pod with its daemon',
    source: LIMIT,
    pod: { containers: [failing, { name: 'proxy' }], restartPolicy: 'OnFailure', backoffLimit: 1 },
    verdict: 'BackoffLimitExceeded at 3 primary',
  },
  {
    title: 'who kills the daemon when the work has succeeded lets the Job complete',
    source: 'pkill in the work, a shared process namespace',
    pod: { containers: [main, { name: 'proxy', endsWith: { names: ['main'], onFailureToo: false } }] },
    verdict: 'completes at 61',
  },
  {
    title: 'but who skips the kill on failure does not',
    source: 'set -e before the kill',
    pod: { containers: [failing, { name: 'proxy', endsWith: { names: ['primary'], onFailureToo: false } }] },
    verdict: 'endless: proxy runs',
  },
  {
    title: 'a native sidecar that is asked to quit early is restarted',
    source: SIDECARS,
    pod: {
      initContainers: [sidecar('proxy', { endsWith: { names: ['first'], onFailureToo: true } })],
      containers: [{ name: 'first', runs: [{ seconds: 5 }] }, main],
    },
    verdict: 'completes at 62',
    kinds: ['start'],
    events: ['0 proxy start', '1 first start', '1 main start', '8 proxy start'],
  },
  {
    title: 'a failed init container fails the pod under Never',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/init-containers/',
    pod: {
      initContainers: [haproxy, { name: 'migrate', runs: [{ seconds: 2, exitCode: 1 }] }],
      containers: [main],
      backoffLimit: 0,
    },
    verdict: 'BackoffLimitExceeded at 4 migrate',
    kinds: ['exit'],
    events: ['3 migrate exit 1', '4 haproxy exit 0'],
  },
  {
    title: 'and is run again under OnFailure',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/init-containers/',
    pod: {
      initContainers: [{ name: 'migrate', runs: [{ seconds: 2, exitCode: 1 }, { seconds: 2 }] }],
      containers: [main],
      restartPolicy: 'OnFailure',
    },
    verdict: 'completes at 66',
  },
  {
    title: "the pod's own deadline fails the pod, and the Job makes another",
    source: JOBS,
    pod: { containers: [{ name: 'main' }], podDeadline: 10, backoffLimit: 1 },
    verdict: 'BackoffLimitExceeded at 32, 2 pods',
  },
  {
    title: 'a bare Pod is not made again',
    source: PODS,
    pod: { containers: [failing], isJob: false },
    verdict: 'Error at 0 primary',
  },
  ...[20, 27].map(
    (minor): Case => ({
      title: `1.${minor} drops the restartPolicy: the sidecar is a plain init container that never ends`,
      source: `${KEP}, downgrade strategy`,
      pod: { initContainers: [haproxy], containers: [main], version: version(minor) },
      verdict: 'stuck: haproxy dropped',
    }),
  ),
  {
    title: 'so does 1.28 without the feature gate',
    source: 'pkg/api/pod/util.go: dropDisabledFields',
    pod: { initContainers: [haproxy], containers: [main], version: version(28) },
    verdict: 'stuck: haproxy dropped',
  },
  {
    title: 'but with a probe 1.28 refuses it',
    source: 'pkg/apis/core/validation/validation.go of 1.28.3',
    pod: {
      initContainers: [{ ...haproxy, startupProbe: { passesAfter: 1 } }],
      containers: [main],
      version: version(28),
    },
    verdict:
      'initContainers[0].startupProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
  },
  ...[28, 33].map(
    (minor): Case => ({
      title: `1.${minor} refuses restartPolicy on a regular container`,
      source: 'pkg/apis/core/validation/validation.go of 1.28.3 to 1.33.3',
      pod: { containers: [main, haproxy], version: version(minor) },
      verdict: 'containers[1].restartPolicy: Forbidden: may not be set for non-init containers',
    }),
  ),
  {
    title: '1.34 drops it: what ends stays ended',
    source: RULES,
    pod: { containers: [{ ...main, restartPolicy: Always }], version: version(34) },
    verdict: 'completes at 60',
  },
  ...[35, 38].map(
    (minor): Case => ({
      title: `1.${minor} honours it: the pod never completes`,
      source: RULES,
      pod: {
        containers: [main, { name: 'proxy', restartPolicy: Always, runs: [{ seconds: 5 }] }],
        version: version(minor),
      },
      verdict: 'endless: proxy restarts',
    }),
  ),
  {
    title: 'and under OnFailure these restarts fail the Job',
    source: LIMIT,
    pod: {
      containers: [{ ...main, restartPolicy: Always }],
      restartPolicy: 'OnFailure',
      backoffLimit: 2,
      version: version(35),
    },
    verdict: 'BackoffLimitExceeded at 134 main',
  },
];

for (const { title, source, pod, verdict: expected, kinds, events } of CASES) {
  test(`${title} (${source})`, () => {
    const life = playLifecycle(pod);
    assert.equal(verdict(life), expected);
    if (kinds) assert.deepEqual(told(life, kinds), events);
  });
}

const seconds = fc.integer({ min: 0, max: 1000 });
const program = fc.record({ seconds, exitCode: fc.constantFrom(0, 0, 1) });
const sidecars = fc
  .array(
    fc.record(
      {
        runs: fc.array(fc.oneof(program, fc.constant({})), { minLength: 1, maxLength: 3 }),
        startupProbe: fc.record({ passesAfter: seconds }),
        postStart: seconds,
        preStop: seconds,
        quitsOnPreStop: fc.boolean(),
        stop: fc.oneof(fc.record({ seconds, exitCode: fc.constantFrom(0, 143) }), fc.constant({})),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 5 },
  )
  // One that ends before it has started may hold up the pod for ever.
  .map((all) =>
    all.map(({ runs, ...each }, index) =>
      sidecar(`s${index}`, { ...each, ...(!each.startupProbe && !each.postStart && runs && { runs }) }),
    ),
  );
const mains = fc
  .array(
    fc.record(
      { runs: fc.array(program, { minLength: 1, maxLength: 3 }), preStop: seconds },
      { requiredKeys: ['runs'] },
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((all) => all.map((each, index) => ({ name: `m${index}`, ...each })));
const limits = {
  restartPolicy: fc.constantFrom('Never' as const, 'OnFailure' as const),
  backoffLimit: fc.integer({ min: 0, max: 8 }),
  grace: fc.integer({ min: 0, max: 100 }),
};

test('with native sidecars and work that ends a pod always ends', () => {
  fc.assert(
    fc.property(fc.record({ initContainers: sidecars, containers: mains, ...limits }), (pod) => {
      const life = playLifecycle(pod);
      assert.match(life.outcome.verdict, /^(?:completes|fails)$/);
      for (const [index, { intervals }] of life.lanes.entries()) {
        for (const [at, { from, to, pod: run }] of intervals.entries()) {
          assert.ok(to !== undefined && from <= to && from >= (intervals[at - 1]?.to ?? 0), life.lanes[index]?.name);
          assert.ok(run < life.pods);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('with a regular daemon that nobody ends no Job ever completes, and none ends that has no limit', () => {
  fc.assert(
    fc.property(
      fc.record({ initContainers: sidecars, containers: mains, ...limits }),
      fc.nat(),
      ({ containers, ...pod }, at) => {
        const daemon: LifecycleContainer = { name: 'daemon' };
        const place = at % (containers.length + 1);
        const all = [...containers.slice(0, place), daemon, ...containers.slice(place)];
        const { outcome } = playLifecycle({ ...pod, containers: all });
        assert.ok(outcome.verdict !== 'completes');
        const isFine = all.every(({ runs = [] }) => runs.every(({ exitCode = 0 }) => exitCode === 0));
        if (isFine || pod.restartPolicy === 'Never') {
          const isLimited = pod.restartPolicy === 'OnFailure' && pod.initContainers.some(({ runs }) => runs);
          if (!isLimited) assert.equal(outcome.verdict, 'endless');
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('500 containers are played at once', () => {
  const many = Array.from({ length: 500 }, (_, index) => index);
  const from = performance.now();
  const life = playLifecycle({
    initContainers: many.map((index) => sidecar(`s${index}`, { runs: [{ seconds: 1, exitCode: 1 }] })),
    containers: [{ name: 'main', runs: [{ seconds: 1_000_000 }] }],
  });
  assert.equal(life.outcome.verdict, 'completes');
  assert.ok(performance.now() - from < 10_000);
});
