import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Analysis, analyze, applyEdits } from '../../engine/index.ts';

/** `severity rule 'container'` of every finding, by line. */
function seen(analysis: Analysis): string[] {
  return analysis.findings.map(({ severity, rule, container, span }) => {
    const line = analysis.text.slice(0, span.start).split('\n').length;
    return `${line}: ${severity} ${rule} '${container}'`;
  });
}

/**
 * Markers stand on the finding's line, in JSON in no place: none there. Several on a line stand in the order of the rules:
 * `# <- warning non-native-sidecar 'haproxy', info terminator-marker 'haproxy'`. A file that begins with `# Not safe:` is
 * fixed only on demand.
 */
function expected(text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const markers = /# <- (.*)/.exec(line)?.[1]?.match(/\w+ [\w-]+ '.*?'/g) ?? [];
    return markers.map((marker) => `${index + 1}: ${marker}`);
  });
}

/** The same findings in the order of their lines. */
const byLine = (findings: string[]) =>
  findings
    .map((each, index) => ({ each, index, line: Number.parseInt(each, 10) }))
    .sort((a, b) => a.line - b.line || a.index - b.index)
    .map(({ each }) => each);

const windows = (text: string) => text.replace(/\n/g, '\r\n');
const comments = (text: string) => (text.match(/#.*$/gm) ?? []).map((each) => each.trim()).sort();

for (const rule of readdirSync('test/fixtures')) {
  const cases = readdirSync(`test/fixtures/${rule}`).filter((file) => !/\.fixed\./.test(file));
  for (const file of cases) {
    const path = `test/fixtures/${rule}/${file}`;
    const text = readFileSync(path, 'utf8');
    const fixedPath = path.replace(/\.(\w+)$/, '.fixed.$1');
    const analysis = analyze(text);
    test(`${rule}/${file} reports what is marked`, () => {
      if (file.endsWith('.json')) return assert.equal(analysis.findings.length > 0, existsSync(fixedPath));
      assert.deepEqual(byLine(seen(analysis)), expected(text));
      for (const { span } of analysis.findings) assert.ok(span.start < span.end && span.end <= text.length);
    });
    test(`${rule}/${file} ${existsSync(fixedPath) ? 'is fixed as shown' : 'has no fix'}`, () => {
      const fix = analysis.fixAll(analysis.findings, { unsafe: true });
      if (!existsSync(fixedPath)) return assert.equal(fix, undefined);
      assert.ok(fix, JSON.stringify(analysis.findings.map((finding) => finding.fix())));
      if (text.startsWith('# Not safe:'))
        assert.equal(analysis.fixAll(analysis.findings, { unsafe: false }), undefined);
      const fixed = applyEdits(text, fix.edits);
      assert.equal(fixed, readFileSync(fixedPath, 'utf8'));
      const before = comments(text);
      assert.ok(
        comments(fixed).every((each) => before.includes(each)),
        'a comment is new',
      );
      if (rule === 'non-native-sidecar') assert.deepEqual(comments(fixed), before);
      const again = analyze(fixed);
      assert.deepEqual(again.skipped, []);
      assert.equal(again.fixAll(again.findings, { unsafe: true }), undefined, 'a second run changes something');
      const twin = analyze(windows(text));
      const twinFix = twin.fixAll(twin.findings, { unsafe: true });
      assert.equal(applyEdits(windows(text), twinFix?.edits ?? []), windows(fixed));
    });
  }
}
