// Drives the workbench as a person with a keyboard does, and photographs it.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser, newPage, remoteUri, startServer, workbenchUrl } from './host.mjs';

const FILE = 'cronjob-with-proxy.yaml';
const FIX = "Make 'haproxy' a native sidecar";

/** Opens the first example in the installed extension, takes the fix by keyboard, undoes it; three pictures. */
export async function photograph(host, vsix, folder) {
  mkdirSync(folder, { recursive: true });
  const temp = mkdtempSync(join(tmpdir(), 'native-sidecars-photo-'));
  const workspace = join(temp, 'examples');
  cpSync('examples', workspace, { recursive: true });
  const file = join(workspace, FILE);
  const before = readFileSync(file, 'utf8');
  const settings = {
    'editor.minimap.enabled': false,
    'editor.fontSize': 14,
    'workbench.activityBar.location': 'hidden',
    'workbench.colorTheme': 'Light Modern',
    'breadcrumbs.enabled': false,
    'diffEditor.renderSideBySide': true,
    'diffEditor.hideUnchangedRegions.enabled': false,
  };
  const server = await startServer({ folder: host, extensions: [vsix], settings });
  let browser;
  try {
    browser = await launchBrowser();
    const page = await newPage(browser);
    page.setDefaultTimeout(30_000);
    const picture = (name) => page.screenshot({ path: join(folder, `${name}.png`) });
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
    await editor.locator('.squiggly-warning').waitFor();
    await editor.locator('.view-lines').click();
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
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
    await compare(page, pressUntil);
    await picture('before-after');
    await page.keyboard.press('Control+w');
    await editor.locator('.view-lines').click();
    await page.keyboard.press('Control+s');
    await page.locator('.tab.active:not(.dirty)').first().waitFor();
    const after = readFileSync(file, 'utf8');
    assert.match(after, /initContainers:\n +# Balances the connections over the replicas\.\n +- name: haproxy\n/);
    await editor.locator('.view-lines').click();
    await page.keyboard.press('Control+z');
    await editor.locator('.squiggly-warning').waitFor();
    await page.keyboard.press('Control+s');
    await page.locator('.tab.active:not(.dirty)').first().waitFor();
    assert.equal(readFileSync(file, 'utf8'), before);
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

/** Shows what the fix changed beside what is on disk. */
async function compare(page, pressUntil) {
  const input = page.locator('.quick-input-widget:visible input').first();
  await page.keyboard.press('Control+b');
  await pressUntil('F1', input);
  await input.fill('>Compare Active File with Saved');
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: 'Compare Active File with Saved' })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.monaco-diff-editor').first().waitFor();
  await page.waitForTimeout(1500);
}
