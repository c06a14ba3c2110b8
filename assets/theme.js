// Applies the reader's theme and text size before the first paint, and what the address asks for: to stand in another page
// (?embed), to be shown to a room (?present), or to begin with another run than the page has drawn (#s=, #a=). Keeps the buttons for
// these working with or without the wasm module. Knows nothing else of the page.
(() => {
  const root = document.documentElement;
  const remembered = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const remember = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* a private window: the choice lasts as long as the page */ }
  };
  const apply = (key, value) => {
    const name = key.replace("faultline.", "");
    if (value && value !== "auto") root.dataset[name] = value;
    else delete root.dataset[name];
  };
  for (const key of ["faultline.theme", "faultline.text"]) apply(key, remembered(key));
  if (/^#[as]=/.test(location.hash)) root.dataset.linked = "";
  for (const name of ["embed", "present"]) if (new URLSearchParams(location.search).has(name)) root.dataset[name] = "";

  const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const mark = () => {
    for (const button of document.querySelectorAll("[data-switch=theme]")) button.setAttribute("aria-pressed", String(isDark()));
    for (const button of document.querySelectorAll("[data-switch=text]")) button.setAttribute("aria-pressed", String(root.dataset.text === "large"));
  };
  const present = (on) => {
    if (on) root.dataset.present = "";
    else delete root.dataset.present;
    // So that a reload, or a copied address, comes back to the same.
    try { history.replaceState(history.state, "", location.pathname + (on ? "?present" : "") + location.hash); } catch { /* a page in a box of its own has no address to change */ }
    document.querySelector("[data-switch=present]")?.focus();
  };
  document.addEventListener("DOMContentLoaded", mark);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && "present" in root.dataset) present(false);
  });
  document.addEventListener("click", (event) => {
    const kind = event.target.closest?.("[data-switch]")?.dataset.switch;
    if (kind === "present") present(!("present" in root.dataset));
    if (kind === "panels") root.toggleAttribute("data-panels");
    const next = { theme: isDark() ? "light" : "dark", text: root.dataset.text === "large" ? "auto" : "large" }[kind];
    if (!next) return;
    apply("faultline." + kind, next);
    remember("faultline." + kind, next);
    mark();
  });
})();
