// The keyboard's way about a page with a playground: over to it and back to the text, and a focus that is never lost with what had it.
// Knows the playground's id and its dock, no lesson and no algorithm; without it all is still within reach of Tab.
(() => {
  const playground = document.getElementById("playground");
  if (!playground) return;
  const STOPS = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, summary, [tabindex='0']";
  const isSeen = (element) => element.isConnected && element.checkVisibility();
  const dockOpener = () => playground.querySelector(".dock-open");

  /** Where in the text the reader was last. */
  let place;
  /** What in the playground has the focus, and all that is around it, the innermost first. */
  let chain = [];
  /** What has the focus in place of something that went. The stage may have a better place for it, and knows later: until then it is marked. */
  let standIn;
  const settle = () => {
    standIn?.removeAttribute("data-stand-in");
    standIn = undefined;
  };
  document.addEventListener("keydown", settle, true);

  document.addEventListener("focusin", ({ target }) => {
    if (target !== standIn) settle();
    chain = [];
    if (playground.contains(target)) {
      for (let element = target; element !== playground; element = element.parentElement) chain.push(element);
      chain.push(playground);
      return;
    }
    if (!target.closest("main")) return;
    place = target;
    // A playground that covers the whole text would cover what has the focus too.
    if (playground.dataset.dock === "full" && dockOpener()?.checkVisibility()) dockOpener().click();
  });
  // What is taken out of the page loses the focus while it is still in it: only afterwards is it clear whether the reader has left.
  document.addEventListener("focusout", ({ target }) => {
    const left = chain;
    queueMicrotask(() => {
      if (chain === left && isSeen(target)) chain = [];
    });
  });

  // A button may go with what it did, and the dock may close over what had the focus: then the nearest thing that is still there takes it.
  const keep = (changes) => {
    if (chain.length === 0 || (chain[0].isConnected && changes.every((change) => change.type === "childList"))) return;
    if (isSeen(chain[0])) return;
    const around = chain.find(isSeen);
    standIn = [around, ...around.querySelectorAll(STOPS)].find((element) => element.matches(STOPS) && isSeen(element));
    standIn?.setAttribute("data-stand-in", "");
    standIn?.focus();
  };
  new MutationObserver(keep).observe(playground, { childList: true, subtree: true, attributeFilter: ["data-dock"] });

  const goOver = () => (playground.querySelector(".to-text") ?? dockOpener())?.focus();
  const goBack = () => {
    if (place && isSeen(place)) return place.focus();
    const title = document.querySelector("h1");
    title.tabIndex = -1;
    title.focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".to-playground, .to-text, a[data-scenario]");
    if (!link) return;
    if (link.matches(".to-text")) {
      event.preventDefault();
      goBack();
    } else if (link.matches(".to-playground")) {
      event.preventDefault();
      goOver();
    } else if (event.detail === 0) {
      // Pressed, not clicked: whoever has no pointer would have a long way to the run that it opens.
      goOver();
    }
  });
  document.addEventListener("keydown", (event) => {
    const isOurs = event.key === "Escape" && !event.defaultPrevented && !event.isComposing && playground.contains(event.target);
    if (isOurs && place && isSeen(place)) goBack();
  });
})();
