// Every page that the site has, by what each of them owes to every reader: by axe's rules, in the accessibility tree, and enlarged until the
// screen holds a few lines. Knows no page by name: what is added to the site is tested with it.

import assert from 'node:assert/strict';
import { assertAccessible, readerTest } from './harness.mjs';
import { key, menu, notice, steps } from './lesson.mjs';
import { assertSpoken } from './spoken.mjs';
import { pages } from '../../scripts/dist.mjs';

/** 1280 × 1024 at 400 %: what WCAG 2.2 asks of 1.4.10. */
const ENLARGED = { width: 320, height: 256 };

/** Opens a page, and waits for its playground if it has one that is in sight. Resolves to whether it has. */
async function open(page, path) {
  await page.goto(path.replace(/index\.html$/, ''));
  await page.keyboard.press('Shift');
  const has = (await page.locator('#playground').count()) > 0;
  if (has) await page.locator('#playground[data-live]').waitFor({ state: 'attached' });
  return has;
}

/** What reaches beyond the screen and does not scroll by itself. */
const beyond = (page) =>
  page.evaluate(() => {
    const isCut = (element) => {
      for (let around = element.parentElement; around; around = around.parentElement) {
        if (around.tagName === 'svg' || getComputedStyle(around).overflowX !== 'visible') return true;
      }
      return false;
    };
    const width = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll('body *')].filter((one) => {
      const { left, right } = one.getBoundingClientRect();
      return right - left > 0 && right > width + 1 && !isCut(one);
    });
    return wide.map((one) => `${one.tagName} ${one.getAttribute('class')} reaches to ${Math.round(one.getBoundingClientRect().right)}`);
  });

for (const path of pages()) {
  readerTest(`${path} is accessible at rest, and in the midst of a run if it has one`, { timeout: 300_000, expected: [/404/] }, async (page) => {
    if (await open(page, path)) {
      await assertAccessible(page, '#playground');
      await assertSpoken(page);
      await steps(page, 25);
      // In the midst of things: a link that nobody can open, and what can be done with a node.
      await page.evaluate(() => void (location.hash = '#s=AA'));
      await notice(page).waitFor();
      await page.locator('.stage .node').first().press('Enter');
      await menu(page).waitFor();
    }
    await assertAccessible(page);
    await assertSpoken(page);
  });

  readerTest(`${path} needs no scrolling sideways when it is enlarged to 400 %`, { viewport: ENLARGED, expected: [/404/] }, async (page) => {
    const plays = await open(page, path);
    assert.deepEqual(await beyond(page), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    if (!plays || !(await page.locator('.dock-open').isVisible())) return;
    for (const state of ['half', 'full']) {
      await page.locator('.dock-open').press('Enter');
      await page.locator(`#playground[data-dock=${state}]`).waitFor();
      assert.deepEqual(await beyond(page), [], state);
    }
    await key(page, 'Step').press('Enter');
    assert.deepEqual(await beyond(page), []);
  });
}
