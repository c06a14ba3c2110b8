// Starts the site's program. The page never waits for it: the text is there, and so is the first picture of the playground. It starts at the
// reader's first move: of a pointer, a key, or the page; at once if there is progress to show, or a run in the address. Where there are
// demonstrations it starts when one of them comes into sight. Knows the names of the module's files from <body>. Says so when the
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
  // Alone in its page, shown to a room, or at a moment that the address names, a playground is what the reader has come for.
  const isAsked = () => "embed" in root.dataset || "present" in root.dataset || "linked" in root.dataset;

  const demos = document.querySelectorAll("[data-demo]");
  if (demos.length > 0) {
    const near = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) { near.disconnect(); start(); }
    });
    for (const demo of demos) near.observe(demo);
    return;
  }
  if (!playground && !document.getElementById("progress")) return;
  if (hasProgress() || (playground && isAsked())) start();
  // What speaks the page, or is spoken to, presses and moves without a pointer or a key.
  const MOVES = ["pointermove", "pointerdown", "keydown", "scroll", "wheel", "hashchange", "focusin", "click", "change"];
  for (const type of MOVES) addEventListener(type, start, { once: true, passive: true });
  if (!playground) return;

  // Until the program has drawn, the page shows its first picture, written with the page: the same parts in the same order. What the reader
  // does to that, or answers to a question, is done again once the program is there.
  const HOSTS = "[data-still], [data-question]";
  const PARTS = "a, button, input, select, [data-id]";
  const parts = () => [...document.querySelectorAll(HOSTS)].flatMap((host) => [...host.querySelectorAll(PARTS)]);
  const partOf = (event) => event.target.closest?.(HOSTS) && event.target.closest(PARTS);
  const done = [];
  let focused = -1;
  // What the pointer presses, until it is let go: the program may come in between, and then nothing was clicked.
  let pressed = -1;
  const click = (now, { clientX, clientY }) => now?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, clientX, clientY }));
  const note = {
    pointerdown(event) {
      const part = partOf(event);
      pressed = part?.matches("button:not([data-switch])") ? parts().indexOf(part) : -1;
    },
    pointerup() {
      pressed = -1;
    },
    click(event) {
      const part = partOf(event);
      // Of a field the change counts; what leads about the page, or changes its look, needs no program.
      if (!part || part.matches("input, select, [data-switch], a[href^='#']")) return;
      event.preventDefault();
      // The program begins with the dock as it is.
      if (part.matches(".dock-open")) return (playground.dataset.dock = "half");
      playground.dataset.waiting = "";
      done.push({ index: parts().indexOf(part), redo: (now) => click(now, event) });
    },
    change(event) {
      const part = partOf(event);
      if (!part) return;
      const { value, checked } = part;
      done.push({ index: parts().indexOf(part), redo: (now) => { now.value = value; now.checked = checked; now.dispatchEvent(new Event("change", { bubbles: true })); } });
    },
    focusin(event) {
      // What only stands in for what went (assets/focus.js) is not where the reader was.
      if (event.target.matches("[data-stand-in]")) return;
      const part = partOf(event);
      focused = part ? parts().indexOf(part) : -1;
    },
  };
  for (const [type, listener] of Object.entries(note)) document.addEventListener(type, listener);
  new MutationObserver((_, observer) => {
    observer.disconnect();
    for (const [type, listener] of Object.entries(note)) document.removeEventListener(type, listener);
    // When what was drawn has its size, so that the focus is scrolled to where it stays.
    requestAnimationFrame(() => {
      const now = parts();
      if (focused >= 0 && document.activeElement.matches("body, [data-stand-in]")) now[focused]?.focus();
      for (const { index, redo } of done) if (now[index]) redo(now[index]);
    });
    if (pressed >= 0) addEventListener("pointerup", (event) => click(parts()[pressed], event), { once: true });
  }).observe(playground, { attributeFilter: ["data-live"] });
})();
