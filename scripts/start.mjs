// npm start: opens VS Code with the extension on the examples.
import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { build, installPackages } from './setup.mjs';

const FILE = resolve('examples', 'cronjob-with-proxy.yaml');
const TRY = "Try it: put the cursor on the underlined 'haproxy', press Ctrl+. and Enter.";

installPackages();
build();
try {
  await (desktopCode() ? openDesktop(desktopCode()) : openServed());
} catch (error) {
  console.error(`npm start: ${error.message}`);
  process.exitCode = 1;
}

/** The `code` command of a desktop VS Code, when there is a desktop to show it on. */
function desktopCode() {
  if (process.env.CI || process.env.NATIVE_SIDECARS_SERVED) return undefined;
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  const isWindows = process.platform === 'win32';
  const { status, stdout } = spawnSync(isWindows ? 'where' : 'which', ['code'], { encoding: 'utf8' });
  return status === 0 ? stdout.split(/\r?\n/)[0] : undefined;
}

function openDesktop(code) {
  console.log(TRY);
  const options = [`--extensionDevelopmentPath=${resolve('.')}`, '--new-window', resolve('examples'), FILE];
  const child = spawn(code, options, { stdio: 'inherit', shell: process.platform === 'win32' });
  return new Promise((done, fail) => child.once('exit', done).once('error', fail));
}

/** Serves the VS Code that npm carries on loopback, until Ctrl+C. */
async function openServed() {
  const { installHost } = await import('./host/install.mjs');
  const { remoteUri, startServer, workbenchUrl } = await import('./host/host.mjs');
  const folder = installHost('current');
  const server = await startServer({ folder });
  const payload = { openFile: remoteUri(server, FILE), extensionDevelopmentPath: remoteUri(server, resolve('.')) };
  console.log(`VS Code is at ${workbenchUrl(server, resolve('examples'), payload)}`);
  console.log(TRY);
  console.log('Ctrl+C ends it.');
  await new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, done);
  });
  await server.stop();
  process.exit(0);
}
