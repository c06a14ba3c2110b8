// The sandbox: every algorithm on a page of its own, with all that a lesson's playground can do and no lesson around it.

import assert from 'node:assert/strict';
import { PHONE, eventually, openReader, readerTest, shoot } from './harness.mjs';
import { key, nodes, picture, tab } from './lesson.mjs';
import { pages } from '../../scripts/dist.mjs';

const TOPICS = pages().filter((page) => /^sandbox\/.+\/index\.html$/.test(page)).map((page) => page.replace(/index\.html$/, ''));
const SANDBOX = 'sandbox/08-leader-election/';
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const opened = (page) => page.locator('#tab-log').waitFor();

readerTest('the sandbox lists every algorithm, and each opens', { timeout: 300_000 }, async (page) => {
  await page.goto('sandbox/');
  await shoot(page, 'sandbox', { fullPage: true });
  const links = await page.locator('.algorithm a').evaluateAll((all) => all.map((one) => [one.getAttribute('href'), one.textContent]));
  assert.ok(links.length >= TOPICS.length);
  const seen = new Set();
  for (const [href, name] of links) {
    const before = new URL(page.url());
    await page.goto(new URL(href, new URL('sandbox/', before.origin + before.pathname.replace(/sandbox\/.*$/, ''))).href);
    await opened(page);
    await eventually(name, async () => (await page.locator('#algorithm option:checked').textContent()) === name);
    seen.add(name);
  }
  assert.equal(seen.size, links.length, 'no two have the same name');
});

for (const topic of TOPICS) {
  readerTest(`${topic} steps and fits a phone`, async (page) => {
    await page.goto(topic);
    await opened(page);
    for (let step = 0; step < 20; step += 1) await key(page, 'Step').click();
    await page.setViewportSize(PHONE);
    assert.ok((await overflow(page)) <= 0, 'it scrolls sideways');
  });
}

readerTest('any size of cluster and any fault, and the run is a link', async (page) => {
  await page.goto(`${SANDBOX}#a=raft`);
  await opened(page);
  await tab(page, 'Settings').click();
  const size = page.locator('.setting').filter({ hasText: /^Nodes/ }).locator('input');
  for (let more = 0; more < 2; more += 1) await size.press('ArrowRight');
  await eventually('seven nodes', async () => (await nodes(page)).length === 7);
  for (let step = 0; step < 12; step += 1) await key(page, 'Step').click();
  await page.locator('.node').first().press('Enter');
  await page.locator('.pg-stage').getByRole('button', { name: /^Crash/ }).click();
  await tab(page, 'Share').click();
  const link = await page.getByLabel('A link to this moment').inputValue();
  assert.match(link, /sandbox\/08-leader-election\/#s=/);
  const other = await openReader();
  await other.page.goto(link);
  await opened(other.page);
  await eventually('the same picture', async () => {
    assert.deepEqual(await picture(other.page), await picture(page));
  });
  await other.close();
  assert.equal(await page.evaluate(() => localStorage.getItem('faultline.last')), null, 'there is nothing to go on with');
});

readerTest('on a phone the sandbox is no dock, and the transport stays in reach', { viewport: PHONE, hasTouch: true, isMobile: true }, async (page) => {
  await page.goto(SANDBOX);
  await opened(page);
  await page.getByRole('group', { name: 'Time', exact: true }).getByRole('button', { name: 'Play' }).tap();
  await eventually('time passes', async () => (await page.locator('.readout').textContent()) !== '0.0 ms');
  await shoot(page, 'sandbox on a phone');
});
