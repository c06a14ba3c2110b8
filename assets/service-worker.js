// Makes the site work offline. The page writer puts before this text what the build consists of: VERSION, FILES (bytes and digest by
// path) and PROGRAMS (what only the page of that address loads). Pages and looks are kept at once, a program when its page is visited.
//
// It hands out one build, and no byte of another: a file is served only if it has the build's digest, whether it comes from a cache or
// from the host. A new build is another worker. It fills a cache of its own, whole, before it takes over; and it takes over when no page
// is open, or when a reader asks. Knows no lesson.

const SCOPE = registration.scope;
// Caches belong to an origin, which may have other sites.
const CACHES = `faultline ${SCOPE} `;
const MINE = CACHES + VERSION;
/** Across builds: the pages whose programs the reader has, or wants all to have. */
const WANTED = `${CACHES}wanted`;
const EVERY_PAGE = `${SCOPE}?every-page`;
/** Where the site is worked on, a page is asked of the server first. */
const IS_WORKSHOP = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
const LANES = 4;

const ALL = Object.keys(FILES);
const LATER = new Set(Object.values(PROGRAMS).flat());

const isMine = (path) => Object.hasOwn(FILES, path);
const pathOf = (url) => decodeURI(url.pathname.slice(new URL(SCOPE).pathname.length)).replace(/(^|\/)$/, "$1index.html");
// Some hosts lead from index.html to its folder.
const address = (path) => SCOPE + path.replace(/(^|\/)index\.html$/, "$1");

async function hasDigest(response, path) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.arrayBuffer()));
  return `sha256-${btoa(String.fromCharCode(...hash))}` === FILES[path][1];
}

/** A file out of a cache, if it is there and unharmed. */
async function kept(cache, path) {
  const found = await cache.match(address(path), { ignoreVary: true });
  return found && (await hasDigest(found.clone(), path)) ? found : undefined;
}

/** A file from the host; nothing if the host has another in its place, or cannot be reached. */
async function fetched(path) {
  // What the page has just loaded need not be loaded again.
  for (const cache of ["default", "reload"]) {
    try {
      const response = await fetch(address(path), { cache, integrity: FILES[path][1] });
      const headers = { "Content-Type": response.headers.get("Content-Type") ?? "" };
      // A new one, since one that was redirected may not answer for a page.
      if (response.ok) return new Response(await response.arrayBuffer(), { headers });
    } catch {
      // Another digest, or no connection.
    }
  }
  return undefined;
}

async function olderCaches() {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== MINE && name !== WANTED);
  return Promise.all(names.map((name) => caches.open(name)));
}

