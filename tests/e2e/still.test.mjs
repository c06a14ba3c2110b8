// What a page is before its program is there: whole, with the first picture of its playground; and what a reader does to that is not lost.

import assert from 'node:assert/strict';
import { eventually, home, PHONE, readerTest } from './harness.mjs';
import { LESSON, key, node, now, scrubber, stage } from './lesson.mjs';

const live = (page) => page.locator('#playground[data-live]');
const waiting = (page) => page.locator('#playground[data-waiting]');
const experiment = (page) => page.locator('#experiment-crash');

/** Lets no program through until `arrive()`; counts how often one was asked for. */
async function holdPrograms(page) {
  const held = { count: 0 };
  const arrived = new Promise((resolve) => (held.arrive = resolve));
  await page.route('**/*.wasm', async (route) => {
    held.count += 1;
    await arrived;
    return route.continue();
  });
  return held;
}

/** Where the parts of the picture are, in whole pixels; and what nodes are called. */
const places = (page) =>
  page.evaluate(() => {
    const box = (element) => Object.values(element.getBoundingClientRect().toJSON()).map(Math.round).join(' ');
    const parts = ['.pg-title', '.pg-stage', '.caption', '.pg-diagram', '.pg-transport', '.tablist', '.panel', '.experiment-acts'];
    const nodes = [...document.querySelectorAll('.node')].map((one) => one.getAttribute('aria-label'));
    return [...parts.map((part) => `${part} ${box(document.querySelector(part))}`), ...nodes];
  });

for (const [where, address] of [['beside a lesson', LESSON], ['in the sandbox', 'sandbox/08-leader-election/']]) {
  readerTest(`a playground ${where} is there before its program, which changes nothing when it comes`, async (page) => {
    const held = await holdPrograms(page);
    await page.goto(address);
    await page.waitForLoadState('networkidle');
    assert.equal(held.count, 0, 'nothing was fetched for a reader who does nothing');
    assert.equal(await stage(page).locator('.node').count(), 5);
    const before = await places(page).catch(() => undefined);
    held.arrive();
    await page.mouse.move(3, 3);
    await live(page).waitFor();
    if (where === 'beside a lesson') await eventually('all is where it was', async () => assert.deepEqual(await places(page), before));
    assert.ok(held.count > 0);
  });
}

readerTest('what a reader does before the program is there is done when it comes', async (page) => {
  const held = await holdPrograms(page);
  await page.goto(LESSON);
  await key(page, 'Play').click();
  await waiting(page).waitFor();
  await experiment(page).getByRole('radio', { name: /^No,/ }).check();
  await page.locator('#question-two-of-five').getByRole('radio').nth(1).check();
  await page.getByLabel('Speed').selectOption({ label: '1/5' });
  held.arrive();
  await eventually('time passes', async () => (await now(page)) > 20_000);
  assert.equal(await waiting(page).count(), 0);
  assert.ok(await experiment(page).getByRole('radio', { name: /^No,/ }).isChecked());
  assert.ok(await experiment(page).getByRole('button', { name: 'Set it up' }).isEnabled());
  assert.equal(await page.getByLabel('Speed').evaluate((select) => select.selectedOptions[0].textContent), '1/5');
  await page.locator('#question-two-of-five .choice-verdict').waitFor();
  const stored = JSON.parse(await page.evaluate(() => localStorage.getItem('faultline.progress.08-leader-election')));
  assert.deepEqual([stored.bets.crash, stored.answers['two-of-five']], [1, 1]);
});

readerTest('a node that is asked for before the program is there opens its menu, and the focus stays where it was', async (page) => {
  const held = await holdPrograms(page);
  await page.goto(LESSON);
  await node(page, 2).click();
  await scrubber(page).focus();
  held.arrive();
  await live(page).waitFor();
  await page.getByRole('dialog', { name: /Node 2/ }).waitFor();
});

readerTest('the keyboard’s focus goes over to the program’s own picture', async (page) => {
  const held = await holdPrograms(page);
  await page.goto(LESSON);
  await key(page, 'Play').focus();
  await page.keyboard.press('Shift');
  held.arrive();
  await live(page).waitFor();
  await eventually('the focus is there', () => page.evaluate(() => document.activeElement.getAttribute('aria-label') === 'Play'));
});

readerTest('a docked playground opens at once, as a picture', { viewport: PHONE, hasTouch: true }, async (page) => {
  const held = await holdPrograms(page);
  await page.goto(LESSON);
  await page.locator('.dock-open').tap();
  assert.ok(await stage(page).isVisible());
  held.arrive();
  await live(page).waitFor();
  assert.equal(await page.locator('#playground').getAttribute('data-dock'), 'half');
});

readerTest('a page whose address names another run does not show the picture of its own', async (page) => {
  const held = await holdPrograms(page);
  await page.goto('sandbox/08-leader-election/#a=bully');
  assert.ok(!(await stage(page).isVisible()));
  await eventually('the program is asked for without any move', async () => held.count > 0);
  held.arrive();
  await live(page).waitFor();
  assert.ok(await stage(page).isVisible());
  assert.equal(await page.getByLabel('Algorithm').evaluate((select) => select.selectedOptions[0].textContent), 'Bully');
  assert.ok(page.url().startsWith(home()));
});
