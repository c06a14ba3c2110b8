// The page of the eight fallacies: each demonstration's naive setting shows its trouble, and the last one ends it.

import assert from 'node:assert/strict';
import { PHONE, assertAccessible, eventually, readerTest, shoot } from './harness.mjs';
import { nodes, point } from './lesson.mjs';

const PAGE = 'fallacies/';
/** The demonstrations, the figures that are trouble in their first setting, and how many settings they have. */
const DEMOS = [
  ['lost-messages', ['given up'], 3],
  ['round-trips', ['patience lost'], 2],
  ['big-pictures', ['patience lost'], 3],
  ['eavesdropper', ['orders read', 'paid to the thief', 'paid twice'], 3],
  ['moving-service', ['given up'], 2],
  ['two-administrators', ['lost'], 4],
  ['encodings', ['turned away'], 2],
  ['mixed-versions', ['read wrongly'], 3],
];
/** The setting that shows the trouble: the first, but for two administrators, of whom each alone does no harm. */
const NAIVE = { 'two-administrators': 2 };
/** Longer than any run takes, in real milliseconds. */
const RUN_MS = 42_000;

const demo = (page, id) => page.locator(`#demo-${id}`);
const setting = (page, id, at) => demo(page, id).locator('button.demo-setting').nth(at);
const keys = (page, id) => demo(page, id).getByRole('group', { name: 'Time' });
const time = async (page, id) => parseFloat(await demo(page, id).locator('.demo-time b').textContent());

/** Opens the page with a demonstration in sight, and waits for the program. */
async function open(page, id = 'lost-messages') {
  await page.goto(PAGE);
  await demo(page, id).scrollIntoViewIfNeeded();
  await setting(page, id, 0).waitFor();
}

/** A figure of a demonstration in one of its settings, as it stands. */
const figure = (page, id, label, at) =>
  demo(page, id).getByRole('row', { name: label }).locator('td').nth(at).textContent();

/** Plays a setting to its end, in no time. */
async function play(page, id, at) {
  await setting(page, id, at).click();
  await page.clock.runFor(RUN_MS);
  await keys(page, id).getByRole('button', { name: 'Play again' }).waitFor();
}

for (const [id, troubles, settings] of DEMOS) {
  readerTest(`what everybody believes does harm, and what helps ends it: ${id}`, { timeout: 240_000 }, async (page) => {
    await page.clock.install();
    await open(page, id);
    assert.equal(await demo(page, id).locator('button.demo-setting').count(), settings);
    const [naive, last] = [NAIVE[id] ?? 0, settings - 1];
    await play(page, id, naive);
    for (const label of troubles) assert.ok(parseInt(await figure(page, id, label, naive), 10) > 0, label);
    assert.equal(await demo(page, id).locator('.caption').getAttribute('data-tone'), id === 'lost-messages' ? null : 'fault');
    await play(page, id, last);
    for (const label of troubles) assert.equal(await figure(page, id, label, last), '0', label);
    assert.equal(await demo(page, id).locator('.caption').getAttribute('data-tone'), null);
    // Both are there to be compared.
    for (const label of troubles) assert.ok(parseInt(await figure(page, id, label, naive), 10) > 0, label);
  });
}

readerTest('each fallacy is a heading, a demonstration, what to do, and lessons in which it goes on', async (page) => {
  await page.goto(PAGE);
  assert.match(await page.title(), /^The eight fallacies/);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  assert.equal(await page.locator('.demo').count(), DEMOS.length);
  assert.equal(await page.locator('.claims a').count(), DEMOS.length);
  assert.equal(await page.getByText('What to do about it.').count(), DEMOS.length);
  assert.equal(await page.locator('.onward').count(), DEMOS.length);
  // Lessons that are not there are not linked, and those that are can be reached.
  for (const link of await page.locator('.onward a').evaluateAll((all) => all.map((one) => one.href))) {
    assert.equal((await page.request.get(link)).status(), 200, link);
  }
  const nav = page.getByRole('navigation', { name: 'Site' }).getByRole('link', { name: 'Fallacies' });
  assert.equal(await nav.evaluate((one) => one.href), page.url());
});

