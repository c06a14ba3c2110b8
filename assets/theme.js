// Applies the reader's theme and text size before the first paint, and keeps the two header buttons working with or
// without the wasm module. Knows nothing else of the page.
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
  if (new URLSearchParams(location.search).has("embed")) root.dataset.embed = "";

  const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const mark = () => {
    for (const button of document.querySelectorAll("[data-switch=theme]")) button.setAttribute("aria-pressed", String(isDark()));
    for (const button of document.querySelectorAll("[data-switch=text]")) button.setAttribute("aria-pressed", String(root.dataset.text === "large"));
  };
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("click", (event) => {
    const kind = event.target.closest?.("[data-switch]")?.dataset.switch;
    const next = { theme: isDark() ? "light" : "dark", text: root.dataset.text === "large" ? "auto" : "large" }[kind];
    if (!next) return;
    apply("faultline." + kind, next);
    remember("faultline." + kind, next);
    mark();
  });
})();
