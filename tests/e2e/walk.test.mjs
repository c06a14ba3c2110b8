// The walk that the first lesson is for: elect, crash, lose a vote, cut, see two leaders, heal, rewind, take another path,
// and send the run to somebody.

import assert from 'node:assert/strict';
import { eventually, openReader, readerTest } from './harness.mjs';
import {
  caption, choose, drawCut, idOf, key, leaders, linkOf, menu, messages, node, nodes, notice, now, openLesson, picture, playUntil, point,
  scrubber, setSpeed, stepUntil, tab, termsOf,
} from './lesson.mjs';

const oneLeader = (page) => async () => (await leaders(page).count()) === 1;
const branches = (page) => page.getByLabel('Branch', { exact: true });

readerTest('a reader elects, crashes, cuts, heals, rewinds, branches, and sends the run', { timeout: 180_000 }, async (page, reader) => {
  await reader.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openLesson(page);

  // An election.
  await setSpeed(page, 'real time');
  await playUntil(page, 'a leader', oneLeader(page));
  const first = await idOf(leaders(page));
  assert.match(await caption(page).textContent(), new RegExp(`Node ${first} has \\d votes of its cluster: it leads term 1\\.`));

  // The leader crashes; opening its menu stops time.
  await key(page, 'Play').click();
  await choose(page, leaders(page), 'Crash');
  await key(page, 'Play').waitFor();
  assert.match(await caption(page).textContent(), new RegExp(`node ${first}, has crashed\\. Nobody knows yet`));
  assert.equal(await node(page, first).getAttribute('data-state'), 'down');

  // Somebody stands; one of its requests is clicked in flight and dropped.
  await stepUntil(page, 'a request for votes', async () => (await messages(page, /RequestVote/).count()) > 0);
  const sentUs = await now(page);
  await setSpeed(page, '1/50');
  await playUntil(page, 'half of the way', async () => (await now(page)) > sentUs + 10_000);
  const living = messages(page, new RegExp(`to [^${first}]: RequestVote`));
  const before = await messages(page, /RequestVote/).count();
  const words = await living.first().getAttribute('aria-label');
  await point(page, living.first());
  assert.match(await menu(page).textContent(), /RequestVote term 2: my log/);
  await menu(page).getByRole('button', { name: 'Drop it' }).click();
  await menu(page).waitFor({ state: 'detached' });
  const [, from, to] = /from (\d) to (\d)/.exec(words);
  await caption(page).getByText(`Lost: the request for a vote from node ${from} to node ${to}.`).waitFor();
  assert.equal(await messages(page, /RequestVote/).count(), before - 1);

  // A new leader all the same, and the old one comes back as its follower.
  await setSpeed(page, '5×');
  await playUntil(page, 'a leader of a later term', async () => {
    const terms = termsOf(await leaders(page).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))));
    return terms.length === 1 && terms[0] >= 2;
  });
  await choose(page, node(page, first), 'Restart');
  await playUntil(page, 'five nodes in one term', async () => {
    const words = await nodes(page);
    return new Set(termsOf(words)).size === 1 && words.filter((one) => /follower/.test(one)).length === 4;
  });

  // The cut: the leader and a neighbour on one side.
  const old = await idOf(leaders(page));
  const oldTerm = termsOf(await nodes(page))[old];
  const side = [old, (old + 1) % 5].sort();
  await drawCut(page, side);
  const cutUs = await now(page);
  const labels = await page.locator('.cut-label').allTextContents();
  assert.ok(labels.includes(side.join(' · ')), `the sides are ${labels.join(' and ')}`);
  await playUntil(page, 'two leaders', async () => (await leaders(page).count()) === 2);
  const both = termsOf(await leaders(page).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))));
  assert.notEqual(both[0], both[1], 'two leaders lead two terms');
  assert.ok(both.includes(oldTerm));
  assert.match(await tab(page, /^Invariants/).textContent(), /hold/, 'two leaders in two terms break nothing');

  // Heal.
  await page.getByRole('button', { name: 'Heal', exact: true }).click();
  assert.equal(await page.locator('.cut').count(), 0);
  await playUntil(page, 'one leader in one term', async () => {
    const words = await nodes(page);
    return (await leaders(page).count()) === 1 && new Set(termsOf(words)).size === 1;
  });
  // As far as the run has been played: there the main future ends.
  await scrubber(page).focus();
  await page.keyboard.press('End');
  const healed = await picture(page);
  assert.notEqual(await idOf(leaders(page)), old, 'the leader of the majority stays');

  // Back to the cut by a click on the scrubber, then exactly.
  const { x, y, width, height } = await scrubber(page).boundingBox();
  const spanUs = Number(await scrubber(page).getAttribute('max'));
  await page.mouse.click(x + (cutUs / spanUs) * width, y + height / 2);
  assert.ok(Math.abs((await now(page)) - cutUs) < spanUs / 20, `clicked at ${cutUs}, came to ${await now(page)}`);
  await scrubber(page).fill(String(cutUs));
  await eventually('the cut is back', async () => (await page.locator('.cut').count()) === 1);
  assert.equal(await leaders(page).count(), 1);
  assert.equal(await idOf(leaders(page)), old);
  assert.equal(await branches(page).count(), 0);

  // Something else happens: one of the majority crashes.
  const victim = [0, 1, 2, 3, 4].find((id) => !side.includes(id));
  await choose(page, node(page, victim), 'Crash');
  assert.match(await notice(page).textContent(), /You changed the past/);
  assert.equal(await branches(page).locator('option').count(), 2);
  await playUntil(page, 'another future', async () => (await now(page)) > cutUs + 1_500_000);
  await scrubber(page).focus();
  await page.keyboard.press('End');
  const other = await picture(page);
  assert.notDeepEqual(other.nodes, healed.nodes);

  // Both futures can be returned to.
  await branches(page).selectOption({ label: 'Main run' });
  await eventually('the healed future', async () => assert.deepEqual(await picture(page), healed));
  await branches(page).selectOption({ index: 1 });
  await eventually('the other future', async () => assert.deepEqual(await picture(page), other));

  // The run is sent, and opened by somebody else.
  await tab(page, 'Share').click();
  await page.getByRole('button', { name: 'Copy the link' }).click();
  await page.getByText('Copied.', { exact: true }).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const somebody = await openReader();
  try {
    await somebody.page.goto(link);
    await eventually('the same picture', async () => assert.deepEqual(await picture(somebody.page), other));
    assert.equal(await notice(somebody.page).count(), 0, 'it ends as it ended: the fingerprint is the same');
    assert.equal(await linkOf(somebody.page), link);
    // And it goes on in the same way.
    for (const each of [page, somebody.page]) for (let step = 0; step < 12; step += 1) await key(each, 'Step').click();
    assert.equal(await linkOf(somebody.page), await linkOf(page));
    assert.deepEqual(await picture(somebody.page), await picture(page));
  } finally {
    await somebody.close();
  }
});
