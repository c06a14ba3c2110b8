// The whole of the playground by keyboard alone. The focus is never lost, and no single letter does anything.

import assert from 'node:assert/strict';
import { eventually, readerTest } from './harness.mjs';
import {
  assertFocused, caption, key, leaders, menu, node, notice, now, openLesson, pause, picture, scrubber, setSpeed, stage, stepCount, tab, termsOf, time,
} from './lesson.mjs';

const TABS_MAX = 400;

/** Presses Tab until the focus is on what `locator` finds; fails when it gets lost or does not come there. */
async function tabTo(page, locator, button = 'Tab') {
  for (let pressed = 0; pressed < TABS_MAX; pressed += 1) {
    if (await locator.evaluateAll((all) => all.includes(document.activeElement))) return;
    await page.keyboard.press(button);
  }
  throw new Error(`Tab never comes to ${locator}`);
}

const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement);

/** Presses Enter until `probe()` is true: on the Step key, mostly. */
async function enterUntil(page, what, probe, most = 120) {
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await probe()) return;
    await page.keyboard.press('Enter');
  }
  throw new Error(`never: ${what}`);
}

readerTest('from the top of the page, Tab comes to the text, to the playground, and to the end', async (page) => {
  await openLesson(page);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the text');
  assert.ok(await page.locator('.skip').isVisible());
  await tabTo(page, page.locator('#algorithm'));
  await tabTo(page, scrubber(page));
  await tabTo(page, page.locator('.tab[aria-selected=true]'));
  assert.ok(await page.locator('.tab[aria-selected=true]').evaluate((element) => element.matches(':focus-visible')));
});

