// What a reader does to compare: two runs side by side with one difference, and one run beside a thousand. Knows one lesson.

import assert from 'node:assert/strict';
import { PHONE, assertAccessible, eventually, readerTest, shoot } from './harness.mjs';
import { assertFocused, key, linkOf, now, openLesson, setSpeed, stepCount, steps, tab } from './lesson.mjs';

const here = (page) => page.locator('.pg-body > .pg-stage svg.stage');
const there = (page) => page.locator('.there svg.stage');
const head = (page, side) => page.locator(`.half-head[data-side=${side}]`);
const parting = (page) => page.locator('.parting [role=status]');
const difference = (page) => page.locator('.compare-ask select').first();
const begin = (page) => page.locator('#compare-go');
const states = (svg) => svg.locator('.node').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')).sort());
const spread = (page) => page.locator('.spread');
const bars = (page) => page.locator('.spread-button');
const over = (page) => eventually('the thousand are over', async () => (await page.locator('#thousand-go').textContent()) === 'Play 1,000 runs', 60_000);
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const twins = (page) => page.evaluate(() => [...document.querySelectorAll('[id]')].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at));

/** A node forgets its vote, because votes are not on disk; and the same run with votes on disk beside it. */
async function forget(page) {
  await page.locator('#experiment-forget-vote').getByRole('button', { name: 'Play the solution' }).click();
  const pause = key(page, 'Pause');
  if (await pause.count()) await pause.click();
  await tab(page, 'Compare').click();
  await difference(page).selectOption({ label: 'Votes are on disk: on' });
  await begin(page).click();
  await there(page).waitFor();
}

/** Plays on until `probe()` is true, and stops. */
async function playOn(page, what, probe) {
  await setSpeed(page, 'real time');
  await key(page, 'Play').click();
  await eventually(what, probe, 30_000);
  const pause = key(page, 'Pause');
  if (await pause.count()) await pause.click();
}

readerTest('a rule switched off in one of two runs: they part, it is said where, and only one breaks', async (page) => {
  await openLesson(page);
  await forget(page);
  assert.equal(await parting(page).textContent(), 'So far they go alike.');
  assert.deepEqual(await states(here(page)), await states(there(page)));
  assert.deepEqual(await twins(page), [], 'ids are unique');
  await playOn(page, 'one breaks', async () => /1 invariant broken/.test(await head(page, 'here').textContent()));
  assert.match(await parting(page).textContent(), /^From 1\.700 s on they differ: 3 restarts from its disk\. Here: I no longer know that I voted for node 1 in term 2\. There: nothing of that\.$/);
  assert.match(await head(page, 'there').textContent(), /The other.*Votes are on disk: on.*all invariants hold/);
  assert.notDeepEqual(await states(here(page)), await states(there(page)));
  // It is marked where it is: on both diagrams, and over the scrubber.
  await page.getByRole('button', { name: 'Go there' }).click();
  await eventually('at the moment', async () => (await now(page)) === 1_700_000);
  assert.equal(await page.locator('.parting-mark').count(), 2);
  assert.equal(await page.locator('.scrub-marks [data-kind=parting]').count(), 1);
  // A moment before, both are alike again: both rewind.
  await key(page, 'Step back').click();
  assert.deepEqual(await states(here(page)), await states(there(page)));
  await assertAccessible(page, '#playground');
  await shoot(page, 'compare-two');
});

readerTest('what is done to one is done to both, and what the other refuses is said', async (page) => {
  await openLesson(page);
  await tab(page, 'Compare').click();
  await begin(page).click();
  await there(page).waitFor();
  await steps(page, 3);
  // On the side of the other: both crash.
  await there(page).getByRole('button', { name: /^Node 2,/ }).click();
  await page.locator('.there').getByRole('dialog').getByRole('button', { name: /^Crash/ }).click();
  for (const svg of [here(page), there(page)]) await eventually('crashed', async () => (await svg.locator('.node[data-state=down]').count()) === 1);
  // Turning the very thing in which they differ would leave no difference.
  await tab(page, 'Settings').click();
  await page.getByRole('switch', { name: /^Old terms are rejected/ }).click({ force: true });
  await eventually('it says so', async () => /This is what the two runs differ in/.test(await page.locator('.pg-notice').textContent()));
});

readerTest('another algorithm beside this one gets what it understands, and the rest is said', async (page) => {
  await openLesson(page);
  await steps(page, 30);
  await page.locator('.msg').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('.pg-stage').getByRole('dialog').getByRole('button', { name: /^Drop/ }).click();
  await tab(page, 'Compare').click();
  await difference(page).selectOption({ label: 'Bully' });
  await begin(page).click();
  await eventually('it says so', async () => /1 thing done here could not be done there\. Among them: dropped from/.test(await page.locator('.compare').textContent()));
  assert.match(await head(page, 'here').textContent(), /This run Raft/);
  assert.match(await head(page, 'there').textContent(), /The other Bully/);
});

