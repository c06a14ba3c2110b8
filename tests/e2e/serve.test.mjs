// The static server that scripts/serve and these tests stand on.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../../scripts/serve.mjs';

let parent;
let site;

before(async () => {
  parent = mkdtempSync(join(tmpdir(), 'faultline-serve-'));
  const root = join(parent, 'dist');
  mkdirSync(join(root, 'lessons'), { recursive: true });
  writeFileSync(join(root, 'index.html'), 'home '.repeat(100));
  writeFileSync(join(root, 'lessons/index.html'), 'lessons');
  writeFileSync(join(root, '404.html'), 'nothing here');
  writeFileSync(join(root, 'app.wasm'), 'wasm');
  writeFileSync(join(parent, 'secret'), 'secret');
  site = await serve({ root, base: '/deep/' });
});

after(async () => {
  await site.close();
  rmSync(parent, { recursive: true });
});

const get = (path, options) => fetch(new URL(path, site.url), { redirect: 'manual', ...options });

test('a directory is served as its index, and without its slash redirects to it', async () => {
  assert.equal(await (await get('lessons/')).text(), 'lessons');
  const bare = await get('lessons');
  assert.equal(bare.status, 301);
  assert.equal(bare.headers.get('location'), '/deep/lessons/');
});

test('wasm has the type that streaming compilation asks for', async () => {
  assert.equal((await get('app.wasm')).headers.get('content-type'), 'application/wasm');
});

test('text is gzipped for whoever accepts it, and only for them', async () => {
  const zipped = await get('', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.equal((await zipped.text()).length, 500);
  const plain = await get('', { headers: { 'Accept-Encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
});

test('a file that the browser has already is not sent again', async () => {
  const etag = (await get('')).headers.get('etag');
  assert.equal((await get('', { headers: { 'If-None-Match': etag } })).status, 304);
});

test('what is not there gets 404.html', async () => {
  const missing = await get('missing/');
  assert.equal(missing.status, 404);
  assert.equal(await missing.text(), 'nothing here');
});

test('nothing outside of the site can be had', async () => {
  // By hand: fetch() would resolve the dots itself.
  for (const path of ['/deep/../secret', '/deep/%2e%2e/secret', '/deep/..%2fsecret', '/deep//../../secret', '/secret']) {
    const body = await new Promise((resolve, reject) => {
      request(new URL(site.url), { path }, (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });
    assert.ok(!body.includes('secret'), path);
  }
});
