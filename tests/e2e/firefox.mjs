// The main way through the site in Firefox: a lesson, a run that is broken, rewound and sent, and the site without its server. What it
// tests is the browser; what the page does is tested at length in Chromium. Run by scripts/test firefox.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serve } from '../../scripts/serve.mjs';
import { eventually } from './eventually.mjs';
import { LESSON, picture } from './lesson.mjs';
import { openFirefox } from './webdriver.mjs';

let site;
const open = [];

before(async () => {
  site = await serve({ base: '/some/where/' });
});

after(async () => {
  await Promise.all(open.map((one) => one.close()));
  await site?.close();
});

const count = (page, selector) => page.evaluate((one) => document.querySelectorAll(one).length, selector);
const text = (page, selector) => page.evaluate((one) => document.querySelector(one)?.textContent.trim() ?? '', selector);
const now = (page) => page.evaluate(() => Number(document.querySelector('input[type=range][aria-label="Moment of the run"]').value));
const LEADER = '.node[data-role=leader][data-state=up]';

/** A reader of that page, in a browser of their own. */
async function openPage(address) {
  const page = await openFirefox();
  open.push(page);
  await page.goto(address);
  await eventually('the playground', async () => (await count(page, '#tab-log')) === 1);
  // From here on whatever throws is remembered.
  await page.evaluate(() => {
    window.thrown = [];
    for (const type of ['error', 'unhandledrejection', 'securitypolicyviolation']) addEventListener(type, (event) => window.thrown.push(`${type}: ${event.message ?? event.reason ?? event.violatedDirective}`));
  });
  return page;
}

const fine = async (page) => {
  assert.deepEqual(await page.evaluate(() => window.thrown), []);
  assert.equal(await page.evaluate(() => document.getElementById('panic').hidden), true);
};

async function choose(page, label, option) {
  await page.evaluate((name, wanted) => {
    const select = [...document.querySelectorAll('select')].find((one) => (one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent.trim()) === name);
    select.value = [...select.options].find((one) => one.textContent.trim() === wanted).value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }, label, option);
}

async function playUntil(page, what, probe) {
  await page.click('button', 'Play');
  await eventually(what, probe, 60_000);
  if (await page.evaluate(() => [...document.querySelectorAll('button')].some((one) => one.getAttribute('aria-label') === 'Pause'))) await page.click('button', 'Pause');
}

async function linkOf(page) {
  await page.click('[role=tab]', 'Share');
  await eventually('the link', async () => (await count(page, '[role=tabpanel] input[readonly], [role=tabpanel] textarea[readonly]')) > 0);
  return page.evaluate(() => [...document.querySelectorAll('[role=tabpanel] input[readonly], [role=tabpanel] textarea[readonly]')].map((one) => one.value).find((value) => value.includes('#s=')));
}

test('a reader elects, crashes the leader, cuts, rewinds, and sends the run, which ends the same elsewhere', { timeout: 240_000 }, async () => {
  const page = await openPage(site.url + LESSON);
  await choose(page, 'Speed', 'real time');
  await playUntil(page, 'a leader', async () => (await count(page, LEADER)) === 1);
  const first = await page.evaluate((leader) => Number(/^Node (\d+),/.exec(document.querySelector(leader).getAttribute('aria-label'))[1]), LEADER);

  await page.click(`.node[aria-label^="Node ${first},"] .node-disc`);
  await page.click('.pg-stage [role=dialog] button', /^Crash/);
  await eventually('it is down', async () => (await page.evaluate((id) => document.querySelector(`.node[aria-label^="Node ${id},"]`).dataset.state, first)) === 'down');

  // A line from left to right, below the upper three.
  const area = await page.evaluate(() => {
    const middles = [...document.querySelectorAll('.node-disc')].map((one) => one.getBoundingClientRect()).map(({ y, height }) => y + height / 2).sort((a, b) => a - b);
    const { x, width } = document.querySelector('svg.stage').getBoundingClientRect();
    return { left: x + 4, right: x + width - 4, y: (middles[2] + middles[3]) / 2 };
  });
  await page.click('button', 'Partition');
  await page.drag({ x: area.left, y: area.y }, { x: area.right, y: area.y });
  await eventually('two sides', async () => (await count(page, '.cut-label')) === 2);
  const cutUs = await now(page);
  await playUntil(page, 'time passes', async () => (await now(page)) > cutUs + 1_000_000);

  // Back to before the cut: it is not there. Forward again: it is.
  const seek = (moment) =>
    page.evaluate((value) => {
      const range = document.querySelector('input[type=range][aria-label="Moment of the run"]');
      range.value = value;
      range.dispatchEvent(new Event('input', { bubbles: true }));
      range.dispatchEvent(new Event('change', { bubbles: true }));
    }, String(moment));
  await seek(Math.floor(cutUs / 2));
  await eventually('no cut', async () => (await count(page, '.cut')) === 0);
  // To the end of what has been played.
  await seek(await page.evaluate(() => document.querySelector('input[type=range][aria-label="Moment of the run"]').max));
  await eventually('the cut again', async () => (await count(page, '.cut')) === 1 && !/ of \d+$/.test(await text(page, '.readout')));

  const [link, seen] = [await linkOf(page), await picture(page)];
  assert.match(link, /#s=./);
  await fine(page);

  const somebody = await openPage(link);
  await eventually('the same picture', async () => assert.deepEqual(await picture(somebody), seen), 30_000);
  // The link has the run's fingerprint in it; and nothing was said of another end.
  assert.equal(await linkOf(somebody), link);
  assert.equal(await text(somebody, '.pg-notice'), '');
  await fine(somebody);
});

test('after its first visit a lesson works without the server, its search too', { timeout: 180_000 }, async () => {
  const host = await serve({ base: '/else/where/' });
  open.push(host);
  const page = await openPage(host.url + LESSON);
  await eventually('it is kept', async () => / 2 of \d+ playgrounds/.test(await text(page, '#kept')), 60_000);
  await host.close();
  // Not WebDriver's own reload, which passes the worker by.
  await page.goto(host.url + LESSON);
  await eventually('the playground', async () => (await count(page, '#tab-log')) === 1);
  await page.click('#experiment-search-double-vote button', 'Search');
  await eventually('an answer', async () => /^Found:/.test(await text(page, '.explore-answer [role=status]')), 60_000);
});
