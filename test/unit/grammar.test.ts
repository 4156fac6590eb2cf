// What is coloured as shell, checked on tokens: with VS Code's own YAML grammar, and with a grammar that reads line by
// line, as the one for Helm templates does.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const require = createRequire(`${process.cwd()}/package.json`);
const { contributes } = require('./package.json');
const SHELL = 'meta.embedded.block.shell';

/** The grammar files that a built-in extension of VS Code contributes, by scope. */
function builtIn(entry: string): Record<string, string> {
  const folder = join(dirname(entry), 'resources');
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.fromEntries(
    manifest.contributes.grammars.map(({ scopeName, path }: { scopeName: string; path: string }) => [
      scopeName,
      readFileSync(join(folder, path.split('/').at(-1) ?? ''), 'utf8'),
    ]),
  );
}

/** A grammar for Helm in the manner of the one in the Kubernetes extension: YAML without nesting, and template actions. */
function helm(): string {
  const grammar = JSON.parse(readFileSync(require.resolve('tm-grammars/grammars/yaml.json'), 'utf8'));
  const action = { begin: '\\{\\{', end: '\\}\\}', name: 'meta.tag.gotpl.instruction' };
  return JSON.stringify({ ...grammar, scopeName: 'source.helm', patterns: [action, ...grammar.patterns] });
}

const ours: { scopeName: string; path: string; injectTo: string[] }[] = contributes.grammars;
const FILES: Readonly<Record<string, string>> = {
  ...builtIn(require.resolve('@codingame/monaco-vscode-yaml-default-extension')),
  ...builtIn(require.resolve('@codingame/monaco-vscode-shellscript-default-extension')),
  'source.helm': helm(),
  ...Object.fromEntries(ours.map(({ scopeName, path }) => [scopeName, readFileSync(path, 'utf8')])),
};

const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
const onigLib = oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)).then(() => ({
  createOnigScanner: (patterns: string[]) => new oniguruma.OnigScanner(patterns),
  createOnigString: (text: string) => new oniguruma.OnigString(text),
}));

function registry(getInjections: (scope: string) => string[]): textmate.Registry {
  const loadGrammar = async (scope: string) => {
    const file = FILES[scope];
    return file === undefined ? null : textmate.parseRawGrammar(file, `${scope}.json`);
  };
  return new textmate.Registry({ onigLib, loadGrammar, getInjections });
}
const withUs = registry((scope) => ours.filter(({ injectTo }) => injectTo.includes(scope)).map((it) => it.scopeName));
const withoutUs = registry(() => []);

interface Token {
  readonly text: string;
  readonly scopes: readonly string[];
}

/** The tokens of each line. */
async function tokenize(text: string, scope: string, from = withUs): Promise<Token[][]> {
  const grammar = await from.loadGrammar(scope);
  assert.ok(grammar, scope);
  let stack = textmate.INITIAL;
  return text.split('\n').map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => ({ text: line.slice(startIndex, endIndex), scopes }));
  });
}

const isShell = ({ scopes }: Token) => scopes.includes(SHELL);

/** The text with « and » around what is coloured as shell in each line. */
async function mark(text: string, scope: string): Promise<string> {
  const lines = (await tokenize(text, scope)).map((tokens) =>
    tokens
      .map((token) => (isShell(token) ? token.text.replace(/\S(?:.*\S)?/, '«$&»') : token.text))
      .join('')
      .replace(/»(\s*)«/g, '$1'),
  );
  return lines.join('\n');
}

const indent = (text: string, by: string) => text.replace(/^(?=.)/gm, by);
/** A container's fields, at home in a manifest: behind other keys, in an item of a list that goes on. */
const inManifest = (fields: string) =>
  `kind: Pod\nspec:\n  containers:\n    - name: a\n${indent(fields, '      ')}\n    - name: z\n      image: last\n`;
/** The same with the list not indented and our key behind the dash. */
const inFirstKey = (fields: string) =>
  `spec:\n  containers:\n  - ${indent(fields, '    ').trimStart()}\n  - name: z\n    image: last\n`;

