// What every end-to-end test stands on: the built site on a local server, a Chromium, a fresh context a test.
// A test that passes its own assertions still fails when its page wrote to the console, threw, or asked another origin.
// Knows no page of the site.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { serve } from '../../scripts/serve.mjs';
import { CHROMIUM, FLAGS } from './browser.mjs';

export { eventually } from './eventually.mjs';

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };

// Not the root of the host: one build must work from any path.
const BASE = '/some/where/';

const WAIT_MS_MAX = 15_000;
/** A reader's worker would load the whole site in each test. What it does is tested in offline.test.mjs; here the browser refuses it. */
const WITHOUT_WORKER = { serviceWorkers: 'block' };
const REFUSED = /Service Worker registration blocked by Playwright/;
const SHOTS = fileURLToPath(new URL('../../target/shots/', import.meta.url));

let site;
let browser;

before(async () => {
  site = await serve({ base: BASE });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** The address of the site's home page; addresses given to `page.goto` are relative to it. */
export const home = () => site.url;

/** Collects into `complaints` whatever a reader's page must not do. */
function watch(page, complaints, expected) {
  const complain = (text) => {
    if (![REFUSED, ...expected].some((pattern) => pattern.test(text))) complaints.push(`${page.url()}: ${text}`);
  };
  page.on('console', (message) => complain(`console.${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complain(`threw: ${error.stack ?? error}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (['data:', 'blob:', 'about:'].includes(protocol)) return;
    if (origin !== new URL(site.url).origin) complain(`asked for ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complain(`got ${response.status()} for ${response.url()}`);
  });
}

/**
 * A reader in a fresh browser profile. `settings` are Playwright's for a context (viewport, colorScheme, reducedMotion,
 * javaScriptEnabled, …), and `expected`: patterns of complaints that this test means to provoke.
 * Resolves to { context, page, newPage, close }; `close` fails if any page complained.
 */
export async function openReader({ expected = [], ...settings } = {}) {
  const context = await browser.newContext({ baseURL: site.url, viewport: WIDE, ...WITHOUT_WORKER, ...settings });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const complaints = [];
  const newPage = async () => {
    const page = await context.newPage();
    watch(page, complaints, expected);
    return page;
  };
  return {
    context,
    page: await newPage(),
    newPage,
    async close() {
      // What a page still loads, it may still complain about.
      for (const page of context.pages()) await page.waitForLoadState('networkidle').catch(() => undefined);
      await context.close();
      if (complaints.length > 0) throw new Error(`a page complained:\n  ${complaints.join('\n  ')}`);
    },
  };
}

/** A test with one reader: `body(page, reader)`. Settings as for `openReader`, and node's own: skip, only, timeout. */
export function readerTest(name, settings, body) {
  if (body === undefined) return readerTest(name, {}, settings);
  const { skip, only, timeout = 120_000, ...rest } = settings;
  return test(name, { skip, only, timeout }, async () => {
    const reader = await openReader(rest);
    let failure;
    try {
      await body(reader.page, reader);
    } catch (error) {
      failure = error;
      await photograph(reader.page, `failed-${slug(name)}`).catch(() => undefined);
    }
    try {
      await reader.close();
    } catch (complaints) {
      if (failure === undefined) throw complaints;
      failure.message += `\n${complaints.message}`;
    }
    if (failure !== undefined) throw failure;
  });
}

/** Waits until fonts are in and finite transitions are over. */
async function settle(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const finite = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime));
    await Promise.allSettled(finite.map((one) => one.finished));
  });
}

/**
 * Fails on any of axe's findings in the page as it stands, or in the part of it that `within` selects: by all rules and by that of WCAG 2.2
 * on the size of targets, which axe leaves out by itself. In the dark only colours are another matter.
 */
export async function assertAccessible(page, within) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await settle(page);
    const axe = new AxeBuilder({ page });
    axe.options(colorScheme === 'light' ? { rules: { 'target-size': { enabled: true } } } : { runOnly: ['color-contrast'] });
    const { violations } = await (within === undefined ? axe : axe.include(within)).analyze();
    const findings = violations.map(({ id, help, nodes }) => {
      const where = nodes.slice(0, 5).map((node) => `\n    ${node.target.join(' ')}: ${node.failureSummary}`);
      return `${id}: ${help} (${nodes.length})${where.join('')}`;
    });
    assert.equal(findings.length, 0, `axe, ${colorScheme}:\n  ${findings.join('\n  ')}`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 80);

async function photograph(page, name, options = {}) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), ...options });
}

/**
 * Keeps pictures of the page as it stands in target/shots: wide and phone, light and dark. `options` are Playwright's
 * for a screenshot (fullPage, …).
 */
export async function shoot(page, name, options = {}) {
  const viewport = page.viewportSize();
  for (const size of [WIDE, PHONE]) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await settle(page);
      await photograph(page, `${slug(name)}-${size.width}-${colorScheme}`, options);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(viewport);
}
