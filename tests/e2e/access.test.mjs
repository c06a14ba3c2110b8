// Every kind of page, at rest and in the midst of things, by axe's rules; and for those who want less motion or larger text.

import assert from 'node:assert/strict';
import { PHONE, assertAccessible, eventually, readerTest } from './harness.mjs';
import { caption, key, leaders, menu, node, openLesson, point, setSpeed, stage, steps } from './lesson.mjs';

readerTest('the lesson is accessible at rest, light and dark', async (page) => {
  await openLesson(page);
  await assertAccessible(page);
});

readerTest('a run is accessible with a menu open, light and dark', async (page) => {
  await openLesson(page);
  await steps(page, 20);
  await point(page, node(page, 1));
  await menu(page).waitFor();
  await assertAccessible(page, '#playground');
});

readerTest('a partition, its dialog and a notice are accessible, light and dark', async (page) => {
  await openLesson(page, '#s=AA');
  await steps(page, 20);
  await page.getByRole('button', { name: 'Partition', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Partition' }).waitFor();
  await assertAccessible(page, '#playground');
});

readerTest('the playground of a phone is accessible, light and dark', { viewport: PHONE }, async (page) => {
  await openLesson(page);
  await page.locator('.dock-open').click();
  await assertAccessible(page, '#playground');
});

// At the site's root; deeper, it needs the site's address, which only what is published has.
readerTest('the page that is not there is accessible and leads back, light and dark', { expected: [/404/] }, async (page) => {
  await page.goto('nothing');
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  await assertAccessible(page);
  await page.getByRole('link', { name: 'To the path' }).click();
  assert.match(await page.title(), /^Faultline/);
  assert.ok(await page.locator('#path').isVisible());
});

readerTest('for whoever wants little motion nothing moves but what the run moves', { reducedMotion: 'reduce' }, async (page) => {
  await openLesson(page);
  await setSpeed(page, '1/5');
  await key(page, 'Play').click();
  const moving = () => page.evaluate(() => document.getAnimations().filter((one) => one.effect.getComputedTiming().activeDuration > 10).length);
  await eventually('a leader', async () => {
    assert.equal(await moving(), 0);
    return (await leaders(page).count()) === 1;
  });
  assert.match(await caption(page).textContent(), /leads term 1/);
  await key(page, 'Pause').click();
  assert.equal(await moving(), 0);
});

readerTest('the header’s buttons change theme and text size, and the browser remembers', { colorScheme: 'light' }, async (page) => {
  await openLesson(page);
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('.prose > p')).fontSize));
  const [light, small] = [await ground(), await size()];
  await page.locator('[data-switch=theme]').click();
  await page.getByRole('button', { name: 'Larger text' }).click();
  await eventually('dark and large', async () => (await ground()) !== light && (await size()) > small);
  await page.reload();
  assert.notEqual(await ground(), light);
  assert.ok((await size()) > small);
  assert.equal(await page.locator('[data-switch=theme]').getAttribute('aria-pressed'), 'true');
});

readerTest('the lesson’s text reads without any script', { javaScriptEnabled: false }, async (page) => {
  await page.goto('lessons/08-leader-election/');
  assert.ok(await page.getByRole('heading', { level: 1 }).isVisible());
  assert.ok(await page.getByText('A candidate with votes from a majority is leader.').isVisible());
  assert.equal(await stage(page).count(), 0);
});