readerTest('a reader with a keyboard plays, pauses, steps, crashes a node, drops a message, scrubs and shares', { timeout: 180_000 }, async (page) => {
  await openLesson(page);
  await page.locator('#algorithm').focus();

  // Play and pause: the button, then the space bar on the scrubber.
  await tabTo(page, key(page, 'Play'));
  await page.keyboard.press('Enter');
  await key(page, 'Pause').waitFor();
  await eventually('time passes', async () => (await now(page)) > 15_000);
  await page.keyboard.press('Enter');
  await key(page, 'Play').waitFor();
  assert.ok(await isFocused(key(page, 'Play')), 'the button that was pressed keeps the focus');

  // Step until there is a leader.
  await tabTo(page, key(page, 'Step'));
  const before = await stepCount(page);
  await page.keyboard.press('Enter');
  assert.equal(await stepCount(page), before + 1);
  await enterUntil(page, 'a leader', async () => (await leaders(page).count()) === 1);
  const old = Number(/^Node (\d)/.exec(await leaders(page).getAttribute('aria-label'))[1]);

  // To the nodes, and from one to the next by arrows; Enter opens the menu, Escape closes it.
  await tabTo(page, page.locator('.node'), 'Shift+Tab');
  for (let pressed = 0; pressed < 5 && !(await isFocused(node(page, old))); pressed += 1) await page.keyboard.press('ArrowRight');
  assert.ok(await isFocused(node(page, old)), 'arrows go from node to node');
  await page.keyboard.press('Enter');
  await menu(page).waitFor();
  assert.ok(await menu(page).evaluate((element) => element.contains(document.activeElement)), 'the focus is in the menu');
  await page.keyboard.press('Escape');
  await menu(page).waitFor({ state: 'detached' });
  assert.ok(await isFocused(node(page, old)), 'and back where it came from');

  // Crash it: arrows walk through the menu.
  await page.keyboard.press('Enter');
  const crash = menu(page).getByRole('button', { name: 'Crash', exact: true });
  for (let pressed = 0; pressed < 20 && !(await isFocused(crash)); pressed += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await menu(page).waitFor({ state: 'detached' });
  assert.equal(await node(page, old).getAttribute('data-state'), 'down');
  await assertFocused(page, 'after a crash');

  // The messages in flight as a list; one is dropped.
  await tabTo(page, key(page, 'Step'));
  await enterUntil(page, 'a request for a vote in flight', async () => (await stage(page).getByRole('button', { name: /RequestVote/ }).count()) > 2);
  const list = page.getByRole('button', { name: /^\d+ in flight$/ });
  await tabTo(page, list, 'Shift+Tab');
  const inFlight = Number(/\d+/.exec(await list.textContent())[0]);
  await page.keyboard.press('Enter');
  const rows = page.getByRole('region', { name: /^Messages in flight/ }).getByRole('button');
  assert.equal(await rows.count(), inFlight);
  await tabTo(page, rows.filter({ hasText: /RequestVote/ }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await menu(page).waitFor();
  const drop = menu(page).getByRole('button', { name: 'Drop it' });
  for (let pressed = 0; pressed < 20 && !(await isFocused(drop)); pressed += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await menu(page).waitFor({ state: 'detached' });
  assert.match(await caption(page).textContent(), /^Lost: the request for a vote/);
  assert.match(await list.textContent(), new RegExp(`^${inFlight - 1} in flight`));
  await assertFocused(page, 'after a message was dropped');

  // Scrub: an arrow is an event, Home is the beginning.
  await tabTo(page, scrubber(page));
  const at = await stepCount(page);
  await page.keyboard.press('ArrowLeft');
  assert.equal(await stepCount(page), at - 1);
  await page.keyboard.press('ArrowRight');
  assert.equal(await stepCount(page), at);
  await page.keyboard.press('Home');
  assert.equal(await stepCount(page), 0);
  await page.keyboard.press('End');
  assert.equal(await stepCount(page), at);
  assert.ok(await isFocused(scrubber(page)));

  // The tabs are one stop; arrows go through them; the link is behind the last.
  await tabTo(page, page.locator('.tab[aria-selected=true]'));
  await page.keyboard.press('End');
  assert.ok(await isFocused(tab(page, 'Share')));
  await tabTo(page, page.getByRole('button', { name: 'Copy the link' }));
  await page.keyboard.press('Enter');
  await page.locator('.panel').getByText(/^Copied\.$|copy it by hand/).waitFor();
  await assertFocused(page, 'after copying');
});

readerTest('a cluster is cut with the keyboard through the dialog, and two leaders appear', async (page) => {
  await openLesson(page);
  await page.locator('#algorithm').focus();
  await tabTo(page, key(page, 'Step'));
  await enterUntil(page, 'a leader', async () => (await leaders(page).count()) === 1);
  const partition = page.getByRole('button', { name: 'Partition', exact: true });
  await tabTo(page, partition, 'Shift+Tab');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Partition' });
  await dialog.waitFor();
  assert.ok(await dialog.evaluate((element) => element.contains(document.activeElement)));
  const cut = dialog.getByRole('button', { name: 'Cut', exact: true });
  assert.ok(await cut.isDisabled(), 'one group is no partition');
  for (const id of [2, 3, 4]) {
    await tabTo(page, dialog.getByRole('radio', { name: new RegExp(`^Node ${id} in group`), checked: true }));
    await page.keyboard.press('ArrowRight');
    assert.ok(await dialog.getByRole('radio', { name: `Node ${id} in group B` }).isChecked());
  }
  await tabTo(page, cut);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await assertFocused(page, 'after the cut');
  assert.deepEqual((await page.locator('.cut-label').allTextContents()).sort(), ['0 · 1', '2 · 3 · 4']);

  await tabTo(page, key(page, 'Step'));
  await enterUntil(page, 'two leaders', async () => (await leaders(page).count()) === 2);
  const said = /^Two leaders at once: node [234] in term (\d+), and node 0, still, in term (\d+)\./.exec(await caption(page).textContent());
  const terms = termsOf(await leaders(page).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))));
  assert.deepEqual(terms.sort(), said.slice(1).map(Number).sort());
  assert.notEqual(terms[0], terms[1]);

  const heal = page.getByRole('button', { name: 'Heal', exact: true });
  await tabTo(page, heal, 'Shift+Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.cut').count(), 0);
  await assertFocused(page, 'after the heal');
});

