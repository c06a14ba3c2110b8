// Pictures to look at, kept in target/shots: wide and phone, light and dark, at the moments that matter. What they show is
// tested elsewhere.

import { readerTest, shoot } from './harness.mjs';
import { caption, drawCut, leaders, menu, node, openLesson, playUntil, point, setSpeed, steps } from './lesson.mjs';

readerTest('pictures of the lesson at rest', async (page) => {
  await openLesson(page);
  await shoot(page, 'lesson-rest');
});

readerTest('pictures of a run, with a menu open, and after a partition', { timeout: 180_000 }, async (page) => {
  await openLesson(page);
  await page.locator('.dock-open').evaluate((button) => button.click());
  await steps(page, 21);
  await shoot(page, 'lesson-run');
  await point(page, node(page, 0));
  await menu(page).waitFor();
  await shoot(page, 'lesson-menu');
  await page.keyboard.press('Escape');
  await drawCut(page, [0, 1]);
  await setSpeed(page, 'real time');
  await playUntil(page, 'two leaders', async () => (await leaders(page).count()) === 2);
  await caption(page).waitFor();
  await page.locator('#tab-exhibit-1').click();
  await shoot(page, 'lesson-partition');
});
