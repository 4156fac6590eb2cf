import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Analysis,
  analyze,
  analyzeDockerfile,
  applyEdits,
  isDockerfile,
  killersOf,
  type ProcessKiller,
} from '../../engine/index.ts';

const job = (script: string, image = 'registry.example.com/nightly:2') => `apiVersion: batch/v1
kind: Job
metadata: {name: nightly}
spec:
  template:
    spec:
      restartPolicy: Never
      shareProcessNamespace: true
      containers:
        - name: main
          image: ${image}
          command: [sh, -c, ${JSON.stringify(script)}]
        - name: haproxy
          image: haproxy:2.9
`;

const KILLER: ProcessKiller = {
  workload: { kind: 'Job', name: 'nightly', namespace: undefined },
  container: 'main',
  image: 'registry.example.com/nightly:2',
  program: 'pkill',
  file: 'job.yaml',
  stays: undefined,
};
const KILLALL: ProcessKiller = { ...KILLER, program: 'killall' };
const OPTIONS = { path: 'nightly/Dockerfile', killers: [KILLER, KILLALL], isOnly: false };

function removed(analysis: Analysis): string {
  for (const finding of analysis.findings) {
    const fix = finding.fix();
    if (fix && 'refused' in fix) return fix.refused;
    assert.ok(fix && !fix.safe);
  }
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: false }), undefined);
  const fix = analysis.fixAll(analysis.findings, { unsafe: true });
  return fix ? applyEdits(analysis.text, fix.edits) : analysis.text;
}

