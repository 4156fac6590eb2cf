import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnnotatedTextEdit, CodeAction, Command, TextDocumentEdit } from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
  type Analysis,
  analyze,
  applyEdits,
  type Finding,
  type Fix,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { type ActionData, codeActions, fixFor } from '../../server/actions.ts';
import { toWorkspaceEdit } from '../../server/convert.ts';
import { cronJob } from './client.ts';

const SUPPORT = {
  literals: true,
  resolve: true,
  disabled: true,
  related: false,
  openRule: false,
  versioned: true,
  annotated: true,
};
const MIGRATE = 'Migrate this pod to native sidecars';
const PLAIN = "Make 'haproxy' a native sidecar";

const insert = (at: number, text: string) => ({ span: { start: at, end: at }, text });
const step = (title: string, edits: Step['edits'], more: Partial<Step> = {}): Step => ({
  title,
  edits,
  also: [],
  review: false,
  ...more,
});
const fix = (steps: readonly Step[], safe = false): Fix => ({
  title: 'x',
  stays: [],
  steps,
  safe,
  edits: steps.flatMap(({ edits }) => edits),
});

const document = TextDocument.create('file:///x.yaml', 'yaml', 7, cronJob());

/** The analysis of a CronJob with a proxy whose pod has another migration. */
function withMigration(migration: Fix | Refusal | undefined): Analysis {
  const analysis = analyze(document.getText());
  const findings = analysis.findings.map(
    (finding): Finding => ({ ...finding, migration: () => migration, ignores: () => [] }),
  );
  return {
    ...{ text: analysis.text, documents: 1, read: 1, suppressed: [], skipped: [], findings },
    textOf: () => undefined,
    podAt: () => undefined,
    fixAll: () => undefined,
    refactorings: () => (migration ? [{ ...migration, title: MIGRATE }] : []),
  };
}

function offered(migration: Fix | Refusal | undefined, { only = [] as string[], support = SUPPORT } = {}) {
  const range = { start: document.positionAt(0), end: document.positionAt(document.getText().length) };
  const context = { diagnostics: [], ...(only.length > 0 && { only }) };
  const params = { textDocument: { uri: document.uri }, range, context };
  return codeActions(document, withMigration(migration), params, support) as CodeAction[];
}

const originOf = (action: CodeAction | undefined) => {
  assert.ok(action?.data);
  return (action.data as ActionData).origin;
};

const TWO = fix([step('Move', [insert(0, '# a\n')]), step('Remove', [insert(9, '# b\n')])]);

test('each step of a fix is an annotation, and edits keep the order of the document and of their offset', () => {
  const steps = [
    step('Move', [insert(60, 'c'), insert(20, 'a')], { also: ['name it', 'say so'] }),
    step('Remove', [{ span: { start: 20, end: 30 }, text: '' }, insert(20, 'b')], { review: true }),
  ];
  const made = toWorkspaceEdit(document, fix(steps), SUPPORT);
  assert.deepEqual(made.changeAnnotations, {
    1: { label: 'Move', description: 'name it; say so', needsConfirmation: false },
    2: { label: 'Remove', needsConfirmation: true },
  });
  const [change] = made.documentChanges as TextDocumentEdit[];
  assert.deepEqual(change?.textDocument, { uri: document.uri, version: 7 });
  const edits = (change?.edits ?? []) as AnnotatedTextEdit[];
  assert.deepEqual(
    edits.map(({ newText, annotationId }) => [newText, annotationId]),
    [
      ['a', '1'],
      ['b', '2'],
      ['', '2'],
      ['c', '1'],
    ],
  );
});

test('clients without annotations or versions get plain edits', () => {
  const plain = toWorkspaceEdit(document, TWO, { versioned: true, annotated: false });
  assert.equal(plain.changeAnnotations, undefined);
  assert.ok(!JSON.stringify(plain).includes('annotationId'));
  const plainest = toWorkspaceEdit(document, TWO, { versioned: false, annotated: true });
  assert.deepEqual(Object.keys(plainest), ['changes']);
  assert.deepEqual(plainest.changes?.[document.uri]?.length, 2);
});

