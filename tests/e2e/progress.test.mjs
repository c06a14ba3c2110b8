// Progress: kept in the browser, shown on the home page, saved as a file, loaded elsewhere, forgotten and brought back.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PHONE, assertAccessible, openReader, readerTest, shoot } from './harness.mjs';
import { openLesson } from './lesson.mjs';

const FILE = await readFile(new URL('../golden/progress-file-v1.json', import.meta.url), 'utf8');
const STORED = await readFile(new URL('../golden/progress-v1.json', import.meta.url), 'utf8');
const NAME = 'faultline.progress.08-leader-election';

const says = (page) => page.locator('.progress-says');
const news = (page) => page.locator('.progress-news');
const file = (text) => ({ name: 'progress.json', mimeType: 'application/json', buffer: Buffer.from(text) });

/** Opens the home page as a reader whose browser has stored these texts. */
async function openHome(page, stored = {}) {
  await page.goto('');
  await page.evaluate((texts) => Object.entries(texts).forEach(([name, text]) => localStorage.setItem(name, text)), stored);
  await page.reload();
  await page.keyboard.press('Shift');
  await page.getByRole('heading', { name: 'Your progress' }).waitFor();
}

const load = (page, text) => page.getByLabel('A file of progress').setInputFiles(file(text));

readerTest('the home page begins with where to begin, and then with where to go on', async (page) => {
  await page.goto('');
  await page.getByRole('link', { name: /^Start with/ }).waitFor();
  assert.equal(await page.getByRole('link', { name: /^Go on/ }).count(), 0);
  await openLesson(page);
  await page.getByRole('group', { name: 'Time', exact: true }).getByRole('button', { name: 'Step', exact: true }).click();
  await page.goto('');
  const on = page.getByRole('link', { name: 'Go on with Leader election' });
  await on.click();
  await page.waitForURL(/lessons\/08-leader-election\/#experiment-/);
});

readerTest('what was reached is on the path and on the map', async (page) => {
  await openHome(page, { [NAME]: STORED });
  assert.match(await says(page).textContent(), /^2 of \d+ experiments reached, 1 of \d+ questions answered rightly\.$/);
  assert.equal(await page.locator('.topic-progress .pip[data-on]').count(), 2);
  assert.ok(Number(await page.locator('.map-reached[data-lesson="08-leader-election"]').getAttribute('width')) > 0);
  assert.match(await page.locator('.map-topic[data-topic="8"]').getAttribute('aria-label'), /2 of \d+ experiments reached/);
  await assertAccessible(page);
  await shoot(page, 'home with progress', { fullPage: true });
});

readerTest('progress goes to another browser as a file, and is added to what is there', async (page) => {
  await openHome(page, { [NAME]: STORED });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save it to a file' }).click();
  const saved = await readFile(await (await download).path(), 'utf8');
  assert.deepEqual(JSON.parse(saved), JSON.parse(FILE));

  const other = await openReader();
  await openHome(other.page, { [NAME]: '{"version":1,"reached":{"figure-8":true},"bets":{},"answers":{"two-of-five":0}}' });
  await load(other.page, saved);
  await news(other.page).getByText('Loaded: 3 things were new. What was here is unchanged.').waitFor();
  assert.match(await says(other.page).textContent(), /^3 of/);
  const kept = await other.page.evaluate((name) => JSON.parse(localStorage.getItem(name)), NAME);
  assert.equal(kept.answers['two-of-five'], 0, 'an answer of one’s own stays');
  await load(other.page, saved);
  await news(other.page).getByText('There was nothing in it that is not here already.').waitFor();
  await other.close();
});

readerTest('a file that is no progress is refused with a sentence, and nothing is lost', async (page) => {
  await openHome(page, { [NAME]: STORED });
  for (const [text, sentence] of [
    ['not a file of ours', /^This file holds no progress\./],
    ['{"kind":"faultline progress","version":1}', /^This file holds no progress\./],
    [FILE.replace('faultline progress', 'a shopping list'), /^This file holds no progress\./],
    [FILE.replaceAll('"version":1', '"version":7'), /^This file was saved by a newer version/],
    ['x'.repeat(2_000_000), /^This file is too large/],
  ]) {
    await load(page, text);
    await news(page).getByText(sentence).waitFor();
    assert.equal(await page.evaluate((name) => localStorage.getItem(name), NAME), STORED);
  }
});

readerTest('what was forgotten can be brought back', async (page) => {
  await openHome(page, { [NAME]: STORED, 'faultline.theme': 'dark' });
  await page.getByRole('button', { name: 'Forget it' }).click();
  await says(page).getByText(/^0 of/).waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['faultline.theme']);
  assert.equal(await page.locator('.pip[data-on]').count(), 0);
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await says(page).getByText(/^2 of/).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.do), 'save');
});

readerTest('corrupt progress, and that of a later version, harm nothing and are kept', async (page) => {
  const newer = STORED.replace('"version":1', '"version":7');
  await openHome(page, { [NAME]: newer, 'faultline.progress.16-crdts': '}{', 'faultline.last': '<gone>' });
  assert.match(await says(page).textContent(), /^0 of/);
  await openLesson(page);
  await page.locator('.quiz input[type=radio]').first().check();
  const kept = await page.evaluate((name) => [localStorage.getItem(name), localStorage.getItem('faultline.unread.08-leader-election')], NAME);
  assert.equal(JSON.parse(kept[0]).version, 1);
  assert.equal(kept[1], newer);
});

readerTest('a wrong answer offers the run that shows why', async (page) => {
  await openLesson(page);
  for (const question of await page.locator('.quiz > li').all()) {
    const id = await question.getAttribute('data-question');
    for (const input of await question.locator('input').all()) {
      await input.check();
      const wrong = (await question.locator('.choice[data-verdict=wrong]').count()) === 1;
      assert.equal(await question.getByRole('button', { name: 'Open the run that shows why' }).count(), wrong ? 1 : 0, id);
    }
  }
});

readerTest('progress fits a phone', { viewport: PHONE }, async (page) => {
  await openHome(page, { [NAME]: STORED });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
});
