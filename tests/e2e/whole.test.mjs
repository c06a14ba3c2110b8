// The whole of the first lesson without a pointer: each of its experiments reached by one's own hand, its questions answered and a run sent,
// once with the keyboard alone and once by the names and roles of the accessibility tree alone.

import assert from 'node:assert/strict';
import { eventually, openReader, readerTest } from './harness.mjs';
import { ears, keyboard, names } from './hands.mjs';
import { caption, key, leaders, menu, node, notice, now, picture, stage, tab, time } from './lesson.mjs';

/** Keys that an experiment may take, from the one before to its goal. Most take about 60. */
const KEYS_MAX = 160;
const TITLES = [
  'Crash the leader', 'Take two votes away', 'Five equal timeouts', 'Make two nodes believe they lead', 'Write to both',
  'Elect someone who does not know', 'Repair six broken logs', 'Lose a committed entry', 'Vote twice', 'Let the search find it',
  'Nothing left to find', 'The deaf candidate', 'The deaf leader', 'The same cut, in Bully', 'Break the ring', 'The leader that slept',
];
/** The right answer of each question. */
const ANSWERS = [
  /^Yes, with the votes of all three that are left/, /^It cannot reach a majority, so it cannot commit/,
  /^No, it may have been deposed without knowing, and its value may be old/, /^When an entry of its own term, after it, is on a majority/,
  /^A leader that checks its quorum/,
];

const card = (page, title) => page.getByRole('region', { name: title, exact: true });
const message = (page, from, to) => stage(page).getByRole('button', { name: new RegExp(`^Message from ${from} to ${to}: `) }).first();
const dialog = (page) => page.getByRole('dialog', { name: 'Partition' });

/** What a reader does in an experiment, with either hand. */
function deeds(page, hand) {
  const status = (title) => card(page, title).getByRole('status').last();
  const deeds = {
    async setUp(title) {
      const bets = card(page, title).getByRole('radio');
      if (await bets.count()) await hand.check(bets.first());
      await hand.press(card(page, title).getByRole('button', { name: /^Set it up/ }));
      await eventually('it is set up', async () => /^Under way/.test(await status(title).textContent()));
      await hand.toPlayground(card(page, title));
    },
    async menuOf(thing, ...entries) {
      await hand.press(thing);
      for (const entry of entries) await hand.choose(entry);
      await hand.settled(`after ${entries.join(', ')}`);
    },
    on: (id, ...entries) => deeds.menuOf(node(page, id), ...entries),
    async write(id) {
      await deeds.on(id, /^Write/);
      await hand.type(menu(page).getByRole('textbox').first(), '5');
      await menu(page).waitFor({ state: 'detached' });
      await hand.settled('after a write');
    },
    async settings(name) {
      await hand.press(tab(page, 'Settings'));
      await hand.flip(page.getByRole('switch', { name, exact: true }));
    },
    async partition(side) {
      await hand.press(page.getByRole('button', { name: 'Partition', exact: true }));
      for (const id of side) await hand.check(dialog(page).getByRole('radio', { name: `Node ${id} in group B`, exact: true }));
      await hand.press(dialog(page).getByRole('button', { name: 'Cut', exact: true }));
      await dialog(page).waitFor({ state: 'detached' });
      await hand.settled('after a cut');
    },
    async heal() {
      await hand.press(page.getByRole('button', { name: 'Heal', exact: true }));
      await hand.settled('after a heal');
    },
    /** Lets time pass until `probe()` is true, and stops it. A violation stops it too: then it is played on. */
    async playUntil(what, probe) {
      const speed = page.getByRole('combobox', { name: 'Speed', exact: true });
      // A run that was found by a search plays at its own.
      if ((await speed.evaluate((one) => one.selectedOptions[0].text)) !== '5×') await hand.select(speed, '5×');
      await hand.press(key(page, 'Play'));
      await eventually(what, async () => {
        if (await probe()) return true;
        if (await key(page, 'Play').count()) await hand.press(key(page, 'Play'));
        return false;
      }, 40_000);
      // It is one button; a violation may stop time just before it is pressed, and then it is pressed again.
      const toggle = time(page).getByRole('button', { name: /^(?:Play|Pause)$/ });
      while (await key(page, 'Pause').count()) await hand.press(toggle);
    },
    playUntilSaid: (title, words) => deeds.playUntil(`${title}: ${words}`, async () => words.test(await status(title).textContent())),
    playToGoal: (title) => deeds.playUntilSaid(title, /^Reached/),
    async search(title) {
      await hand.press(page.getByRole('button', { name: 'Search', exact: true }).and(page.locator('#explore-go')));
      await eventually(`${title}: the verdict`, async () => /^Reached/.test(await status(title).textContent()), 90_000);
    },
  };
  return deeds;
}

