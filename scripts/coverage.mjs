// npm run coverage: which lines and branches of engine/ the unit tests reach.
// Every file is compiled by itself: mapped back from a bundle of many files, untouched branches count as reached.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { globSync } from 'tinyglobby';

const OUT = 'out/coverage';
const compiled = {
  name: 'compiled',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.mjs'), external: true },
    ),
};

rmSync(OUT, { recursive: true, force: true });
await build({
  entryPoints: globSync(['engine/**/*.ts', 'test/unit/*.ts']),
  outdir: OUT,
  outbase: '.',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  plugins: [compiled],
  sourcemap: 'inline',
  logLevel: 'error',
});
const report = ['--exclude-after-remap', '--include', 'engine/**', '--temp-directory', `${OUT}/v8`];
const tests = globSync(`${OUT}/test/unit/*.test.mjs`);
const run = [process.execPath, '--test', '--test-reporter=dot', ...tests];
const { status } = spawnSync(process.execPath, ['node_modules/c8/bin/c8.js', ...report, ...run], { stdio: 'inherit' });
process.exitCode = status ?? 1;
