// Where the built site is (dist/, or what FAULTLINE_DIST names), and which pages it has.

import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DIST = process.env.FAULTLINE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url));

/** The site's HTML files, as sorted paths relative to dist/; throws with a sentence when there is no site. */
export function pages() {
  let entries;
  try {
    entries = readdirSync(DIST, { recursive: true, withFileTypes: true });
  } catch {
    throw new Error('There is no site in dist/: scripts/build builds it.');
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
    .map((entry) => relative(DIST, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}