/** Each experiment by one's own hand, as its text and its hint say. */
const EXPERIMENTS = {
  async 'Crash the leader'(page, { menuOf, playToGoal }, title) {
    await menuOf(leaders(page), 'Crash');
    await playToGoal(title);
  },
  async 'Take two votes away'(page, { menuOf, playToGoal }, title) {
    for (const to of [2, 3]) await menuOf(message(page, 1, to), 'Drop it');
    await playToGoal(title);
  },
  async 'Five equal timeouts'(page, { playUntilSaid, playToGoal }, title, hand) {
    await playUntilSaid(title, /: 1 of 3/);
    await hand.press(tab(page, 'Settings'));
    await hand.raise(page.getByRole('slider', { name: 'Longest election timeout', exact: true }));
    await playToGoal(title);
  },
  async 'Make two nodes believe they lead'(page, { partition, playToGoal }, title) {
    await partition([2, 3, 4]);
    await playToGoal(title);
  },
  async 'Write to both'(page, { write, heal, playUntilSaid, playToGoal }, title) {
    await write(0);
    await write(2);
    await playUntilSaid(title, /: 2 of 4/);
    await heal();
    await playToGoal(title);
  },
  async 'Elect someone who does not know'(page, { settings, playUntil, write, playToGoal }, title) {
    await settings('Voters compare logs');
    await playUntil('node 4 leads', async () => /leader/.test(await node(page, 4).getAttribute('aria-label')));
    await write(4);
    await playToGoal(title);
  },
  async 'Repair six broken logs'(page, { write, playToGoal }, title) {
    await write(0);
    await playToGoal(title);
  },
  async 'Lose a committed entry'(page, { settings, playUntil, playUntilSaid, on, heal, playToGoal }, title) {
    await settings('Count only this term\'s entries');
    await playUntilSaid(title, /: 1 of 3/);
    await on(0, 'Crash');
    await heal();
    await on(4, 'Restart');
    await on(4, /^Time out now/);
    await playUntil('its requests are refused', async () => true);
    await on(4, /^Time out now/);
    await playToGoal(title);
  },
  async 'Vote twice'(page, { settings, on, playToGoal }, title) {
    await settings('Votes are on disk');
    await on(3, 'Crash');
    await on(3, 'Restart');
    await playToGoal(title);
  },
  async 'Let the search find it'(page, { settings, search }, title, hand) {
    await settings('One vote a term');
    await hand.press(tab(page, 'Explore'));
    await search(title);
    await hand.press(page.getByRole('button', { name: 'Play this run' }));
    await hand.settled('after a run was found');
  },
  async 'Nothing left to find'(page, { search }, title) {
    await search(title);
  },
  async 'The deaf candidate'(page, { settings, playUntilSaid, playToGoal }, title) {
    await playUntilSaid(title, /: 1 of 3/);
    await settings('Pre-vote');
    await playToGoal(title);
  },
  async 'The deaf leader'(page, { write, settings, playUntilSaid, playToGoal }, title) {
    await write(0);
    await playUntilSaid(title, /: 1 of 4/);
    await settings('Leader checks its quorum');
    await settings('Pre-vote');
    await playToGoal(title);
  },
  async 'The same cut, in Bully'(page, { partition, playToGoal }, title) {
    await partition([3, 4]);
    await playToGoal(title);
  },
  async 'Break the ring'(page, { menuOf, playToGoal }, title) {
    await menuOf(message(page, 0, 1), 'Drop it');
    await playToGoal(title);
  },
  async 'The leader that slept'(page, { settings, on, write, playUntil, playUntilSaid, playToGoal }, title) {
    await settings('Stop leading when disconnected');
    await on(4, 'Pause');
    await playUntilSaid(title, /: 2 of 4/);
    await write(1);
    const from = await now(page);
    await playUntil('it is written', async () => (await now(page)) > from + 400_000);
    await on(4, 'Resume');
    await write(4);
    await playToGoal(title);
  },
};

