// The site without a connection, and from one version to the next: what is kept works, and no page is ever served a mixture.
// Two builds are made of dist/ (builds.mjs). A stopped server is no connection.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { CHROMIUM, FLAGS } from './browser.mjs';
import { MARK, build, openHost } from './builds.mjs';
import { eventually, shoot } from './harness.mjs';
import { key, now } from './lesson.mjs';

const LESSON = 'lessons/08-leader-election/';
const HOST = 'faultline.localhost';

let browser;
let folders;

before(async () => {
  const rules = FLAGS.map((flag) => (flag.startsWith('--host-resolver-rules') ? `${flag}, EXCLUDE ${HOST}` : flag));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: rules });
  folders = { A: build('A'), B: build('B') };
});

after(() => browser?.close());

/** A test with a host that shows build A, and a reader whose browser keeps what it is given. */
function offlineTest(name, body, { host: at = HOST, ...settings } = {}) {
  test(name, { timeout: 150_000 }, async () => {
    const host = await openHost(at, folders);
    const context = await browser.newContext({ baseURL: host.url, viewport: { width: 1440, height: 900 }, ...settings });
    context.setDefaultTimeout(15_000);
    try {
      await body(await context.newPage(), { context, host });
    } finally {
      await context.close();
      await host.stop();
    }
  });
}

const line = (page) => page.locator('#kept');
const says = (page, words) => eventually(`the footer says ${words}`, async () => words.test(await line(page).locator('span').textContent()));
const note = (page) => page.locator('#fresh');
const cause = (page) => page.locator('#panic-cause');
/** The reader’s first visit of a lesson, until all is kept that is to be: its playground, and that of the sandbox, which has the same program. */
async function visit(page, address = LESSON) {
  await page.goto(address);
  await says(page, /and 2 of \d+ playgrounds/);
}
async function plays(page) {
  // Behind another page time stands still.
  await page.bringToFront();
  const from = await now(page);
  await key(page, 'Play').click();
  await eventually('time passes', async () => (await now(page)) > from + 10_000);
  await key(page, 'Pause').click();
}
async function searches(page) {
  await page.bringToFront();
  await page.locator('#experiment-search-double-vote').getByRole('button', { name: 'Search' }).click();
  await eventually('an answer', async () => /^Found:/.test(await page.locator('.explore-answer [role=status]').textContent()), 30_000);
}

/** The build that this page is of, after asking again for each marked file that it has loaded: all must be of the same. */
async function servedOf(page) {
  const served = await page.evaluate(async (mark) => {
    const letter = (text) => new RegExp(mark).exec(text)?.[1];
    const files = performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\.(js|css|wasm)$/.test(name) && !name.endsWith('/service-worker.js'));
    const all = [...new Set(files)].map(async (file) => [file, letter(new TextDecoder('latin1').decode(await (await fetch(file)).arrayBuffer()))]);
    return [['the page', letter(document.documentElement.outerHTML)], ...(await Promise.all(all))];
  }, MARK.source);
  assert.ok(served.length >= 4, `only ${served.length} files`);
  const [[, shown]] = served;
  for (const [file, build] of served) assert.equal(build, shown, `${file} is of build ${build}, its page of ${shown}`);
  return shown;
}
const shownBuild = async (page) => MARK.exec(await page.content())?.[1];

/** The caches of versions that this browser has. */
const versions = (page) => page.evaluate(async () => (await caches.keys()).filter((name) => !name.endsWith(' wanted')));

offlineTest('after its first visit a lesson works offline, with its search, and every other page reads', async (page, { host }) => {
  await visit(page);
  await host.stop();
  // The page that was open before there was a worker searches too.
  await searches(page);
  await page.reload();
  await plays(page);
  await searches(page);
  assert.equal(await servedOf(page), 'A');
  await page.goto(`${LESSON.slice(0, -1)}?embed`);
  await key(page, 'Play').waitFor();
  assert.equal(new URL(page.url()).search, '?embed');
  await page.goto('');
  assert.ok(await page.locator('#path').isVisible());
  assert.equal((await page.goto('nothing/here'))?.status(), 404);
});

