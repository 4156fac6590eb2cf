// npm run bench [-- --against DIR]: what it costs to analyse documents, in CPU milliseconds.
// The documents are the examples, generated manifests and, where they are at hand, the labelled ones. With --against the
// engine of another checkout takes turns with this one on every text.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { globSync } from 'tinyglobby';
import { importBundled } from '../scripts/bundle.mjs';

const LIMIT = 1.5;
const ROUNDS = 15;
const GENERATED = 200;
const CORPUS = '../shared/corpus';

const { values } = parseArgs({ options: { against: { type: 'string' } } });
const engines = [await engineOf('.', 'own')];
if (values.against !== undefined) engines.push(await engineOf(values.against, 'other'));

const { generate } = await importBundled('test/corpus/generate.ts');
const read = (folder) =>
  globSync('**/*.{yaml,yml,json,tpl}', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'));
const sets = {
  examples: read('examples'),
  generated: Array.from({ length: GENERATED }, (_, seed) => generate(seed)),
  ...(existsSync(CORPUS) && { corpus: read(CORPUS) }),
};

let failed = false;
for (const [name, texts] of Object.entries(sets)) {
  const spent = engines.map(() => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const index of round % 2 === 0 ? engines.keys() : [...engines.keys()].reverse()) {
      const milliseconds = costOf(engines[index], texts);
      // The first round warms up.
      if (round > 0) spent[index].push(milliseconds / texts.length);
    }
  }
  const [own, other] = spent.map(median);
  const line = `${name}: ${own.toFixed(3)} ms a text, ${texts.length} texts`;
  if (other === undefined) console.log(line);
  else {
    console.log(`${line}; against ${other.toFixed(3)} ms: ratio ${(own / other).toFixed(2)}, at most ${LIMIT} wanted`);
    failed ||= own / other > LIMIT;
  }
}
process.exitCode = failed ? 1 : 0;

/** CPU milliseconds to find everything in some texts: nothing is kept from one to the next. */
function costOf(analyze, texts) {
  const start = process.cpuUsage();
  for (const text of texts) void analyze(text).findings;
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** The `analyze` of a checkout, bundled into this one's `out/`. */
async function engineOf(folder, name) {
  const entry = resolve(folder, 'engine/index.ts');
  if (!existsSync(entry)) throw new Error(`there is no engine in ${folder}`);
  const outfile = resolve('out/bench', `${name}.cjs`);
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  return createRequire(import.meta.url)(outfile).analyze;
}
