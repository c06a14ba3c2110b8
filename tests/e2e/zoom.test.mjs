// For whoever enlarges the page, its text, or nothing but the contrast; and for whoever wants no motion: what they need is there, and nothing
// lies over it. Knows one lesson.

import assert from 'node:assert/strict';
import { eventually, openReader, readerTest, shoot } from './harness.mjs';
import { assertSeen } from './hands.mjs';
import { beginLesson, key, leaders, menu, node, now, openLesson, setSpeed, stepUntil, steps, tab } from './lesson.mjs';

/** 1280 × 1024 at 400 %. */
const ENLARGED = { viewport: { width: 320, height: 256 } };
const dock = (page) => page.locator('#playground').getAttribute('data-dock');
const top = (locator) => locator.evaluate((one) => one.getBoundingClientRect().top);

/** Presses Tab so many times; what has the focus can be seen each time. */
async function walk(page, stops, keyName = 'Tab') {
  for (let stop = 0; stop < stops; stop += 1) {
    await page.keyboard.press(keyName);
    // A page may be at its end: then the focus is the browser's.
    if (await page.evaluate(() => document.activeElement === document.body)) return;
    await assertSeen(page, `stop ${stop}`);
  }
}

readerTest('at 400 % the docked playground leaves room for the text, and Escape or the way back gives it all', ENLARGED, async (page) => {
  await openLesson(page);
  const height = ENLARGED.viewport.height;
  assert.ok((await top(page.locator('#playground'))) > height * 0.7, 'the bar is one line');
  await page.locator('.dock-open').press('Enter');
  await eventually('half', async () => (await dock(page)) === 'half');
  assert.ok((await top(page.locator('#playground'))) > height * 0.35, 'half of it leaves lines of text');
  assert.equal(await page.locator('.site-head').evaluate((head) => getComputedStyle(head).position), 'static', 'no header stands over them');
  await node(page, 1).focus();
  await page.keyboard.press('Escape');
  await eventually('bar', async () => (await dock(page)) === 'bar');
  assert.ok(await page.evaluate(() => document.activeElement !== document.body && document.activeElement.checkVisibility()), 'the focus is not lost with what closed');
});

readerTest('at 400 % nothing lies over what has the focus, in the text and in the playground', { ...ENLARGED, timeout: 180_000 }, async (page) => {
  await openLesson(page);
  await walk(page, 40);
  await page.locator('.dock-open').press('Enter');
  await eventually('half', async () => (await dock(page)) === 'half');
  await page.locator('#experiment-two-writes summary').first().focus();
  await walk(page, 20);
  await walk(page, 20, 'Shift+Tab');
  await page.locator('.dock-open').focus();
  await walk(page, 25);
});

readerTest('a docked playground that covers the text makes way when the focus goes back to it', ENLARGED, async (page) => {
  await openLesson(page);
  await page.locator('#experiment-crash summary').first().focus();
  for (const state of ['half', 'full']) {
    await page.locator('.dock-open').press('Enter');
    await eventually(state, async () => (await dock(page)) === state);
  }
  await page.locator('.dock-open').focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await eventually('bar', async () => (await dock(page)) === 'bar');
  await assertSeen(page, 'back in the text');
});

for (const viewport of [ENLARGED.viewport, { width: 360, height: 480 }]) {
  readerTest(`in the sandbox, on ${viewport.width} × ${viewport.height}, nothing lies over what has the focus`, { viewport, timeout: 180_000 }, async (page) => {
    await beginLesson(page, '', 'sandbox/08-leader-election/');
    await walk(page, 45);
  });
}

for (const path of ['', 'sandbox/', 'sandbox/08-leader-election/', 'lessons/08-leader-election/']) {
  readerTest(`${path || 'the home page'} keeps within the screen with its text at 200 %`, async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
    await page.goto(path);
    await page.keyboard.press('Shift');
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '32px');
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  });
}

readerTest('for whoever wants little motion time does not slow down for a caption, and nothing scrolls by itself', { timeout: 180_000 }, async () => {
  const reached = {};
  for (const reducedMotion of ['reduce', 'no-preference']) {
    const reader = await openReader({ reducedMotion });
    const { page } = reader;
    await page.addInitScript(() => {
      window.scrolled = [];
      const plain = Element.prototype.scrollIntoView;
      Element.prototype.scrollIntoView = function (options) {
        window.scrolled.push(options?.behavior);
        return plain.call(this, options);
      };
    });
    await openLesson(page);
    await setSpeed(page, 'real time');
    await page.clock.install();
    await key(page, 'Play').click();
    for (let frames = 0; frames < 40; frames += 1) await page.clock.runFor(50);
    reached[reducedMotion] = await now(page);
    assert.equal(await leaders(page).count(), 1, 'something worth a caption has happened');
    if (reducedMotion === 'reduce') assert.deepEqual(await page.evaluate(() => window.scrolled.filter((behaviour) => behaviour === 'smooth')), []);
    await reader.close();
  }
  assert.ok(reached['no-preference'] < reached.reduce, `${JSON.stringify(reached)}: elsewhere it slows down`);
});

