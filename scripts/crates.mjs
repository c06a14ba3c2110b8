// What the program of a lesson is made of: bytes of code by crate, and by module of the house's own, for each of its two files.
//
//   node scripts/crates.mjs                      of the lesson that was built first
//   node scripts/crates.mjs lesson-08            of that one
//   node scripts/crates.mjs lesson-08 ui::page   and the largest functions whose names say so
//
// Reads what the page writer left in target/programs, with names, as it was before wasm-opt: what is transferred is about a tenth
// smaller, and all of it alike. Code that a crate generates for a type of the house's is told apart: "yew for ours".

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const PROGRAMS = join(dirname(fileURLToPath(import.meta.url)), '../target/programs');
const FILES = [['begins with', 'split/first.wasm'], ['fetches later', 'split/split_rest.wasm']];
const OURS = 'faultline';
const ROWS = 14;
const [CUSTOM, IMPORT, CODE, DATA] = [0, 2, 10, 11];
const NAMES_OF_FUNCTIONS = 1;

/** The sections of a module that matter here: bodies of functions with their names, and the size of its data. */
function read(bytes) {
  let at = 8;
  const number = () => {
    let [value, shift, byte] = [0, 1, 0x80];
    while (byte & 0x80) {
      byte = bytes[at++];
      value += (byte & 0x7f) * shift;
      shift *= 128;
    }
    return value;
  };
  const take = (count) => bytes.subarray(at, (at += count));
  const text = () => take(number()).toString();
  const limits = () => (number() & 1 ? [number(), number()] : [number()]);
  let [imported, data, bodies, names] = [0, 0, [], new Map()];
  const read = {
    [IMPORT]() {
      for (let count = number(); count > 0; count -= 1) {
        text();
        text();
        const kind = bytes[at++];
        if (kind === 0) [imported] = [imported + 1, number()];
        else if (kind === 1) [at] = [at + 1, limits()];
        else if (kind === 2) limits();
        else at += 2;
      }
    },
    [CODE]() {
      for (let count = number(); count > 0; count -= 1) bodies.push(take(number()));
    },
    [CUSTOM](end) {
      if (text() !== 'name') return;
      while (at < end) {
        const [kind, size] = [bytes[at++], number()];
        const after = at + size;
        if (kind === NAMES_OF_FUNCTIONS) for (let count = number(); count > 0; count -= 1) names.set(number(), text());
        at = after;
      }
    },
  };
  while (at < bytes.length) {
    const [id, size] = [bytes[at++], number()];
    const end = at + size;
    if (id === DATA) data = size;
    read[id]?.(end);
    at = end;
  }
  return { data, functions: bodies.map((body, index) => ({ body, name: plain(names.get(imported + index) ?? '?') })) };
}

/**
 * The words of a mangled name (https://doc.rust-lang.org/rustc/symbol-mangling/v0.html) in their order, a space before each crate:
 * whose code it is comes first, and what it is generated for follows. What is referred back to is left out.
 */
function plain(name) {
  if (!name.startsWith('_R')) return name;
  const words = [];
  for (let at = 2; at < name.length;) {
    const skipped = /B[0-9A-Za-z]*_|Cs[0-9A-Za-z]*_(?=\d)|s[0-9A-Za-z]*_(?=[\dC-XN])/y;
    skipped.lastIndex = at;
    const [skip] = skipped.exec(name) ?? [''];
    const word = /(\d+)_?/y;
    word.lastIndex = at + skip.length;
    const found = skip.startsWith('B') ? null : word.exec(name);
    if (found === null) at += skip.length || 1;
    else {
      at = word.lastIndex + Number(found[1]);
      words.push((skip.startsWith('C') ? ' ' : '') + name.slice(word.lastIndex, at));
    }
  }
  return words.join('::').replaceAll(':: ', ' ').trim();
}

const path = (name) => /[a-z_][a-z_0-9]*(?:::[a-z_][a-z_0-9]*)*/.exec(name)?.[0] ?? '?';

/** Whose code it is. */
function crate(name) {
  const first = path(name).split('::')[0];
  return first !== OURS && name.includes(`${OURS}::`) ? `${first} for ours` : first;
}

/** Which of the house's modules it is about, if any. */
function module(name) {
  const at = name.indexOf(`${OURS}::`);
  return at < 0 ? undefined : path(name.slice(at)).split('::').slice(1, 4).join('::');
}

function table(heading, functions, key) {
  const groups = new Map();
  for (const one of functions) {
    const of = key(one.name);
    if (of !== undefined) groups.set(of, [...(groups.get(of) ?? []), one]);
  }
  const rows = [...groups].map(([of, all]) => {
    const code = Buffer.concat(all.map(({ body }) => body));
    return { of, count: all.length, bytes: code.length, gzip: gzipSync(code).length };
  });
  rows.sort((a, b) => b.bytes - a.bytes);
  console.log(`    KB  gzip  functions  ${heading}`);
  for (const { of, count, bytes, gzip } of rows.slice(0, ROWS)) {
    console.log(`${(bytes / 1000).toFixed(1).padStart(6)}${(gzip / 1000).toFixed(1).padStart(6)}${String(count).padStart(11)}  ${of}`);
  }
}

function main([lesson, wanted]) {
  const built = readdirSync(PROGRAMS).filter((name) => name.startsWith('lesson-'));
  const name = lesson ?? built[0];
  if (!built.includes(name)) throw new Error(`There is no program of ${name ?? 'a lesson'} in ${PROGRAMS}: scripts/build makes them.`);
  for (const [what, file] of FILES) {
    const bytes = readFileSync(join(PROGRAMS, name, file));
    const { data, functions } = read(bytes);
    if (functions.some((one) => one.name.startsWith('_ZN'))) throw new Error(`${name} is a draft: its code is not what is published. scripts/build makes that.`);
    const code = functions.reduce((sum, { body }) => sum + body.length, 0);
    console.log(`\n${name}, what it ${what}: ${(code / 1000).toFixed(1)} KB of code in ${functions.length} functions, ${(data / 1000).toFixed(1)} KB of data`);
    if (wanted === undefined) {
      table('crate', functions, crate);
      table(`module of ${OURS}`, functions, module);
    } else {
      const found = functions.filter((one) => one.name.includes(wanted)).sort((a, b) => b.body.length - a.body.length);
      for (const one of found.slice(0, 3 * ROWS)) console.log(`${String(one.body.length).padStart(7)}  ${one.name}`);
    }
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