/** What a Dockerfile becomes; a text that begins with "Not offered" is why it stays. Nothing is found: undefined. */
const CASES: readonly [name: string, before: string, after: string | undefined][] = [
  [
    'the whole instruction, when only updating and cleaning are left',
    'FROM debian:12\n\n# Ends the proxy.\nRUN apt-get update && apt-get install -y procps && rm -rf /var/lib/apt/lists/*\n\nCMD ["./work"]\n',
    'FROM debian:12\n\nCMD ["./work"]\n',
  ],
  [
    'the same on several lines',
    'FROM debian:12\nRUN set -eux; \\\n    apt-get update \\\n    # for pkill\n && apt-get install -y --no-install-recommends \\\n    procps \\\n\n && apt-get clean\nCMD ./work\n',
    'FROM debian:12\nCMD ./work\n',
  ],
  [
    'one word among others',
    'FROM debian:12\nRUN apt-get update && apt-get install -y curl procps=2:4.0.2-3 git\n',
    'FROM debian:12\nRUN apt-get update && apt-get install -y curl git\n',
  ],
  [
    'a line of its own, others byte for byte',
    'FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    curl   \\\n    # pkill\n    procps \\\n\tgit \\\n && rm -rf /var/lib/apt/lists/*\n',
    'FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    curl   \\\n\tgit \\\n && rm -rf /var/lib/apt/lists/*\n',
  ],
  [
    'the last line of a list',
    'FROM debian:12\nRUN apt-get install -y \\\n    curl \\\n    # pkill\n    procps\nCMD x\n',
    'FROM debian:12\nRUN apt-get install -y \\\n    curl\nCMD x\n',
  ],
  [
    'a line that ends in &&',
    'FROM debian:12\nRUN apt-get install -y \\\n    curl \\\n    procps && \\\n    make\n',
    'FROM debian:12\nRUN apt-get install -y \\\n    curl && \\\n    make\n',
  ],
  [
    'the command in the middle of a chain',
    'FROM debian:12\nRUN apt-get update \\\n && apt-get install -y procps \\\n && ./configure \\\n && make\n',
    'FROM debian:12\nRUN apt-get update \\\n && ./configure \\\n && make\n',
  ],
  [
    'the first command of a chain',
    'FROM alpine\nRUN apk add --no-cache procps && \\\n    adduser -D app\n',
    'FROM alpine\nRUN adduser -D app\n',
  ],
  [
    'the last command of a chain',
    'FROM alpine\nRUN adduser -D app && apk add --no-cache procps\n',
    'FROM alpine\nRUN adduser -D app\n',
  ],
  ['what never depended on it', 'FROM alpine\nRUN a; apk add procps && b\n', 'FROM alpine\nRUN a; b\n'],
  ['procps-ng of yum', 'FROM centos:7\nRUN yum install -y procps-ng && yum clean all\n', 'FROM centos:7\n'],
  [
    'an architecture and options with values',
    'FROM fedora\nRUN dnf -y --enablerepo extras install procps-ng.x86_64 tar\n',
    'FROM fedora\nRUN dnf -y --enablerepo extras install tar\n',
  ],
  [
    'microdnf and sudo',
    'FROM ubi\nRUN sudo microdnf install -y procps-ng && microdnf clean all && rm -rf /var/cache/yum\nUSER 1001\n',
    'FROM ubi\nUSER 1001\n',
  ],
  [
    'two packages in one command',
    'FROM debian\nRUN apt-get install -y procps curl psmisc\n',
    'FROM debian\nRUN apt-get install -y curl\n',
  ],
  [
    'two packages on lines of their own',
    'FROM debian\nRUN apt-get install -y \\\n  curl \\\n  procps \\\n  psmisc\n',
    'FROM debian\nRUN apt-get install -y \\\n  curl\n',
  ],
  ['two packages and no other', 'FROM debian\nRUN apt-get install -y procps psmisc\n', 'FROM debian\n'],
  ['a version in quotes', 'FROM alpine\nRUN apk add "procps>=4" curl\n', 'FROM alpine\nRUN apk add curl\n'],
  ['a version without quotes', 'FROM alpine\nRUN apk add curl procps>=4\n', 'FROM alpine\nRUN apk add curl\n'],
  [
    'flags of the instruction',
    'FROM debian\nRUN --mount=type=cache,target=/var/cache/apt \\\n    --mount=type=tmpfs,target=/tmp \\\n    apt-get update && apt-get install -y procps\n',
    'FROM debian\n',
  ],
  [
    'a list of words',
    'FROM debian\nRUN ["apt-get", "install", "-y", "procps", "curl"]\n',
    'FROM debian\nRUN ["apt-get", "install", "-y", "curl"]\n',
  ],
  ['a list of words and no other', 'FROM debian\nRUN ["apt-get", "install", "procps"]\n', 'FROM debian\n'],
  [
    'a shell in a list of words',
    'FROM debian\nRUN ["/bin/bash", "-c", "apt-get install -y procps curl"]\n',
    'FROM debian\nRUN ["/bin/bash", "-c", "apt-get install -y curl"]\n',
  ],
  ['ONBUILD', 'FROM debian\nONBUILD RUN apt-get install -y procps\nCMD x\n', 'FROM debian\nCMD x\n'],
  [
    'a here-document',
    'FROM debian\nRUN <<EOF\nset -e\napt-get update\n# for pkill\napt-get install -y procps\nmake\nEOF\n',
    'FROM debian\nRUN <<EOF\nset -e\napt-get update\nmake\nEOF\n',
  ],
  [
    'a here-document and nothing else',
    'FROM debian\nRUN <<-"EOF"\n\tapt-get update\n\tapt-get install -y procps\nEOF\nCMD x\n',
    'FROM debian\nCMD x\n',
  ],
  [
    'a backtick for continuation, and a directive that stays',
    '# escape=`\nFROM debian\nRUN apt-get install -y `\n  procps `\n  curl\n',
    '# escape=`\nFROM debian\nRUN apt-get install -y `\n  curl\n',
  ],
  ['no last line ending', 'FROM debian\nRUN apt-get install procps', 'FROM debian'],
  [
    'a variable may be another package',
    'FROM debian\nRUN apt-get install -y $MORE procps\n',
    'FROM debian\nRUN apt-get install -y $MORE\n',
  ],
  [
    'lists that a later instruction needs',
    'FROM debian\nRUN apt-get update && apt-get install -y procps\nRUN apt-get install -y curl\n',
    'FROM debian\nRUN apt-get update\nRUN apt-get install -y curl\n',
  ],
  [
    'the last stage and what it is built from',
    'FROM debian AS base\nRUN apt-get install -y procps\nFROM golang AS builder\nRUN apt-get install -y procps\nFROM base\nCOPY --from=builder /x /x\n',
    'FROM debian AS base\nFROM golang AS builder\nRUN apt-get install -y procps\nFROM base\nCOPY --from=builder /x /x\n',
  ],
  [
    'used by a later command',
    'FROM debian\nRUN apt-get install -y procps && ps aux\n',
    "Not offered: line 2 of this Dockerfile runs 'ps', which 'procps' brings.",
  ],
  [
    'used by a health check above',
    'FROM debian\nHEALTHCHECK --interval=5s CMD pgrep nginx || exit 1\nRUN apt-get install -y procps\n',
    "Not offered: line 2 of this Dockerfile runs 'pgrep', which 'procps' brings.",
  ],
  [
    'used by the entry point, in a shell',
    'FROM debian\nRUN apt-get install -y procps\nENTRYPOINT ["/bin/sh", "-c", "trap \'pkill worker\' TERM; worker"]\n',
    "Not offered: line 3 of this Dockerfile runs 'pkill', which 'procps' brings.",
  ],
  [
    'used by a script that the Dockerfile holds',
    'FROM debian\nRUN apt-get install -y procps\nCOPY <<EOF /usr/bin/look\n#!/bin/sh\nexec sudo top -b\nEOF\n',
    "Not offered: line 5 of this Dockerfile runs 'top', which 'procps' brings.",
  ],
  [
    'in a condition',
    'FROM debian\nRUN if test -n "$DEBUG"; then apt-get install -y procps; fi\n',
    'Not offered: the command is part of a larger one; take it out by hand.',
  ],
  [
    'another command depends on its failure',
    'FROM debian\nRUN make && apt-get install -y procps || apk add curl\n',
    "Not offered: an '||' depends on the command; take it out by hand.",
  ],
  [
    'a group of packages with a name',
    'FROM alpine\nRUN apk add --virtual .tools procps && make && apk del .tools\n',
    'Not offered: the packages are installed under a name of their own; take them out by hand.',
  ],
  [
    'a stage that is not shipped',
    'FROM debian AS a\nRUN apt-get install -y procps\nFROM debian\nCOPY --from=a /x /x\n',
    undefined,
  ],
  ['removed, not installed', 'FROM debian\nRUN apt-get remove -y procps\n', undefined],
  ['printed, not installed', 'FROM debian\nRUN echo apt-get install procps\n', undefined],
  [
    'in a comment',
    'FROM debian\n# RUN apt-get install procps\nRUN a \\\n  # apt-get install procps \\\n  b\n',
    undefined,
  ],
  ['a package of a like name', 'FROM debian\nRUN apt-get install -y libprocps8 procps-\n', undefined],
];

