// Serves dist/ the way a plain static host does: directory indexes, gzip, ETags, 404.html. Knows nothing of the site.
// Run by scripts/serve; imported by tests/e2e.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { DIST } from './dist.mjs';

const FIRST_PORT = 8080;
const PORTS_TRIED = 20;
const PORT_MAX = 65_535;

// Type, and whether compression pays.
const TYPES = {
  '.css': ['text/css; charset=utf-8', true],
  '.html': ['text/html; charset=utf-8', true],
  '.ico': ['image/x-icon', true],
  '.js': ['text/javascript; charset=utf-8', true],
  '.json': ['application/json', true],
  '.mjs': ['text/javascript; charset=utf-8', true],
  '.png': ['image/png', false],
  '.svg': ['image/svg+xml', true],
  '.txt': ['text/plain; charset=utf-8', true],
  '.wasm': ['application/wasm', true],
  '.webmanifest': ['application/manifest+json', true],
  '.webp': ['image/webp', false],
  '.woff2': ['font/woff2', false],
  '.xml': ['application/xml', true],
};

/** Reads a file; undefined when there is none at that place (or a directory is). */
async function read(path) {
  try {
    return await readFile(path);
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG'].includes(error.code)) return undefined;
    throw error;
  }
}

/**
 * Serves `root` under the path `base` ("/" or "/somewhere/") on 127.0.0.1. Port 0 takes any free one.
 * Resolves to { url, close }; rejects with code EADDRINUSE when the port is taken.
 */
export function serve({ root = DIST, base = '/', port = 0 } = {}) {
  const compressed = new Map(); // etag -> gzipped body

  async function answer(request, response) {
    const send = (status, headers, body) => {
      response.writeHead(status, headers);
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, { Allow: 'GET, HEAD' });

    let pathname;
    try {
      pathname = decodeURIComponent(new URL(request.url, 'http://host').pathname);
    } catch {
      return send(400, {});
    }
    if (!pathname.startsWith(base) || pathname.includes('\0')) return send(404, {});
    const path = normalize(join(root, pathname.slice(base.length)));
    if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) return send(404, {});

    let status = 200;
    let file = pathname.endsWith('/') ? join(path, 'index.html') : path;
    let body = await read(file);
    if (body === undefined && !pathname.endsWith('/') && (await read(join(path, 'index.html')))) {
      return send(301, { Location: `${encodeURI(pathname)}/` });
    }
    if (body === undefined) {
      status = 404;
      file = join(root, '404.html');
      body = (await read(file)) ?? Buffer.from('<!doctype html><title>Not found</title>Not found.');
    }

    const [type, pays] = TYPES[extname(file)] ?? ['application/octet-stream', false];
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    // As large hosts of static sites do: a page in a sandboxed frame is of no origin, and may then still load its own files.
    const headers = { 'Content-Type': type, ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding', 'Access-Control-Allow-Origin': '*' };
    if (status === 200 && request.headers['if-none-match'] === etag) return send(304, headers);
    if (pays && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      if (!compressed.has(etag)) compressed.set(etag, gzipSync(body));
      body = compressed.get(etag);
      headers['Content-Encoding'] = 'gzip';
    }
    headers['Content-Length'] = body.length;
    return send(status, headers, body);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.destroy(error);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}${base}`,
        close: () =>
          new Promise((closed) => {
            server.close(closed);
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** The port that the reader asked for, or the first free one. */
async function serveSomewhere() {
  const asked = process.env.PORT;
  if (asked && !(/^\d+$/.test(asked) && Number(asked) >= 1 && Number(asked) <= PORT_MAX)) {
    throw new Error(`PORT=${asked} is not a port: choose one from 1 to ${PORT_MAX}.`);
  }
  const ports = asked ? [Number(asked)] : Array.from({ length: PORTS_TRIED }, (_, k) => FIRST_PORT + k);
  for (const port of ports) {
    try {
      return await serve({ port });
    } catch (error) {
      if (error.code === 'EACCES') throw new Error(`Port ${port} needs rights that you do not have: choose another with PORT=….`);
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(
    asked
      ? `Port ${asked} is taken: choose another with PORT=….`
      : `Ports ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED - 1} are all taken: choose another with PORT=….`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { url } = await serveSomewhere();
    console.log(`Faultline is at ${url} (Ctrl-C stops it).`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
