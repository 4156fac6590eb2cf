// npm test [-- SUITE...] [--floor]: builds, runs the suites, ends with "N passed, N failed".
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, installPackages } from './setup.mjs';

/** The largest that the packed extension may become, in bytes. */
const VSIX_LIMIT = 850_000;
const NODE_SUITES = ['unit', 'api', 'server', 'cli', 'corpus', 'behaviour'];
/** Those that look at sources only. */
const UNBUILT = ['unit', 'api'];
const asked = process.argv.slice(2).filter((each) => !each.startsWith('-'));
const suites = asked.length > 0 ? asked : [...NODE_SUITES, 'editor'];
const unknown = suites.find((each) => each !== 'editor' && !NODE_SUITES.includes(each));
if (unknown) {
  console.error(`there is no suite '${unknown}'; there are ${NODE_SUITES.join(', ')}, editor`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
installPackages();
if (suites.some((suite) => !UNBUILT.includes(suite))) build();
const ofNode = suites.filter((suite) => suite !== 'editor');
if (ofNode.length > 0) await runNodeTests(await bundleTests(ofNode));
if (suites.includes('editor')) await runEditorTests();
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Bundles the tests: Node 20 runs no TypeScript. */
async function bundleTests(names) {
  const [{ build: bundle }, { globSync }] = await Promise.all([import('esbuild'), import('tinyglobby')]);
  const entryPoints = globSync(names.map((name) => `test/${name}/**/*.test.ts`)).sort();
  rmSync('out/test', { recursive: true, force: true });
  await bundle({
    entryPoints,
    outdir: 'out/test',
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  return entryPoints.map((entry) => entry.replace(/^test/, 'out/test').replace(/\.ts$/, '.mjs'));
}

/** Runs test files under Node's runner and counts their tests. */
async function runNodeTests(files) {
  const { run } = await import('node:test');
  const { spec } = await import('node:test/reporters');
  const stream = run({ files: files.map((file) => resolve(file)), concurrency: 2 });
  const isFile = (data) => files.some((file) => data.name === resolve(file));
  stream.on('test:pass', (data) => {
    if (data.details.type === 'suite' || isFile(data)) return;
    if (data.skip !== undefined) {
      total.skipped += 1;
      console.log(`skipped: ${data.name}: ${data.skip}`);
    } else total.passed += 1;
  });
  stream.on('test:fail', (data) => {
    // A file fails with its tests; alone it fails when it crashed.
    if (data.details.type === 'suite' || (isFile(data) && data.details.error?.failureType === 'subtestsFailed')) return;
    total.failed += 1;
  });
  stream.on('test:diagnostic', (data) => {
    if (!/^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(data.message))
      console.log(`  ${data.message}`);
  });
  const report = stream.compose(new spec());
  let text = '';
  for await (const chunk of report) text += chunk;
  const failures = text.indexOf('failing tests');
  if (total.failed > 0) console.log(failures >= 0 ? text.slice(failures) : text);
}

/** Runs the suite inside VS Code: the extension under development, the packed one installed, and the web worker. */
async function runEditorTests() {
  const isFloor = process.argv.includes('--floor');
  try {
    const { findChromium } = await import('./host/chromium.mjs');
    const { installHost } = await import('./host/install.mjs');
    findChromium();
    const host = installHost(isFloor ? 'floor' : 'current');
    await bundleEditorTests();
    const { product, driver } = packExtensions();
    const inNode = { tests: 'out/test-editor/index.cjs', workspace: workspace(), VSCODE_HOST: host };
    await editorRun('under development', { ...inNode, extension: '.', install: [driver] });
    await editorRun('installed from the .vsix', { ...inNode, extension: 'test/editor/driver', install: [product] });
    if (isFloor) return;
    await webRun(host);
    const { photograph, photographPreview } = await import('./host/photograph.mjs');
    const { photographTimeline } = await import('./host/photograph-timeline.mjs');
    const pictures = process.argv.includes('--update-screenshots') ? 'docs/images' : 'out/screenshots';
    await photograph(host, product, pictures);
    total.passed += 1;
    console.log('  ✔ a person with a keyboard sees the underline, takes the fix and undoes it');
    await photographTimeline(host, product, pictures);
    total.passed += 1;
    console.log('  ✔ a person with a keyboard reads the timeline, before and after a reload; axe finds nothing');
    if (await photographPreview(host, product, pictures)) {
      total.passed += 1;
      console.log('  ✔ a person with a keyboard chooses among the steps of a migration and undoes it');
    } else {
      total.skipped += 1;
      console.log('skipped: the preview of a migration: this one has no steps to choose from');
    }
  } catch (error) {
    total.failed += 1;
    console.error(`editor: ${error.stack}`);
  }
}

async function bundleEditorTests() {
  const { build: bundle } = await import('esbuild');
  const common = {
    bundle: true,
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'error',
    outExtension: { '.js': '.cjs' },
  };
  await bundle({
    ...common,
    entryPoints: ['test/editor/index.ts', 'test/editor/suite.ts'],
    outdir: 'out/test-editor',
    platform: 'node',
    external: ['vscode', 'mocha', './suite.cjs'],
  });
  await bundle({
    ...common,
    entryPoints: ['test/editor/web.ts'],
    outfile: 'dist/test.web.js',
    outExtension: {},
    external: ['vscode'],
  });
}

function packExtensions() {
  build('--production');
  mkdirSync('out', { recursive: true });
  const pack = (folder, file) => {
    const vsce = resolve('node_modules/@vscode/vsce/vsce');
    const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license'];
    const env = { ...process.env, npm_config_ignore_scripts: 'true' };
    const { status, stderr } = spawnSync(process.execPath, [vsce, 'package', ...options, '--out', resolve(file)], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`cannot pack ${folder}: ${stderr}`);
    return resolve(file);
  };
  const product = pack('.', 'out/native-sidecars.vsix');
  const { size } = statSync(product);
  console.log(`native-sidecars.vsix: ${(size / 1000).toFixed(0)} kB`);
  if (size > VSIX_LIMIT) throw new Error(`the packed extension has ${size} bytes, more than ${VSIX_LIMIT}`);
  return { product, driver: pack('test/editor/driver', 'out/test-driver.vsix') };
}

function workspace() {
  const folder = mkdtempSync(join(tmpdir(), 'native-sidecars-examples-'));
  cpSync('examples', folder, { recursive: true });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One run of the suite through @vscode/test-electron; counts what mocha reports. */
async function editorRun(title, { extension, tests, workspace: folder, install, VSCODE_HOST }) {
  console.log(`VS Code, ${title}:`);
  const script = `
    const { runTests } = require('@vscode/test-electron');
    runTests(JSON.parse(process.argv[1])).then((code) => process.exit(code), () => process.exit(1));`;
  const options = {
    vscodeExecutablePath: resolve('scripts/host/code.mjs'),
    extensionDevelopmentPath: resolve(extension),
    extensionTestsPath: resolve(tests),
    launchArgs: [folder],
  };
  const env = { ...process.env, VSCODE_HOST, VSCODE_INSTALL: install.join('\n') };
  const { code, text } = await passOn(
    spawn(process.execPath, ['-e', script, JSON.stringify(options)], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  count(text, code);
}

async function webRun(host) {
  console.log('VS Code, Web Worker extension host:');
  const script = `
    import { runSuite } from ${JSON.stringify(new URL('./host/host.mjs', import.meta.url).href)};
    process.exit(await runSuite(JSON.parse(process.argv[1])));`;
  const options = {
    folder: host,
    extension: resolve('.'),
    tests: resolve('dist/test.web.js'),
    workspace: resolve('examples'),
    web: true,
  };
  const { code, text } = await passOn(
    spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  count(text, code);
}

async function passOn(child) {
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    process.stdout.write(chunk);
  });
  const code = await new Promise((done) => child.once('close', done));
  return { code, text };
}

function count(text, code) {
  const passed = Number(/(\d+) passing/.exec(text)?.[1] ?? 0);
  const failed = Number(/(\d+) failing/.exec(text)?.[1] ?? 0);
  total.passed += passed;
  total.failed += failed > 0 ? failed : code === 0 && passed > 0 ? 0 : 1;
}
