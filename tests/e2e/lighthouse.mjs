// Holds every page of dist/ to Lighthouse's mobile defaults. Run by scripts/test; page paths as arguments narrow it.
// Performance is measured, so it varies with the machine's load: the best of a few runs counts, with some margin.

import * as chromeLauncher from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { pages } from '../../scripts/dist.mjs';
import { serve } from '../../scripts/serve.mjs';
import { CHROMIUM, FLAGS } from './browser.mjs';

const SCORE_MIN = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };
const RUNS_MAX = 3;

/** Every page but 404.html, which no search engine is meant to see; as the site addresses them. */
const addresses = () => pages().filter((page) => page !== '404.html').map((page) => page.replace(/index\.html$/, ''));

async function measure(url, port) {
  const { lhr } = await lighthouse(url, { port, output: 'json', logLevel: 'error', onlyCategories: Object.keys(SCORE_MIN) });
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  const scores = Object.fromEntries(
    Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round((score ?? 0) * 100)]),
  );
  const failings = Object.values(lhr.categories)
    .filter(({ id }) => scores[id] < SCORE_MIN[id])
    .flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0))
    .map(({ id }) => lhr.audits[id])
    .filter(({ score }) => score !== null && score < 0.9)
    .map(({ id, title, displayValue = '' }) => `      ${id}: ${title} ${displayValue}`);
  const metric = (id) => lhr.audits[id].numericValue;
  const figures =
    `LCP ${(metric('largest-contentful-paint') / 1000).toFixed(2)} s, TBT ${metric('total-blocking-time').toFixed(0)} ms, ` +
    `CLS ${metric('cumulative-layout-shift').toFixed(3)}`;
  return { scores, figures, failings, passed: Object.entries(SCORE_MIN).every(([name, min]) => scores[name] >= min) };
}

const site = await serve();
const chrome = await chromeLauncher.launch({
  chromePath: CHROMIUM,
  chromeFlags: ['--headless=new', ...FLAGS],
  logLevel: 'silent',
});
let failed = 0;
try {
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : addresses();
  for (const path of wanted) {
    let result;
    for (let run = 0; run < RUNS_MAX && !result?.passed; run += 1) {
      result = await measure(new URL(path, site.url).href, chrome.port);
    }
    const scores = Object.keys(SCORE_MIN).map((name) => `${name} ${result.scores[name]}`);
    console.log(`${result.passed ? 'passed' : 'FAILED'}  /${path}: ${scores.join(', ')}; ${result.figures}`);
    if (!result.passed) {
      failed += 1;
      console.log(result.failings.join('\n'));
    }
  }
} finally {
  chrome.kill();
  await site.close();
}
if (failed > 0) process.exitCode = 1;
