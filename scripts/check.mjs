// npm run check: types, style, dead code, layers, generated files. Every step runs; any failure fails.
import { spawnSync } from 'node:child_process';
import { installPackages } from './setup.mjs';

installPackages();

const bin = (path) => [process.execPath, [`node_modules/${path}`]];
const steps = [
  ['types', bin('typescript/bin/tsc'), ['-b']],
  ['Biome', bin('@biomejs/biome/bin/biome'), ['check', '--error-on-warnings']],
  ['knip', bin('knip/bin/knip.js'), []],
  ['layers', [process.execPath, ['scripts/layers.mjs']], []],
  ['generated files', [process.execPath, ['scripts/docs.mjs', '--check']], []],
];

let failed = 0;
for (const [name, [command, first], rest] of steps) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, [...first, ...rest], { encoding: 'utf8' });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed += 1;
  console.log(`${stdout}${stderr}`.trim());
}
console.log(`${steps.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
