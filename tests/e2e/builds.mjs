// Two builds of the site that differ in every file, made of the one in dist/, and a host that shows one or the other, or is gone.
// In each build every page, style, script and program carries the build's mark, so that a test can tell what it was served.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DIST } from '../../scripts/dist.mjs';
import { serve } from '../../scripts/serve.mjs';

const HOUSE = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = join(HOUSE, 'target/builds');
const BASE = '/some/where/';
/** Names that change with content: the hash, before the ending. */
const HASHED = /-([0-9a-f]{10,16})((?:_bg|_rest)?\.(?:js|wasm|css))/g;
/** What a marked file says of itself; its build is the letter. */
export const MARK = /a file of build ([A-Z])\./;

const MARKED = {
  '.html': (text, mark) => text.replace('</body>', `<!-- ${mark} --></body>`),
  '.css': (text, mark) => `${text}\n/* ${mark} */\n`,
  '.js': (text, mark) => `${text}\n/* ${mark} */\n`,
};

/** A section of a WebAssembly module that means nothing. */
function section(mark) {
  const name = 'mark';
  return Buffer.from([0, 1 + name.length + mark.length, name.length, ...Buffer.from(name + mark)]);
}

/** Makes the build of that letter; returns its folder. The page writer writes its worker. */
export function build(letter) {
  const folder = join(FOLDER, letter);
  rmSync(folder, { recursive: true, force: true });
  cpSync(DIST, folder, { recursive: true });
  const mark = `a file of build ${letter}.`;
  const renamed = (text) => text.replace(HASHED, (_, hash, ending) => `-${letter.charCodeAt(0).toString(16)}${hash.slice(2)}${ending}`);
  for (const path of readdirSync(folder, { recursive: true }).map((name) => join(folder, name))) {
    if (!statSync(path).isFile()) continue;
    const ending = extname(path);
    if (ending === '.wasm') writeFileSync(path, Buffer.concat([readFileSync(path), section(mark)]));
    else if (MARKED[ending]) writeFileSync(path, MARKED[ending](renamed(readFileSync(path, 'utf8')), mark));
    const name = relative(folder, path);
    if (renamed(name) !== name) renameSync(path, join(folder, renamed(name)));
  }
  execFileSync('cargo', ['run', '--quiet', '--locked', '--bin', 'pages', 'worker', folder], { cwd: HOUSE, stdio: ['ignore', 'inherit', 'inherit'] });
  return folder;
}

/** A host at `name`, which the browser must take for this machine. */
export async function openHost(name, folders) {
  const root = join(FOLDER, `host-${name}`);
  let server;
  const host = {
    url: undefined,
    /** From now on the host has this build, and no file of another. */
    show(letter) {
      rmSync(root, { force: true });
      symlinkSync(folders[letter], root);
    },
    async stop() {
      await server?.close();
      server = undefined;
    },
    async start() {
      server ??= await serve({ root, base: BASE, port: host.url ? Number(new URL(host.url).port) : 0 });
      host.url ??= server.url.replace('127.0.0.1', name);
    },
  };
  mkdirSync(FOLDER, { recursive: true });
  host.show(Object.keys(folders)[0]);
  await host.start();
  return host;
}