/** Contrast of what is drawn against its ground, as WCAG 2.2 reckons it: { name: ratio }. */
const contrasts = (page, drawn) =>
  page.evaluate((drawn) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgb = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const luminance = (colour) => {
      const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found = {};
    for (const [selector, property, ground] of drawn) {
      const element = document.querySelector(selector);
      if (!element) {
        found[selector] = 'is not there';
        continue;
      }
      const style = getComputedStyle(element);
      const under = rgb(getComputedStyle(document.querySelector(ground)).backgroundColor);
      const opacity = Number(style.opacity);
      const ink = rgb(style.getPropertyValue(property)).map((part, at) => part * opacity + under[at] * (1 - opacity));
      const [light, dark] = [luminance(ink), luminance(under)].sort((a, b) => b - a);
      found[`${selector} ${property}`] = Math.round(((light + 0.05) / (dark + 0.05)) * 100) / 100;
    }
    return found;
  }, drawn);

const DRAWN = [
  ['.link[data-state=up] .link-line', 'stroke', '.pg-stage'],
  ['.link[data-state=cut] .link-line', 'stroke', '.pg-stage'],
  ['.cut-line', 'stroke', '.pg-stage'],
  ['.node-disc', 'stroke', '.pg-stage'],
  ['.node-timer', 'stroke', '.pg-stage'],
  ['.node-disk', 'stroke', '.pg-stage'],
  ['.msg .msg-shape', 'stroke', '.pg-stage'],
  ['.msg .msg-nose', 'fill', '.pg-stage'],
  ['.lane-line', 'stroke', '.pg-diagram'],
  ['.arrow-line', 'stroke', '.pg-diagram'],
  ['.now-line', 'stroke', '.pg-diagram'],
  ['.keys .btn:not([aria-disabled])', 'border-top-color', '.pg-body'],
  ['#speed', 'border-top-color', '.pg-body'],
  ['.switch input', 'border-top-color', '.pg-body'],
  ['.experiment-acts .btn:not(.btn-main)', 'border-top-color', '.experiment'],
];

for (const colorScheme of ['light', 'dark']) {
  readerTest(`what is drawn stands out from its ground, ${colorScheme}`, { colorScheme, reducedMotion: 'reduce' }, async (page) => {
    await openLesson(page);
    await stepUntil(page, 'a leader', async () => (await leaders(page).count()) === 1);
    await page.getByRole('button', { name: 'Partition', exact: true }).press('Enter');
    await page.getByRole('radio', { name: 'Node 4 in group B' }).check();
    await page.getByRole('button', { name: 'Cut', exact: true }).click();
    await steps(page, 4);
    await tab(page, 'Settings').click();
    const found = await contrasts(page, DRAWN);
    const faint = Object.entries(found).filter(([, ratio]) => !(ratio >= 3));
    assert.deepEqual(faint, []);
    // The mark of the focus, on each ground that it is drawn on.
    await page.locator('.dock').evaluate((dock) => dock.style.setProperty('outline-color', 'var(--act)'));
    for (const ground of ['html', '.pg-stage', '.pg-body', '.experiment']) {
      const [ratio] = Object.values(await contrasts(page, [['.dock', 'outline-color', ground]]));
      assert.ok(ratio >= 3, `the mark of the focus on ${ground}: ${ratio}`);
    }
  });
}

readerTest('with forced colours nodes, messages, switches and what has the focus can still be seen', { forcedColors: 'active' }, async (page) => {
  await openLesson(page);
  await stepUntil(page, 'a leader', async () => (await leaders(page).count()) === 1);
  await tab(page, 'Settings').click();
  const ground = (selector, of) => page.locator(selector).first().evaluate((one, of) => getComputedStyle(one, of).backgroundColor, of);
  assert.notEqual(await ground('.tab[aria-selected=true]'), await ground('.tab[aria-selected=false]'), 'which tab is open');
  const [on, off] = await Promise.all([':checked', ':not(:checked)'].map((state) => ground(`.switch input${state}`, '::before')));
  assert.notEqual(on, off, 'which switches are on');
  for (const lever of [on, off]) assert.notEqual(lever, await ground('.switch input'), 'a lever stands out from its switch');
  const fill = (selector) => page.locator(selector).first().evaluate((one) => getComputedStyle(one).fill);
  assert.notEqual(await fill('.node[data-role=leader] .node-disc'), await fill('.node[data-role=follower] .node-disc'));
  await node(page, 1).focus();
  await page.keyboard.press('Enter');
  await menu(page).waitFor();
  await shoot(page, 'forced colours');
});

readerTest('a node is moved without dragging, from its menu, and back', async (page) => {
  await openLesson(page);
  const place = () => node(page, 2).evaluate((one) => one.getAttribute('transform'));
  const before = await place();
  await node(page, 2).locator('.node-disc').click();
  await menu(page).getByRole('button', { name: 'Move…' }).click();
  for (let moves = 0; moves < 2; moves += 1) await menu(page).getByRole('button', { name: 'Left' }).click();
  await eventually('it stands elsewhere', async () => (await place()) !== before);
  await menu(page).getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Tidy up' }).click();
  await eventually('it is back', async () => (await place()) === before);
});
