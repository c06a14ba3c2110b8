// What a teacher makes of a run, and what becomes of it in somebody else's browser: a note, a challenge, a page shown to a room, a
// playground in another page, a lesson on paper.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { PHONE, assertAccessible, eventually, openReader, readerTest } from './harness.mjs';
import { LESSON, caption, key, leaders, linkOf, menu, node, notice, now, openLesson, picture, stage, stepCount, stepUntil, steps, tab } from './lesson.mjs';

const brief = (page) => page.getByRole('region', { name: 'The challenge' });
const note = (page) => page.getByRole('region', { name: 'A note' });
const fold = (page) => page.locator('.teach > summary');

/** Opens the form by keyboard alone, from the tab on. */
async function openForm(page) {
  await tab(page, 'Share').focus();
  await page.keyboard.press('Enter');
  await fold(page).focus();
  await page.keyboard.press('Enter');
}

/** Presses a key on what a locator finds: the keyboard's way to it is Tab, which these tests do not walk. */
async function press(page, target, key) {
  await target.focus();
  await page.keyboard.press(key);
}

/** Walks through the list of goals with keys to one of them, and adds it. */
async function addGoal(page, words) {
  const list = page.locator('#teach-goal');
  await list.focus();
  const chosen = () => list.evaluate((one) => one.selectedOptions[0].label);
  for (let presses = 0; (await chosen()) !== words; presses += 1) {
    assert.ok(presses < 200, `“${words}” is in the list`);
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
}

const tick = (page, words) => page.locator('.teach').getByRole('checkbox', { name: words, exact: true });

/** The link of a challenge: a leader must crash and another be elected; no messages may be dropped, and two actions are admitted. */
async function makeChallenge(page) {
  await openLesson(page);
  await stepUntil(page, 'a leader', async () => (await leaders(page).count()) === 1);
  await openForm(page);
  await press(page, page.locator('#teach-title'), 'End');
  await page.keyboard.type('Topple <b>the</b> leader');
  await addGoal(page, 'Leader crashed');
  await addGoal(page, 'Leader elected');
  for (const words of ['Drop messages', 'Clocks', 'Cut, partition, heal']) await press(page, tick(page, words), 'Space');
  await press(page, page.locator('#teach-most'), 'End');
  await page.keyboard.type('2');
  await page.locator('#teach-most').blur();
  await press(page, page.locator('#teach-note'), 'End');
  await page.keyboard.type('Who leads <i>now</i>?');
  return page.locator('#teach-link').inputValue();
}

/** Goes to where a link leads, from nowhere. */
async function follow(page, link) {
  await page.goto('about:blank');
  await page.goto(link);
  await page.locator('#playground[data-live]').waitFor({ state: 'attached' });
}

readerTest('a challenge made by keyboard is met in another browser, within its rules, and the answer is sent back', { timeout: 240_000 }, async (page) => {
  const link = await makeChallenge(page);
  const moment = await now(page);
  const reader = await openReader();
  const student = reader.page;
  try {
    await follow(student, link);
    assert.equal(await now(student), moment + 1, 'it begins where the teacher stood');
    assert.match(await brief(student).textContent(), /Topple <b>the<\/b> leader/);
    assert.match(await note(student).textContent(), /Who leads <i>now<\/i>\?/, 'a note is text and nothing else');
    assert.equal(await student.locator('.brief b, .brief i').count(), 0);
    const state = brief(student).getByRole('status').first();
    assert.equal(await state.textContent(), '0 of 2 reached. 2 of 2 actions left.');

    // A locked deed: seen, said, and refused.
    const flying = student.locator('.msg[aria-label]').first();
    await flying.focus();
    await student.keyboard.press('Enter');
    const drop = menu(student).getByRole('button', { name: 'Drop it' });
    assert.equal(await drop.getAttribute('aria-disabled'), 'true');
    assert.equal(await student.locator(`#${await drop.getAttribute('aria-describedby')}`).textContent(), 'Locked in this challenge.');
    const before = await stepCount(student);
    await drop.focus();
    await student.keyboard.press('Enter');
    assert.match(await notice(student).textContent(), /“Drop messages” is locked in this challenge\./);
    assert.equal(await stepCount(student), before);
    await menu(student).getByRole('button', { name: 'Close' }).click();
    const partition = student.getByRole('button', { name: 'Partition', exact: true });
    assert.equal(await partition.getAttribute('aria-disabled'), 'true');
    await partition.click({ force: true });
    assert.match(await notice(student).textContent(), /“Cut, partition, heal” is locked in this challenge\./);
    assert.equal(await stage(student).getAttribute('data-tool'), null);

    // Within the rules.
    const leader = leaders(student);
    await leader.focus();
    await student.keyboard.press('Enter');
    await menu(student).getByRole('button', { name: 'Crash' }).press('Enter');
    await eventually('it counts', async () => (await state.textContent()) === '1 of 2 reached. 1 of 2 actions left.');
    await stepUntil(student, 'another leader', async () => (await leaders(student).count()) === 1);
    assert.match(await state.textContent(), /^Reached at [\d.]+ (ms|s), with 1 action\.$/);
    await assertAccessible(student);

    // The teacher opens the answer, and sees it reached by the same run.
    const answer = await student.locator('#brief-link').inputValue();
    // Not how far messages are on the drawing: the two stages are of different heights.
    const same = async (page) => ({ ...(await picture(page)), messages: await page.locator('.msg[aria-label]').count() });
    const seen = await same(student);
    await follow(page, answer);
    await eventually('the same run', async () => assert.deepEqual(await same(page), seen));
    assert.match(await brief(page).getByRole('status').first().textContent(), /^Reached at .*, with 1 action\.$/);
    // And can begin it anew.
    await page.locator('#reset').click();
    await eventually('the beginning', async () => (await now(page)) === moment + 1);
    assert.match(await brief(page).getByRole('status').first().textContent(), /^0 of 2 reached/);
  } finally {
    await reader.close();
  }
});

readerTest('in a challenge nothing that is locked can be changed in any other way, until it is left', { timeout: 240_000 }, async (page) => {
  const link = await makeChallenge(page);
  await follow(page, link);
  const before = await picture(page);
  const stays = async (what) => {
    await eventually(`a sentence about ${what}`, async () => /You are in a challenge, and its run stays/.test(await notice(page).textContent()));
    assert.deepEqual(await picture(page), before, what);
    await notice(page).getByRole('button').click();
  };
  // Another address, an experiment, a run of the text, a pasted link.
  await page.evaluate((hash) => { location.hash = hash; }, '#s=AczXlUsCAAYAAAAA4MZbAAEB7rju1Nix4LiHAQ');
  await stays('another address');
  await page.getByRole('button', { name: 'Set it up' }).last().click();
  await stays('an experiment');
  await page.locator('a[data-scenario]').first().evaluate((link) => link.click());
  await stays('a run of the text');
  await tab(page, 'Share').click();
  await page.locator('#share-open').fill(link);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await stays('a pasted link');
  assert.equal(await fold(page).count(), 0, 'a challenge is not made within one');
  // The settings of the cluster, and the algorithm.
  await tab(page, 'Settings').click();
  assert.ok(await page.locator('#seed').isDisabled());
  assert.ok(await page.getByLabel('Algorithm').isDisabled());
  await page.getByText('The cluster and its seed stay as they are in this challenge.').waitFor();
  await tab(page, 'Explore').click();
  await page.getByText('The Explorer rests while you are in a challenge').waitFor();
  // More than is admitted.
  for (const id of [0, 1]) {
    await node(page, id).focus();
    await page.keyboard.press('Enter');
    await menu(page).getByRole('button', { name: 'Crash' }).click();
  }
  await node(page, 2).focus();
  await page.keyboard.press('Enter');
  await menu(page).getByRole('button', { name: 'Crash' }).click();
  await notice(page).getByText('This challenge admits 2 actions, and no more.').waitFor();
  assert.equal(await page.locator('.node[data-state=down]').count(), 2);
  await page.keyboard.press('Escape');

  await brief(page).getByRole('button', { name: 'Leave the challenge' }).press('Enter');
  assert.equal(await brief(page).count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'reset', 'the focus is somewhere');
  assert.ok(!(await page.getByLabel('Algorithm').isDisabled()));
  await page.getByRole('button', { name: 'Set it up' }).last().click();
  await eventually('an experiment is set up', async () => !(await notice(page).count()));
});

readerTest('a teacher tries a challenge, and the form is still filled in afterwards', async (page) => {
  await makeChallenge(page);
  await page.getByRole('button', { name: 'Try it, as whoever opens it' }).click();
  await brief(page).waitFor();
  await brief(page).getByRole('button', { name: 'Leave the challenge' }).click();
  await tab(page, 'Share').click();
  await fold(page).click();
  assert.equal(await page.locator('#teach-title').inputValue(), 'Topple <b>the</b> leader');
  assert.equal(await page.locator('.teach-steps li').count(), 2);
  await page.getByRole('button', { name: 'Take out: Leader crashed' }).click();
  assert.equal(await page.locator('.teach-steps li').count(), 1);
});

readerTest('a note is read beside the run until it is closed, and a link without one has none', async (page) => {
  await openLesson(page);
  await steps(page, 12);
  const bare = await linkOf(page);
  await page.locator('#teach-note').fill('Watch node 3.\nIt waits.');
  await eventually('the link has it', async () => (await page.locator('#share-link').inputValue()) !== bare);
  const link = await page.locator('#share-link').inputValue();
  const count = await stepCount(page);
  await follow(page, link);
  await eventually('the run', async () => (await stepCount(page)) === count);
  assert.match(await note(page).innerText(), /Watch node 3\.\nIt waits\./);
  assert.ok(await brief(page).count() === 0);
  await assertAccessible(page);
  await key(page, 'Step').click();
  assert.ok(await note(page).isVisible());
  await note(page).getByRole('button', { name: 'Close the note' }).click();
  assert.equal(await note(page).count(), 0);
  await follow(page, bare);
  assert.equal(await page.locator('.brief').count(), 0);
});

readerTest('the form and the card are accessible, and no wider than a phone', { viewport: PHONE, timeout: 240_000 }, async (page) => {
  await openLesson(page);
  while ((await page.locator('#playground').getAttribute('data-dock')) !== 'full') await page.locator('.dock-open').click();
  await steps(page, 10);
  await tab(page, 'Share').click();
  await fold(page).click();
  await page.locator('#teach-goal').selectOption('two-leaders');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.locator('#teach-note').fill('n'.repeat(600));
  await tick(page, 'Crash, restart').uncheck();
  const overflow = () => page.evaluate(() => Math.max(...['.pg-body', '.pg-tabs', '.briefs', 'html'].flatMap((name) => [...document.querySelectorAll(name)]).map((one) => one.scrollWidth - one.clientWidth)));
  assert.ok((await overflow()) <= 0, 'the form');
  await assertAccessible(page, '#playground');
  const link = await page.locator('#teach-link').inputValue();
  await follow(page, link);
  await brief(page).waitFor();
  assert.ok((await overflow()) <= 0, 'the card');
  await assertAccessible(page, '#playground');
  await node(page, 0).focus();
  await page.keyboard.press('Enter');
  assert.equal(await menu(page).getByRole('button', { name: 'Crash' }).getAttribute('aria-disabled'), 'true');
  await assertAccessible(page, '#playground');
});

for (const [width, height] of [[1280, 720], [1920, 1080]]) {
  readerTest(`shown to a room, the playground fills ${width} by ${height}, large, and Escape leads back`, { viewport: { width, height } }, async (page) => {
    await openLesson(page);
    await page.locator('[data-switch=present]').press('Enter');
    const box = await page.locator('#playground').boundingBox();
    assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, width, height]);
    assert.ok(page.url().endsWith(`${LESSON}?present`));
    for (const gone of ['.prose > p', '.site-head', '.pg-tabs']) assert.ok(!(await page.locator(gone).first().isVisible()), gone);
    await eventually('letters are large', async () => (await page.locator('.node-id').first().boundingBox()).height > 30);
    const parts = await Promise.all(['.pg-stage', '.pg-diagram'].map((name) => page.locator(name).boundingBox()));
    for (const part of parts) assert.equal(part.width, width);
    assert.ok(parts[0].height + parts[1].height > height * 0.6, 'stage and diagram have most of it');
    // As before by keyboard and mouse: a menu opens beside what it is about.
    await stepUntil(page, 'a leader', async () => (await leaders(page).count()) === 1);
    const disc = await leaders(page).locator('.node-disc').boundingBox();
    await page.mouse.click(disc.x + disc.width / 2, disc.y + disc.height / 2);
    const sheet = await menu(page).boundingBox();
    assert.ok(Math.abs(sheet.x - disc.x - disc.width) < width / 3, 'the menu is at the node');
    await page.keyboard.press('Escape');
    await eventually('the menu is closed', async () => (await menu(page).count()) === 0);
    assert.ok(page.url().endsWith('?present'), 'Escape closed the menu and no more');
    await page.getByRole('button', { name: 'Panels' }).click();
    assert.ok(await page.locator('.pg-tabs').isVisible());
    await assertAccessible(page);
    await page.keyboard.press('Escape');
    await eventually('the text is back', async () => page.locator('.prose > p').first().isVisible());
    assert.ok(page.url().endsWith(LESSON));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
  });
}

