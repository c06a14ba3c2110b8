// What a reader does in the panels: goes through the tabs, turns knobs, takes a run along and opens one. Knows one lesson.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { eventually, readerTest, PHONE } from './harness.mjs';

const LESSON = 'lessons/08-leader-election/';
const TABS = ['tab-inspector', 'tab-log', 'tab-invariants', 'tab-exhibit-0', 'tab-explore', 'tab-cost', 'tab-settings', 'tab-share'];

async function openLesson(page) {
  await page.goto(LESSON);
  await page.keyboard.press('Shift');
  await page.locator('.tablist').waitFor({ state: 'attached' });
}

/** Plays one event at a time, so that a run is the same however fast the machine is. Resolves to the step reached. */
async function steps(page, count) {
  const step = page.locator('.keys').getByRole('button', { name: 'Step', exact: true });
  const reached = (await stepCount(page)) + count;
  for (let done = 0; done < count; done += 1) await step.click();
  await stepsAre(page, reached);
  return reached;
}

const stepCount = async (page) => Number((await page.locator('#tab-log .count').textContent()).replace(',', ''));
const stepsAre = (page, count) => eventually(`${count} steps`, async () => (await stepCount(page)) === count);
const moment = (page) => page.locator('.readout b').textContent();
const verdict = (page) => page.locator('.panel div[role=status]');

readerTest('arrow keys, Home and End go through the tabs, and the panel follows', async (page) => {
  await openLesson(page);
  await page.locator('#tab-inspector').click();
  const isAt = (id) =>
    eventually(`at ${id}`, async () => {
      const focused = await page.evaluate(() => document.activeElement?.id);
      const panel = await page.locator('#panel').getAttribute('aria-labelledby');
      return focused === id && panel === id && (await page.locator('[role=tab][aria-selected=true]').getAttribute('id')) === id;
    });
  for (const [key, id] of [['ArrowRight', 'tab-log'], ['End', 'tab-share'], ['ArrowRight', 'tab-inspector'], ['ArrowLeft', 'tab-share'], ['Home', 'tab-inspector']]) {
    await page.keyboard.press(key);
    await isAt(id);
  }
  assert.equal(await page.locator('[role=tab][tabindex="0"]').count(), 1);
});

readerTest('a slider is one deed when it is let go, by mouse and by a held key', async (page) => {
  await openLesson(page);
  const before = await steps(page, 6);
  await page.locator('#tab-settings').click();
  const slider = page.locator('.setting input.range').first();
  await slider.focus();
  for (let repeat = 0; repeat < 8; repeat += 1) await page.keyboard.down('ArrowRight');
  await stepsAre(page, before);
  await page.keyboard.up('ArrowRight');
  await stepsAre(page, before + 1);
  const { x, y, height } = await slider.boundingBox();
  await page.mouse.move(x + 30, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + 90, y + height / 2, { steps: 12 });
  await stepsAre(page, before + 1);
  await page.mouse.up();
  await stepsAre(page, before + 2);
});

readerTest('a rule that is switched off says so, and the log says who did it', async (page) => {
  await openLesson(page);
  await steps(page, 6);
  await page.locator('#tab-settings').click();
  await page.locator('.switch-rule input').first().click();
  await page.getByText('1 rule off').waitFor();
  await page.locator('#tab-log').click();
  const row = page.locator('.log-row').first();
  assert.match(await row.textContent(), /is now off.*by hand/);
  assert.equal(await row.getAttribute('data-tone'), 'fault');
});

readerTest('a crash strikes what was in memory and leaves what is on disk', async (page) => {
  await openLesson(page);
  await steps(page, 12);
  await page.locator('#tab-inspector').click();
  await page.locator('.who .btn').first().click();
  const stable = await page.locator('.store[data-kind=stable] dd').allTextContents();
  await page.locator('.node').first().click();
  await page.locator('.menu').getByRole('button', { name: 'Crash' }).click();
  await page.locator('.store[data-kind=volatile][data-lost]').waitFor();
  const kept = await page.locator('.store[data-kind=stable] dd').allTextContents();
  assert.equal(kept.length, stable.length);
  assert.ok((await page.locator('.store[data-lost] dd').count()) > 0);
});

