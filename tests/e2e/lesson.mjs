// What a reader does on the page of a lesson, by the names that the page gives to things. Knows one lesson, and no test.

import assert from 'node:assert/strict';
import { eventually } from './eventually.mjs';

export const LESSON = 'lessons/08-leader-election/';

/** Opens a lesson, with what follows its address, and waits for the playground. Where it is docked, a key starts it. */
export async function openLesson(page, rest = '', lesson = LESSON) {
  await beginLesson(page, rest, lesson);
  await touch(page);
}

/** Opens a lesson and does nothing in its playground: the program is there as far as the page needs it. */
export async function beginLesson(page, rest = '', lesson = LESSON) {
  await page.goto(lesson + rest);
  await page.keyboard.press('Shift');
  await page.locator('#playground[data-live]').waitFor({ state: 'attached' });
}

/** As a pointer that comes to the playground does: brings the rest of its program, and waits for it. */
export async function touch(page) {
  await page.locator('#playground').dispatchEvent('pointerenter');
  await page.locator('#playground[data-whole]').waitFor({ state: 'attached' });
}

export const stage = (page) => page.locator('svg.stage');
export const node = (page, id) => stage(page).getByRole('button', { name: new RegExp(`^Node ${id},`) });
export const leaders = (page) => page.locator('.node[data-role=leader][data-state=up]');
export const messages = (page, words) => stage(page).getByRole('button', { name: words });
/** The dialog that stands open on the stage. */
export const menu = (page) => page.locator('.pg-stage').getByRole('dialog');
export const time = (page) => page.getByRole('group', { name: 'Time', exact: true });
export const key = (page, name) => time(page).getByRole('button', { name, exact: true });
export const scrubber = (page) => page.getByLabel('Moment of the run');
export const caption = (page) => page.locator('.caption');
export const notice = (page) => page.locator('.pg-notice');
export const tab = (page, name) => page.getByRole('tab', { name });

/** The number of a node, by its element. */
export const idOf = async (element) => Number(/^Node (\d+),/.exec(await element.getAttribute('aria-label'))[1]);
/** What a screen reader hears of each node, in order: "Node 0, leader, term 1". */
export const nodes = (page) => page.locator('.node').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')).sort());
/** The terms of nodes, by the words for them. */
export const termsOf = (words) => words.map((one) => Number(/, term (\d+)/.exec(one)?.[1] ?? 0));
/** The present moment, in virtual microseconds. */
export const now = async (page) => Number(await scrubber(page).inputValue());
export const stepCount = async (page) => Number((await page.locator('#tab-log .count').textContent()).replaceAll(',', ''));

/**
 * All that tells one moment of a run from another: time, steps, nodes, messages and how far they are, caption, what holds. Not the
 * size of the stage, and not the marks of messages lost a moment ago: how long they stay depends on the speed, which is the
 * reader's own.
 */
export async function picture(page) {
  return page.evaluate(() => {
    const read = (selector, of) => [...document.querySelectorAll(selector)].map(of).sort();
    const place = (one) => /translate\(([-\d.]+)[ ,]+([-\d.]+)\)/.exec(one.getAttribute('transform')).slice(1).map(Number);
    const percent = (message) => {
      const [from, to] = /from (\d+) to (\d+)/.exec(message.getAttribute('aria-label')).slice(1).map((id) => place(document.querySelector(`.node[aria-label^="Node ${id},"]`)));
      const [way, done] = [to, place(message)].map(([x, y]) => [x - from[0], y - from[1]]);
      return Math.round((100 * (way[0] * done[0] + way[1] * done[1])) / (way[0] ** 2 + way[1] ** 2));
    };
    return {
      readout: document.querySelector('.readout').textContent,
      nodes: read('.node', (one) => `${one.getAttribute('aria-label')} ${one.dataset.role} ${one.dataset.state}`),
      timers: read('.node-timer', (one) => one.getAttribute('stroke-dasharray')),
      messages: read('.msg[aria-label]', (one) => `${one.getAttribute('aria-label')}, ${percent(one)} %`),
      links: read('.link', (one) => `${one.getAttribute('aria-label')} ${one.dataset.state}`),
      cut: read('.cut-label', (one) => one.textContent),
      caption: document.querySelector('.caption').textContent,
      invariants: document.querySelector('#tab-invariants').textContent,
    };
  });
}

