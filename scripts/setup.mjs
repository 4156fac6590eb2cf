// What every script needs before it can import anything but Node's own modules.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Installs node_modules as the lock file says, once for each lock file. Exits with one line when that fails. */
export function installPackages() {
  const hash = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  const stamp = 'node_modules/.lock-hash';
  if (existsSync('node_modules/esbuild')) {
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') === hash) return;
  }
  console.log('installing packages ...');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, hash);
}

/** Bundles the product into dist/. */
export function build(...options) {
  run(process.execPath, ['esbuild.mjs', ...options]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}
