// Imports run one way, between rooms and between the files of one; foreign parsers have few importers. Prints what does not
// hold.
import { readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { globSync } from 'tinyglobby';

/** From the bottom up. A room imports from itself and from rooms before it, where `only` does not say less. */
const ROOMS = [
  { name: 'text', files: /^engine\/(?:text|words|glob|once)\.ts$/ },
  { name: 'helm', files: /^engine\/helm\//, only: ['text'] },
  { name: 'yaml', files: /^engine\/yaml\//, packages: ['yaml'] },
  { name: 'chart', files: /^engine\/chart\// },
  { name: 'kube', files: /^engine\/kube\// },
  { name: 'shell', files: /^engine\/shell\//, packages: ['unbash'], only: ['text', 'yaml', 'kube'] },
  {
    name: 'dockerfile',
    files: /^engine\/dockerfile\//,
    packages: ['dockerfile-ast'],
    only: ['text', 'kube', 'shell'],
  },
  { name: 'kustomize', files: /^engine\/kustomize\//, only: ['text', 'yaml', 'kube'] },
  { name: 'sidecar', files: /^engine\/sidecar\// },
  { name: 'migrate', files: /^engine\/migrate\// },
  { name: 'suppress', files: /^engine\/suppress\//, only: ['text', 'helm', 'yaml', 'kube', 'migrate'] },
  { name: 'rules', files: /^engine\/rules\// },
  { name: 'config', files: /^engine\/config\//, only: ['text', 'yaml', 'kube', 'sidecar', 'rules'] },
  { name: 'fix', files: /^engine\/fix\// },
  { name: 'analysis', files: /^engine\/(?:(?:dockerfile-|document-|patch-)?analysis|finding|suppressing)\.ts$/ },
  { name: 'explain', files: /^engine\/explain\.ts$/ },
  { name: 'timeline', files: /^engine\/timeline\//, only: ['text', 'yaml', 'kube', 'sidecar', 'rules', 'analysis'] },
  { name: 'complete', files: /^engine\/complete\// },
  { name: 'hover', files: /^engine\/hover\// },
  { name: 'outline', files: /^engine\/outline\.ts$/ },
  { name: 'index', files: /^engine\/index\.ts$/ },
  { name: 'protocol', files: /^protocol\//, only: ['index'] },
  { name: 'server', files: /^server\//, only: ['index', 'protocol'], packages: [/^vscode-languageserver/, /^node:/] },
  { name: 'webview', files: /^webview\//, only: ['protocol'] },
  { name: 'client', files: /^client\//, only: ['protocol'], packages: ['vscode', /^vscode-languageclient/] },
  { name: 'cli', files: /^cli\//, only: ['index', 'server'], packages: [/^node:/, 'diff', 'ignore', 'tinyglobby'] },
];

/** Inside the rooms that may import a package, the only files that do so. */
const ONLY_IMPORTERS = {
  yaml: ['engine/yaml/read.ts'],
  unbash: ['engine/shell/script.ts'],
  'node:fs/promises': ['server/node-host.ts'],
  'dockerfile-ast': ['engine/dockerfile/read.ts'],
};
/** Types alone bind nobody to a parser. */
const TYPES_TOO = { 'engine/yaml/page.ts': 'yaml' };

const problems = [];
/** For each file the files that it imports, types too. */
const imports = new Map();
for (const file of globSync([
  'engine/**/*.ts',
  'protocol/**/*.ts',
  'server/**/*.ts',
  'webview/**/*.ts',
  'client/**/*.ts',
  'cli/**/*.ts',
]).sort()) {
  const room = roomOf(file);
  const source = readFileSync(file, 'utf8');
  imports.set(file, []);
  for (const [statement, , specifier] of source.matchAll(
    /^(?:import|export)\b([^;]*?)\bfrom\s+'([^']+)'|^import '([^']+)'/gm,
  )) {
    check(file, room, statement, specifier ?? /'([^']+)'/.exec(statement)[1]);
  }
}
for (const file of imports.keys()) findCircle([file]);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Follows the imports of the last file of a path. What has been followed is forgotten: it leads to no circle. */
function findCircle(path) {
  const file = path.at(-1);
  for (const target of imports.get(file) ?? []) {
    const from = path.indexOf(target);
    if (from < 0) findCircle([...path, target]);
    else problems.push(`${[...path.slice(from), target].join(' -> ')}: these import each other`);
  }
  imports.delete(file);
}

function roomOf(file) {
  return ROOMS.find(({ files }) => files.test(file));
}

function check(file, room, statement, specifier) {
  if (!room) {
    problems.push(`${file} is in no room; say in scripts/layers.mjs where it belongs`);
    return;
  }
  if (!specifier.startsWith('.')) {
    const isAllowed = room.packages?.some((each) =>
      typeof each === 'string' ? each === specifier : each.test(specifier),
    );
    const importer = ONLY_IMPORTERS[specifier];
    const isTypeOnly = statement.startsWith('import type') && TYPES_TOO[file] === specifier;
    if (!isAllowed) problems.push(`${file}: ${room.name} may not import '${specifier}'`);
    else if (importer && !importer.includes(file) && !isTypeOnly)
      problems.push(`${file}: only ${importer.join(' and ')} imports '${specifier}'`);
    return;
  }
  const target = relative('.', join(dirname(file), specifier))
    .split('\\')
    .join(posix.sep);
  if (target === 'package.json') return;
  imports.get(file).push(target);
  const to = roomOf(target);
  if (!to) problems.push(`${file}: '${specifier}' is in no room`);
  else if (to !== room && !(room.only ? room.only.includes(to.name) : ROOMS.indexOf(to) < ROOMS.indexOf(room))) {
    problems.push(`${file}: ${room.name} may not import from ${to.name} (${target})`);
  }
}