offlineTest('a lesson that was not visited reads offline, and says what its playground lacks', async (page, { host }) => {
  await page.goto('');
  await says(page, /and 0 of \d+ playgrounds/);
  await host.stop();
  await page.goto(LESSON);
  await page.keyboard.press('Shift');
  assert.ok(await page.getByText('A candidate with votes from a majority is leader.').isVisible());
  await eventually('a sentence', async () => /^Its program could not be loaded \(.+\)\. Check the connection\.$/.test(await cause(page).textContent()));
});

offlineTest('a new version comes whole, when no page of the old one is open', async (page, { host, context }) => {
  await visit(page);
  host.show('B');
  // Another page, opened after the host has changed: still of the version that is in use.
  const second = await context.newPage();
  await second.goto(LESSON);
  await note(second).waitFor();
  await note(page).waitFor();
  assert.deepEqual([await servedOf(second), await servedOf(page)], ['A', 'A']);
  await searches(page);
  await shoot(second, 'new-version');
  await note(second).getByRole('button', { name: 'Later' }).click();
  assert.ok(!(await note(second).isVisible()));
  await page.close();
  // When the old worker has done all that it was asked, which is the browser's affair: the next visit has the new version, or the one after.
  await eventually('the new version', async () => {
    await second.goto('about:blank');
    await second.waitForTimeout(300);
    await second.goto(LESSON);
    return (await shownBuild(second)) === 'B';
  }, 40_000);
  await plays(second);
  assert.equal(await servedOf(second), 'B');
  await eventually('the old version is gone', async () => (await versions(second)).length === 1);
  // What was kept is kept.
  await says(second, /and 2 of \d+ playgrounds/);
  await host.stop();
  await second.reload();
  await searches(second);
  assert.equal(await servedOf(second), 'B');
});

offlineTest('a reader who asks has the new version at once, and another open page goes on as it was', async (page, { host, context }) => {
  await visit(page);
  const second = await context.newPage();
  await second.goto(LESSON);
  await key(second, 'Play').waitFor();
  host.show('B');
  await second.evaluate(async () => (await navigator.serviceWorker.ready).update());
  // A worker that is busy for longer than the page waits is asked again, as the note is there again.
  let asked = 0;
  await eventually('the new version', async () => {
    if (Date.now() - asked > 8_000 && (await note(page).isVisible())) {
      asked = Date.now();
      await note(page).getByRole('button', { name: 'Reload' }).click();
    }
    return (await servedOf(page)) === 'B';
  }, 40_000);
  await plays(page);
  // The other has searched nothing so far: what it loads now is of its own version, which the host no longer has.
  await searches(second);
  assert.equal(await servedOf(second), 'A');
  await second.close();
  await page.reload();
  await eventually('the old version is gone', async () => (await versions(page)).length === 1);
});

/** A page of A is open whose program is not there yet, and the host shows B: what the reader sees, and what a reload does. */
async function outdated(page) {
  await page.keyboard.press('Shift');
  await eventually('a sentence', async () => /^A new version of the site is there/.test(await cause(page).textContent()));
  await page.locator('#panic').getByRole('button', { name: 'Reload', exact: true }).click();
  await eventually('the new version', async () => (await shownBuild(page)) === 'B');
  await page.waitForLoadState();
  await page.keyboard.press('Shift');
  await page.locator('#playground[data-live]').waitFor({ state: 'attached' });
  assert.equal(await servedOf(page), 'B');
}
// On a phone the program starts at the first touch or key.
const PHONE = { width: 360, height: 740 };