readerTest('a demonstration plays in sight only, and not after the reader has paused it', async (page) => {
  await open(page);
  await eventually('it plays', async () => (await time(page, 'lost-messages')) > 0);
  await page.locator('#demo-mixed-versions').scrollIntoViewIfNeeded();
  await eventually('the other plays', async () => (await time(page, 'mixed-versions')) > 0);
  const gone = await time(page, 'lost-messages');
  await page.waitForTimeout(700);
  assert.equal(await time(page, 'lost-messages'), gone);
  await demo(page, 'lost-messages').scrollIntoViewIfNeeded();
  await eventually('it goes on', async () => (await time(page, 'lost-messages')) > gone);
  await keys(page, 'lost-messages').getByRole('button', { name: 'Pause' }).click();
  const paused = await time(page, 'lost-messages');
  await page.locator('#demo-mixed-versions').scrollIntoViewIfNeeded();
  await demo(page, 'lost-messages').scrollIntoViewIfNeeded();
  await page.waitForTimeout(700);
  assert.equal(await time(page, 'lost-messages'), paused);
});

readerTest('for whoever wants little motion nothing plays by itself', { reducedMotion: 'reduce' }, async (page) => {
  await open(page);
  await page.waitForTimeout(700);
  assert.equal(await time(page, 'lost-messages'), 0);
  await keys(page, 'lost-messages').getByRole('button', { name: 'Play' }).click();
  await eventually('it plays when asked', async () => (await time(page, 'lost-messages')) > 0);
});

