// The home page, as any reader first meets it.

import assert from 'node:assert/strict';
import { PHONE, assertAccessible, readerTest, shoot } from './harness.mjs';

readerTest('the home page opens with its title and one main heading', async (page) => {
  await page.goto('');
  assert.match(await page.title(), /Faultline/);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  await shoot(page, 'home', { fullPage: true });
});

readerTest('the home page is accessible, light and dark', async (page) => {
  await page.goto('');
  await assertAccessible(page);
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
