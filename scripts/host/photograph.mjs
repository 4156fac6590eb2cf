// Drives the workbench as a person with a keyboard does, and photographs it.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importBundled } from '../bundle.mjs';
import { launchBrowser, newPage, remoteUri, startServer, workbenchUrl } from './host.mjs';

const FIX = "Make 'haproxy' a native sidecar";

const SETTINGS = {
  'editor.minimap.enabled': false,
  'editor.fontSize': 14,
  'workbench.activityBar.location': 'hidden',
  'workbench.colorTheme': 'Light Modern',
  'workbench.panel.defaultLocation': 'right',
  'breadcrumbs.enabled': false,
  'editor.stickyScroll.enabled': false,
  // They come later and move the lines.
  'editor.codeLens': false,
  'diffEditor.renderSideBySide': true,
  'diffEditor.hideUnchangedRegions.enabled': false,
};

/** Opens the first example in the installed extension, takes the fix by keyboard, undoes it; three pictures. */
export async function photograph(host, vsix, folder) {
  await openExample(host, vsix, 'cronjob-with-proxy.yaml', folder, async (workbench) => {
    const { page, editor, file, before, picture, pressUntil } = workbench;
    // F8 goes to the next problem and shows it in words.
    await pressUntil('F8', page.locator('.marker-widget:visible', { hasText: 'native sidecar' }));
    await page.waitForTimeout(500);
    await picture('underline');
    await page.keyboard.press('Escape');
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await pressUntil('Control+.', page.locator('.action-widget:visible', { hasText: FIX }));
    await page.waitForTimeout(300);
    await picture('fix');
    await page.keyboard.press('Enter');
    await editor.locator('.view-line', { hasText: 'restartPolicy: Always' }).waitFor();
    await editor.locator('.squiggly-warning').waitFor({ state: 'detached' });
    await compare(workbench);
    await picture('before-after');
    await page.keyboard.press('Control+w');
    const after = await save(workbench);
    assert.match(after, /initContainers:\n +# Balances the connections over the replicas\.\n +- name: haproxy\n/);
    await undo(workbench);
    assert.equal(readFileSync(file, 'utf8'), before);
  });
}

/**
 * Migrates the pod of an example by keyboard: sees the steps in the preview, ticks or unticks the last one, applies the
 * rest, undoes it; one picture. Gives whether there was a preview: an engine that takes one step has none to show.
 */
export async function photographPreview(host, vsix, folder) {
  const name = 'cronjob-with-pkill.yaml';
  const { analyze, applyEdits, MIGRATION_TITLE } = await importBundled('engine/index.ts');
  const [finding] = analyze(readFileSync(join('examples', name), 'utf8')).findings;
  const steps = finding?.migration()?.steps ?? [];
  if (steps.length < 2) return false;
  await openExample(host, vsix, name, folder, async (workbench) => {
    const { page, file, before, picture, pressUntil } = workbench;
    await pressUntil('F8', page.locator('.marker-widget:visible'));
    await page.keyboard.press('Escape');
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await pressUntil('Control+.', page.locator('.action-widget:visible', { hasText: MIGRATION_TITLE }));
    await walkTo(page, page.locator('.action-widget .monaco-list-row.focused', { hasText: MIGRATION_TITLE }));
    // Steps that want a review bring the preview up by themselves.
    await page.keyboard.press(steps.some(({ review }) => review) ? 'Enter' : 'Control+Enter');
    const panel = page.locator('.bulk-edit-panel:visible');
    await panel.locator('.monaco-list-row').first().waitFor();
    await page.keyboard.press('Control+b');
    await page.getByRole('button', { name: 'Group Changes By Type' }).click();
    await widenPanel(page);
    const isTicked = steps.map(({ review }) => !review);
    await seeSteps(panel, steps, isTicked);
    await page.waitForTimeout(500);
    await picture('preview');
    const last = steps.length - 1;
    await panel.locator('.monaco-list').focus();
    await page.keyboard.press('Home');
    await walkTo(page, stepRow(panel, steps[last], '.focused'));
    await page.keyboard.press('Space');
    isTicked[last] = !isTicked[last];
    await seeSteps(panel, steps, isTicked);
    await page.keyboard.press('Control+Enter');
    await panel.locator('.monaco-list-row').first().waitFor({ state: 'hidden' });
    const chosen = steps.filter((_, index) => isTicked[index]).flatMap(({ edits }) => edits);
    assert.equal(await save(workbench), applyEdits(before, chosen));
    await undo(workbench);
    assert.equal(readFileSync(file, 'utf8'), before);
  });
  return true;
}

/** Opens an example in a workbench with the packed extension, and hands both over. */
export async function openExample(host, vsix, name, folder, act, settings = {}) {
  mkdirSync(folder, { recursive: true });
  const temp = mkdtempSync(join(tmpdir(), 'native-sidecars-photo-'));
  const workspace = join(temp, 'examples');
  cpSync('examples', workspace, { recursive: true });
  const file = join(workspace, name);
  const before = readFileSync(file, 'utf8');
  const server = await startServer({ folder: host, extensions: [vsix], settings: { ...SETTINGS, ...settings } });
  let browser;
  try {
    browser = await launchBrowser();
    const page = await newPage(browser);
    page.setDefaultTimeout(30_000);
    const picture = (title) => page.screenshot({ path: join(folder, `${title}.png`) });
    const pressUntil = async (key, locator) => {
      // A busy workbench can lose a key press.
      for (let attempt = 0; attempt < 5; attempt++) {
        await page.keyboard.press(key);
        const isThere = await locator.waitFor({ timeout: 4000 }).then(
          () => true,
          () => false,
        );
        if (isThere) return;
        await page.keyboard.press('Escape');
      }
      throw new Error(`${key} showed nothing`);
    };
    await page.goto(workbenchUrl(server, workspace, { openFile: remoteUri(server, file) }));
    const editor = page.locator('.editor-instance .monaco-editor').first();
    await editor.locator('.squiggly-warning').first().waitFor();
    await editor.locator('.view-lines').click();
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
    // The window as it was left: a file in its address would be opened in a new one.
    const home = workbenchUrl(server, workspace);
    await act({ page, editor, file, home, before, picture, pressUntil });
  } catch (error) {
    const page = browser?.contexts()[0]?.pages()[0];
    await page?.screenshot({ path: 'out/failure.png' }).catch(() => {});
    throw error;
  } finally {
    await browser?.close();
    await server.stop();
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Presses the arrow down until something is there. */
async function walkTo(page, locator) {
  for (let step = 0; step < 50; step++) {
    if (await locator.isVisible()) return;
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(50);
  }
  throw new Error('the arrow keys did not reach it');
}

/** Drags the border of the panel to the left, for room for the steps' names. */
async function widenPanel(page) {
  const { x } = await page.locator('.part.panel').boundingBox();
  await page.mouse.move(x - 2, 400);
  await page.waitForTimeout(500);
  await page.mouse.down();
  await page.mouse.move(x - 340, 400, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(640, 790);
}

/** The preview's row of a step: the top level of its tree. */
function stepRow(panel, { title }, state = '') {
  return panel.locator(`.monaco-list-row[aria-level="1"]${state}`, { hasText: title }).first();
}

/** Waits until the preview shows all steps, everything below each of them ticked or not. */
async function seeSteps(panel, steps, isTicked) {
  const expected = Object.fromEntries(
    steps.map(({ title, edits }, index) => [title, edits.map(() => isTicked[index])]),
  );
  const shown = () =>
    panel.locator('.monaco-list-row').evaluateAll((rows) => {
      const found = {};
      let title;
      rows.sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index));
      for (const row of rows) {
        const level = row.getAttribute('aria-level');
        if (level === '1') title = row.querySelector('.label-name').textContent;
        if (level === '1') found[title] = [];
        if (level === '3') {
          found[title].push(row.querySelector('.edit-checkbox').getAttribute('aria-checked') === 'true');
        }
      }
      return found;
    });
  for (let attempt = 0; ; attempt++) {
    try {
      return assert.deepEqual(await shown(), expected);
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((done) => setTimeout(done, 250));
    }
  }
}

/** Saves the file and gives its text. */
async function save({ page, editor, file }) {
  await editor.locator('.view-lines').click();
  await page.keyboard.press('Control+s');
  await page.locator('.tab.active:not(.dirty)').first().waitFor();
  return readFileSync(file, 'utf8');
}

/** Undoes the last change and saves. */
async function undo(workbench) {
  const { page, editor } = workbench;
  await editor.locator('.view-lines').click();
  await page.keyboard.press('Control+z');
  await editor.locator('.squiggly-warning').waitFor();
  await save(workbench);
}

/** Runs a command by its title. */
export async function runCommand({ page, pressUntil }, title) {
  const input = page.locator('.quick-input-widget:visible input').first();
  await pressUntil('F1', input);
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Shows what the fix changed beside what is on disk. */
async function compare(workbench) {
  const { page } = workbench;
  await page.keyboard.press('Control+b');
  await runCommand(workbench, 'Compare Active File with Saved');
  await page.locator('.monaco-diff-editor').first().waitFor();
  await page.waitForTimeout(1500);
}
