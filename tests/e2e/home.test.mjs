// The home page, as any reader first meets it.

import assert from 'node:assert/strict';
import { PHONE, eventually, readerTest, shoot } from './harness.mjs';

readerTest('the home page opens with its title and one main heading', async (page) => {
  await page.goto('');
  assert.match(await page.title(), /Faultline/);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  await shoot(page, 'home', { fullPage: true });
});

readerTest('the home page reads without any script', { javaScriptEnabled: false }, async (page) => {
  await page.goto('');
  assert.ok(await page.getByRole('heading', { level: 1 }).isVisible());
});

readerTest('the home page does not scroll sideways on a phone', { viewport: PHONE }, async (page) => {
  await page.goto('');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
});

readerTest('the map says why a topic hangs together with others, by pointer, by keys and by search', async (page) => {
  await page.goto('');
  const says = page.locator('.map-says');
  const topic = (number) => page.locator(`.map-topic[data-topic="${number}"]`);
  await says.getByText('Point at a topic').waitFor();
  await topic(9).hover();
  await says.getByText('A lease is a bet on clocks.').waitFor();
  assert.equal(await page.locator('.map-edge[data-lit]').count(), await says.locator('li').count());
  await topic(10).focus();
  await page.keyboard.press('ArrowRight');
  await eventually('the next topic', async () => (await page.evaluate(() => document.activeElement.dataset.topic)) === '11');
  await says.getByText('It orders by who heard of what, and asks no clock.').waitFor();
  await page.getByLabel('Find a topic').fill('bloom');
  await says.getByText('A digest of what a node has saves the question to it.').waitFor();
  assert.equal(await page.locator('.map-topic[data-dim]').count(), 20);
  await page.getByText('The map as a list').click();
  assert.equal(await page.locator('.map-list > ul > li').count(), 21);
});