test('a migration that does more than move is offered beside the plain move, and preferred', () => {
  const actions = offered(TWO);
  assert.deepEqual(
    actions.map(({ title, kind }) => [title, kind]),
    [
      [MIGRATE, 'quickfix'],
      [PLAIN, 'quickfix'],
    ],
  );
  assert.equal(actions[0]?.isPreferred, true);
  assert.equal(actions[0]?.diagnostics?.length, 1);
  assert.deepEqual(fixFor(withMigration(TWO), originOf(actions[0])), TWO);
  assert.equal(fixFor(withMigration(TWO), originOf(actions[1]))?.title, PLAIN);
});

test('what a step does besides, or a review that it wants, makes a migration worth offering', () => {
  const edits = [insert(0, '# a\n')];
  for (const more of [{ also: ['say so'] }, { review: true }]) {
    assert.equal(offered(fix([step('Move', edits, more)]))[0]?.title, MIGRATE);
  }
  assert.deepEqual(
    offered(fix([step('Move', edits)])).map(({ title }) => title),
    [PLAIN],
  );
  assert.deepEqual(
    offered(undefined).map(({ title }) => title),
    [PLAIN],
  );
});

test('a refused migration is shown with its reason', () => {
  const [refused, plain] = offered({ title: 'x', refused: 'Not offered: the script is broken.' });
  assert.deepEqual(refused?.disabled, { reason: 'Not offered: the script is broken.' });
  assert.equal(refused.title, MIGRATE);
  assert.equal(plain?.isPreferred, true);
  const [first] = offered({ title: 'x', refused: 'no' }, { support: { ...SUPPORT, disabled: false } });
  assert.equal(first?.title, PLAIN);
});

test('a migration is a refactoring where no quick fix says it', () => {
  const [migration, ...more] = offered(TWO, { only: ['refactor'] });
  assert.deepEqual(more, []);
  assert.equal(migration?.title, MIGRATE);
  assert.equal(migration.kind, 'refactor.rewrite.nativeSidecars');
  assert.deepEqual(fixFor(withMigration(TWO), originOf(migration))?.edits, TWO.edits);
  const [refused] = offered({ title: 'x', refused: 'no' }, { only: ['refactor.rewrite'] });
  assert.deepEqual(refused?.disabled, { reason: 'no' });
});

test('a migration reaches clients that resolve nothing, or know commands only', () => {
  const [atOnce] = offered(TWO, { support: { ...SUPPORT, resolve: false } });
  assert.equal(Object.keys(atOnce?.edit?.changeAnnotations ?? {}).length, 2);
  const [command] = offered(TWO, { support: { ...SUPPORT, literals: false } }) as unknown as Command[];
  assert.equal(command?.command, 'nativeSidecars.applyFix');
  assert.deepEqual(command.arguments?.[0].origin, { migration: 0 });
});

test('comments that hide a finding are offered for it; in JSON there are none', () => {
  const analysis = analyze(document.getText());
  const range = { start: document.positionAt(0), end: document.positionAt(document.getText().length) };
  const params = { textDocument: { uri: document.uri }, range, context: { diagnostics: [], only: ['quickfix'] } };
  const actions = codeActions(document, analysis, params, SUPPORT) as CodeAction[];
  const [here, file] = actions.filter(({ title }) => title.startsWith('Ignore'));
  assert.equal(here?.title, 'Ignore non-native-sidecar here');
  assert.equal(file?.title, 'Ignore non-native-sidecar in this file');
  for (const action of [here, file]) {
    const fixed = fixFor(analysis, originOf(action));
    const after = analyze(applyEdits(document.getText(), fixed?.edits ?? []));
    assert.deepEqual(
      after.suppressed.map(({ finding }) => finding.rule),
      ['non-native-sidecar'],
    );
  }
});
