// What a reader does on the stage: acts on messages, nodes and links, cuts the cluster; by mouse, by key, by touch. Knows one lesson.

import assert from 'node:assert/strict';
import { assertAccessible, eventually, readerTest, PHONE } from './harness.mjs';

const LESSON = 'lessons/08-leader-election/';

/** Opens the lesson and lets node 0 ask for votes, so that four messages are in flight and time stands still. */
async function openElection(page) {
  await page.goto(LESSON);
  await page.keyboard.press('Shift');
  await page.locator('#playground[data-live]').waitFor({ state: 'attached' });
  const dock = page.locator('.dock-open');
  if (await dock.isVisible()) {
    await dock.click();
    await node(page, 0).waitFor();
  }
  await openMenu(page, node(page, 0));
  await choose(page, 'Time out now');
  await eventually('four messages in flight', async () => (await page.locator('.msg').count()) === 4);
}

const node = (page, id) => page.locator(`.node[data-id=n${id}]`);
const message = (page, from, to) => page.locator(`.msg[data-id^="m${from}-${to}-"]`).first();
const menu = (page) => page.getByRole('dialog');
const words = (page) => menu(page).locator('.menu-words').allTextContents();
const focused = (page) => page.evaluate(() => document.activeElement?.dataset?.id ?? document.activeElement?.textContent?.trim());

/** By key: Playwright's mouse would wait for a thing that moves to stand still. */
async function openMenu(page, thing) {
  await thing.focus();
  await page.keyboard.press('Enter');
  await menu(page).waitFor();
}

async function choose(page, label) {
  await menu(page).locator('.menu-item', { hasText: label }).first().click();
}

readerTest('a message is held, released, delayed, copied and dropped', async (page) => {
  await openElection(page);
  await message(page, 0, 2).click();
  assert.match((await words(page)).join(' '), /RequestVote term 1.*Arrives in \d/);
  await choose(page, 'Hold');
  await eventually('it is held', async () => (await message(page, 0, 2).getAttribute('data-state')) === 'held');
  await page.locator('.stage-chip').click();
  assert.match((await words(page)).join(' '), /Held back/);
  await choose(page, 'Release');
  await eventually('it flies', async () => (await message(page, 0, 2).getAttribute('data-state')) === 'flying');
  await openMenu(page, message(page, 0, 3));
  const arrival = async () => Number(/Arrives in ([\d.]+) ms/.exec((await words(page)).join(' '))[1]);
  const before = await arrival();
  await choose(page, 'Delay 50 ms');
  await eventually('it arrives 50 ms later, and the menu stays', async () => Math.round((await arrival()) - before) === 50);
  await choose(page, 'Duplicate');
  await eventually('there are five', async () => (await page.locator('.msg').count()) === 5);
  await openMenu(page, message(page, 0, 4));
  await choose(page, 'Drop it');
  await eventually('it is gone', async () => (await page.locator('.msg[data-id^="m0-4-"]').count()) === 0);
  await eventually('the loss shows for a moment', async () => (await page.locator('.msg[data-state=dropped]').count()) === 1);
  assert.equal(await focused(page), 'n4', 'the focus goes on to the node that it was for');
});

readerTest('what cannot be done now says why when it is asked for', async (page) => {
  await openElection(page);
  await openMenu(page, node(page, 2));
  await choose(page, 'Pause');
  await openMenu(page, message(page, 0, 2));
  const deliver = menu(page).getByRole('button', { name: 'Deliver now' });
  assert.equal(await deliver.getAttribute('aria-disabled'), 'true');
  await deliver.press('Enter');
  assert.match(await menu(page).getByRole('alert').textContent(), /paused/);
  assert.equal(await page.locator('.msg[data-id^="m0-2-"]').count(), 1);
});

readerTest('messages are walked through in the order in which they arrive', async (page) => {
  await openElection(page);
  await page.locator('.stage-held .btn', { hasText: 'in flight' }).click();
  const listed = await page.locator('.flight-words').allTextContents();
  assert.equal(listed.length, 4);
  await page.keyboard.press('Escape');
  await eventually('the list closes', async () => (await page.locator('.flights').count()) === 0);
  await page.locator('.msg[tabindex="0"]').focus();
  const walked = [];
  for (let step = 0; step < 4; step += 1) {
    walked.push(await page.evaluate(() => document.activeElement.getAttribute('aria-label')));
    await page.keyboard.press('ArrowRight');
  }
  assert.deepEqual(walked, listed);
});