/** What each case holds are the fields of a container; shell stands between « and ». */
const CASES: Readonly<Record<string, string>> = {
  'a literal behind -c': `command:
  - /bin/sh
  - -c
  - |
    «echo hi»

    «if true; then pkill proxy; fi»
image: alpine`,
  'a list that is not indented': `command:
- bash
- -euo
- pipefail
- -c
- |-
  «echo hi»
image: alpine`,
  'a folded scalar, a comment in front of it': `command:
  - sh
  - -ec
  # - |
  - >- # why
    «wget localhost»
image: alpine`,
  'indentation and chomping indicators': `command:
  - sh
  - -c
  - |2+
    «exit 0»
image: alpine`,
  'a plain script and a quoted one': `command:
  - sh
  - -c
  - «echo hi && date»
lifecycle:
  preStop:
    exec:
      command:
        - "/bin/bash"
        - '-c'
        - "«kill -TERM 1»"
image: alpine`,
  'one line in brackets': `command: ["/bin/bash", "-ec", "«echo hi && sleep 5»"]
image: alpine`,
  'other quotes and none': `command: [sh, -c, '«echo hi; exit 1»']
image: alpine`,
  'one entry a line in brackets': `command:
  [
    "sh",
    "-c",
    "«echo hi»",
  ]
image: alpine`,
  'a bracket that closes under the key': `command: [
  "sh", "-c",
  "«echo hi»"
]
image: alpine`,
  'a shell behind another program': `command: ["/usr/bin/env", "bash", "-c", "«echo hi»"]
image: alpine`,
  'what follows the script is its arguments': `command: ["sh", "-c", "«echo $0»", "echo"]
readinessProbe:
  exec:
    command:
      - sh
      - -c
      - |
        «echo $0»
      - echo
image: alpine`,
  'the command names the shell, args the script': `command: ["sh", "-c"]
args: ["«touch /done»", "x"]
image: alpine`,
  'the same in lists': `command:
  - sh
args:
  - -c
  - |
    «touch /done»
image: alpine`,
  'args without a command, a script first': `args:
  - |
    «touch /done»
image: alpine`,
  'args without a command, a script behind -c': `args:
  - -c
  - |
    «touch /done»
image: alpine`,
  'args in front of their command': `args:
  - |
    «touch /done»
command: [sh, -c]
image: alpine`,
  'exec hooks in brackets and in braces': `lifecycle:
  postStart:
    exec:
      command: ["sh", "-c", "«touch /started»"]
  preStop: {exec: {command: ["sh", "-c", "«touch /stopped»"]}}
image: alpine`,
  'a here document ends': `command:
  - sh
  - -c
  - |
    «cat <<EOF > /etc/app.conf»
    «if [ not shell»
    «EOF»
    «exit 0»
image: alpine`,
  'a quote that the script leaves open ends with the script': `command:
  - sh
  - -c
  - |
    «echo "open»
image: alpine`,
  'a quote that YAML leaves open ends with the key': `command:
  - sh
  - -c
  - "echo open
image: alpine`,
  'another interpreter is no shell': `command: ["python", "-c", "import os"]
image: alpine`,
  'nor is what it is given': `command: ["python", "-c"]
args:
  - |
    import os
image: alpine`,
  'nor in lists': `command:
  - perl
  - -c
  - |
    print "x"
image: alpine`,
  'a shell without -c runs a file': `command: ["sh", "echo.sh"]
image: alpine`,
  'flags are no script': `args:
  - --port=5432
  - echo
image: alpine`,
  'a block scalar behind a flag is a value': `args:
  - --config
  - |
    echo: nothing
image: alpine`,
  'other keys are left alone': `env:
  - name: SCRIPT
    value: |
      echo hi
description: |
  command:
    - sh
    - -c
    - |
      echo hi
image: alpine`,
  'text under command that is no list': `command: |
  echo hi
image: alpine`,
  'a list of the same look under another key': `test: ["sh", "-c", "echo hi"]
image: alpine`,
};

const GRAMMARS = { YAML: 'source.yaml', Helm: 'source.helm' };
const PLACES = {
  'alone in a file': (fields: string) => fields,
  'in a manifest': inManifest,
  'behind a dash': inFirstKey,
};

for (const [grammar, scope] of Object.entries(GRAMMARS)) {
  for (const [name, fields] of Object.entries(CASES)) {
    test(`shell in ${grammar}: ${name}`, async () => {
      for (const [place, put] of Object.entries(PLACES)) {
        const marked = put(fields);
        const text = marked.replace(/[«»]/g, '');
        assert.equal(await mark(text, scope), marked, place);
        const tokens = (await tokenize(text, scope)).flat();
        const after = tokens.findLast((token) => 'image'.endsWith(token.text) && token.text !== '');
        assert.ok(after?.scopes.includes('entity.name.tag.yaml'), `${place}: the next key is a key`);
      }
    });
  }
}

test('shell is coloured by the shell grammar', async () => {
  const [line = []] = await tokenize('command: ["sh", "-c", "if true; then exit 1; fi"]', 'source.yaml');
  const keyword = line.find(({ text }) => text === 'if');
  assert.ok(
    keyword?.scopes.some((scope) => scope.startsWith('keyword.control')),
    keyword?.scopes.join(' '),
  );
  assert.ok(!keyword?.scopes.some((scope) => scope.startsWith('string')), 'a script is no string');
});

test('a template action does not end a script of a Helm template', async () => {
  const marked = inManifest(`command:
  - sh
  - -c
  - |
    «echo {{ .Values.greeting }}»
{{- if .Values.wait }}
    «sleep 5»
{{- end }}
image: alpine`).replace(/^ +(?=\{\{-)/gm, '');
  assert.equal((await mark(marked.replace(/[«»]/g, ''), 'source.helm')).replace(/«(\{\{-.*\}\})»/g, '$1'), marked);
});

test('everything outside of command and args keeps the tokens that it has without us', async () => {
  const files = [...manifests('examples'), ...manifests('test/fixtures'), ...manifests('../shared/companion')];
  let count = 0;
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const before = await tokenize(text, 'source.yaml', withoutUs);
    for (const [index, tokens] of (await tokenize(text, 'source.yaml')).entries()) {
      if (tokens.some(({ scopes }) => scopes.includes('meta.argv.yaml'))) continue;
      assert.deepEqual(tokens, before[index], `${file}:${index + 1}`);
      count += 1;
    }
  }
  assert.ok(count > 100, `${count} lines are too few to prove it`);
});

test('no language, grammar or schema of its own is claimed, but for the configuration', () => {
  assert.equal(contributes.languages, undefined);
  assert.deepEqual(contributes.yamlValidation, [
    { fileMatch: '.native-sidecars.yaml', url: './docs/config.schema.json' },
  ]);
  assert.equal(contributes.jsonValidation, undefined);
  for (const grammar of contributes.grammars) {
    assert.equal(grammar.language, undefined, grammar.path);
    assert.deepEqual(grammar.embeddedLanguages, { [SHELL]: 'shellscript' }, grammar.path);
    assert.equal(JSON.parse(readFileSync(grammar.path, 'utf8')).scopeName, grammar.scopeName);
  }
  assert.deepEqual(
    ours.flatMap(({ injectTo }) => injectTo),
    ['source.yaml', 'source.helm'],
  );
});

function manifests(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, file));
}
