import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { analyze, applyEdits, RULES } from '../../engine/index.ts';

/** The fences of a page that are test cases: their language is `yaml bad`, `yaml fixed` or `yaml good`. */
function fences(page: string): { kind: string; text: string }[] {
  return [...page.matchAll(/^```yaml (bad|fixed|good)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
    kind,
    text,
  }));
}

test('every rule has a page, and every page a rule', () => {
  const pages = readdirSync('docs/rules').filter((file) => file !== 'README.md');
  assert.deepEqual(pages.sort(), RULES.map(({ id }) => `${id}.md`).sort());
});

for (const { id } of RULES) {
  const cases = fences(readFileSync(`docs/rules/${id}.md`, 'utf8'));
  test(`the page of ${id} shows it at work`, () => {
    assert.ok(cases.some(({ kind }) => kind === 'bad') && cases.some(({ kind }) => kind === 'good'));
  });
  for (const [index, { kind, text }] of cases.entries()) {
    test(`the page of ${id}: fence ${index + 1} is ${kind}`, () => {
      const analysis = analyze(text);
      const findings = analysis.findings.filter((finding) => finding.rule === id);
      if (kind !== 'bad') return assert.deepEqual(findings, []);
      assert.ok(findings.length > 0, 'nothing is reported');
      const next = cases[index + 1];
      if (next?.kind !== 'fixed') return;
      const fix = analysis.fixAll(findings, { unsafe: true });
      assert.equal(fix && applyEdits(text, fix.edits), next.text);
    });
  }
}