readerTest('a menu stops time, moves by arrow keys, and gives the focus back', async (page) => {
  await openElection(page);
  await page.locator('.keys .btn-main').click();
  await openMenu(page, node(page, 3));
  assert.equal(await page.locator('.keys .btn-main').getAttribute('aria-label'), 'Play');
  assert.equal(await focused(page), 'Crash');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(page), 'Pause');
  await page.keyboard.press('Escape');
  await eventually('the focus is back', async () => (await focused(page)) === 'n3');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await eventually('it has crashed', async () => (await node(page, 3).getAttribute('data-state')) === 'down');
  assert.match(await node(page, 3).getAttribute('aria-label'), /crashed/);
  await eventually('the focus is back', async () => (await focused(page)) === 'n3');
  await page.keyboard.press('Enter');
  await choose(page, 'Restart');
  await eventually('it runs', async () => (await node(page, 3).getAttribute('data-state')) === 'up');
  await openMenu(page, node(page, 1));
  await page.locator('.pg-title').click({ position: { x: 5, y: 5 } });
  await eventually('a click elsewhere closes it', async () => (await menu(page).count()) === 0);
});

readerTest('a command asks for its argument and refuses what cannot be', async (page) => {
  await openElection(page);
  await openMenu(page, node(page, 0));
  await choose(page, 'Write x');
  await menu(page).locator('.field').fill('many');
  await page.keyboard.press('Enter');
  assert.match(await menu(page).getByRole('alert').textContent(), /a number from/);
  await menu(page).locator('.field').fill('7');
  await page.keyboard.press('Enter');
  await eventually('it is sent', async () => (await menu(page).count()) === 0);
});

readerTest('a line drawn across the stage cuts the cluster, and heal mends it', async (page) => {
  await openElection(page);
  await page.locator('.stage-tools .btn', { hasText: 'Partition' }).click();
  const box = await page.locator('svg.stage').boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.55, box.y + box.height - 4, { steps: 12 });
  await page.mouse.up();
  await eventually('the fault line is there', async () => (await page.locator('.cut-line').count()) === 1);
  assert.deepEqual((await page.locator('.cut-label').allTextContents()).sort(), ['0 · 1 · 2', '3 · 4']);
  assert.equal(await page.locator('.link[data-state=cut]').count(), 6);
  await page.locator('.stage-tools .btn', { hasText: 'Heal' }).click();
  await eventually('it is healed', async () => (await page.locator('.cut-line, .link[data-state=cut]').count()) === 0);
});

readerTest('the cluster is cut by keys alone', async (page) => {
  await openElection(page);
  await page.locator('.stage-tools .btn', { hasText: 'Partition' }).focus();
  await page.keyboard.press('Enter');
  await menu(page).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await menu(page).getByRole('button', { name: 'Cut' }).press('Enter');
  await eventually('two are apart', async () => (await page.locator('.cut-label').allTextContents()).includes('0 · 1'));
});

readerTest('nodes that are dragged into groups can be cut as they stand', async (page) => {
  await openElection(page);
  const drag = async (id, dx, dy) => {
    const box = await node(page, id).locator('.node-disc').boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + dx, y + dy, { steps: 6 });
    await page.mouse.up();
  };
  await drag(0, -140, 40);
  assert.equal(await menu(page).count(), 0, 'a drag is no click');
  await page.locator('.stage-tools .btn', { hasText: 'Cut 0 · 3 · 4 | 1 · 2' }).click();
  await eventually('the fault line is there', async () => (await page.locator('.cut-line').count()) === 1);
  await page.locator('.stage-tools .btn', { hasText: 'Tidy up' }).click();
  await eventually('nodes are where they were', async () => (await page.locator('.stage-tools .btn', { hasText: 'Tidy up' }).count()) === 0);
});

readerTest('one direction of a link is cut, and the other is not', async (page) => {
  await openElection(page);
  const link = page.locator('.link[data-id=l0-2]');
  await openMenu(page, link);
  await choose(page, 'Only 0 → 2');
  await choose(page, 'Cut');
  await eventually('one way is cut', async () => (await link.getAttribute('data-state')) === 'cut-one');
  assert.match(await link.getAttribute('aria-label'), /0→2 cut/);
  await openMenu(page, page.locator('.link[data-id=l1-3]'));
  await choose(page, 'Lossy');
  await eventually('it is lossy', async () => (await page.locator('.link[data-id=l1-3]').getAttribute('data-state')) === 'lossy');
});

for (const [size, settings] of [['wide', {}], ['on a phone', { viewport: PHONE, hasTouch: true }]]) {
  readerTest(`stage, menu, list and dialog are accessible, ${size}`, { ...settings, timeout: 240_000 }, async (page) => {
    await openElection(page);
    await openMenu(page, message(page, 0, 1));
    await assertAccessible(page, '#playground');
    await page.keyboard.press('Escape');
    await page.locator('.stage-held .btn', { hasText: 'in flight' }).click();
    await assertAccessible(page, '#playground');
    await page.keyboard.press('Escape');
    await page.locator('.stage-tools .btn', { hasText: 'Partition' }).press('Enter');
    await assertAccessible(page, '#playground');
    await page.keyboard.press('Escape');
  });
}