readerTest('a message on the stage is dropped, and the link is cut, with the keyboard alone', { reducedMotion: 'reduce' }, async (page) => {
  await open(page);
  const here = demo(page, 'lost-messages');
  const tabTo = async (element) => {
    for (let at = 0; at < 60; at += 1) {
      await page.keyboard.press('Tab');
      if (await element.evaluate((one) => one === document.activeElement)) return;
    }
    throw new Error('the keyboard does not get there');
  };
  // The middle column: it tries again.
  await page.locator('#the-network-is-reliable').evaluate((heading) => { heading.tabIndex = -1; heading.focus(); });
  await tabTo(setting(page, 'lost-messages', 1));
  await page.keyboard.press('Enter');
  await eventually('an order is under way', async () => (await here.locator('.msg').count()) > 0);
  await page.keyboard.down('Shift');
  await tabTo(keys(page, 'lost-messages').getByRole('button', { name: 'Pause' }));
  await page.keyboard.up('Shift');
  await page.keyboard.press('Enter');
  const sandbox = () => here.getByRole('link', { name: 'Open it in the sandbox' }).getAttribute('href');
  const before = await sandbox();
  const message = here.locator('.msg[tabindex="0"]');
  const flying = () => here.locator('.msg[aria-label]:not([data-state="dropped"])').count();
  const sent = await flying();
  assert.ok(sent > 0);
  await page.keyboard.down('Shift');
  await tabTo(message);
  await page.keyboard.up('Shift');
  await page.keyboard.press('Enter');
  const menu = here.getByRole('dialog');
  await menu.waitFor();
  await menu.getByRole('button', { name: 'Drop it' }).focus();
  await page.keyboard.press('Enter');
  await eventually('the menu is gone', async () => (await menu.count()) === 0);
  await eventually('so is the message', async () => (await flying()) === sent - 1);
  await here.locator('.link').first().focus();
  await page.keyboard.press('Enter');
  await menu.getByRole('button', { name: 'Cut', exact: true }).focus();
  await page.keyboard.press('Enter');
  await eventually('the line is cut', async () => (await here.locator('.link[data-state="cut"]').count()) === 1);
  // What was done is in the link to the sandbox.
  assert.match(await sandbox(), /^\.\.\/sandbox\/00-eight-fallacies\/#s=[\w-]+$/);
  assert.notEqual(await sandbox(), before);
});

readerTest('what an administrator has still to do is done, whatever the reader does first', { timeout: 240_000 }, async (page) => {
  await open(page, 'two-administrators');
  await setting(page, 'two-administrators', 2).click();
  await eventually('it plays', async () => (await time(page, 'two-administrators')) > 0.3);
  const here = demo(page, 'two-administrators');
  await point(page, here.locator('.node').first());
  await here.getByRole('dialog').getByRole('button', { name: 'Inspect' }).click();
  await here.locator('.demo-node').waitFor();
  await point(page, here.locator('.node').nth(2));
  await here.getByRole('dialog').getByRole('button', { name: 'Pause', exact: true }).click();
  await keys(page, 'two-administrators').getByRole('button', { name: 'Play' }).click();
  const changed = async () => /pings every 2200 ms/.test(await here.locator('.node').first().getAttribute('aria-label'));
  await eventually('both limits are changed', changed, 30_000);
});

readerTest('a run goes on in the sandbox from where it stands', { timeout: 240_000 }, async (page) => {
  await open(page, 'moving-service');
  await setting(page, 'moving-service', 1).click();
  await eventually('it plays', async () => (await time(page, 'moving-service')) > 1);
  await keys(page, 'moving-service').getByRole('button', { name: 'Pause' }).click();
  const here = demo(page, 'moving-service').locator('.node');
  const before = await here.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')).sort());
  await demo(page, 'moving-service').getByRole('link', { name: 'Open it in the sandbox' }).click();
  await page.locator('#tab-log').waitFor();
  await eventually('the same nodes', async () => {
    assert.deepEqual(await nodes(page), before);
  });
});

readerTest('the page of the fallacies is accessible, light and dark, at rest', async (page) => {
  await page.goto(PAGE);
  await assertAccessible(page);
});

readerTest('a demonstration is accessible in mid-run with a menu open, light and dark', async (page) => {
  await open(page, 'eavesdropper');
  await eventually('it plays', async () => (await time(page, 'eavesdropper')) > 1);
  await point(page, demo(page, 'eavesdropper').locator('.node').nth(1));
  await demo(page, 'eavesdropper').getByRole('dialog').waitFor();
  await assertAccessible(page);
});

readerTest('the page of the fallacies fits a phone, before its program and after', { viewport: PHONE }, async (page) => {
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await page.goto(PAGE);
  assert.ok((await overflow()) <= 0);
  await open(page, 'two-administrators');
  await eventually('it plays', async () => (await time(page, 'two-administrators')) > 1);
  assert.ok((await overflow()) <= 0);
  for (const [id] of DEMOS) {
    const wide = await demo(page, id).locator('.demo-figures').evaluate((table) => table.scrollWidth - table.parentElement.clientWidth);
    assert.ok(wide <= 0, `${id} is ${wide} px too wide`);
  }
});

for (const [name, viewport] of [['a wide screen', undefined], ['a phone', PHONE]]) {
  readerTest(`nothing moves when the program comes, on ${name}`, viewport ? { viewport } : {}, async (page) => {
    await page.addInitScript(() => {
      window.shifted = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await open(page);
    await eventually('it plays', async () => (await time(page, 'lost-messages')) > 2);
    assert.ok((await page.evaluate(() => window.shifted)) <= 0.02);
  });
}

readerTest('the page of the fallacies reads without any script, its figures too', { javaScriptEnabled: false }, async (page) => {
  await page.goto(PAGE);
  assert.ok(await page.getByRole('heading', { level: 1 }).isVisible());
  assert.ok(await page.getByText('A shop sends an order to the bank.').isVisible());
  for (const [id, troubles, settings] of DEMOS) {
    for (const label of troubles) {
      assert.ok(parseInt(await figure(page, id, label, NAIVE[id] ?? 0), 10) > 0, `${id}: ${label}`);
      assert.equal(await figure(page, id, label, settings - 1), '0', `${id}: ${label}`);
    }
  }
});

readerTest('pictures of the fallacies', { timeout: 240_000 }, async (page) => {
  await open(page, 'eavesdropper');
  await eventually('it plays', async () => (await time(page, 'eavesdropper')) > 2);
  await keys(page, 'eavesdropper').getByRole('button', { name: 'Pause' }).click();
  await shoot(page, 'fallacies-run');
});
