// When something is broken: the page's data, its program, what the browser remembers. The text stays, and there is a way on.

import assert from 'node:assert/strict';
import { eventually, readerTest } from './harness.mjs';
import { LESSON, key, now, openLesson, tab } from './lesson.mjs';

const banner = (page) => page.locator('#panic');
const lessonPage = (url) => url.pathname.endsWith(`/${LESSON}`);

/** Serves the lesson with other data for as long as `isBroken()`. */
async function withData(page, data, isBroken = () => true) {
  await page.route(lessonPage, async (route) => {
    if (!isBroken()) return route.continue();
    const response = await route.fetch();
    const body = (await response.text()).replace(/(<script type="application\/json" id="page-data">)[^]*?(<\/script>)/, (_, before, after) => before + data + after);
    return route.fulfill({ response, body });
  });
}

readerTest('a page whose data are damaged says so, keeps its text, and goes on after a reload', async (page) => {
  let broken = true;
  await withData(page, '{ this is no data', () => broken);
  await page.goto(LESSON);
  await page.keyboard.press('Shift');
  await banner(page).waitFor();
  assert.match(await banner(page).textContent(), /The playground has broken, and not on purpose\./);
  assert.equal(await page.locator('#panic-cause').textContent(), "This page's data is damaged. Reload the page.");
  assert.ok(await page.getByText('A candidate with votes from a majority is leader.').isVisible());
  broken = false;
  await banner(page).getByRole('button', { name: 'Reload', exact: true }).click();
  await key(page, 'Play').waitFor();
  assert.ok(!(await banner(page).isVisible()));
});

readerTest('a page and a program of different versions ask for a reload', async (page) => {
  await withData(page, '{"number":8,"new":"field"}');
  await page.goto(LESSON);
  await page.keyboard.press('Shift');
  await banner(page).waitFor();
  assert.match(await page.locator('#panic-cause').textContent(), /^This page and its program are of different versions\. Reload the page\.$/);
});

readerTest('“Reload without saved state” forgets what is stored here, and the run in the address', async (page) => {
  let broken = false;
  await withData(page, '{}', () => broken);
  await openLesson(page);
  await page.evaluate(() => {
    localStorage.setItem('faultline.progress.08-leader-election', '{"version":1,"reached":{"crash":true},"bets":{},"answers":{}}');
    localStorage.setItem('faultline.theme', 'dark');
    localStorage.setItem('somebody.else', 'stays');
  });
  await tab(page, 'Share').click();
  const link = await page.getByLabel('A link to this moment').inputValue();
  broken = true;
  await page.goto('about:blank');
  await page.goto(link);
  await banner(page).waitFor();
  broken = false;
  await banner(page).getByRole('button', { name: 'Reload without saved state' }).click();
  await key(page, 'Play').waitFor();
  await eventually('a page without a run in its address', async () => (await page.evaluate(() => location.hash)) === '');
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['somebody.else']);
  assert.equal(await page.locator('#experiment-crash').getAttribute('data-progress'), 'new');
});

readerTest('a program that does not arrive leaves the text to read, and a way on', { expected: [/\.wasm/, /Failed to load/, /net::/, /fetch/] }, async (page) => {
  let broken = true;
  await page.route('**/*.wasm', (route) => (broken ? route.abort() : route.continue()));
  await page.goto(LESSON);
  await page.keyboard.press('Shift');
  await banner(page).waitFor();
  assert.match(await page.locator('#panic-cause').textContent(), /^Its program could not be loaded \(.+\)\. Check the connection\.$/);
  assert.ok(await page.getByText('A candidate with votes from a majority is leader.').isVisible());
  broken = false;
  await banner(page).getByRole('button', { name: 'Reload', exact: true }).click();
  await key(page, 'Play').waitFor();
});

/** The smallest program that breaks: a function of one instruction, `unreachable`. It breaks as a program in Rust does. */
const BROKEN = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 0x0a, 5, 1, 3, 0, 0, 0x0b];

for (const [how, run] of [
  ['in a handler', (bytes) => void setTimeout(new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports.f)],
  ['in a promise', (bytes) => void WebAssembly.instantiate(new Uint8Array(bytes)).then(({ instance }) => instance.exports.f())],
]) {
  readerTest(`a program that breaks ${how} says so, keeps the text, and goes on after a reload`, { expected: [/unreachable/] }, async (page) => {
    await openLesson(page);
    await page.evaluate(run, BROKEN);
    await banner(page).waitFor();
    assert.match(await page.locator('#panic-cause').textContent(), /^Its program stopped \(.*unreachable.*\)\.$/);
    assert.ok(await page.getByText('A candidate with votes from a majority is leader.').isVisible());
    await banner(page).getByRole('button', { name: 'Reload', exact: true }).click();
    await key(page, 'Play').waitFor();
    assert.ok(!(await banner(page).isVisible()));
  });
}

const CORRUPT = ['', 'null', '[]', '{', '"x"', '17', '{"version":1}', '{"version":99,"reached":{},"bets":{},"answers":{}}',
  '{"version":1,"reached":{"crash":"yes"},"bets":{"crash":-5},"answers":{"two-of-five":1e99}}', '{"version":1,"reached":{},"bets":{"crash":200},"answers":{"two-of-five":99,"nobody":3}}', '\u0000'.repeat(50)];

readerTest('whatever stands in the browser’s storage, the page opens, plays and stores', { timeout: 120_000 }, async (page) => {
  await openLesson(page);
  for (const value of CORRUPT) {
    await page.evaluate((text) => {
      for (const name of ['progress.08-leader-election', 'theme', 'text']) localStorage.setItem(`faultline.${name}`, text);
    }, value);
    await page.reload();
    await key(page, 'Play').click();
    await eventually(`time passes over ${value}`, async () => (await now(page)) > 15_000);
    assert.ok(!(await banner(page).isVisible()), value);
  }
  await page.locator('#question-two-of-five').getByRole('radio').nth(1).check();
  const stored = JSON.parse(await page.evaluate(() => localStorage.getItem('faultline.progress.08-leader-election')));
  assert.equal(stored.answers['two-of-five'], 1);
  await page.goto('');
  assert.ok(await page.locator('#path').isVisible());
});

readerTest('a browser that stores nothing is told so once, and the page works', async (page, reader) => {
  await reader.context.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('The operation is insecure.', 'SecurityError'); } });
  });
  await openLesson(page);
  await page.locator('#question-two-of-five').getByRole('radio').nth(1).check();
  await page.getByText('This browser stores nothing for this site, so your progress lasts until you close the page.').waitFor();
  await page.locator('[data-switch=theme]').click();
  await key(page, 'Play').click();
  await eventually('time passes', async () => (await now(page)) > 15_000);
});