readerTest('no letter is a shortcut, wherever the focus is', async (page) => {
  await openLesson(page);
  await page.locator('#algorithm').focus();
  await tabTo(page, key(page, 'Step'));
  for (let step = 0; step < 8; step += 1) await page.keyboard.press('Enter');
  const before = await picture(page);
  const places = [page.locator('.dock ~ .pg-body .pg-title button'), page.locator('.node[tabindex="0"]'), scrubber(page), key(page, 'Step'), page.locator('.tab[aria-selected=true]'), page.locator('.panel')];
  for (const place of places) {
    await place.first().focus();
    for (const letter of 'abcdefghijklmnopqrstuvwxyz0123456789?/.,'.split('')) await page.keyboard.press(letter);
    assert.deepEqual(await picture(page), before, `at ${place}`);
    assert.equal(await menu(page).count(), 0);
    assert.equal(await key(page, 'Play').count(), 1, 'time stands still');
  }
});

readerTest('a menu keeps Tab within, and what is chosen by mouse leaves the focus somewhere too', async (page) => {
  await openLesson(page);
  await page.locator('#algorithm').focus();
  await tabTo(page, key(page, 'Step'));
  for (let step = 0; step < 8; step += 1) await page.keyboard.press('Enter');
  await node(page, 2).locator('.node-disc').click();
  for (let pressed = 0; pressed < 14; pressed += 1) {
    await page.keyboard.press('Tab');
    assert.ok(await menu(page).evaluate((element) => element.contains(document.activeElement)), 'Tab goes round within the menu');
  }
  await menu(page).getByRole('button', { name: 'Close' }).click();
  await assertFocused(page, 'after the menu was closed');
  await node(page, 2).locator('.node-disc').click();
  await menu(page).getByRole('button', { name: 'Crash', exact: true }).click();
  await assertFocused(page, 'after a choice');
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await assertFocused(page, 'after a reset');
  assert.equal(await notice(page).count(), 0);
  assert.equal(await time(page).count(), 1);
});

readerTest('a button that goes with what it did leaves the focus in the playground', async (page) => {
  await openLesson(page, '#s=AA');
  const press = async (button) => {
    await button.focus();
    await page.keyboard.press('Enter');
    await button.waitFor({ state: 'detached' });
    await eventually('the focus is in the playground', () => page.evaluate(() => document.getElementById('playground').contains(document.activeElement)));
  };
  await press(notice(page).getByRole('button', { name: 'Close this message' }));

  await page.locator('#experiment-forget-vote').getByRole('button', { name: 'Play the solution' }).press('Enter');
  await setSpeed(page, '20×');
  await eventually('it is broken', async () => (await caption(page).getAttribute('data-tone')) === 'fault');
  await pause(page);
  await key(page, 'Step').press('Enter');
  await press(page.getByRole('button', { name: 'First violation' }));

  await tab(page, 'Settings').press('Enter');
  await page.getByRole('slider', { name: 'Lost', exact: true }).press('PageUp');
  await press(page.getByRole('button', { name: 'As it was' }));
});

readerTest('a link to a run, pressed, leads to the playground, and the way back to the link', async (page) => {
  await openLesson(page);
  const link = page.getByRole('link', { name: 'crash to work under the next coordinator' });
  await link.focus();
  await page.keyboard.press('Enter');
  await eventually('the run', async () => (await page.locator('#algorithm option:checked').textContent()) === 'Bully');
  const back = page.getByRole('link', { name: 'Back to the text (Escape)' });
  assert.ok(await isFocused(back));
  assert.ok(await back.isVisible());
  await page.keyboard.press('Enter');
  assert.ok(await isFocused(link));
});
