import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { globSync } from 'tinyglobby';
import { analyze, applyEdits } from '../../engine/index.ts';

const PAGE = readFileSync('docs/migrating.md', 'utf8');

/** Each `yaml before` fence of the page with the `yaml after` and the `text steps` that may follow it. */
const FENCES = [...PAGE.matchAll(/^```(yaml before|yaml after|text steps)\n([\s\S]*?)^```$/gm)].map(
  ([, kind = '', text = '']) => ({ kind, text }),
);

/** What a reason is made of in the sources: a literal behind one of these words. Parts that vary are `${…}` there. */
const REASON = /(?:CannotTakeOut\(|CannotEdit\(|refused:|(?:stays|kept)\.push\()\s*(['`])([^\n]*?)\1\s*[)},;\n]/g;

/** The reasons why the engine leaves something as it is, as the page quotes them: `…` where a part varies. */
function reasonsInSources(): Set<string> {
  // Dockerfiles have a page of their own.
  const files = globSync('engine/**/*.ts').filter((file) => !file.includes('dockerfile'));
  const reasons = files.flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    const finders = /^(?:export )?function (?:findObstacle|obstacleOf|tiesOf|whatIsLost|waits\w+)\b[\s\S]*?^}/gm;
    const obstacles = [...source.matchAll(finders)].map(([text]) => text).join('\n');
    return [...source.matchAll(REASON), ...obstacles.matchAll(/(?:return|\?) (['`])(.*?)\1(?:;| :)/g)].map(
      ([, , text = '']) =>
        text
          .replace(/\$\{[^}]*\}/g, '…')
          .replace(/^Not offered: /, '')
          .replace(/\.$/, ''),
    );
  });
  return new Set(reasons.filter((reason) => !/(?:^|: )…$/.test(reason)));
}

function reasonsInPage(): Set<string> {
  const [, tables = ''] = /<!-- reasons -->([\s\S]*)<!-- \/reasons -->/.exec(PAGE) ?? [];
  const cells = [...tables.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, reason = '']) => reason)));
}

for (const [index, { kind, text }] of FENCES.entries()) {
  if (kind !== 'yaml before') continue;
  const line = PAGE.slice(0, PAGE.indexOf(text)).split('\n').length;
  test(`docs/migrating.md: what stands at line ${line} becomes what stands behind it`, () => {
    const analysis = analyze(text);
    const fix = analysis.fixAll(analysis.findings, { unsafe: true });
    const [after, steps] = FENCES.slice(index + 1);
    assert.equal(after?.kind, 'yaml after');
    assert.equal(fix && applyEdits(text, fix.edits), after.text);
    if (steps?.kind !== 'text steps') return;
    const told = fix?.steps.map(({ title, also, review }) =>
      [`[${review ? ' ' : 'x'}] ${title}`, ...also.map((each) => `    ${each}`)].join('\n'),
    );
    assert.equal(`${[...(told ?? []), ...(fix?.stays ?? [])].join('\n')}\n`, steps.text);
  });
}

test('docs/migrating.md tells every reason why something stays, and no other', () => {
  assert.deepEqual([...reasonsInPage()].sort(), [...reasonsInSources()].sort());
});
