// What a reader does who types into several documents at once: offline, while others' letters come in, back in time, and into a link.

import assert from 'node:assert/strict';
import { assertAccessible, eventually, PHONE, readerTest } from './harness.mjs';
import { key, linkOf, notice, openLesson, stepCount, tab } from './lesson.mjs';

const LESSON = 'lessons/16-crdts/';

const field = (page, replica) => page.getByLabel(`replica ${replica}`, { exact: true });
const texts = (page) => page.locator('.document textarea').evaluateAll((all) => all.map((one) => one.value));
const caret = (page, replica) => field(page, replica).evaluate((one) => [one.selectionStart, one.selectionEnd, document.activeElement === one]);

/** Opens the run in which all have "buy " and are offline. */
async function openOffline(page) {
  await openLesson(page, '', LESSON);
  await page.locator('[data-experiment="two-words"] input[type=radio]').first().check();
  await page.locator('[data-experiment="two-words"]').getByRole('button', { name: 'Set it up' }).click();
  await eventually('all have the same', async () => (await texts(page)).join('|') === 'buy |buy |buy ');
}

async function type(page, replica, letters) {
  await field(page, replica).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(letters);
}

/** Plays events until the documents say the same. */
async function meet(page) {
  await page.getByRole('button', { name: 'All online' }).click();
  for (let events = 0; events < 60; events += 1) {
    const all = await texts(page);
    if (all.every((text) => text === all[0])) return all[0];
    await key(page, 'Step').click();
  }
  throw new Error(`they differ: ${await texts(page)}`);
}

readerTest('the page opens with the documents, and what is typed offline stays whole when they meet', async (page) => {
  await openOffline(page);
  assert.equal(await tab(page, 'Documents').getAttribute('aria-selected'), 'true');
  await type(page, 0, 'milk');
  await type(page, 1, 'bread');
  assert.deepEqual(await texts(page), ['buy milk', 'buy bread', 'buy ']);
  const met = await meet(page);
  assert.ok(['buy milkbread', 'buy breadmilk'].includes(met), met);
  await page.locator('[data-experiment="two-words"]').getByText('reached', { exact: true }).waitFor();
});

readerTest('a caret stays between its letters while others’ letters come in', async (page) => {
  await openOffline(page);
  await type(page, 0, 'tea');
  await field(page, 1).focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('please ');
  await field(page, 2).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('ArrowLeft');
  const [before] = await caret(page, 2);
  assert.equal(before, 3);
  await page.getByRole('button', { name: 'All online' }).click();
  await field(page, 2).focus();
  const play = key(page, 'Play');
  await play.evaluate((one) => one.click());
  await eventually('it has come', async () => (await field(page, 2).inputValue()) === 'please buy tea');
  assert.deepEqual(await caret(page, 2), [10, 10, true], 'behind “buy”, in the field that had the focus');
  await page.keyboard.type('-');
  assert.equal(await field(page, 2).inputValue(), 'please buy- tea');
});

readerTest('typing is deeds of the run: it rewinds, it replaces what is selected, and a link has it', async (page, reader) => {
  await openOffline(page);
  const steps = await stepCount(page);
  await type(page, 0, 'ab');
  assert.equal(await stepCount(page), steps + 2, 'a letter is a deed');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.insertText('Zoë 🍞');
  assert.equal(await field(page, 0).inputValue(), 'Zoë 🍞');
  assert.equal(await stepCount(page), steps + 4, 'a replacement is two, however long it is');
  const link = (await linkOf(page)).split('#s=')[1];
  await tab(page, 'Documents').click();
  for (let back = 0; back < 3; back += 1) await key(page, 'Step back').click();
  assert.deepEqual(await texts(page), ['buy a', 'buy ', 'buy ']);
  await field(page, 0).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('x');
  assert.equal(await field(page, 0).inputValue(), 'buy ax');
  assert.match(await notice(page).textContent(), /changed the past/);
  const other = await reader.newPage();
  await openLesson(other, `#s=${link}`, LESSON);
  await eventually('the link has it', async () => (await texts(other))[0] === 'Zoë 🍞');
});

readerTest('documents are accessible, light and dark, and no wider than a phone', { viewport: PHONE, timeout: 120_000 }, async (page) => {
  await openLesson(page, '', LESSON);
  const playground = page.locator('#playground');
  while ((await playground.getAttribute('data-dock')) !== 'full') await page.locator('.dock-open').click();
  await key(page, 'Step').click();
  await field(page, 0).fill('a text that is long enough to be broken into lines on a phone');
  const overflow = await page.evaluate(() => document.querySelector('.pg-tabs').scrollWidth - document.querySelector('.pg-tabs').clientWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
  await assertAccessible(page, '.pg-tabs');
});
