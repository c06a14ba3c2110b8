// What a reader does in the text of a lesson: experiments with bets and goals, solutions, questions. And what stays afterwards.

import assert from 'node:assert/strict';
import { eventually, readerTest } from './harness.mjs';
import { caption, choose, key, leaders, messages, node, now, openLesson, playUntil, setSpeed } from './lesson.mjs';

const card = (page, id) => page.locator(`#experiment-${id}`);
const progress = (page, id) => card(page, id).getAttribute('data-progress');
const bets = (page, id) => card(page, id).getByRole('radio');
const setUp = (page, id) => card(page, id).getByRole('button', { name: /^Set it up/ });
const where = (page, id) => card(page, id).getByRole('status');

readerTest('an experiment wants a bet, sees its goal reached, says who won, and is remembered', async (page) => {
  await openLesson(page);
  const crash = card(page, 'crash');
  assert.equal(await progress(page, 'crash'), 'new');
  assert.ok(await setUp(page, 'crash').isDisabled(), 'no run before the bet');
  await crash.getByText('Place your bet first').waitFor();
  await bets(page, 'crash').first().check();
  await setUp(page, 'crash').click();
  assert.equal(await progress(page, 'crash'), 'underway');
  assert.equal(await now(page), 1_000_000);
  assert.ok(await bets(page, 'crash').first().isDisabled(), 'a bet stands');

  await choose(page, leaders(page), 'Crash');
  await setSpeed(page, 'real time');
  await playUntil(page, 'the goal', async () => (await progress(page, 'crash')) === 'reached');
  assert.match(await where(page, 'crash').textContent(), /^Reached at 1\.\d{3} s\.$/);
  assert.ok(await crash.getByText(/^The arcs had all been filled/).isVisible(), 'what happened is told now');
  assert.equal(await crash.locator('.bet-verdict').textContent(), 'You lost this bet. Rewind and see why.');

  await page.reload();
  await page.locator('#playground[data-whole]').waitFor({ state: 'attached' });
  assert.equal(await progress(page, 'crash'), 'reached');
  assert.ok(await bets(page, 'crash').first().isChecked());
  assert.equal(await where(page, 'crash').textContent(), 'You have reached this goal.');
  await page.goto('');
  await eventually('the path shows how far the lesson is', async () => (await page.locator('.topic-progress .pip[data-on]').count()) >= 1);
});

readerTest('a right bet is told so', async (page) => {
  await openLesson(page);
  await bets(page, 'crash').nth(1).check();
  await setUp(page, 'crash').click();
  await choose(page, leaders(page), 'Crash');
  await setSpeed(page, '5×');
  await playUntil(page, 'a verdict', async () => (await card(page, 'crash').locator('.bet-verdict').textContent()) !== '');
  assert.equal(await card(page, 'crash').locator('.bet-verdict').textContent(), 'You bet right.');
});

readerTest('two votes taken away by clicking the messages reach the goal of their experiment', async (page) => {
  await openLesson(page);
  await bets(page, 'lose-votes').nth(1).check();
  await setUp(page, 'lose-votes').click();
  await eventually('the run', async () => (await now(page)) === 1_570_000);
  for (const to of [2, 3]) await choose(page, messages(page, new RegExp(`from 1 to ${to}: RequestVote`)), 'Drop it');
  await caption(page).getByText(/^Lost: the request for a vote from node 1 to node 3\.$/).waitFor();
  await setSpeed(page, 'real time');
  await playUntil(page, 'the goal', async () => (await progress(page, 'lose-votes')) === 'reached');
});