for (const [name, before, after] of CASES) {
  for (const [ending, text] of [
    ['\\n', before],
    ['\\r\\n', before.replaceAll('\n', '\r\n')],
  ] as const) {
    test(`a Dockerfile: ${name} (${ending})`, () => {
      const analysis = analyzeDockerfile(text, OPTIONS);
      if (after === undefined) return assert.deepEqual(analysis.findings, []);
      assert.ok(analysis.findings.length > 0, 'nothing is found');
      for (const { span, severity, tags } of analysis.findings) {
        assert.match(text.slice(span.start, span.end), /procps|psmisc/);
        assert.equal(severity, 'hint');
        assert.deepEqual(tags, ['unnecessary']);
      }
      const expected = ending === '\\n' || after.startsWith('Not') ? after : after.replaceAll('\n', '\r\n');
      const result = removed(analysis);
      assert.equal(result, expected);
      if (!after.startsWith('Not')) assert.deepEqual(analyzeDockerfile(result, OPTIONS).findings, []);
    });
  }
}

test('the finding names the program, the container, the workload and its file', () => {
  const { findings } = analyzeDockerfile('FROM debian\nRUN apt-get install -y procps\n', OPTIONS);
  const [finding] = findings;
  assert.equal(
    finding?.message,
    "'procps' is here for the pkill in container 'main' of Job 'nightly' (job.yaml). With a native sidecar neither is needed.",
  );
  assert.deepEqual(finding.workload, KILLER.workload);
  assert.equal(finding.container, 'main');
  assert.equal(finding.confidence, 'likely');
});

