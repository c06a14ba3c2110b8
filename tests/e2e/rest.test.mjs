// A lesson's program comes in two files: what the page begins with, and what it needs once its reader does something.

import assert from 'node:assert/strict';
import { eventually, readerTest } from './harness.mjs';
import { LESSON, beginLesson, key, menu, node, notice, now, openLesson, tab, touch } from './lesson.mjs';

const REST = '**/*_rest.wasm';

/** Counts requests for the rest, and answers each as `answer` does. */
async function watchRest(page, answer = (route) => route.continue()) {
  const seen = { count: 0 };
  await page.route(REST, (route) => {
    seen.count += 1;
    return answer(route);
  });
  return seen;
}

readerTest('a page whose playground nobody touches loads no more than it begins with', async (page) => {
  const rest = await watchRest(page);
  await beginLesson(page);
  await page.mouse.move(100, 500);
  await page.mouse.wheel(0, 400);
  assert.ok(await key(page, 'Play').isVisible());
  await page.waitForLoadState('networkidle');
  assert.equal(rest.count, 0);
  await page.locator('.pg-stage').hover();
  await page.locator('#playground[data-whole]').waitFor();
  await touch(page);
  assert.equal(rest.count, 1);
});

readerTest('what a reader does while the rest of the program is on its way is done when it comes', async (page) => {
  let arrive;
  const held = new Promise((resolve) => (arrive = resolve));
  await watchRest(page, (route) => held.then(() => route.continue()));
  await beginLesson(page);
  await node(page, 1).click();
  await tab(page, 'Share').click();
  assert.equal(await menu(page).count(), 0);
  arrive();
  await menu(page).waitFor();
  assert.match(await menu(page).textContent(), /^Node 1/);
  await page.getByLabel('A link to this moment').waitFor();
});

readerTest('a rest that does not come is said in words, and asked for again at the next touch', { expected: [/_rest\.wasm/, /Failed to load/] }, async (page) => {
  let broken = true;
  await watchRest(page, (route) => (broken ? route.abort() : route.continue()));
  await beginLesson(page);
  await key(page, 'Play').click();
  await notice(page).waitFor();
  assert.match(await notice(page).textContent(), /The rest of the playground could not be loaded\. Check the connection and try again, or reload the page\./);
  broken = false;
  await key(page, 'Play').click();
  await eventually('time passes', async () => (await now(page)) > 15_000);
});

readerTest('an algorithm that the page does not begin with opens from its link', async (page) => {
  await openLesson(page);
  await page.getByLabel('Algorithm').selectOption({ label: 'Bully' });
  await tab(page, 'Share').click();
  const link = await page.getByLabel('A link to this moment').inputValue();
  await page.goto('about:blank');
  await page.goto(link);
  await tab(page, 'Inspector').waitFor();
  assert.equal(await page.getByLabel('Algorithm').evaluate((select) => select.selectedOptions[0].textContent), 'Bully');
});
