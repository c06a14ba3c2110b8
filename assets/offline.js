// The page's side of working offline: registers the worker when the page has loaded and is idle, says in the footer what is kept on this
// device, and quietly when a new version is there. The page works without it. Knows no lesson.
(() => {
  const NEWS_MS = 2000;
  const TAKE_OVER_MS_MAX = 5000;
  const [line, note] = ["kept", "fresh"].map((id) => document.getElementById(id));
  const [says, button] = line.children;
  // Browsers throw here where a page may store nothing.
  const workers = (() => { try { return navigator.serviceWorker; } catch { return undefined; } })();

  const changes = (worker, wanted) => new Promise((done) => {
    const look = () => { if (worker.state === wanted || worker.state === "redundant") done(worker.state === wanted); };
    worker.addEventListener("statechange", look);
    look();
  });

  /** Lets the new version take over, if there is one, and loads the page again. */
  const renew = async () => {
    setTimeout(() => location.reload(), TAKE_OVER_MS_MAX);
    try {
      const registration = await workers?.getRegistration();
      if (registration && !registration.waiting) await registration.update();
      const next = registration?.waiting ?? registration?.installing;
      if (next && (await changes(next, "installed"))) {
        next.postMessage("take over");
        await changes(next, "activated");
      } else if (registration && !next) {
        // The worker is the newest, and yet this page lacks something: the host decides.
        await registration.unregister();
      }
    } catch {
      // No connection: the page that there is, is loaded again.
    }
    location.reload();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-renew]")) renew();
    if (event.target.closest("[data-later]")) note.hidden = true;
  });

  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)}\u00a0MB`;
  let pulse;
  const show = ({ bytes, bytesOfAll, playgrounds, playgroundsKept, isBusy, hasFailed }) => {
    const isWhole = bytes === bytesOfAll;
    const some = `The text of every page works offline, and ${playgroundsKept} of ${playgrounds} playgrounds: each is kept when you open its page.`;
    const [text, act, ask] =
      isWhole ? [`The whole site is kept on this device (${megabytes(bytes)}) and works offline.`, "Give the space back", "drop programs"]
      : isBusy ? [`Keeping the whole site on this device: ${megabytes(bytes)} of ${megabytes(bytesOfAll)}.`, "Stop", "stop"]
      : hasFailed ? [`Not all of the site could be kept: connection or space ran out at ${megabytes(bytes)} of ${megabytes(bytesOfAll)}.`, "Try again", "keep all"]
      : [some, `Keep the whole site on this device (${megabytes(bytesOfAll)})`, "keep all"];
    // Heard when it is over, not at every file.
    says.setAttribute("aria-busy", String(isBusy));
    if (says.textContent !== text) says.textContent = text;
    [button.textContent, button.dataset.ask] = [act, ask];
    line.hidden = false;
    clearTimeout(pulse);
    // A worker that its browser has ended tells no more: asked, it starts again and says how things are.
    if (isBusy) pulse = setTimeout(() => workers.controller?.postMessage("state"), NEWS_MS);
  };

  const begin = async () => {
    const site = new URL(".", document.querySelector("link[rel=manifest]").href);
    const registration = await workers.register(new URL("service-worker.js", site), { scope: site.pathname, updateViaCache: "none" });
    // A test's browser may register nothing and not say so.
    if (!registration) return;
    const look = () => { if (registration.waiting && registration.active) note.hidden = false; };
    registration.addEventListener("updatefound", () => {
      // Where it need not wait, it does so for a moment only.
      registration.installing?.addEventListener("statechange", () => setTimeout(look, NEWS_MS / 2));
    });
    look();
    workers.addEventListener("message", ({ data }) => show(data));
    const { active } = await workers.ready;
    button.addEventListener("click", () => {
      if (button.dataset.ask === "keep all") navigator.storage?.persist?.();
      registration.active.postMessage(button.dataset.ask);
    });
    active.postMessage("visit");
  };

  const isForAnother = "embed" in document.documentElement.dataset;
  if (!workers || isForAnother || navigator.connection?.saveData) return;
  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 1000));
  // Where it fails (a private window, no room, a host that changes files) the page is a page as before.
  const start = () => whenIdle(() => begin().catch(() => undefined), { timeout: 5000 });
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
})();
