// Checks the size budget: what each page of dist/ transfers, gzipped as a static host does it. Counts the page and all that its markup,
// stylesheets and module scripts name, whether or not this browser would want it: that is its first load. Apart from it the program, which
// is fetched at the reader's first move, and the rest of the program, fetched at the first touch of the playground. Knows no page by name.
// scripts/crates.mjs says what a program is made of.

import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DIST, pages } from './dist.mjs';

const KILOBYTE = 1000;
/** What a page should transfer at most: at its first load, and as the program that its reader's first move starts. */
const BUDGET = { first: 250 * KILOBYTE, program: 200 * KILOBYTE };
/** What has been reached, which may only fall: pages are well within their budget, and some programs are not yet. */
const REACHED = { first: 102 * KILOBYTE, program: 242 * KILOBYTE, later: 225 * KILOBYTE };

// Already compressed: a host sends these as they are.
const COMPRESSED = new Set(['.png', '.webp', '.woff2']);
const KINDS = { '.html': 'html', '.css': 'css', '.js': 'js', '.mjs': 'js', '.wasm': 'wasm', '.woff2': 'fonts' };
const COLUMNS = ['html', 'css', 'js', 'wasm', 'fonts', 'other'];

const transferred = (path, bytes) => (COMPRESSED.has(extname(path)) ? bytes.length : gzipSync(bytes).length);

/** What a page fetches of the files that its `<body>` names by these attributes, gzipped. */
function named(page, attributes) {
  const text = readFileSync(join(DIST, page), 'utf8');
  const bytes = attributes.map((attribute) => {
    const [, address] = new RegExp(`\\s${attribute}="?([^"\\s>]+)`).exec(text) ?? [];
    if (address === undefined) return 0;
    const path = decodeURIComponent(new URL(address, `http://host/${page}`).pathname).slice(1);
    return transferred(path, readFileSync(join(DIST, path)));
  });
  return bytes.reduce((sum, one) => sum + one, 0);
}

/** The addresses that the text of a file makes a browser load. */
function references(path, text) {
  const found = [];
  const all = (pattern, of = text) => [...of.matchAll(pattern)].map((match) => match[1]);
  if (path.endsWith('.html')) {
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

/** Everything a page loads before its reader does anything, as a map from path in dist/ to bytes transferred. */
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
  console.log(`KB, gzip    ${COLUMNS.map((kind) => kind.padStart(7)).join('')}  first program  later  page`);
  let [over, above] = [0, 0];
  for (const page of all) {
    const sums = Object.fromEntries(COLUMNS.map((kind) => [kind, 0]));
    for (const [path, bytes] of load(page)) sums[KINDS[extname(path)] ?? 'other'] += bytes;
    const sizes = {
      first: Object.values(sums).reduce((sum, bytes) => sum + bytes, 0),
      program: named(page, ['data-module', 'data-wasm']),
      later: named(page, ['data-rest']),
    };
    const keeps = (limits) => Object.entries(limits).every(([name, limit]) => sizes[name] <= limit);
    if (!keeps(BUDGET)) over += 1;
    if (!keeps(REACHED)) above += 1;
    const verdict = !keeps(REACHED) ? 'TOO LARGE' : keeps(BUDGET) ? 'fits' : 'over budget';
    const columns = [...COLUMNS.map((kind) => sums[kind]), ...Object.values(sizes)];
    console.log(`${verdict.padEnd(12)}${columns.map(kilobytes).join('')}  ${page}`);
  }
  const said = (limits) => Object.entries(limits).map(([name, limit]) => `${name} ${limit / KILOBYTE}`).join(', ');
  console.log(`Budget, KB: ${said(BUDGET)}. No page may pass what has been reached: ${said(REACHED)}.`);
  if (over > 0) console.log(`${over} of ${all.length} pages are over the budget.`);
  if (above > 0) throw new Error(`${above} of ${all.length} pages have grown beyond what had been reached.`);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