offlineTest('a page whose program the host has replaced says so, and a reload brings the new version', async (page, { host }) => {
  await page.goto(LESSON);
  host.show('B');
  await outdated(page);
}, { viewport: PHONE, serviceWorkers: 'block' });

offlineTest('so does one out of the cache, if its program is not kept', async (page, { host }) => {
  await visit(page);
  host.show('B');
  await page.evaluate(async () => {
    const all = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    for (const cache of all) for (const request of await cache.keys()) if (/lesson-/.test(request.url)) await cache.delete(request);
  });
  await page.reload();
  await outdated(page);
}, { viewport: PHONE });

offlineTest('a harmed file of the cache is not served: the host’s is, or none', async (page, { host }) => {
  await visit(page);
  const harm = (pattern) =>
    page.evaluate(async (source) => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          if (!new RegExp(source).test(request.url)) continue;
          const found = await cache.match(request);
          const bytes = new Uint8Array(await found.arrayBuffer());
          bytes[bytes.length >> 1] ^= 1;
          await cache.put(request, new Response(bytes, { headers: found.headers }));
        }
      }
    }, pattern);
  await harm('(/|css|js|wasm)$');
  await page.reload();
  await plays(page);
  assert.equal(await servedOf(page), 'A');
  await host.stop();
  await page.reload();
  await plays(page);
  await harm('lesson-08.*wasm$');
  await page.reload();
  await page.keyboard.press('Shift');
  await eventually('a sentence', async () => /^Its program could not be loaded/.test(await cause(page).textContent()));
  assert.ok(await page.getByText('A candidate with votes from a majority is leader.').isVisible());
});

offlineTest('the whole site is kept when a reader asks, through updates, and given back', async (page, { host }) => {
  await page.goto('');
  await says(page, /and 0 of \d+ playgrounds/);
  await line(page).scrollIntoViewIfNeeded();
  await shoot(page, 'kept-some');
  await line(page).getByRole('button', { name: /^Keep the whole site on this device \(\d+\.\d\sMB\)$/ }).click();
  await says(page, /^The whole site is kept on this device \(\d+\.\d\sMB\)/);
  await shoot(page, 'kept-all');
  host.show('B');
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await note(page).getByRole('button', { name: 'Reload' }).click();
  await eventually('the new version', async () => (await shownBuild(page)) === 'B');
  await says(page, /^The whole site is kept/);
  await host.stop();
  await page.goto(LESSON);
  await plays(page);
  await line(page).getByRole('button', { name: 'Give the space back' }).click();
  await says(page, /and 0 of \d+ playgrounds/);
  await line(page).getByRole('button').click();
  await says(page, /^Not all of the site could be kept: connection or space ran out/);
  assert.ok(await line(page).getByRole('button', { name: 'Try again' }).isVisible());
});

offlineTest('a browser without room, or that keeps nothing, shows the site as ever', async (page, { context, host }) => {
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(host.url).origin, quotaSize: 20_000 });
  await page.goto(LESSON);
  await plays(page);
  await searches(page);
  assert.ok(!(await line(page).isVisible()));
  const blocked = await context.newPage();
  await blocked.addInitScript(() => Object.defineProperty(Navigator.prototype, 'serviceWorker', { get() { throw new DOMException('The operation is insecure.', 'SecurityError'); } }));
  await blocked.goto(LESSON);
  await plays(blocked);
  assert.ok(!(await blocked.locator('#panic').isVisible()));
});

offlineTest('where the site is worked on, a reload shows what was built last; and without the server, what was seen last', async (page, { host }) => {
  await visit(page);
  const [old] = await versions(page);
  host.show('B');
  await page.reload();
  await plays(page);
  assert.equal(await servedOf(page), 'B');
  await eventually('the old version is gone', async () => !(await versions(page)).includes(old));
  assert.ok(!(await note(page).isVisible()));
  await host.stop();
  await page.reload();
  await plays(page);
  assert.equal(await servedOf(page), 'B');
}, { host: '127.0.0.1' });