test('pkill needs procps, killall needs psmisc', () => {
  const packages = (killers: ProcessKiller[]) =>
    analyzeDockerfile('FROM debian\nRUN apt-get install -y procps psmisc\n', { ...OPTIONS, killers }).findings.map(
      ({ message }) => message.split(' ')[0],
    );
  assert.deepEqual(packages([KILLER]), ["'procps'"]);
  assert.deepEqual(packages([KILLALL]), ["'psmisc'"]);
  assert.deepEqual(packages([]), []);
});

test('the package stays while the workload needs it', () => {
  const analysis = analyzeDockerfile('FROM debian\nRUN apt-get install -y procps\n', {
    ...OPTIONS,
    killers: [{ ...KILLER, stays: 'pgrep' }],
  });
  assert.equal(removed(analysis), "Not offered: the fixes for 'main' of Job 'nightly' leave its 'pgrep' in place.");
});

test('rules can be off or matter more', () => {
  const text = 'FROM debian\nRUN apt-get install -y procps\n';
  const with_ = (level: 'off' | 'error') =>
    analyzeDockerfile(text, { ...OPTIONS, rules: { 'procps-for-pkill': level } }).findings;
  assert.deepEqual(with_('off'), []);
  assert.equal(with_('error')[0]?.severity, 'error');
});

for (const [image, path, isOnly, given, expected] of [
  ['registry.example.com/team/nightly:2', 'nightly/Dockerfile', false, false, 'likely'],
  ['registry.example.com:5000/nightly@sha256:0a', 'file:///w/nightly/Dockerfile', false, false, 'likely'],
  ['nightly', 'nightly/docker/Dockerfile', false, false, 'likely'],
  ['x/nightly-job', 'images/Dockerfile.nightly_job', false, false, 'likely'],
  ['x/nightly', 'images/nightly.Dockerfile', false, false, 'likely'],
  ['x/nightly', 'images/Containerfile.nightly', false, false, 'likely'],
  ['x/nightly', 'services/other/Dockerfile', false, false, undefined],
  ['x/services', 'services/other/Dockerfile', false, false, undefined],
  ['registry.example.com/nightly', 'Dockerfile', true, false, 'possible'],
  ['registry.example.com/nightly', 'Dockerfile', false, false, undefined],
  ['registry.example.com/nightly', 'Dockerfile', false, true, 'possible'],
  ['ubuntu:22.04', 'Dockerfile', true, false, undefined],
  ['ubuntu:22.04', 'ubuntu/Dockerfile', true, false, undefined],
  ['docker.io/library/ubuntu:22.04', 'Dockerfile', true, false, undefined],
  ['bitnami/kubectl:1.30', 'Dockerfile', true, false, undefined],
  ['nightly:2', 'Dockerfile', true, false, undefined],
] as const) {
  test(`${image} and ${path}${isOnly ? ', the only one' : ''}${given ? ', given together' : ''}`, () => {
    const killers = [{ ...KILLER, image, given }];
    const text = 'FROM debian\nRUN apt-get install -y procps\n';
    assert.equal(analyzeDockerfile(text, { path, killers, isOnly }).findings[0]?.confidence, expected);
  });
}

for (const [script, programs] of [
  ['./work; pkill haproxy', ['pkill']],
  ['./work && sudo /usr/bin/killall -9 haproxy', ['killall']],
  ["trap 'pkill haproxy' EXIT; ./work", ['pkill']],
  ['bash -c "./work; pkill haproxy"', ['pkill']],
  ['pkill -HUP haproxy; ./work', []],
  ['pkill --signal HUP haproxy; ./work', []],
  ['echo pkill; ./work', []],
] as const) {
  test(`who kills: ${script}`, () => {
    const killers = killersOf(analyze(job(script)), 'job.yaml');
    assert.deepEqual(
      killers.map(({ program }) => program),
      programs,
    );
    for (const killer of killers) assert.deepEqual([killer.container, killer.image], ['main', KILLER.image]);
  });
}

