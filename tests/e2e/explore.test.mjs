// What a reader does with the Explorer: asks, waits or does not, and plays what was found. Knows one lesson.

import assert from 'node:assert/strict';
import { assertAccessible, eventually, readerTest, shoot } from './harness.mjs';
import { key, linkOf, openLesson, stepCount, tab } from './lesson.mjs';

const go = (page) => page.locator('#explore-go');
const answer = (page) => page.locator('.explore-answer [role=status]');
const answered = (page, words, waitMs) => eventually(`the answer ${words}`, async () => words.test(await answer(page).textContent()), waitMs);
const figure = async (page, name) => {
  const row = page.locator('.explore-far dl > div', { hasText: name }).locator('dd');
  return Number((await row.textContent()).replace(/[^\d]/g, ''));
};
const knob = (page, name) => page.locator('.explore-grid .setting', { hasText: name }).locator('select');
const violated = (page) => page.locator('#tab-invariants .count').textContent();
const card = (page, id) => page.locator(`#experiment-${id}`);

async function setUp(page, id) {
  await card(page, id).getByRole('button', { name: /^Set it up/ }).click();
  await page.locator('.explore').waitFor();
}

readerTest('a search finds what breaks, and what it found plays, rewinds and is a link', async (page, { newPage }) => {
  await openLesson(page);
  await card(page, 'search-double-vote').getByRole('button', { name: 'Search' }).click();
  await answered(page, /^Found: “Election safety” breaks in 6 steps\. No run is shorter\.$/);
  await eventually('the experiment is reached', async () => (await card(page, 'search-double-vote').getAttribute('data-progress')) === 'reached');
  await page.locator('#explore-open').click();
  await eventually('it breaks', async () => (await violated(page)) === '1 violated', 30_000);
  await key(page, 'Play').waitFor();
  // Back by the two last votes, and on again: it breaks at the same step.
  const broken = await stepCount(page);
  for (const name of ['Step back', 'Step back', 'Step', 'Step']) await key(page, name).click();
  await eventually('it breaks again', async () => (await stepCount(page)) === broken && (await violated(page)) === '1 violated');
  const link = await linkOf(page);
  const other = await newPage();
  await openLesson(other, new URL(link).hash);
  await eventually('whoever opens the link sees it broken', async () => (await violated(other)) === '1 violated');
});

readerTest('with its rules on the space is exhausted, twice in a row, and leaving the tab loses nothing', async (page) => {
  await openLesson(page);
  await setUp(page, 'search-exhausted');
  for (let time = 0; time < 2; time += 1) {
    await go(page).click();
    await tab(page, 'Settings').click();
    await tab(page, /^Explore/).click();
    await answered(page, /^Exhausted: all 67,169 states were visited\./, 60_000);
  }
  await eventually('the experiment is reached', async () => (await card(page, 'search-exhausted').getAttribute('data-progress')) === 'reached');
  await assertAccessible(page, '.pg-tabs');
  await shoot(page, 'explore-exhausted');
});

readerTest('while a large search runs the page draws its frames, and it can be stopped and begun again', { timeout: 300_000 }, async (page) => {
  await openLesson(page);
  await tab(page, 'Explore').click();
  await page.locator('.explore-may > summary').click();
  await knob(page, /^Timeouts/).selectOption('4');
  await go(page).click();
  await eventually('it has begun', async () => (await figure(page, 'distinct states')) > 0);
  const frames = page.evaluate(
    () =>
      new Promise((resolve) => {
        const times = [];
        const next = (time) => {
          times.push(time);
          if (time - times[0] < 1_500) requestAnimationFrame(next);
          else resolve(times.slice(1).map((one, index) => one - times[index]));
        };
        requestAnimationFrame(next);
      }),
  );
  const gaps = (await frames).sort((a, b) => a - b);
  // Told and not judged: another machine is slower. But a page that waited for the search would draw nothing at all.
  const [median, p99] = [gaps[Math.floor(gaps.length / 2)], gaps[Math.floor(gaps.length * 0.99)]];
  const states = await figure(page, 'distinct states');
  const began = Date.now();
  await go(page).click();
  await answered(page, /^Stopped after [\d,]+ states\./);
  console.log(`frames: ${gaps.length}, median ${median.toFixed(1)} ms, 99 % ${p99.toFixed(1)} ms; stopped in ${Date.now() - began} ms after ${states} states`);
  assert.ok(gaps.length > 10, `only ${gaps.length} frames in a second and a half`);
  // It can begin again.
  await go(page).click();
  await eventually('it has begun again', async () => (await figure(page, 'distinct states')) > 0);
  await go(page).click();
});

readerTest('the states of a search can be walked over, by mouse and by key, and each is a moment of a run', async (page) => {
  await openLesson(page);
  await card(page, 'search-double-vote').getByRole('button', { name: 'Search' }).click();
  await answered(page, /^Found: /);
  await page.locator('.explore-states > summary').click();
  const states = page.locator('.explore-states .tree-node');
  // The one that is broken, where a click selects and a button goes.
  const found = states.filter({ hasText: '!' });
  await found.click();
  assert.match(await page.locator('.explore-states [role=status]').textContent(), /node 0: leader, term 1; .*node 2: leader, term 1/);
  await assertAccessible(page, '.pg-tabs');
  await page.locator('.tree-details').getByRole('button', { name: 'Go there' }).click();
  await eventually('it is broken there', async () => (await violated(page)) === '1 violated');
  // One step to the left is a state in which it is not.
  await found.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await eventually('it is whole before', async () => (await violated(page)) === '5 hold');
});

readerTest('random runs find what breaks, and say how short they became', async (page) => {
  await openLesson(page);
  await card(page, 'search-double-vote').getByRole('button', { name: 'Search' }).click();
  await answered(page, /^Found: /);
  await page.locator('.explore-may > summary').click();
  await knob(page, /^How/).selectOption({ label: 'random runs, then shrunk' });
  await go(page).click();
  await answered(page, /^Found: “Election safety” breaks in 6 steps\. No run is shorter\.$/, 60_000);
  assert.match(await page.locator('.explore').textContent(), /Found after \d+ random runs?, with \d+ steps, and shrunk to 6 steps\./);
});

readerTest("a reader's own failure is shrunk to what mattered, which breaks it too", { timeout: 120_000 }, async (page) => {
  await openLesson(page);
  await card(page, 'search-double-vote').getByRole('button', { name: 'Search' }).click();
  await answered(page, /^Found: /);
  await page.locator('#explore-open').click();
  await eventually('it breaks', async () => (await violated(page)) === '1 violated', 30_000);
  await tab(page, /^Invariants/).click();
  await page.getByRole('button', { name: /mattered/ }).click();
  await answered(page, /^\d+ of the \d+ actions in this run mattered\.$/, 60_000);
  const [left, of] = (await answer(page).textContent()).match(/\d+/g).map(Number);
  assert.ok(left > 0 && left <= of, `${left} of ${of}`);
  await page.locator('#explore-open').click();
  await eventually('what is left breaks it', async () => (await violated(page)) === '1 violated', 30_000);
});