readerTest('a solution plays and reaches the goal, but not for the reader', async (page) => {
  await openLesson(page);
  const two = card(page, 'two-leaders');
  await two.getByRole('button', { name: 'Play the solution' }).click();
  await eventually('it plays by itself', async () => (await where(page, 'two-leaders').textContent()) === 'The solution is playing.');
  await setSpeed(page, 'real time');
  await eventually('the goal', async () => /^The solution reached the goal at 1\.\d{3} s\. Now you\.$/.test(await where(page, 'two-leaders').textContent()));
  assert.equal(await leaders(page).count(), 2);
  assert.notEqual(await progress(page, 'two-leaders'), 'reached');
  await page.reload();
  await page.locator('#playground[data-live]').waitFor({ state: 'attached' });
  assert.equal(await progress(page, 'two-leaders'), 'new');
});

readerTest('a hint is there for whoever asks', async (page) => {
  await openLesson(page);
  const hint = card(page, 'crash').locator('details.hint');
  assert.ok(!(await hint.locator('p').isVisible()));
  await hint.getByText('Hint').click();
  assert.ok(await hint.locator('p').isVisible());
});

readerTest('a rule that is switched off breaks what it guards: the page stops, names it, and leads back to it', async (page) => {
  await openLesson(page);
  await setUp(page, 'forget-vote').click();
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('switch', { name: /Votes are on disk/ }).click();
  await choose(page, node(page, 3), 'Crash');
  await choose(page, node(page, 3), 'Restart');
  await setSpeed(page, '20×');
  await key(page, 'Play').click();
  await eventually('election safety is broken', async () => /1 violated/.test(await page.locator('#tab-invariants').textContent()));
  await key(page, 'Play').waitFor();
  assert.equal(await caption(page).getAttribute('data-tone'), 'fault');
  await eventually('the goal', async () => (await progress(page, 'forget-vote')) === 'reached');
  await key(page, 'Step').click();
  await page.getByRole('button', { name: 'First violation' }).click();
  assert.equal(await caption(page).getAttribute('data-tone'), 'fault');
  await key(page, 'Step back').click();
  assert.equal(await caption(page).getAttribute('data-tone'), null, 'before it, nothing is broken');
  assert.match(await page.locator('#tab-invariants').textContent(), /hold/);
});

readerTest('a right answer is marked as right, and offers no run', async (page) => {
  await openLesson(page);
  const question = page.locator('#question-two-leaders-question');
  await question.getByLabel('It cannot reach a majority, so it cannot commit').check();
  assert.equal((await question.locator('.choice[data-verdict=right] .choice-verdict').textContent()).trim(), '✓ right');
  assert.ok(await question.locator('details').getByText(/^It may notice nothing/).isVisible());
  assert.equal(await question.getByRole('button', { name: 'Open the run that shows why' }).count(), 0);
  await page.reload();
  await page.locator('#playground[data-whole]').waitFor({ state: 'attached' });
  assert.equal(await question.locator('.choice[data-verdict=right]').count(), 1, 'it is remembered');
});

readerTest('a wrong answer is marked as wrong, and offers the run that shows why', async (page) => {
  await openLesson(page);
  const question = page.locator('#question-two-leaders-question');
  await question.getByLabel('It notices that it has lost its office').check();
  assert.equal((await question.locator('.choice[data-verdict=wrong] .choice-verdict').textContent()).trim(), '✗ no');
  await question.getByRole('button', { name: 'Open the run that shows why' }).click();
  await page.locator('.pg-scenario').getByText('Two leaders, two writes').waitFor();
  await question.getByLabel('It cannot reach a majority, so it cannot commit').check();
  assert.equal(await question.locator('.choice-verdict').count(), 1);
  assert.equal(await question.getByRole('button', { name: 'Open the run that shows why' }).count(), 0);
});

readerTest('a solution that reaches the goal as it opens is not counted as that of the reader, who had set it up', async (page) => {
  await openLesson(page);
  await setUp(page, 'ring-lost').click();
  await eventually('it is watched', async () => (await progress(page, 'ring-lost')) === 'underway');
  await card(page, 'ring-lost').getByRole('button', { name: 'Play the solution' }).click();
  await eventually('it is reached', async () => /^The solution reached the goal/.test(await where(page, 'ring-lost').textContent()));
  assert.equal(await progress(page, 'ring-lost'), 'underway');
});
