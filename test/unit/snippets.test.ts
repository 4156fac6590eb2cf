import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { analyze } from '../../engine/index.ts';
import { noSchemas, schemaErrors } from './kubernetes-schema.ts';

interface Snippet {
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}

/** A tab stop as it is written: its number, and what stands in it. */
interface Stop {
  readonly number: number;
  readonly options?: readonly string[];
  readonly text?: string;
}

const STOP = /^\$(?:(\d+)|\{(\d+)\}|\{(\d+):|\{(\d+)\|)/;

/**
 * The text that a snippet inserts when every default is taken, and its tab stops in their order. `choose` takes another
 * option of the choice with that number. Understands what VS Code does: `$1`, `${1}`, `${1:default}` with stops inside,
 * `${1|a,b|}` and `\` before `$`, `}`, `\`, `,` and `|`.
 */
function expand(body: string, choose: { number: number; option: number } = { number: -1, option: 0 }) {
  const stops: Stop[] = [];
  const values = new Map<number, string>();
  let at = 0;
  const until = (end: string): string => {
    let text = '';
    while (at < body.length && body[at] !== end) {
      const stop = STOP.exec(body.slice(at));
      if (body[at] === '\\' && /[$}\\]/.test(body[at + 1] ?? '')) {
        text += body[at + 1];
        at += 2;
      } else if (stop) {
        at += stop[0].length;
        const [, plain, braces, withDefault, choice] = stop;
        if (choice !== undefined) text += takeChoice(Number(choice));
        else if (withDefault !== undefined) text += takeDefault(Number(withDefault));
        else text += mirror(Number(plain ?? braces));
      } else text += body[at++];
    }
    return text;
  };
  const takeDefault = (number: number) => {
    const text = until('}');
    assert.equal(body[at++], '}', `tab stop ${number} is closed`);
    stops.push({ number, text });
    values.set(number, text);
    return text;
  };
  const takeChoice = (number: number) => {
    const end = body.indexOf('|}', at);
    assert.ok(end > at, `choice ${number} is closed`);
    const options = body
      .slice(at, end)
      .split(/(?<!\\),/)
      .map((option) => option.replace(/\\([,|\\])/g, '$1'));
    at = end + 2;
    const value = options[choose.number === number ? choose.option : 0] ?? '';
    stops.push({ number, options });
    values.set(number, value);
    return value;
  };
  const mirror = (number: number) => {
    stops.push({ number });
    return values.get(number) ?? '';
  };
  const text = until('');
  return { text, stops };
}

test('the expander reads what VS Code reads', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of snippets
  const { text, stops } = expand('${1:a} $1 ${2|b\\,c,d|} ${3:x$1y} \\$4 ${1} \\} $0');
  assert.equal(text, 'a a b,c xay $4 a } ');
  assert.deepEqual(
    stops.map(({ number }) => number),
    [1, 1, 2, 1, 3, 1, 0],
  );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of snippets
  assert.equal(expand('${1|a,b|}', { number: 1, option: 1 }).text, 'b');
});

const snippets: Record<string, Snippet> = JSON.parse(readFileSync('snippets/native-sidecars.json', 'utf8'));
const entries = Object.values(snippets).map((snippet) => ({ ...snippet, source: snippet.body.join('\n') }));

/** What an inserted snippet is in a manifest: itself, or the entry of initContainers that its list holds. */
const manifest = (prefix: string, text: string) => (prefix === 'SidecarContainer' ? inJob(text) : text);

function inJob(entry: string): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: around
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers:
${entry.replace(/^/gm, '        ')}
      containers:
        - name: work
          image: alpine:3.22
          command: ["true"]