/** Puts files into this build's cache; what an older build had is not fetched again. Throws if one cannot be had. */
async function keep(paths, { tell = () => undefined, isOver = () => false } = {}) {
  const [mine, older, queue] = [await caches.open(MINE), await olderCaches(), [...paths]];
  const found = async (path) => {
    for (const cache of older) {
      const same = await kept(cache, path);
      if (same) return same;
    }
    return fetched(path);
  };
  const lane = async () => {
    for (let path = queue.pop(); path !== undefined && !isOver(); path = queue.pop()) {
      if (await kept(mine, path)) continue;
      const file = await found(path);
      if (!file) throw new Error(`${path} cannot be had.`);
      await mine.put(address(path), file);
      tell();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function install() {
  await keep(ALL.filter((path) => !LATER.has(path)));
  const wanted = (await (await caches.open(WANTED)).keys()).map(({ url }) => url);
  const pages = Object.keys(PROGRAMS).filter((page) => wanted.includes(EVERY_PAGE) || wanted.includes(SCOPE + page));
  try {
    await keep(pages.flatMap((page) => PROGRAMS[page]));
  } catch (error) {
    // Where there is no room for them beside the old ones, a new build still comes.
    if (error.name !== "QuotaExceededError") throw error;
  }
  if (IS_WORKSHOP) await skipWaiting();
}

/** Deletes the caches of older builds, unless a page of one may be open: then more than one is. */
async function tidy() {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== MINE && name !== WANTED);
  const open = (await clients.matchAll({ includeUncontrolled: true, type: "window" })).filter(({ url }) => url.startsWith(SCOPE));
  if (open.length > 1 || registration.installing || registration.waiting) return;
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function file(event, path) {
  const cache = await caches.open(MINE).catch(() => undefined);
  const found = cache && (await kept(cache, path));
  if (found) return found;
  const fresh = await fetched(path);
  // Where there is no room, the page has it all the same.
  if (fresh && cache) event.waitUntil(cache.put(address(path), fresh.clone()).catch(() => undefined));
  return fresh;
}

async function page(event, url) {
  const { request } = event;
  const path = pathOf(url);
  if (IS_WORKSHOP) {
    try {
      return await fetch(request);
    } catch {
      // The server is not running.
    }
  }
  // Without it, what the host has there now: a page of a newer build, which names its own files.
  if (isMine(path)) return (await file(event, path)) ?? fetch(request);
  if (isMine(`${path}/index.html`)) return Response.redirect(`${SCOPE}${path}/${url.search}`);
  try {
    return await fetch(request);
  } catch (error) {
    const lost = isMine("404.html") && (await file(event, "404.html"));
    if (!lost) throw error;
    return new Response(lost.body, { status: 404, headers: lost.headers });
  }
}

/** A file of another build, whose page is still open: names change with content, so it is the one that is meant. */
async function other(request) {
  for (const cache of await olderCaches()) {
    const found = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
    if (found) return found;
  }
  return fetch(request);
}

/** Whether the whole site is being kept just now, and whether that broke off. */
let isBusy = false;
let hasFailed = false;

/** Tells every page what is kept. */
async function tell() {
  const there = new Set((await (await caches.open(MINE)).keys()).map(({ url }) => url));
  const bytes = (paths) => paths.reduce((sum, path) => sum + FILES[path][0], 0);
  const isKept = (path) => there.has(address(path));
  const playgrounds = Object.values(PROGRAMS);
  const state = {
    bytes: bytes(ALL.filter(isKept)),
    bytesOfAll: bytes(ALL),
    playgrounds: playgrounds.length,
    playgroundsKept: playgrounds.filter((paths) => paths.every(isKept)).length,
    isBusy,
    hasFailed,
  };
  for (const client of await clients.matchAll()) client.postMessage(state);
}

const ASKED = {
  state: tell,
  "take over": () => skipWaiting(),
  /** A page is open: what it runs is wanted. */
  async visit({ source }) {
    await tidy();
    const page = pathOf(new URL(source.url)).replace(/index\.html$/, "");
    if (Object.hasOwn(PROGRAMS, page)) {
      await (await caches.open(WANTED)).put(SCOPE + page, new Response());
      // Without room or connection the page works as it did; its next visit tries again.
      await keep(PROGRAMS[page]).catch(() => undefined);
    }
    await tell();
  },
  async "keep all"() {
    if (isBusy) return;
    [isBusy, hasFailed] = [true, false];
    await tell();
    try {
      await (await caches.open(WANTED)).put(EVERY_PAGE, new Response());
      await keep(ALL, { tell, isOver: () => !isBusy });
    } catch {
      hasFailed = true;
    }
    isBusy = false;
    await tell();
  },
  async stop() {
    isBusy = false;
    await (await caches.open(WANTED)).delete(EVERY_PAGE);
    await tell();
  },
  /** Back to what is kept at once. */
  async "drop programs"() {
    [isBusy, hasFailed] = [false, false];
    await caches.delete(WANTED);
    const mine = await caches.open(MINE);
    await Promise.all([...LATER].map((path) => mine.delete(address(path))));
    await tell();
  },
};

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(clients.claim().then(tidy)));
addEventListener("message", (event) => {
  if (Object.hasOwn(ASKED, event.data)) event.waitUntil(ASKED[event.data](event));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(SCOPE) || request.headers.has("Range")) return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (isMine(pathOf(url))) event.respondWith(file(event, pathOf(url)).then((found) => found ?? Response.error()));
  else event.respondWith(other(request));
});