/** All of the experiments, with what `each` makes of every one of them. */
async function experiments(page, hand, each) {
  assert.deepEqual(await page.getByRole('region').getByRole('heading', { level: 3 }).allTextContents(), TITLES);
  const does = deeds(page, hand);
  for (const title of TITLES) {
    await hand.toText();
    await does.setUp(title);
    await EXPERIMENTS[title](page, does, title, hand);
    await each(title);
  }
}

/** The questions: the first answered wrongly first, which opens the run that shows why. */
async function questions(page, hand, each) {
  for (const [index, answer] of ANSWERS.entries()) {
    const right = page.getByRole('radio', { name: answer });
    if (index === 0) {
      const question = page.locator('li').filter({ has: right });
      await hand.check(question.getByRole('radio').first());
      await each(false);
      await hand.press(question.getByRole('button', { name: 'Open the run that shows why' }));
      await page.getByText('Two of five are gone', { exact: true }).waitFor();
    }
    await hand.check(right);
    await each(true);
  }
}

/** A link made and copied; whoever opens it sees the same. */
async function share(page, reader, hand) {
  await hand.press(tab(page, 'Share'));
  await hand.press(page.getByRole('button', { name: 'Copy the link' }));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const somebody = await openReader();
  try {
    await somebody.page.goto(link);
    await eventually('the same picture', async () => assert.deepEqual(await picture(somebody.page), await picture(page)));
    assert.equal(await notice(somebody.page).count(), 0);
  } finally {
    await somebody.close();
  }
}

readerTest('lesson 8 is done whole with the keyboard alone, from the home page to a link that is sent', { timeout: 600_000 }, async (page, reader) => {
  await reader.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const hand = keyboard(page);
  let pressed = 0;
  await page.goto('');
  await hand.follow(page.getByRole('link', { name: 'Leader election', exact: true }).first());
  await page.locator('#tab-log').waitFor();
  await hand.follow(page.getByRole('link', { name: 'Skip to the text' }));
  // The first way over is by the first experiment.
  await hand.toPlayground(card(page, TITLES[0]));
  await experiments(page, hand, async (title) => {
    assert.ok(hand.keys.pressed - pressed <= KEYS_MAX, `“${title}” takes ${hand.keys.pressed - pressed} keys`);
    pressed = hand.keys.pressed;
  });
  await hand.toText();
  await questions(page, hand, async () => hand.settled('after an answer'));
  await share(page, reader, hand);
});

readerTest('lesson 8 is done whole by names and roles alone, and what happens is read out', { timeout: 600_000 }, async (page, reader) => {
  await reader.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const heard = await ears(page);
  const hand = names(page);
  let said = '';
  await page.goto('lessons/08-leader-election/');
  await page.locator('#tab-log').waitFor();
  await experiments(page, hand, async (title) => {
    await heard.hear(/^Reached/);
    // What the eye reads between stage and diagram; what stands there still is not read out again.
    const words = (await caption(page).getByRole('status').textContent()).trim();
    if (words !== said) await heard.hear(words);
    said = words;
    await heard.forget();
  });
  await questions(page, hand, (right) => heard.hear(right ? /^That is right/ : /^That is not it/));
  await share(page, reader, hand);
});
