// Checks the size budget: what each page of dist/ transfers at its first load, gzipped as a static host does it.
// Counts the page and all that its markup, stylesheets and module scripts name, whether or not this browser would want it; and, apart,
// the rest of its program, which is fetched at the reader's first touch. Knows no page by name. scripts/crates.mjs says what a program is
// made of.

import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DIST, pages } from './dist.mjs';

const KILOBYTE = 1000;
/** What a page should transfer at most, with the program and without it (a phone loads the program at the first touch). */
const BUDGET = { total: 250 * KILOBYTE, wasm: 200 * KILOBYTE, text: 110 * KILOBYTE };
/** The program is over its budget. Until it is within it, this is what has been reached: raised only for what every lesson needs. */
const REACHED = { total: 386 * KILOBYTE, wasm: 282 * KILOBYTE, later: 200 * KILOBYTE };

// Already compressed: a host sends these as they are.
const COMPRESSED = new Set(['.png', '.webp', '.woff2']);
const KINDS = { '.html': 'html', '.css': 'css', '.js': 'js', '.mjs': 'js', '.wasm': 'wasm', '.woff2': 'fonts' };
/** Files of a program: that of a lesson, that of the demonstrations, and that of pages without a playground. */
const PROGRAM = /^(?:lesson-\d+|demos|marks)-[^/]*\.(?:js|wasm)$/;
const COLUMNS = ['html', 'css', 'js', 'wasm', 'fonts', 'other'];

const transferred = (path, bytes) => (COMPRESSED.has(extname(path)) ? bytes.length : gzipSync(bytes).length);

/** What a page fetches of its program at the reader's first touch, gzipped. */
function later(page) {
  const [, address] = /\sdata-rest="?([^"\s>]+)/.exec(readFileSync(join(DIST, page), 'utf8')) ?? [];
  if (address === undefined) return 0;
  const path = decodeURIComponent(new URL(address, `http://host/${page}`).pathname).slice(1);
  return transferred(path, readFileSync(join(DIST, path)));
}

/** The addresses that the text of a file makes a browser load. */
function references(path, text) {
  const found = [];
  const all = (pattern, of = text) => [...of.matchAll(pattern)].map((match) => match[1]);
  if (path.endsWith('.html')) {
    // Named on <body>: the program, which assets/start.js loads.
    found.push(...all(/\sdata-(?:module|wasm)="?([^"\s>]+)/g));
    for (const [tag] of text.matchAll(/<(?:link|script|img|source)\b[^>]*>/g)) {
      if (tag.startsWith('<link') && !/\brel="?(?:[\w ]*)(stylesheet|preload|modulepreload|icon|manifest)\b/.test(tag)) continue;
      found.push(...all(/\s(?:href|src)="?([^"\s>]+)/g, tag));
    }
    for (const script of all(/<script\b(?![^>]*type="?(?:application|text\/template))[^>]*>([\s\S]*?)<\/script>/g)) {
      found.push(...all(/['"`]([^'"`\s]+\.(?:m?js|wasm))['"`]/g, script));
    }
  } else if (path.endsWith('.css')) {
    found.push(...all(/url\(\s*['"]?([^'")]+)/g), ...all(/@import\s+['"]([^'"]+)/g));
  } else if (/\.m?js$/.test(path)) {
    found.push(...all(/\bfrom\s*['"](\.[^'"]+)['"]/g), ...all(/\bimport\s*\(?\s*['"](\.[^'"]+)['"]/g));
  }
  return found.filter((address) => !/^(?:data|blob|https?|mailto):|^#/.test(address));
}

/** Everything a page loads, as a map from path in dist/ to bytes transferred. */
function load(page) {
  const seen = new Map();
  const queue = [page];
  while (queue.length > 0) {
    const path = queue.pop();
    if (seen.has(path)) continue;
    let bytes;
    try {
      bytes = readFileSync(join(DIST, path));
    } catch {
      throw new Error(`${page} loads ${path}, which is not in dist/.`);
    }
    seen.set(path, transferred(path, bytes));
    if (!['.html', '.css', '.js', '.mjs'].includes(extname(path))) continue;
    for (const address of references(path, bytes.toString())) {
      queue.push(decodeURIComponent(new URL(address, `http://host/${path}`).pathname).slice(1));
    }
  }
  return seen;
}

function main() {
  const all = pages();
  const kilobytes = (bytes) => (bytes / KILOBYTE).toFixed(1).padStart(7);
  console.log(`KB, gzip    ${COLUMNS.map((kind) => kind.padStart(7)).join('')}   text  total  later  page`);
  let [over, above] = [0, 0];
  for (const page of all) {
    const sums = Object.fromEntries(COLUMNS.map((kind) => [kind, 0]));
    let program = 0;
    for (const [path, bytes] of load(page)) {
      sums[KINDS[extname(path)] ?? 'other'] += bytes;
      if (PROGRAM.test(path)) program += bytes;
    }
    const total = Object.values(sums).reduce((sum, bytes) => sum + bytes, 0);
    const text = total - program;
    const within = total <= BUDGET.total && sums.wasm <= BUDGET.wasm && text <= BUDGET.text;
    const rest = later(page);
    const held = total <= REACHED.total && sums.wasm <= REACHED.wasm && rest <= REACHED.later && text <= BUDGET.text;
    if (!within) over += 1;
    if (!held) above += 1;
    const verdict = within ? 'fits' : held ? 'over budget' : 'TOO LARGE';
    const columns = [...COLUMNS.map((kind) => sums[kind]), text, total, rest];
    console.log(`${verdict.padEnd(12)}${columns.map(kilobytes).join('')}  ${page}`);
  }
  console.log(`Budget: ${BUDGET.total / KILOBYTE} KB a page, of it ${BUDGET.wasm / KILOBYTE} KB wasm; ${BUDGET.text / KILOBYTE} KB before the program.`);
  if (over > 0) console.log(`${over} of ${all.length} pages are over the budget. They may not pass ${REACHED.wasm / KILOBYTE} KB wasm, ${REACHED.total / KILOBYTE} KB in all, ${REACHED.later / KILOBYTE} KB later.`);
  if (above > 0) throw new Error(`${above} of ${all.length} pages have grown beyond what had been reached.`);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
