// A run in somebody else's page, and a file that is dropped on ours.

import assert from 'node:assert/strict';
import { assertAccessible, eventually, home, readerTest } from './harness.mjs';
import { linkText } from './links.mjs';
import { LESSON, key, leaders, linkOf, notice, now, openLesson, picture, stage, stepCount, steps } from './lesson.mjs';

readerTest('an embedded run is the playground alone, at its moment, and plays', async (page) => {
  await openLesson(page, `?embed#s=${linkText({ atUs: 900_000 })}`);
  await eventually('its moment', async () => (await now(page)) === 900_000);
  for (const gone of ['.site-head', '.site-foot', '.prose p', '.dock']) assert.ok(!(await page.locator(gone).first().isVisible()), gone);
  const { y, height } = await page.locator('#playground').boundingBox();
  assert.ok(y <= 1 && height >= 890, `from ${y}, ${height} px high`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight), 0);
  await key(page, 'Play').click();
  await eventually('time passes', async () => (await now(page)) > 915_000);
  await key(page, 'Pause').click();
  assert.equal(await page.getByRole('heading', { level: 1, name: 'Leader election' }).count(), 1, 'a screen reader hears where it is');
  await assertAccessible(page);
});

readerTest('the code for embedding works in a page of another make', async (page) => {
  await openLesson(page);
  await steps(page, 18);
  const count = await stepCount(page);
  await linkOf(page);
  const code = await page.getByLabel('Embed it in a page').inputValue();
  assert.match(code, /^<iframe src="[^"]+\?embed#s=[\w-]+" title="A run in Faultline" width="100%" height="720" loading="lazy"><\/iframe>$/);
  // A page without a policy of its own.
  await page.route(new URL('host.html', home()).href, (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Host</title>${code}` }));
  await page.goto('host.html');
  const frame = page.frameLocator('iframe');
  await frame.locator('#playground[data-live]').waitFor();
  assert.equal(await frame.locator('.node').count(), 5);
  await eventually('its moment', async () => Number(await frame.locator('#tab-log .count').textContent()) === count);
  assert.ok(!(await frame.locator('.prose p').first().isVisible()));
});

/** Drops a file on an element of the page, as a hand does. */
async function drop(page, target, name, text) {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: 'text/plain' }));
      return transfer;
    },
    [name, text],
  );
  const refused = await target.evaluate((element, dataTransfer) => {
    const over = new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer });
    return element.dispatchEvent(over);
  }, transfer);
  assert.equal(refused, false, 'the page takes what is dragged over it');
  await target.dispatchEvent('drop', { dataTransfer: transfer });
}

readerTest('a scenario file that is dropped on the text or on the stage opens', async (page) => {
  await openLesson(page);
  const start = await stepCount(page);
  await steps(page, 20);
  const [before, link] = [await picture(page), await linkOf(page)];
  const file = `faultline:${link.split('#s=')[1]}\n`;
  for (const target of [stage(page), page.locator('.prose > p').first()]) {
    await page.reload();
    await page.locator('#playground[data-live]').waitFor({ state: 'attached' });
    assert.equal(await stepCount(page), start);
    await drop(page, target, 'run.faultline', file);
    await eventually('the run', async () => (await stepCount(page)) === start + 20);
    assert.deepEqual(await picture(page), before);
    assert.equal(await leaders(page).count(), 1);
  }
});

readerTest('a file that is no scenario gets a sentence, dropped or chosen, and the run stays', async (page) => {
  await openLesson(page);
  await steps(page, 9);
  const before = await picture(page);
  for (const [text, sentence] of [
    ['', /^This file holds no run\./],
    ['Dear diary, nothing has happened.', /^This file is damaged: its \d+\. character does not belong there\./],
    ['x'.repeat(70_000), /^This file is longer than 65536 characters/],
    ['x'.repeat(2_000_000), /^This file is too large to have been saved by this site\./],
  ]) {
    await drop(page, page.locator('body'), 'diary.txt', text);
    await eventually(`a sentence about ${text.slice(0, 20)}`, async () => sentence.test((await notice(page).locator('p').textContent()).trim()));
    assert.deepEqual(await picture(page), before);
  }
  await linkOf(page);
  await page.locator('.panel input[type=file]').setInputFiles({ name: 'diary.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear diary') });
  await page.locator('.panel div[role=status]').getByText(/This file is damaged/).waitFor();
  assert.deepEqual(await picture(page), before);
  assert.ok(page.url().endsWith(LESSON));
});