readerTest('a link to a page shown to a room opens it so', async (page) => {
  await openLesson(page, '?present');
  assert.ok(!(await page.locator('.prose > p').first().isVisible()));
  await caption(page).waitFor();
  await page.getByRole('button', { name: 'Back to the lesson' }).click();
  assert.ok(await page.locator('.prose > p').first().isVisible());
});

/** A page of another origin with our playground in a box that lets it run scripts and nothing else. */
async function hostElsewhere(address) {
  const body = `<!doctype html><title>Host</title><iframe sandbox="allow-scripts allow-popups" src="${address}" width="100%" height="640"></iframe>`;
  const server = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(body));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}/somewhere/else`, close: () => server.close() };
}

for (const width of [320, 480, 800]) {
  readerTest(`a challenge works in a page of another origin, in a box without storage, ${width} px wide`, { viewport: { width, height: 700 }, expected: [/asked for http:\/\/127\.0\.0\.1:\d+\/(somewhere\/else|favicon)/], timeout: 240_000 }, async (page, reader) => {
    const maker = await reader.newPage();
    await maker.setViewportSize({ width: 1440, height: 900 });
    const link = await makeChallenge(maker);
    const host = await hostElsewhere(link.replace('#s=', '?embed#s='));
    try {
      await page.goto(host.url);
      const frame = page.frameLocator('iframe');
      await frame.locator('#playground[data-live]').waitFor();
      assert.match(await frame.getByRole('region', { name: 'The challenge' }).textContent(), /Topple/);
      const overflow = await frame.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth);
      assert.ok(overflow <= 0, `${overflow} px too wide`);
      await frame.getByRole('group', { name: 'Time', exact: true }).getByRole('button', { name: 'Step', exact: true }).click();
      const moment = Number(await frame.getByLabel('Moment of the run').inputValue());
      const [opened] = await Promise.all([page.waitForEvent('popup'), frame.getByRole('link', { name: 'Open in Faultline' }).click()]);
      await opened.locator('#tab-log').waitFor({ state: 'attached' });
      assert.ok(!opened.url().includes('embed'));
      await eventually('the same moment', async () => (await now(opened)) === moment);
      await opened.getByRole('region', { name: 'The challenge' }).waitFor();
    } finally {
      host.close();
    }
  });
}

readerTest('on paper a lesson is whole: what is folded is open, the answers are at the end, the run is a picture', { colorScheme: 'dark' }, async (page) => {
  await openLesson(page);
  await steps(page, 30);
  const folded = await page.locator('.prose details:not([open])').count();
  const prepare = (type) => page.evaluate((type) => dispatchEvent(new Event(type)), type);
  await prepare('beforeprint');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.prose details:not([open])').count(), 0);
  for (const seen of ['.print-run svg.stage .node', '.hint > p', '.happened > p', '.print-answers li', '.print-from']) assert.ok(await page.locator(seen).first().isVisible(), seen);
  for (const gone of ['.site-head', '#playground', '.quiz-why', '.experiment-controls']) assert.ok(!(await page.locator(gone).first().isVisible()), gone);
  assert.equal(await page.locator('.print-answers li').count(), await page.locator('.quiz > li').count());
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.prose > p')).color), 'rgb(28, 38, 45)', 'dark on white, whatever the theme');
  assert.match(await page.evaluate(() => getComputedStyle(document.querySelector('.refs a[href^=http]'), '::after').content), /https:/);
  await page.evaluate(() => { document.documentElement.dataset.answers = 'without'; });
  for (const gone of ['.print-answers', '.hint', '.happened']) assert.ok(!(await page.locator(gone).first().isVisible()), gone);
  await prepare('afterprint');
  await page.emulateMedia({ media: null });
  assert.equal(await page.locator('.prose details:not([open])').count(), folded);
  assert.equal(await page.locator('.print-run, .print-answers, .print-from').count(), 0);
});

readerTest('the two ways to paper are beside the head of a lesson', async (page) => {
  await page.addInitScript(() => { window.print = () => { window.printed = document.documentElement.dataset.answers; }; });
  await openLesson(page);
  for (const [words, how] of [['all of it', 'with'], ['without answers', 'without']]) {
    await page.getByRole('button', { name: words }).press('Enter');
    assert.equal(await page.evaluate(() => window.printed), how);
  }

});
