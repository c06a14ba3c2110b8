// Starts the site's program. The text never waits for it: where the playground is in sight it starts at once; where it is docked
// (a phone) it starts at the reader's first touch, key or scroll; and so it does on the home page, unless there is progress to show. Where
// there are demonstrations it starts when one of them comes into sight. Knows the names of the module's files from <body>. Says so when the
// program breaks: as it is published, it breaks without a word.
(() => {
  const { module, wasm } = document.body.dataset;
  const root = document.documentElement;
  const absolute = (address) => new URL(address, document.baseURI).href;
  const playground = document.getElementById("playground");

  const reload = document.getElementById("panic-reload");
  // The first cause is shown: what breaks after it breaks of it.
  const showPanic = (cause, canForget) => {
    const banner = document.getElementById("panic");
    if (!banner.hidden) return;
    document.getElementById("panic-cause").textContent = cause;
    document.getElementById("panic-forget").hidden = !canForget;
    banner.hidden = false;
  };
  const broke = (error) => {
    if (error instanceof WebAssembly.RuntimeError) showPanic(`Its program stopped (${error.message}).`, true);
  };
  addEventListener("error", ({ error }) => broke(error));
  addEventListener("unhandledrejection", ({ reason }) => broke(reason));
  // Where the program is lacking, assets/offline.js looks for a new version of the site before it loads the page again.
  reload.addEventListener("click", () => "renew" in reload.dataset || location.reload());
  document.getElementById("panic-forget").addEventListener("click", () => {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith("faultline.")) localStorage.removeItem(key);
    } catch { /* this browser stores nothing, so there is nothing to forget */ }
    // A run in the address may be what broke it.
    location.hash = "";
    location.reload();
  });
  // Names change with content: what the host no longer has belonged to an older version of the site, as this page does.
  const isOutdated = async () => {
    const heads = [module, wasm].map((name) => fetch(absolute(name), { method: "HEAD", cache: "no-store" }));
    return (await Promise.all(heads)).some(({ status }) => status === 404 || status === 410);
  };
  const failed = async (error) => {
    if (error instanceof WebAssembly.RuntimeError) return broke(error);
    const cause = (await isOutdated().catch(() => false))
      ? "A new version of the site is there, and this page is of the old one. Reload the page to get it."
      : `Its program could not be loaded (${error.message}). Check the connection.`;
    reload.dataset.renew = "";
    showPanic(cause, false);
  };
  let started = false;
  const start = () => {
    if (started) return;
    started = true;
    import(absolute(module)).then((program) => program.default({ module_or_path: absolute(wasm) })).catch(failed);
  };

  const hasProgress = () => {
    try {
      return Object.keys(localStorage).some((key) => /^faultline\.(?:progress\.|last$)/.test(key));
    } catch {
      return false;
    }
  };
  const wide = matchMedia("(min-width: 68.75rem)");
  const inSight = () => wide.matches || "embed" in root.dataset || "present" in root.dataset || playground.closest(".sandbox") || location.hash.startsWith("#s=");

  const demos = document.querySelectorAll("[data-demo]");
  if (demos.length > 0) {
    const near = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) { near.disconnect(); start(); }
    });
    for (const demo of demos) near.observe(demo);
    return;
  }
  if (!playground && !document.getElementById("progress")) return;
  if (playground ? inSight() : hasProgress()) return start();
  for (const type of ["pointerdown", "keydown", "scroll", "wheel", "hashchange"]) addEventListener(type, start, { once: true, passive: true });
  if (!playground) return;
  wide.addEventListener("change", start, { once: true });
  // A tap on the dock before the program is there is not lost: it opens what the tap asked for.
  playground.addEventListener("click", () => { root.dataset.wanted = ""; start(); }, { once: true });
})();
