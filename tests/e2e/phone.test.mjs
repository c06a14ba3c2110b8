// The lesson on a phone: the playground is docked below the text, and rises as far as the reader wants.

import assert from 'node:assert/strict';
import { PHONE, eventually, readerTest } from './harness.mjs';
import { LESSON, choose, key, leaders, menu, node, now, openLesson, setSpeed, stage, tab } from './lesson.mjs';

const TOUCH = { viewport: PHONE, hasTouch: true, isMobile: true };
const dock = (page) => page.locator('#playground').getAttribute('data-dock');
const opener = (page) => page.locator('.dock-open');
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const share = async (page, locator) => {
  const box = await locator.boundingBox();
  return { ...box, bottom: box.y + box.height, seen: Math.min(box.y + box.height, page.viewportSize().height) - Math.max(box.y, 0) };
};

readerTest('the dock rises from a bar to half the screen, to all of it, and back', TOUCH, async (page) => {
  await openLesson(page);
  assert.equal(await dock(page), 'bar');
  assert.ok(!(await stage(page).isVisible()));
  const bar = await share(page, page.locator('.dock'));
  assert.ok(bar.height <= 80 && Math.abs(bar.bottom - PHONE.height) < 2, `a bar at the foot, not ${JSON.stringify(bar)}`);
  assert.equal(await opener(page).getAttribute('aria-expanded'), 'false');

  await opener(page).tap();
  assert.equal(await dock(page), 'half');
  assert.ok(await stage(page).isVisible());
  await eventually('half of the screen', async () => {
    const { y } = await share(page, page.locator('#playground'));
    return y > PHONE.height * 0.2 && y < PHONE.height * 0.65;
  });
  assert.ok(await key(page, 'Play').isVisible(), 'the transport is within reach');

  await opener(page).tap();
  assert.equal(await dock(page), 'full');
  await eventually('nearly all of the screen', async () => (await share(page, page.locator('#playground'))).y < PHONE.height * 0.15);
  assert.ok(await page.getByRole('tablist').isVisible());

  await opener(page).tap();
  assert.equal(await dock(page), 'bar');
  assert.equal(await opener(page).getAttribute('aria-expanded'), 'false');
});

readerTest('Escape lowers the dock to its bar, from wherever in it the focus is', TOUCH, async (page) => {
  await openLesson(page);
  await opener(page).tap();
  await eventually('half', async () => (await dock(page)) === 'half');
  await node(page, 1).focus();
  await page.keyboard.press('Escape');
  await eventually('bar', async () => (await dock(page)) === 'bar');
});

readerTest('the program waits for the first touch, and does what that touch asked for', TOUCH, async (page) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(LESSON, { waitUntil: 'networkidle' });
  assert.ok(!asked.some((url) => url.endsWith('.wasm')), 'whoever only reads pays for no program');
  await opener(page).tap();
  await stage(page).waitFor();
  assert.equal(await dock(page), 'half');
  await opener(page).tap();
  assert.equal(await dock(page), 'full');
});

readerTest('the bar plays, and tells what happens', TOUCH, async (page) => {
  await openLesson(page);
  await page.locator('.dock').getByRole('button', { name: 'Play', exact: true }).tap();
  await eventually('time passes', async () => (await now(page)) > 30_000);
  await page.locator('.dock').getByRole('button', { name: 'Pause', exact: true }).tap();
  assert.notEqual((await page.locator('.dock-words').textContent()).trim(), '');
});

readerTest('“Set it up” raises the dock and keeps the text in sight', TOUCH, async (page) => {
  await openLesson(page);
  const setUp = page.locator('#experiment-two-leaders').getByRole('button', { name: 'Set it up' });
  await setUp.scrollIntoViewIfNeeded();
  await setUp.tap();
  assert.equal(await dock(page), 'half');
  await eventually('text above the dock', async () => (await share(page, page.locator('#playground'))).y > PHONE.height * 0.2);
});

readerTest('a page that is not there does not scroll sideways on a phone either', { ...TOUCH, expected: [/404/] }, async (page) => {
  await page.goto('nothing');
  assert.ok((await overflow(page)) <= 0, `${await overflow(page)} px too wide`);
});

readerTest('the lesson does not scroll sideways on a phone, whatever the dock shows', TOUCH, async (page) => {
  await openLesson(page);
  for (const state of ['bar', 'half', 'full']) {
    await eventually(state, async () => (await dock(page)) === state);
    assert.ok((await overflow(page)) <= 0, `${state}: ${await overflow(page)} px too wide`);
    await opener(page).tap();
  }
  // Every block of the text keeps within the screen or scrolls by itself.
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('.prose > *, .prose section > *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .map((one) => `${one.tagName} ${one.className} ${one.getBoundingClientRect().right}`),
  );
  assert.deepEqual(wide, []);
});

readerTest('the text of a phone is large enough to read and dark enough to see', TOUCH, async (page) => {
  await openLesson(page);
  const { size, width, line } = await page.locator('.prose > p').first().evaluate((one) => {
    const style = getComputedStyle(one);
    return { size: parseFloat(style.fontSize), line: parseFloat(style.lineHeight), width: one.getBoundingClientRect().width };
  });
  assert.ok(size >= 16 && line >= size * 1.35, `${size}px on ${line}px`);
  assert.ok(width >= PHONE.width * 0.85, `a column of ${width}px`);
});

readerTest('a finger crashes a node, and opens the menu of another within the screen', TOUCH, async (page) => {
  await openLesson(page);
  await opener(page).tap();
  await setSpeed(page, 'real time');
  await key(page, 'Play').tap();
  await eventually('a leader', async () => (await leaders(page).count()) === 1);
  await key(page, 'Pause').tap();
  await choose(page, leaders(page), 'Crash');
  assert.equal(await page.locator('.node[data-state=down]').count(), 1);
  await node(page, 3).locator('.node-disc').tap();
  for (const item of await menu(page).getByRole('button').all()) {
    await item.scrollIntoViewIfNeeded();
    const box = await item.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= PHONE.width + 1, 'within the screen');
    assert.ok(box.height >= 24, `an entry of ${box.height}px`);
  }
});

readerTest('every control of the transport is large enough for a finger', TOUCH, async (page) => {
  await openLesson(page);
  await opener(page).tap();
  for (const button of await page.locator('.keys button, .dock button').all()) {
    const { width, height } = await button.boundingBox();
    assert.ok(width >= 40 && height >= 40, `${await button.getAttribute('aria-label')}: ${width} × ${height}`);
  }
});

readerTest('a run opened by a link is in sight on a phone', TOUCH, async (page) => {
  await openLesson(page);
  await opener(page).tap();
  await opener(page).tap();
  await tab(page, 'Share').tap();
  const link = await page.getByLabel('A link to this moment').inputValue();
  await page.goto('about:blank');
  await page.goto(link);
  await stage(page).waitFor();
  assert.equal(await dock(page), 'half');
  assert.ok(link.includes(LESSON));
});