readerTest('the panels show either of the two, either can be shared, and ending it leaves the run as it was', async (page, { newPage }) => {
  await openLesson(page);
  await forget(page);
  await playOn(page, 'one breaks', async () => /1 invariant broken/.test(await head(page, 'here').textContent()));
  const before = [await now(page), await stepCount(page), await states(here(page))];
  const mine = await linkOf(page);
  await head(page, 'there').getByRole('button', { name: 'The other' }).click();
  assert.match(await page.locator('#tab-invariants').textContent(), /5 hold/);
  const theirs = await linkOf(page);
  assert.notEqual(mine, theirs);
  const shown = await states(there(page));
  const other = await newPage();
  await openLesson(other, new URL(theirs).hash);
  assert.deepEqual(await states(here(other)), shown);
  await page.getByRole('button', { name: 'End the comparison' }).first().click();
  assert.equal(await there(page).count(), 0);
  assert.deepEqual([await now(page), await stepCount(page), await states(here(page))], before);
  assert.equal(await linkOf(page), mine);
});

readerTest('a thousand runs come to an end, say where this one lies, and a bar opens one of them', async (page) => {
  await openLesson(page);
  await tab(page, 'Compare').click();
  await page.locator('#thousand-go').click();
  await over(page);
  const says = await page.locator('section[aria-labelledby=compare-thousand] [role=status]').textContent();
  assert.match(says, /Time until leader elected: 1,000 runs\./);
  assert.match(says, /Median 400\.0 ms, p99 831\.6 ms/);
  assert.match(says, /This run: 363\.0 ms, slower than 8 % of them\./);
  const counts = await bars(page).evaluateAll((all) => all.map((one) => Number(/: ([\d,]+) run/.exec(one.getAttribute('aria-label'))[1])));
  assert.equal(counts.reduce((sum, one) => sum + one, 0), 1_000);
  await assertAccessible(page, '.pg-tabs');
  await shoot(page, 'compare-thousand');
  const last = bars(page).last();
  assert.equal(await last.getAttribute('data-own'), null);
  await last.click();
  await eventually('it is open', async () => /^Seed \d+$/.test(await page.locator('.pg-scenario').textContent()));
  await eventually('it is marked', async () => (await bars(page).last().getAttribute('data-own')) === '');
  // It stands where a leader has just been elected, later than nearly all others.
  assert.ok((await now(page)) > 831_600);
  assert.match(await page.locator('.caption').textContent(), /it leads term/);
});

readerTest('runs that never come to it are counted in words, and the counting can be stopped', async (page) => {
  await openLesson(page);
  await tab(page, 'Compare').click();
  await page.locator('#thousand-figure').selectOption({ label: 'Time until “Election safety” breaks' });
  await page.locator('#thousand-go').click();
  await eventually('some are counted', async () => /: [1-9][\d,]* runs? so far\./.test(await page.locator('.thousand-what').textContent()), 30_000);
  await page.locator('#thousand-go').click();
  const stopped = page.locator('section[aria-labelledby=compare-thousand] [role=status]');
  await eventually('it has stopped', async () => /never came to it within 60\.000 s|had not come to it after 20,000 events/.test(await stopped.textContent()));
  assert.equal(await spread(page).count(), 0);
});

readerTest('all of it by keyboard alone', { reducedMotion: 'reduce' }, async (page) => {
  await openLesson(page);
  await page.locator('#tab-inspector').focus();
  for (let at = 0; (await page.evaluate(() => document.activeElement.id)) !== 'tab-compare'; at += 1) {
    assert.ok(at < 12, 'the tab is reached');
    await page.keyboard.press('ArrowRight');
  }
  await begin(page).focus();
  await page.keyboard.press('Enter');
  await there(page).waitFor();
  await assertFocused(page, 'after the other run came');
  const first = there(page).locator('.node').first();
  await first.focus();
  await page.keyboard.press('Enter');
  await page.locator('.there').getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.there').getByRole('dialog').waitFor({ state: 'detached' });
  await assertFocused(page, 'after the menu closed');
  await page.getByRole('button', { name: 'End the comparison' }).first().focus();
  await page.keyboard.press('Enter');
  await eventually('it has gone', async () => (await there(page).count()) === 0);
  await assertFocused(page, 'after the other run went');
  await page.locator('#thousand-go').focus();
  await page.keyboard.press('Enter');
  await over(page);
  await page.locator('.spread-button[tabindex="0"]').focus();
  const at = () => page.evaluate(() => document.activeElement.id);
  const before = await at();
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await at(), before);
  await page.keyboard.press('Enter');
  await eventually('it is open', async () => /^Seed \d+$/.test(await page.locator('.pg-scenario').textContent()));
  await assertFocused(page, 'after a run was opened');
});

readerTest('on a phone both stages are in sight at once', { viewport: PHONE, hasTouch: true, isMobile: true }, async (page) => {
  await openLesson(page);
  await page.locator('.dock-open').tap();
  await page.locator('.dock-open').tap();
  await tab(page, 'Compare').tap();
  await begin(page).tap();
  await there(page).waitFor();
  for (const svg of [here(page), there(page)]) {
    const { y, height } = await svg.boundingBox();
    assert.ok(y > 0 && y + height <= PHONE.height && height > 120, `not in sight: ${y} to ${y + height}`);
  }
  assert.equal(await overflow(page), 0);
  await assertAccessible(page, '#playground');
  await page.locator('.dock-open').tap();
  await page.locator('.dock-open').tap();
  for (const svg of [here(page), there(page)]) assert.ok(await svg.isVisible(), 'half of the dock holds both');
  assert.equal(await overflow(page), 0);
});