`;
}

/** The pod of a Job or a CronJob. */
function podOf(text: string) {
  const { spec } = parse(text);
  return (spec.jobTemplate?.spec ?? spec).template.spec;
}

/** Every text that a snippet can become by taking a choice: the first is the one of the defaults. */
function variants(source: string): string[] {
  const { text, stops } = expand(source);
  const others = stops.flatMap(({ number, options = [] }) =>
    options.slice(1).map((_, index) => expand(source, { number, option: index + 1 }).text),
  );
  return [text, ...others];
}

test('there are the four snippets, for YAML and for Helm', () => {
  assert.deepEqual(entries.map(({ prefix }) => prefix).sort(), [
    'SidecarContainer',
    'SidecarCronJob',
    'SidecarCronJobFailing',
    'SidecarJob',
  ]);
  const { contributes } = JSON.parse(readFileSync('package.json', 'utf8'));
  assert.deepEqual(
    contributes.snippets,
    ['yaml', 'helm'].map((language) => ({ language, path: './snippets/native-sidecars.json' })),
  );
});

for (const { prefix, description, source } of entries) {
  const { text, stops } = expand(source);

  test(`${prefix}: its tab stops are numbered from 1 without a gap, in reading order, and end at $0`, () => {
    const numbers = stops.map(({ number }) => number);
    const first = [...new Set(numbers.filter((number) => number > 0))];
    assert.deepEqual(
      first,
      first.map((_, index) => index + 1),
    );
    assert.equal(numbers.at(-1), 0);
    assert.equal(numbers.filter((number) => number === 0).length, 1);
    assert.equal(source.endsWith('$0'), true, 'the cursor ends behind the last line');
    for (const { number, options, text: content } of stops) {
      if (content !== undefined) assert.notEqual(content, '', `tab stop ${number} has a default`);
      if (options) assert.equal(new Set(options).size, options.length, `choice ${number}`);
    }
  });

  test(`${prefix}: says what it is and teaches what makes a sidecar, since when`, () => {
    assert.match(description, /^A/);
    const comments = text.split('\n').filter((line) => /^\s*#/.test(line));
    assert.match(comments.join(' '), /restartPolicy: Always makes .*1\.29.*1\.33/);
    for (const line of text.split('\n')) assert.ok(line.length <= 120, line);
    assert.doesNotMatch(text, /\t|[ \t]$/m);
  });

  test(`${prefix}: the proxy is a native sidecar, sized, probed where it listens, with its image pinned`, () => {
    const pod = podOf(manifest(prefix, text));
    assert.equal(pod.initContainers.length, 1);
    const [sidecar] = pod.initContainers;
    assert.equal(sidecar.restartPolicy, 'Always');
    assert.equal(sidecar.startupProbe.tcpSocket.port, sidecar.ports[0].containerPort);
    for (const container of [sidecar, ...(prefix === 'SidecarContainer' ? [] : pod.containers)]) {
      assert.match(container.image, /:\d+\.\d+$/);
      assert.ok(container.resources.requests.cpu && container.resources.limits.memory, container.name);
      assert.equal(container.resources.requests.memory, container.resources.limits.memory);
    }
  });

  for (const [index, variant] of variants(source).entries()) {
    const name = index === 0 ? 'with all defaults' : `with choice ${index}`;
    const whole = manifest(prefix, variant);

    test(`${prefix} ${name}: parses, and nothing is found in it`, () => {
      for (const document of parseAllDocuments(whole)) {
        assert.deepEqual([...document.errors, ...document.warnings], []);
      }
      const analysis = analyze(whole);
      assert.deepEqual(analysis.findings, []);
      assert.deepEqual(analysis.skipped, []);
    });

    test(`${prefix} ${name}: is valid Kubernetes`, { skip: noSchemas }, () => {
      assert.deepEqual(schemaErrors(parse(whole)), []);
    });
  }
}

test('SidecarContainer is an entry of a list, and a container to Kubernetes', { skip: noSchemas }, () => {
  const [container] = parse(expand(snippets['Native sidecar container']?.body.join('\n') ?? '').text);
  assert.deepEqual(schemaErrors(container, 'Container'), []);
});

for (const prefix of ['SidecarCronJob', 'SidecarJob', 'SidecarCronJobFailing']) {
  test(`${prefix}: the Job ends, whatever happens`, () => {
    const source = entries.find((entry) => entry.prefix === prefix)?.source ?? '';
    const { spec } = parse(expand(source).text);
    const job = spec.jobTemplate?.spec ?? spec;
    assert.ok(job.activeDeadlineSeconds > 0 && job.backoffLimit >= 0);
    const [work] = job.template.spec.containers;
    assert.equal(work.command.at(-1).endsWith('exit 1'), prefix === 'SidecarCronJobFailing');
  });
}

test('the same container as a regular one would be reported: the snippets are silent because they are native', () => {
  const source = entries.find(({ prefix }) => prefix === 'SidecarCronJob')?.source ?? '';
  const native = expand(source).text.replace('nginx:1.28', 'haproxy:3.0');
  const regular = native
    .replace(/ {10}initContainers:\n( {12}[\s\S]*?)( {10}containers:\n)/, '$2$1')
    .replace(/ {14}restartPolicy: Always\n/, '');
  assert.deepEqual(analyze(native).findings, []);
  assert.deepEqual(
    analyze(regular).findings.map(({ rule, container }) => [rule, container]),
    [['non-native-sidecar', 'proxy']],
  );
});
