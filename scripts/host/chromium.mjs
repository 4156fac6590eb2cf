// Finds a Chromium, or installs the system's package where that is possible.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const INSTALL = 'apt-get install -y --no-install-recommends chromium fonts-liberation';

/** The path of a Chromium. Throws with one line that names the command when there is none and none can be installed. */
export function findChromium() {
  const found = process.env.CHROMIUM ?? onPath();
  if (found) return found;
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0;
  if (mayInstall) {
    console.log('installing Chromium from the system packages ...');
    const apt = (args) =>
      spawnSync('apt-get', args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    apt(['update', '-qq']);
    apt(INSTALL.split(' ').slice(1));
    const installed = onPath();
    if (installed) return installed;
  }
  throw new Error(`no Chromium found: install one (as root: ${INSTALL}) or name it in CHROMIUM`);
}

function onPath() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}
