// States of a page that not every page comes to, by axe's rules; and for those who want less motion or larger text.

import assert from 'node:assert/strict';
import { PHONE, assertAccessible, eventually, readerTest } from './harness.mjs';
import { ears } from './hands.mjs';
import { caption, key, leaders, menu, openLesson, pause, setSpeed, stage, stepUntil, steps, tab } from './lesson.mjs';

readerTest('a broken property and its panel are accessible, light and dark', async (page) => {
  await openLesson(page);
  await page.locator('#experiment-forget-vote').getByRole('button', { name: 'Play the solution' }).click();
  await setSpeed(page, '20×');
  await eventually('it is broken', async () => (await caption(page).getAttribute('data-tone')) === 'fault');
  await pause(page);
  await tab(page, /^Invariants/).click();
  await assertAccessible(page, '#playground');
  await assertAccessible(page, '#experiment-forget-vote');
});

readerTest('a message that is chosen is accessible, on the stage and in the inspector, light and dark', async (page) => {
  await openLesson(page);
  await stepUntil(page, 'a message in flight', async () => (await page.locator('.msg').count()) > 0);
  await page.locator('.msg').first().press('Enter');
  await menu(page).waitFor();
  await tab(page, 'Inspector').press('Enter');
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
readerTest('the page that is not there leads back', { expected: [/404/] }, async (page) => {
  await page.goto('nothing');
  await page.getByRole('link', { name: 'To the path' }).click();
  await page.locator('#path').waitFor();
  assert.match(await page.title(), /^Faultline/);
});

readerTest('each step is read out, by its caption or as the event that it is, and the diagram tells of each too', async (page) => {
  const heard = await ears(page);
  await openLesson(page);
  await stepUntil(page, 'a leader', async () => (await leaders(page).count()) === 1);
  await heard.hear(/votes for itself and stands for term 1/);
  await steps(page, 12);
  await heard.hear(/^[\d.]+ m?s: \d hears from \d: heartbeat term 1/);
  const diagram = page.getByRole('listbox', { name: /^Space-time diagram/ });
  const active = () => diagram.evaluate((one) => document.getElementById(one.getAttribute('aria-activedescendant')).getAttribute('aria-label'));
  const now = await active();
  for (let back = 0; back < 2; back += 1) await diagram.press('ArrowLeft');
  await eventually('another event', async () => (await active()) !== now);
  assert.match(await active(), /^[\d.]+ m?s: \d/);
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
  assert.ok(await stage(page).isVisible());
  assert.ok(await page.getByText('It needs scripts and WebAssembly; the text does not.').isVisible());
  for (const name of ['Set it up', 'Play', 'Partition']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
});
