// A reader who delivers each message: the adversary of lesson 3, and the clock that takes over. Knows one lesson.

import assert from 'node:assert/strict';
import { assertAccessible, eventually, readerTest } from './harness.mjs';
import { menu, openLesson, playUntil, setSpeed, stepCount, tab } from './lesson.mjs';

const LESSON = 'lessons/03-flp-impossibility/';
const card = (page, id) => page.locator(`#experiment-${id}`);
const progress = (page, id) => card(page, id).getAttribute('data-progress');
const letClock = (page) => page.getByRole('button', { name: 'Let the clock deliver' });
const setUp = (page, id) => card(page, id).getByRole('button', { name: /^Set it up/ }).click();
/** The next steps after which both values can still be decided. */
const bivalent = (page) => page.locator('.tree-node[data-step]').filter({ hasText: 'bivalent' });

/**
 * Keeps both values open for twenty deliveries, as a reader does: takes a step that does, and where there is none goes back and takes
 * another.
 */
async function keepOpen(page) {
  let back = 0;
  const tried = [0];
  while (tried.length <= 20) {
    const before = await stepCount(page);
    const ways = await bivalent(page).count();
    const next = tried[tried.length - 1];
    if (next < ways) {
      tried[tried.length - 1] += 1;
      await bivalent(page).nth(next).click();
      await eventually('it has arrived', async () => (await stepCount(page)) === before + 1);
      tried.push(0);
    } else {
      tried.pop();
      back += 1;
      assert.ok(tried.length > 0 && back < 100, 'there is always a way');
      await page.getByRole('button', { name: 'Step back', exact: true }).click();
      await eventually('it is taken back', async () => (await stepCount(page)) === before - 1);
    }
  }
}

readerTest('the adversary keeps both values open for twenty deliveries by what the page says of them', { timeout: 300_000 }, async (page) => {
  await openLesson(page, '', LESSON);
  assert.equal(await tab(page, 'Configurations').getAttribute('aria-selected'), 'true', 'the page opens with what is worked in');
  await setUp(page, 'adversary');
  await keepOpen(page);
  await eventually('the goal', async () => (await progress(page, 'adversary')) === 'reached');
  await assertAccessible(page, '.pg-tabs');
});

readerTest('where nothing happens by itself a time-out waits for the reader, and the clock can be let at it', async (page) => {
  await openLesson(page, '', LESSON);
  await setUp(page, 'gst');
  await page.locator('.node[aria-label^="Node 1,"]').focus();
  await page.keyboard.press('Enter');
  await menu(page).waitFor();
  assert.match(await menu(page).textContent(), /silence of node 0: waits for you/);
  await menu(page).getByRole('button', { name: /^Suspect node 0/ }).click();
  await eventually('it suspects', async () => /node 0, and refuses/.test(await page.locator('.caption').textContent()));
  await letClock(page).click();
  assert.equal(await letClock(page).count(), 0);
  await setSpeed(page, '20×');
  await playUntil(page, 'all have decided', async () => (await page.locator('.node[data-role=good]').count()) === 3);
});
