// Drives the timeline as a person with a keyboard does, looks at it with axe, and photographs it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import axe from 'axe-core';
import { openExample, runCommand } from './photograph.mjs';

const EXAMPLE = 'job-with-two-sidecars.yaml';

/** The themes in which it is looked at: VS Code follows what the browser prefers. */
const PLAIN = {
  light: { theme: 'Light Modern', title: 'timeline' },
  dark: { theme: 'Dark Modern', title: 'timeline-dark' },
};
const CONTRAST = {
  light: { theme: 'Default High Contrast Light' },
  dark: { theme: 'Default High Contrast', title: 'timeline-contrast' },
};

/**
 * Shows the timeline of an example, follows an edit, chooses another scenario, goes to a container, reloads the window;
 * pictures in light, dark and high contrast, without a finding of axe in any of them.
 */
export async function photographTimeline(host, vsix, folder) {
  await openExample(host, vsix, EXAMPLE, folder, useTimeline, following(PLAIN));
  await openExample(host, vsix, EXAMPLE, folder, lookAtContrast, following(CONTRAST));
}

function following({ light, dark }) {
  return {
    'editor.codeLens': true,
    'window.autoDetectColorScheme': true,
    'workbench.preferredLightColorTheme': light.theme,
    'workbench.preferredDarkColorTheme': dark.theme,
  };
}

async function useTimeline(workbench) {
  const { page, editor, file, home, before } = workbench;
  let timeline = await show(workbench);
  await says(timeline, '#before', /otel-collector.*never end/);
  await says(timeline, '#after', /Completes/);
  await page.locator('.tab', { hasText: 'Timeline: Job train' }).waitFor();

  // It follows an edit, and takes it back.
  await editor.locator('.view-lines').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('Control+End');
  await page.keyboard.type('---\n');
  await says(timeline, '#nothing', /No pod/);
  assert.equal(await timeline.locator('#before').isVisible(), false);
  for (let step = 0; step < 4; step++) await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+Home');
  await says(timeline, 'h1', /Job train/);

  // Arrows choose a scenario, Tab goes on to the lanes, Enter into the editor.
  await timeline.locator('input[value="success"]').focus();
  await page.keyboard.press('ArrowDown');
  await says(timeline, '#told', /fails/i);
  assert.equal(await timeline.evaluate(() => document.activeElement.value), 'failure');
  await page.keyboard.press('Tab');
  await page.keyboard.press('End');
  await timeline.locator('button:focus', { hasText: 'log-tailer' }).waitFor();
  await page.keyboard.press('Enter');
  const place = page.locator('#status\\.editor\\.selection', { hasText: 'selected' });
  await place.waitFor();
  const line = before.split('\n').findIndex((each) => each.includes('name: log-tailer')) + 1;
  assert.match(await place.textContent(), new RegExp(`Ln ${line},`));
  assert.equal(readFileSync(file, 'utf8'), before);

  // A reload brings it back. VS Code in a browser keeps its state every five seconds, and cannot while it closes.
  await page.waitForTimeout(8000);
  await page.goto(home);
  timeline = await timelineOf(page);
  await says(timeline, 'h1', /Job train/);
  assert.equal(await timeline.locator('input:checked').inputValue(), 'failure');
  await timeline.locator('input[value="success"]').check();
  await says(timeline, '#before', /never end/);

  await look(workbench, timeline, PLAIN);
  await seeManyContainers({ ...workbench, timeline });
}

async function lookAtContrast(workbench) {
  await look(workbench, await show(workbench), CONTRAST);
}

async function show(workbench) {
  const { page } = workbench;
  await page.keyboard.press('Control+b');
  await page.keyboard.press('Control+Home');
  await runCommand(workbench, 'Native Sidecars: Show Timeline');
  return timelineOf(page);
}

/** Takes pictures of the themes that have a title. */
async function look({ page, picture }, timeline, themes) {
  for (const [colorScheme, { theme, title }] of Object.entries(themes)) {
    await page.emulateMedia({ colorScheme });
    await timeline.locator(`body[data-vscode-theme-id="${theme}"]`).waitFor();
    await page.mouse.move(300, 700);
    await accept(timeline, theme);
    if (title) await picture(title);
  }
}

/** A pod of 500 containers is drawn soon, can be walked through, and its outcome stays near. */
async function seeManyContainers({ page, file, timeline }) {
  const containers = Array.from({ length: 500 }, (_, index) => `{name: c${index}, image: alpine}`);
  const pod = `{restartPolicy: Never, containers: [\n  ${containers.join(',\n  ')}]}`;
  writeFileSync(file, `apiVersion: batch/v1\nkind: Job\nmetadata: {name: many}\nspec: {template: {spec: ${pod}}}\n`);
  await says(timeline, 'h1', /Job many/);
  await says(timeline, '#before', /460 more containers are not drawn/);
  await timeline.locator('button[data-key="containers/0"]').focus();
  await page.keyboard.press('End');
  await timeline.locator('button:focus', { hasText: 'c39' }).waitFor();
  const height = await timeline.locator('#before').evaluate((section) => section.clientHeight / window.innerHeight);
  assert.ok(height < 1, `the picture of 500 containers is ${height} windows high`);
}

/** The frame in which the panel's page lies. */
async function timelineOf(page) {
  const frame = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  await frame.locator('#told:not(:empty)').waitFor({ state: 'attached' });
  for (const each of page.frames()) if ((await each.locator('#told').count()) > 0) return each;
  throw new Error('there is no timeline');
}

async function says(timeline, selector, text) {
  await timeline.locator(selector, { hasText: text }).first().waitFor({ state: 'attached' });
}

/** Fails with what axe finds. */
async function accept(timeline, theme) {
  await timeline
    .locator('details')
    .first()
    .evaluate((details) => details.setAttribute('open', ''));
  await timeline.evaluate(axe.source);
  const { violations } = await timeline.evaluate(() => globalThis.axe.run(document));
  await timeline
    .locator('details')
    .first()
    .evaluate((details) => details.removeAttribute('open'));
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => [id, html, failureSummary]),
  );
  assert.deepEqual(found, [], `axe, ${theme}`);
}