test('a kill that the fixes take out does not stay, another program does', () => {
  for (const [script, stays] of [
    ['./work; pkill haproxy', undefined],
    ['pgrep x; pkill haproxy', 'pgrep'],
  ] as const) {
    const analysis = analyze(job(script));
    const start = analysis.text.indexOf('; pkill haproxy');
    const edits = [{ span: { start, end: start + '; pkill haproxy'.length }, text: '' }];
    const mended: Analysis = {
      text: analysis.text,
      findings: [],
      suppressed: [],
      skipped: [],
      documents: 1,
      read: 1,
      textOf: () => undefined,
      podAt: (offset) => analysis.podAt(offset),
      refactorings: () => [],
      fixAll: () => ({ title: '', safe: false, steps: [], edits, stays: [] }),
    };
    assert.equal(killersOf(mended, 'job.yaml')[0]?.stays, stays);
  }
});

test('a kill in a pod without its sidecar stays', () => {
  const alone = job('./work; pkill envoy').replace(/ {8}- name: haproxy\n.*\n/, '');
  assert.equal(killersOf(analyze(alone), 'job.yaml')[0]?.stays, 'pkill');
});

for (const [path, expected] of [
  ['Dockerfile', true],
  ['a/Dockerfile.dev', true],
  ['file:///a/job.Dockerfile', true],
  ['a/Containerfile', true],
  ['a/Dockerfile/x.yaml', false],
  ['a/Dockerfiles', false],
  ['a/dockerfile.md/notes', false],
  ['a/Dockerfile.dockerignore', false],
  ['a/dockerfile.test.ts', false],
] as const) {
  test(`${path} is ${expected ? 'a' : 'no'} Dockerfile`, () => assert.equal(isDockerfile(path), expected));
}

const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 256)).toString('latin1');
const EXAMPLE =
  '# syntax=docker/dockerfile:1\nFROM debian AS a\nRUN apt-get update \\\n # x\n && apt-get install -y procps \\\n curl\nRUN ["apt-get", "install", "procps"]\nONBUILD RUN <<EOF\napt-get install -y procps\nEOF\nHEALTHCHECK CMD ["x"]\n';
for (const [name, text] of [
  ['nothing', ''],
  ['binary', `RUN apt-get install procps\n${bytes}`],
  ['binary in an instruction', `RUN apt-get install procps ${bytes}`],
  ['1 MB', 'RUN apt-get install procps\n'.repeat(40_000)],
  ['as much as is read', 'RUN apt-get install procps\n'.repeat(1_850)],
  ['1 MB on a line', `RUN apt-get install ${'procps '.repeat(150_000)}`],
  ['much on a line', `RUN apt-get install ${'procps '.repeat(7_000)}`],
  ['many flags', `RUN ${'--procps=b,c=d '.repeat(3_300)}`],
  ['a here-document without end', 'RUN <<EOF\napt-get install procps\n'],
  ['many here-documents', `RUN ${'<<procps '.repeat(5_500)}`],
  ['a list without end', 'RUN ["apt-get", "install", "procps"\n'],
  ['deep brackets', `RUN ${'('.repeat(10_000)}apt-get install procps`],
  ['deep commands', `RUN ${'$('.repeat(10_000)}apt-get install procps`],
  ['triggers of triggers', `${'ONBUILD '.repeat(1_000)}RUN apt-get install procps\n`],
] as const) {
  test(`bad input for a Dockerfile: ${name}`, () => {
    const start = performance.now();
    removed(analyzeDockerfile(text, OPTIONS));
    const took = performance.now() - start;
    assert.ok(took < 5000, `took ${took.toFixed(0)} ms`);
  });
}

test('bad input for a Dockerfile: cut at any character', () => {
  for (let end = 0; end <= EXAMPLE.length; end++) removed(analyzeDockerfile(EXAMPLE.slice(0, end), OPTIONS));
});
