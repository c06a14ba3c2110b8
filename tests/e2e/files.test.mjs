// What every file of the site promises, read off dist/ without a browser: the content security policy, no inline code, nothing from
// elsewhere, and a manifest by which the site can be installed. Knows no page by name.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { DIST, pages } from '../../scripts/dist.mjs';

/** Written a second time on purpose: loosening it takes two hands. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

const read = (path) => readFileSync(join(DIST, path), 'utf8');
const tags = (html) => [...html.matchAll(/<([a-z][a-z0-9-]*)((?:\s+[^\s=>"']+(?:="[^"]*"|='[^']*')?)*)\s*\/?>/gi)].map(([, name, rest]) => ({
  name: name.toLowerCase(),
  attributes: Object.fromEntries([...rest.matchAll(/([^\s=>"']+)(?:="([^"]*)"|='([^']*)')?/g)].map(([, key, a, b]) => [key.toLowerCase(), a ?? b ?? ''])),
}));

/** Why a page is not safe; empty if it is. */
function faults(html) {
  const found = [];
  const all = tags(html.replace(/(<script type="application\/json"[^>]*>)[^]*?<\/script>/g, '$1</script>'));
  const policies = all.filter(({ name, attributes }) => name === 'meta' && /^content-security-policy$/i.test(attributes['http-equiv'] ?? ''));
  if (policies.length !== 1 || policies[0].attributes.content !== POLICY) found.push(`its policies are ${policies.map(({ attributes }) => attributes.content)}`);
  const before = all.slice(0, all.indexOf(policies[0]));
  if (before.some(({ name }) => ['script', 'link', 'style', 'img'].includes(name))) found.push('something is loaded before the policy stands');
  for (const { name, attributes } of all) {
    if (name === 'style') found.push('has a <style>');
    if (name === 'script' && !('src' in attributes) && attributes.type !== 'application/json') found.push('has an inline script');
    for (const [key, value] of Object.entries(attributes)) {
      if (key === 'style' || /^on/.test(key)) found.push(`<${name}> has ${key}="${value}"`);
      if (/^\s*javascript:/i.test(value)) found.push(`<${name}> has the address ${value}`);
      const isLoaded = ['src', 'srcset', 'data', 'poster', 'action'].includes(key) || (['href', 'xlink:href'].includes(key) && name !== 'a' && attributes.rel !== 'canonical');
      if (isLoaded && /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(value)) found.push(`<${name}> loads ${value}`);
    }
  }
  return found;
}

test('every page has exactly the policy, no inline code, and loads nothing from elsewhere', () => {
  assert.ok(pages().length >= 3);
  for (const page of pages()) assert.deepEqual(faults(read(page)), [], page);
});

test('each way to be unsafe is noticed', () => {
  const good = read('index.html');
  for (const [from, to] of [
    ["script-src 'self'", "script-src 'self' 'unsafe-inline'"],
    [/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''],
    [/(<meta charset="utf-8">)([^]*?)(<meta http-equiv="Content-Security-Policy"[^>]*>)/, '$1<script src="./early.js"></script>$2$3'],
    ['</body>', '<script>alert(1)</script></body>'],
    ['</body>', '<style>p{}</style></body>'],
    ['<p>', '<p style="color: red">'],
    ['<p>', '<p onclick="go()">'],
    ['</body>', '<a href="javascript:go()">x</a></body>'],
    ['</body>', '<img src="https://example.org/x.png"></body>'],
    ['</body>', '<script src="//example.org/x.js"></script></body>'],
    ['</body>', '<link rel="stylesheet" href="http://example.org/x.css"></body>'],
  ]) {
    assert.notEqual(good.replace(from, to), good, String(from));
    assert.ok(faults(good.replace(from, to)).length > 0, String(to));
  }
});

test('style sheets load nothing but files of the site', () => {
  const sheets = readdirSync(DIST, { recursive: true }).filter((path) => path.endsWith('.css'));
  assert.ok(sheets.length > 0);
  for (const sheet of sheets) {
    assert.doesNotMatch(read(sheet), /@import/);
    for (const [, address] of read(sheet).matchAll(/url\(\s*["']?([^"')]+)/g)) {
      assert.ok(address.startsWith('#') || existsSync(join(DIST, dirname(sheet), address)), `${sheet}: ${address}`);
    }
  }
});

test('the manifest has what installing needs: names, a start within its scope, and icons of the sizes that it says', () => {
  const manifest = JSON.parse(read('manifest.webmanifest'));
  for (const name of ['name', 'short_name', 'description', 'background_color', 'theme_color']) assert.ok(manifest[name], name);
  const at = 'https://example.org/some/where/';
  const [start, scope] = [manifest.start_url, manifest.scope].map((address) => new URL(address, `${at}manifest.webmanifest`).href);
  assert.deepEqual([start, scope], [at, at]);
  assert.ok(['standalone', 'minimal-ui', 'fullscreen'].includes(manifest.display));
  for (const { src, type, sizes } of manifest.icons.filter(({ type: kind }) => kind === 'image/png')) {
    const bytes = readFileSync(join(DIST, src));
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes, `${src}, ${type}`);
  }
  for (const purpose of ['any', 'maskable']) {
    const sizes = manifest.icons.filter((icon) => icon.purpose === purpose).map((icon) => icon.sizes);
    for (const size of ['192x192', '512x512']) assert.ok(sizes.includes(size), `${purpose} ${size}`);
  }
});
