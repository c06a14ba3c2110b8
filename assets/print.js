// Makes a page whole for paper, and as it was again: opens what is folded, puts the answers at the end, and a picture of the run as it
// stands under the title. Without it the text prints all the same. Knows the classes of a lesson's page.
(() => {
  const root = document.documentElement;
  let undo = [];

  const put = (element, after) => {
    after.after(element);
    undo.push(() => element.remove());
  };
  const make = (name, text, className) => {
    const element = document.createElement(name);
    element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  /** What is folded is opened; the table of contents stays away. */
  const unfold = () => {
    for (const fold of document.querySelectorAll(".prose details:not([open])")) {
      fold.open = true;
      undo.push(() => { fold.open = false; });
    }
  };

  /** The stage and the diagram, if the playground has come that far. */
  const picture = () => {
    const [stage, diagram] = ["svg.stage", "svg.diagram"].map((name) => document.querySelector(name));
    const head = document.querySelector(".lesson-head");
    if (!stage || !diagram || !head) return;
    const figure = make("figure", "", "pg print-run");
    figure.append(stage.cloneNode(true), diagram.cloneNode(true));
    const words = [".pg-scenario", ".readout b", ".caption [data-fresh]"].map((name) => document.querySelector(name)?.textContent.trim());
    figure.append(make("figcaption", words.filter(Boolean).join(" \u00b7 ")));
    put(figure, head);
  };

  const answers = () => {
    const all = [...document.querySelectorAll(".quiz > li")];
    const last = document.querySelector(".evidence") ?? document.querySelector(".prose")?.lastElementChild;
    if (all.length === 0 || !last) return;
    const section = make("section", "", "print-answers");
    const list = document.createElement("ol");
    for (const question of all) {
      const item = document.createElement("li");
      for (const part of question.querySelectorAll(".quiz-why > :not(summary)")) item.append(part.cloneNode(true));
      list.append(item);
    }
    section.append(make("h2", "Answers"), list);
    put(section, last);
  };

  /** The figures of demonstrations that have not been played stand where only a page without scripts shows them. */
  const figures = () => {
    for (const figure of document.querySelectorAll(".demo-figures noscript")) put(make("span", figure.textContent), figure);
  };

  const prepare = () => {
    if (undo.length > 0) return;
    unfold();
    figures();
    answers();
    picture();
    const foot = document.querySelector(".site-foot");
    if (foot) put(make("p", location.origin + location.pathname, "print-from"), foot);
  };
  const restore = () => {
    for (const back of undo.reverse()) back();
    undo = [];
  };
  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);

  document.addEventListener("click", (event) => {
    const how = event.target.closest?.("[data-print]")?.dataset.print;
    if (how === undefined) return;
    root.dataset.answers = how;
    addEventListener("afterprint", () => { delete root.dataset.answers; }, { once: true });
    print();
  });
})();
