// Two ways to do what a reader does, without a pointer: with keys alone, and by the names and roles that a screen reader goes by. And ears:
// what is read out. Knows the page by names, and no test.

import assert from 'node:assert/strict';
import { eventually } from './harness.mjs';
import { menu } from './lesson.mjs';

/** Presses of Tab and arrows that one way may take at most, from wherever the reader is to what they want. */
const WAY_MAX = 40;

/** Fails when the focus is nowhere, when it cannot be seen, or when something lies over it. */
export async function assertSeen(page, where) {
  const wrong = await page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return 'the focus is nowhere';
    if (!element.matches(':focus-visible')) return `no mark is on ${element.outerHTML.slice(0, 120)}`;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const parts = [0.5, 0.1, 0.9];
    const points = parts.flatMap((x) => parts.map((y) => [left + (right - left) * x, top + (bottom - top) * y]));
    const near = (hit) => hit && (element.contains(hit) || hit.contains(element));
    return points.some(([x, y]) => near(document.elementFromPoint(x, y))) ? undefined : `${element.outerHTML.slice(0, 120)} is covered`;
  });
  assert.equal(wrong, undefined, where);
}

/** A hand with a keyboard and nothing else. `keys.pressed` counts. */
export function keyboard(page) {
  const keys = { pressed: 0 };
  const key = async (name) => {
    keys.pressed += 1;
    await page.keyboard.press(name);
  };

  /** Where what is wanted lies: here, in the same row as what has the focus, or before or behind it. */
  const way = (locator) =>
    locator.evaluate((wanted) => {
      const here = document.activeElement;
      if (here === wanted) return 'here';
      const row = (element) => element.closest('.layer-nodes, .layer-links, .layer-messages, [role=tablist]') ?? (element.type === 'radio' ? element.name : element);
      const order = here.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING ? -1 : 1;
      return row(here) === row(wanted) ? (order < 0 ? 'ArrowLeft' : 'ArrowRight') : order < 0 ? 'Shift+Tab' : 'Tab';
    });
  const go = async (locator) => {
    for (let taken = 0; ; taken += 1) {
      const next = await way(locator);
      if (next === 'here') break;
      assert.ok(taken < WAY_MAX, `${WAY_MAX} keys do not lead to ${locator}`);
      await key(next);
    }
    await assertSeen(page, `on the way to ${locator}`);
  };
  const press = async (locator) => {
    await go(locator);
    await key('Enter');
    await assertSeen(page, `after ${locator}`);
  };

  return {
    keys,
    press,
    /** Goes where a link leads. */
    async follow(link) {
      await go(link);
      await key('Enter');
    },
    async check(locator) {
      await go(locator);
      if (!(await locator.isChecked())) await key('Space');
      assert.ok(await locator.isChecked());
    },
    async flip(locator) {
      await go(locator);
      await key('Space');
    },
    async type(locator, text) {
      await go(locator);
      await key('ControlOrMeta+a');
      await page.keyboard.type(text);
      await key('Enter');
    },
    async select(locator, label) {
      await go(locator);
      for (let tries = 0; (await locator.evaluate((one) => one.selectedOptions[0].text)) !== label; tries += 1) {
        assert.ok(tries < 20, `no option ${label}`);
        const [at, wanted] = await locator.evaluate((one, text) => [one.selectedIndex, [...one.options].findIndex((option) => option.text === text)], label);
        await key(wanted > at ? 'ArrowDown' : 'ArrowUp');
      }
    },
    /** Moves a slider by a large step. */
    async raise(locator) {
      await go(locator);
      await key('PageUp');
    },
    /** Chooses from the menu that stands open: it keeps the focus, and arrows walk through it. */
    async choose(name) {
      await menu(page).waitFor();
      const entry = menu(page).getByRole('button', { name, disabled: false }).first();
      for (let taken = 0; !(await entry.evaluate((one) => one === document.activeElement)); taken += 1) {
        assert.ok(taken < WAY_MAX, `no arrow leads to ${name}`);
        await key('ArrowDown');
      }
      await key('Enter');
    },
    async toPlayground(card) {
      await press(card.getByRole('link', { name: 'To the playground' }));
    },
    async toText() {
      await key('Escape');
      await assertSeen(page, 'back in the text');
    },
    /** Fails when something that was done has left the reader nowhere. */
    async settled(when) {
      await assertSeen(page, when);
    },
  };
}

/** What assistive technology does with a thing that it has found by its role and name: its default action, without any pointer. */
export function names(page) {
  const press = async (locator) => {
    await locator.waitFor({ state: 'attached' });
    assert.equal(await locator.count(), 1, `${locator} is one thing`);
    assert.notEqual(await locator.getAttribute('aria-disabled'), 'true', `${locator} can be pressed`);
    await locator.evaluate((one) => one.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })));
  };
  return {
    press,
    async check(locator) {
      await press(locator);
      await eventually('it is checked', () => locator.isChecked());
    },
    flip: press,
    async type(locator, text) {
      await locator.fill(text);
      await press(menu(page).getByRole('button', { name: /^Write/ }));
    },
    async select(locator, label) {
      await locator.selectOption({ label });
    },
    async raise(locator) {
      const [value, max] = await locator.evaluate((one) => [Number(one.value), Number(one.max)]);
      await locator.fill(String(Math.round((value + max / 10) / 10) * 10));
    },
    async choose(name) {
      await press(menu(page).getByRole('button', { name }).first());
    },
    toPlayground: async () => undefined,
    toText: async () => undefined,
    settled: async () => undefined,
  };
}

/**
 * Ears: what a screen reader reads out by itself. Only what changes in a live region that was there before is heard, and alerts as they
 * appear. To be opened before the page is.
 */
export async function ears(page) {
  await page.addInitScript(() => {
    const LIVE = '[role=status], [role=alert], [aria-live]';
    const known = new WeakSet();
    window.heard = [];
    const hear = (region) => {
      const words = region.textContent.trim().replaceAll(/\s+/g, ' ');
      if (words !== '' && (known.has(region) || region.matches('[role=alert]'))) window.heard.push(words);
    };
    const observer = new MutationObserver((changes) => {
      const regions = new Set();
      for (const { target, addedNodes } of changes) {
        const around = (target.closest ? target : target.parentElement)?.closest(LIVE);
        if (around) regions.add(around);
        for (const added of addedNodes) if (added.matches?.('[role=alert]') && added.checkVisibility()) regions.add(added);
      }
      regions.forEach(hear);
      for (const region of document.querySelectorAll(LIVE)) if (region.checkVisibility()) known.add(region);
    });
    observer.observe(document, { childList: true, characterData: true, subtree: true });
  });
  return {
    /** Waits until such words have been read out since the ears were cleared: a pattern, or the words. */
    async hear(what) {
      await eventually(`“${what}” is read out`, async () => {
        const heard = await page.evaluate(() => window.heard);
        assert.ok(heard.some((words) => (what instanceof RegExp ? what.test(words) : words === what)), heard.slice(-12).join(' | '));
      });
    },
    forget: () => page.evaluate(() => void window.heard.splice(0)),
  };
}
