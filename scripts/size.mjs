// Checks the size budget: what each page of dist/ transfers at its first load, gzipped as a static host does it.
// Counts the page and all that its markup, stylesheets and module scripts name, whether or not this browser would want it.
// Knows no page by name.

import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DIST, pages } from './dist.mjs';

const KILOBYTE = 1000;
const TOTAL_MAX = 250 * KILOBYTE;
const WASM_MAX = 200 * KILOBYTE;

// Already compressed: a host sends these as they are.
const COMPRESSED = new Set(['.png', '.webp', '.woff2']);
const KINDS = { '.html': 'html', '.css': 'css', '.js': 'js', '.mjs': 'js', '.wasm': 'wasm', '.woff2': 'fonts' };
const COLUMNS = ['html', 'css', 'js', 'wasm', 'fonts', 'other'];

const transferred = (path, bytes) => (COMPRESSED.has(extname(path)) ? bytes.length : gzipSync(bytes).length);

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
  console.log(`KB, gzip   ${COLUMNS.map((kind) => kind.padStart(7)).join('')}  total  page`);
  let over = 0;
  for (const page of all) {
    const sums = Object.fromEntries(COLUMNS.map((kind) => [kind, 0]));
    for (const [path, bytes] of load(page)) sums[KINDS[extname(path)] ?? 'other'] += bytes;
    const total = Object.values(sums).reduce((sum, bytes) => sum + bytes, 0);
    const fits = total <= TOTAL_MAX && sums.wasm <= WASM_MAX;
    if (!fits) over += 1;
    console.log(`${fits ? 'fits      ' : 'TOO LARGE '} ${COLUMNS.map((kind) => kilobytes(sums[kind])).join('')}${kilobytes(total)}  ${page}`);
  }
  console.log(`Budget: ${TOTAL_MAX / KILOBYTE} KB a page, of it ${WASM_MAX / KILOBYTE} KB wasm.`);
  if (over > 0) throw new Error(`${over} of ${all.length} pages are over the budget.`);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
