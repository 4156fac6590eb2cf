import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const require = createRequire(`${process.cwd()}/package.json`);
const INJECTION = 'native-sidecars.shell-injection';
const FILES: Readonly<Record<string, string>> = {
  'source.yaml': require.resolve('tm-grammars/grammars/yaml.json'),
  'source.shell': require.resolve('tm-grammars/grammars/shellscript.json'),
  [INJECTION]: 'syntaxes/shell-injection.tmLanguage.json',
};

const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
const onigLib = oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)).then(() => ({
  createOnigScanner: (patterns: string[]) => new oniguruma.OnigScanner(patterns),
  createOnigString: (text: string) => new oniguruma.OnigString(text),
}));
const registry = new textmate.Registry({
  onigLib,
  loadGrammar: async (scope) => {
    const file = FILES[scope];
    return file ? textmate.parseRawGrammar(readFileSync(file, 'utf8'), `${scope}.json`) : null;
  },
  getInjections: (scope) => (scope === 'source.yaml' ? [INJECTION] : []),
});

/** The scopes of the first token that holds `word`, joined. */
async function scopesOf(text: string, word: string): Promise<string> {
  const grammar = await registry.loadGrammar('source.yaml');
  assert.ok(grammar);
  let stack = textmate.INITIAL;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    const at = line.indexOf(word);
    if (at < 0) continue;
    return tokens.find(({ startIndex, endIndex }) => startIndex <= at && at < endIndex)?.scopes.join(' ') ?? '';
  }
  throw new Error(`'${word}' is not in the text`);
}

const SHELL = /meta\.embedded\.block\.shell/;

const CASES: readonly [name: string, text: string, shell: readonly string[], yaml: readonly string[]][] = [
  [
    'a block scalar behind - -c',
    'command:\n- sh\n- -c\n- |\n  echo hi\n  if true; then pkill proxy; fi\nimage: alpine\n',
    ['echo', 'pkill', 'if'],
    ['sh', 'image', 'alpine'],
  ],
  [
    'a block scalar under args',
    'args:\n  - |\n    wget localhost\n\n    exit 0\nports: []\n',
    ['wget', 'exit'],
    ['args', 'ports'],
  ],
  ['a folded one', 'args:\n- >-\n  wget localhost\nname: x\n', ['wget'], ['name', 'x']],
  [
    'arguments in brackets',
    'command: ["/bin/bash", "-ec", "echo hi && sleep 5"]\nimage: alpine\n',
    ['echo', 'sleep'],
    ['/bin/bash', '-ec', 'image', 'alpine'],
  ],
  ['an exec hook', 'exec:\n  command: ["sh", "-c", "touch /done"]\nname: x\n', ['touch'], ['exec', 'name']],
  ['no shell, no script', 'command: ["python", "-c", "import os"]\n', [], ['import']],
  ['a block scalar elsewhere', 'data:\n  script: |\n    echo hi\nname: x\n', [], ['echo', 'name']],
  ['plain arguments', 'args:\n- --port=5432\n- echo\nname: x\n', [], ['--port', 'echo', 'name']],
  ['the container after a script', 'args:\n- |\n  exit 0\nname: a\nimage: b\n', ['exit'], ['name', 'image', 'b']],
];

for (const [name, text, shell, yaml] of CASES) {
  test(`shell colours: ${name}`, async () => {
    for (const word of shell) assert.match(await scopesOf(text, word), SHELL, word);
    for (const word of yaml) assert.doesNotMatch(await scopesOf(text, word), SHELL, word);
  });
}