readerTest('a row of the log leads back to its moment', async (page) => {
  await openLesson(page);
  const reached = await steps(page, 20);
  await page.locator('#tab-log').click();
  await page.locator('.log-time').nth(9).click();
  await stepsAre(page, reached - 9);
});

readerTest('each file that is on offer can be saved under the page’s policy', async (page) => {
  await openLesson(page);
  const reached = await steps(page, 20);
  await page.locator('#tab-share').click();
  const saved = {};
  for (const name of ['Scenario file', 'Events as JSON', 'ShiViz log', 'Diagram as SVG', 'Stage as SVG']) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    saved[name] = await readFile(await download.path(), 'utf8');
  }
  assert.match(saved['Scenario file'], /^faultline:[\w-]+\n$/);
  assert.equal(JSON.parse(saved['Events as JSON']).events.length, reached);
  assert.match(saved['ShiViz log'], /^\(\?<host>\\S\*\).*\n\nnode\d \{.*\}\n/);
  for (const name of ['Diagram as SVG', 'Stage as SVG']) {
    const broken = await page.evaluate(
      (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent,
      saved[name],
    );
    assert.equal(broken, undefined);
    assert.doesNotMatch(saved[name], /var\(--|class=/, 'a picture stands without the page’s styles');
  }
});

readerTest('a copied link and a saved file open the same moment; a cut link is refused with a sentence', async (page, reader) => {
  await reader.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openLesson(page);
  const reached = await steps(page, 30);
  await page.locator('#tab-share').click();
  const before = await moment(page);
  await page.getByRole('button', { name: 'Copy the link' }).click();
  await verdict(page).getByText('Copied.').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());

  const open = async (text) => {
    await page.locator('#share-open').fill(text);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
  };
  await open(link.slice(0, -5));
  await verdict(page).getByText(/This link/).waitFor();
  assert.equal(await moment(page), before, 'what the page shows stays');

  await steps(page, 5);
  await open(link);
  await stepsAre(page, reached);
  assert.equal(await moment(page), before);

  await steps(page, 5);
  const text = `faultline:${link.split('#s=')[1]}\n`;
  await page.locator('.panel input[type=file]').setInputFiles({ name: 'run.faultline', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await stepsAre(page, reached);
});

readerTest('no panel is wider than a phone', { viewport: PHONE }, async (page) => {
  await openLesson(page);
  const playground = page.locator('#playground');
  while ((await playground.getAttribute('data-dock')) !== 'full') await page.locator('.dock-open').click();
  await steps(page, 20);
  for (const id of TABS) {
    await page.locator(`#${id}`).click();
    const overflow = await page.evaluate(() => document.querySelector('.pg-tabs').scrollWidth - document.querySelector('.pg-tabs').clientWidth);
    assert.ok(overflow <= 0, `${id} is ${overflow} px too wide`);
  }
});

readerTest('a run is played ahead for its averages, stays where it is, and is shown again when asked', { timeout: 180_000 }, async (page) => {
  await page.goto('lessons/21-queueing-theory/');
  await page.keyboard.press('Shift');
  await page.locator('#tab-exhibit-0').click();
  const before = await page.locator('.readout').textContent();
  await page.getByRole('button', { name: /^Play a million customers ahead$/ }).click();
  await page.getByRole('button', { name: 'Stop here' }).waitFor();
  await eventually('it is played', async () => /^This is 5,000,000 events ahead of the run/.test(await page.locator('.ahead [role=status]').textContent()), 120_000);
  assert.equal(await page.locator('.readout').textContent(), before);
  await page.getByRole('button', { name: 'Back to the run' }).click();
  await page.getByRole('button', { name: /^Play a million customers ahead$/ }).waitFor();
});
