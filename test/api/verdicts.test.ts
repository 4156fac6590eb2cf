import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { analyze, type Finding, parseVersions } from '../../engine/index.ts';

const SHARED = '../shared/kubernetes';
const skip = existsSync(`${SHARED}/api-verdicts.json`) ? false : `${SHARED} is not here`;

/** What a real API server said to a manifest (dry run, strict validation). */
interface Verdict {
  readonly verdict: 'accepted' | 'rejected';
  readonly message?: string;
  /** Fields that were gone afterwards. */
  readonly dropped?: readonly string[];
}

/** Cases in which we are silent on purpose, and why. */
const SILENT: Readonly<Record<string, string>> = {
  '15-volumeMount-missing-volume-sidecar.yaml': 'a mount without its volume has nothing to do with sidecars or Jobs',
};

const file = (name: string) => readFileSync(`${SHARED}/${name}`, 'utf8');
const verdicts: Record<string, Record<string, Verdict>> = skip ? {} : JSON.parse(file('api-verdicts.json'));

const show = (findings: readonly Finding[]) =>
  findings.map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`);
const heavy = ({ severity }: Finding) => severity === 'error' || severity === 'warning';

test('every case has a verdict', { skip }, () => {
  const cases = readdirSync(`${SHARED}/api-cases`).filter((name) => name.endsWith('.yaml'));
  assert.deepEqual(cases.sort(), Object.keys(verdicts).sort());
});

for (const [name, byVersion] of Object.entries(verdicts)) {
  for (const [minor, { verdict, message = '', dropped = [] }] of Object.entries(byVersion)) {
    test(`Kubernetes ${minor}: ${name} is ${verdict}${dropped.length > 0 ? ', fields dropped' : ''}`, () => {
      const versions = parseVersions(minor);
      assert.ok(versions);
      const { findings } = analyze(file(`api-cases/${name}`), { versions });
      if (name in SILENT) return assert.deepEqual(show(findings.filter(heavy)), [], 'it is no longer silent');
      if (verdict === 'rejected') {
        assert.ok(findings.some(heavy), `silent on: ${message}`);
        // Line numbers aside.
        const words =
          /(?:is invalid|cannot be handled as a \w+): (.*)/s
            .exec(message)?.[1]
            ?.replace(/ unmarshal errors:\n +line \d+:/, ' …') ?? '';
        assert.ok(
          findings.some((each) => heavy(each) && each.message.includes(words)),
          `${words} is not in:\n${show(findings).join('\n')}`,
        );
        return;
      }
      assert.deepEqual(show(findings.filter(({ severity }) => severity === 'error')), []);
      if (dropped.length > 0) {
        assert.ok(
          findings.some((each) => /drops it without a word/.test(each.message)),
          `nothing says that ${dropped} is dropped`,
        );
      }
    });
  }
}
