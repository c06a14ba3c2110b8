// Every lesson of the site, by the same few ways of a reader: what each page promises, whatever its topic. Knows no lesson.

import assert from 'node:assert/strict';
import { PHONE, assertAccessible, eventually, readerTest } from './harness.mjs';
import { notice, openLesson, setSpeed, steps } from './lesson.mjs';
import { assertSpoken } from './spoken.mjs';
import { pages } from '../../scripts/dist.mjs';

const TOUCH = { viewport: PHONE, hasTouch: true, isMobile: true };
const LESSONS = pages().filter((page) => page.startsWith('lessons/')).map((page) => page.replace(/index\.html$/, ''));
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const panelOverflow = (page) =>
  page.locator('.pg-tabs').evaluate((tabs) => tabs.scrollWidth - tabs.clientWidth);

/** Opens each tab of the panels in turn. */
async function throughTabs(page, each) {
  const ids = await page.getByRole('tab').evaluateAll((all) => all.map((one) => one.id));
  for (const id of ids) {
    await page.locator(`#${id}`).click();
    await each(id);
  }
}

for (const lesson of LESSONS) {
  // What the other panels look like does not depend on the lesson: they are looked at on one of them.
  const all = lesson === LESSONS[0];
  readerTest(`${lesson} is accessible in the middle of a run, with each of ${all ? 'the panels' : 'its own panels'}`, { timeout: 300_000 }, async (page) => {
    await openLesson(page, '', lesson);
    await steps(page, 25);
    await throughTabs(page, async (id) => {
      if (all || id.startsWith('tab-exhibit')) await assertAccessible(page, '.pg-tabs');
      if (all) await assertSpoken(page);
    });
  });

  readerTest(`${lesson} sets up each experiment, and its first solution reaches the goal`, { timeout: 300_000 }, async (page) => {
    await openLesson(page, '', lesson);
    for (const experiment of await page.locator('.experiment').all()) {
      const bets = experiment.getByRole('radio');
      if (await bets.count()) await bets.first().check();
      const button = experiment.getByRole('button', { name: /^(Set it up|Search)/ }).first();
      await button.click();
      await eventually('it is under way', async () => (await experiment.getAttribute('data-progress')) !== 'new');
      assert.equal(await notice(page).count(), 0, await experiment.getAttribute('id'));
    }
    const solved = page.locator('.experiment', { has: page.getByRole('button', { name: 'Play the solution' }) }).first();
    await solved.getByRole('button', { name: 'Play the solution' }).click();
    await page.locator('.stage').waitFor();
    await setSpeed(page, '20×');
    await eventually('the goal', async () => /reached the goal/.test(await solved.getByRole('status').textContent()), 60_000);
  });

  readerTest(`${lesson} keeps within a phone, its text and each of its panels`, { ...TOUCH, timeout: 180_000 }, async (page) => {
    await openLesson(page, '', lesson);
    assert.ok((await overflow(page)) <= 0, `${await overflow(page)} px too wide`);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('.prose > *, .prose section > *')]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => `${one.tagName} ${one.className} ${one.getBoundingClientRect().right}`),
    );
    assert.deepEqual(wide, []);
    const playground = page.locator('#playground');
    while ((await playground.getAttribute('data-dock')) !== 'full') await page.locator('.dock-open').tap();
    await steps(page, 20);
    await throughTabs(page, async (id) => {
      assert.ok((await panelOverflow(page)) <= 0, `${id} is ${await panelOverflow(page)} px too wide`);
      assert.ok((await overflow(page)) <= 0, `${id} makes the page ${await overflow(page)} px too wide`);
    });
  });
}