/** The link that the page offers for the moment that it shows; it carries the fingerprint. */
export async function linkOf(page) {
  await tab(page, 'Share').click();
  return page.getByLabel('A link to this moment').inputValue();
}

export async function setSpeed(page, label) {
  await page.getByLabel('Speed', { exact: true }).selectOption({ label });
}

/** Plays until `probe()` is true, and stops. */
export async function playUntil(page, what, probe) {
  await key(page, 'Play').click();
  await eventually(what, probe, 30_000);
  await pause(page);
}

/** Stops time, if it has not stopped by itself. */
export async function pause(page) {
  const button = key(page, 'Pause');
  if (await button.count()) await button.click();
  await key(page, 'Play').waitFor();
}

/** Plays one event at a time, so that a run is the same however fast the machine is, until `probe()` is true. */
export async function stepUntil(page, what, probe, stepsMax = 300) {
  for (let done = 0; done < stepsMax; done += 1) {
    if (await probe()) return;
    await key(page, 'Step').click();
  }
  throw new Error(`never in ${stepsMax} steps: ${what}`);
}

export async function steps(page, count) {
  for (let done = 0; done < count; done += 1) await key(page, 'Step').click();
}

/** Clicks the middle of a thing on the stage as a hand does: whatever lies over it takes the click. */
export async function point(page, thing) {
  const { x, y, width, height } = await thing.locator('.msg-shape, .node-disc').boundingBox();
  await page.mouse.click(x + width / 2, y + height / 2);
}

/** Opens the menu of a thing on the stage with the mouse, and chooses from it. */
export async function choose(page, thing, what) {
  await point(page, thing);
  await menu(page).getByRole('button', { name: what }).click();
  await menu(page).waitFor({ state: 'detached' });
}

/** Takes up the tool and draws a line with the mouse, so that the nodes of `side` are on one side of it. */
export async function drawCut(page, side) {
  const boxes = await page.locator('.node').evaluateAll((all) =>
    all.map((one) => {
      const { x, y, width, height } = one.querySelector('.node-disc').getBoundingClientRect();
      return { id: Number(/^Node (\d+),/.exec(one.getAttribute('aria-label'))[1]), x: x + width / 2, y: y + height / 2 };
    }),
  );
  // Of all directions the one in which the two sides are furthest apart.
  const lines = Array.from({ length: 72 }, (_, at) => {
    const [nx, ny] = [Math.cos((at * Math.PI) / 36), Math.sin((at * Math.PI) / 36)];
    const far = (some) => some.map(({ x, y }) => x * nx + y * ny);
    const [before, behind] = [Math.max(...far(boxes.filter(({ id }) => side.includes(id)))), Math.min(...far(boxes.filter(({ id }) => !side.includes(id))))];
    return { nx, ny, gap: behind - before, from: (before + behind) / 2 };
  });
  const line = lines.reduce((best, one) => (one.gap > best.gap ? one : best));
  assert.ok(line.gap > 20, `no straight line parts ${side} from the others`);
  // From one edge of the stage to the other.
  const area = await stage(page).boundingBox();
  const middle = { x: area.x + area.width / 2, y: area.y + area.height / 2 };
  const off = line.from - (middle.x * line.nx + middle.y * line.ny);
  const at = (way) => {
    const point = { x: middle.x + off * line.nx, y: middle.y + off * line.ny };
    const inside = ({ x, y }) => x > area.x + 3 && x < area.x + area.width - 3 && y > area.y + 3 && y < area.y + area.height - 3;
    const next = () => ({ x: point.x - line.ny * way, y: point.y + line.nx * way });
    while (inside(next())) Object.assign(point, next());
    return point;
  };
  await page.getByRole('button', { name: 'Partition', exact: true }).click();
  await page.mouse.move(at(-1).x, at(-1).y);
  await page.mouse.down();
  await page.mouse.move(at(1).x, at(1).y, { steps: 12 });
  await page.mouse.up();
  await page.locator('.cut').waitFor({ state: 'attached' });
}

/** Fails when the keyboard's focus is nowhere. */
export async function assertFocused(page, when) {
  const where = await page.evaluate(() => document.activeElement?.tagName);
  assert.ok(where !== undefined && where !== 'BODY', `the focus is nowhere ${when}`);
}
