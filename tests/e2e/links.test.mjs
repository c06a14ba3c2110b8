// What the page says to each kind of link that it cannot open, and to one that does not end as it did. Whatever it says, it
// goes on working.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, readerTest } from './harness.mjs';
import { checksum, crash, linkText, seal, unseal } from './links.mjs';
import { key, linkOf, notice, now, openLesson, picture, stepCount, steps } from './lesson.mjs';

const AGAIN = 'Ask for it again, and copy it whole.';
const GOOD = linkText({ deeds: [[400_000, crash(0)], [900_000, crash(1)]], atUs: 1_000_000 });
const changed = (at, to) => GOOD.slice(0, at) + to + GOOD.slice(at + 1);
const another = (letter) => (letter === 'A' ? 'B' : 'A');

/** Kind of link, the text after `#s=`, and what the page says. */
const BROKEN = [
  ['with nothing in it', '', 'This link holds no run. Ask for it again, or start from the lesson.'],
  ['of endless length', 'A'.repeat(65_537), 'This link is longer than 65536 characters, so it was not made by this page.'],
  ['with a letter that no link has', changed(4, '*'), `This link is damaged: its 5. character does not belong there. ${AGAIN}`],
  ['whose end is missing', GOOD.slice(0, 16), `This link stops too early: its end is missing. ${AGAIN}`],
  ['of which one letter is left', 'A', `This link stops too early: its end is missing. ${AGAIN}`],
  ['with one letter changed', changed(20, another(GOOD[20])), `This link is damaged: some of its characters were changed. ${AGAIN}`],
  ['of a later version', seal([0], 9), 'This link was made by a newer version of the page (format 9). Reload the page to get that version.'],
  ['that goes on after its end', seal([...unseal(GOOD).body, 7, 7]), 'This link goes on after its end: something was added to it. Ask for it again.'],
  ['of a lesson that is not here', linkText({ topic: 99 }), "This link cannot be played here. It belongs to lesson 99. Open that lesson's page and try it there."],
  ['of an unknown algorithm', linkText({ algorithm: 77 }), 'This link cannot be played here. It names algorithm number 77, which this lesson does not have.'],
  ['that wants too many nodes', linkText({ nodes: 5_000 }), /^This link cannot be played here\. It asks for 5000 nodes; this algorithm runs with \d+ to \d+\.$/],
  ['that sets what is not there', linkText({ params: [[999, 1]] }), 'This link cannot be played here. It sets param number 999, which this algorithm does not have.'],
  ['that crashes a node that is not there', linkText({ deeds: [[1_000, crash(9)]] }), 'This link cannot be played here. The 1. thing that it does to the run makes no sense: There is no node 9 in this cluster.'],
  ['that lasts for ever', linkText({ deeds: [[10 ** 15, crash(0)]] }), /^This link cannot be played here\. The 1\. thing that it does to the run makes no sense: a run is at most \d+ s long\.$/],
];

const said = async (page) => (await notice(page).locator('p').textContent()).trim();
const assertSays = (actual, expected) => (expected instanceof RegExp ? assert.match(actual, expected) : assert.equal(actual, expected));

for (const [kind, text, sentence] of BROKEN) {
  readerTest(`a link ${kind} gets a sentence, and the page works`, async (page) => {
    await openLesson(page, `#s=${text}`);
    assertSays(await said(page), sentence);
    // The lesson's own run is there, and plays.
    await key(page, 'Play').click();
    await eventually('time passes', async () => (await now(page)) > 20_000);
    await key(page, 'Pause').click();
    await notice(page).getByRole('button', { name: 'Close this message' }).click();
    assert.equal(await notice(page).count(), 0);
  });
}

readerTest('broken links that come one after another leave the run on the page alone', async (page) => {
  await openLesson(page);
  await steps(page, 9);
  const before = await picture(page);
  for (const [kind, text, sentence] of BROKEN) {
    if (text.length > 10_000) continue;
    await page.evaluate((hash) => { location.hash = hash; }, `#s=${text}`);
    await eventually(`a sentence about a link ${kind}`, async () => assertSays(await said(page), sentence));
    assert.deepEqual(await picture(page), before);
  }
  await page.evaluate((hash) => { location.hash = hash; }, `#s=${GOOD}`);
  await eventually('a good link opens', async () => (await now(page)) === 1_000_000);
  assert.equal(await notice(page).count(), 0);
});

readerTest('a link opens at its moment, with what was done, and gives the same link back', async (page) => {
  await openLesson(page, `#s=${GOOD}`);
  await eventually('its moment', async () => (await now(page)) === 1_000_000);
  assert.equal(await page.locator('.node[data-state=down]').count(), 2);
  const link = (await linkOf(page)).split('#s=')[1];
  const [mine, theirs] = [unseal(GOOD).body, unseal(link).body];
  // All but the last field: mine names no fingerprint.
  assert.deepEqual(theirs.slice(0, mine.length - 1), mine.slice(0, -1));
  assert.deepEqual(unseal(link).sum, checksum(theirs));
});

readerTest('a link whose run goes differently says so, and shows the run', async (page) => {
  await openLesson(page, `#s=${linkText({ atUs: 300_000, fingerprint: [1, 12345] })}`);
  await eventually('a verdict', async () => /does not end as it did when it was shared|recorded with version 1 of the engine/.test(await said(page)));
  assert.ok((await stepCount(page)) > 0);
});

readerTest('a link of another engine says which', async (page) => {
  await openLesson(page, `#s=${linkText({ atUs: 300_000, fingerprint: [60_000, 12345] })}`);
  await eventually('a verdict', async () => /^This run was recorded with version 60000 of the engine; with version \d+ it goes differently\./.test(await said(page)));
});

test('a link that was cut anywhere is refused with a sentence about what is wrong with it', () => {
  // The page's own words for it are tested above and in Rust; here: no cut makes a link that decodes.
  for (let end = 1; end < GOOD.length; end += 1) {
    const { sum, body } = unseal(GOOD.slice(0, end));
    assert.notDeepEqual(checksum(body), sum, `cut after ${end}`);
  }
});
