// The map of the topics: lights up a topic's lines and says why they are there; finds a topic by its name. Reads both from the page,
// which is whole without it.
(() => {
  const map = document.getElementById("map");
  if (!map) return;
  const chart = map.querySelector(".map-chart");
  const says = map.querySelector(".map-says");
  const hint = says.firstElementChild;
  const find = map.querySelector(".map-find");
  const topics = [...chart.querySelectorAll("[data-topic]")];
  const edges = [...chart.querySelectorAll(".map-edge")];
  const mark = (element, name, on) => (on ? element.setAttribute(name, "") : element.removeAttribute(name));

  const light = (topic) => {
    const number = topic?.dataset.topic;
    const lit = edges.filter((edge) => edge.dataset.from === number || edge.dataset.to === number);
    const near = new Set(lit.flatMap((edge) => [edge.dataset.from, edge.dataset.to]));
    mark(chart, "data-on", topic);
    for (const edge of edges) mark(edge, "data-lit", lit.includes(edge));
    for (const other of topics) mark(other, "data-lit", other === topic || near.has(other.dataset.topic));
    const lines = number && map.querySelector(`[data-of="${number}"] > ul`);
    says.replaceChildren(lines ? lines.cloneNode(true) : hint);
  };
  const topicOf = (event) => event.target.closest?.("[data-topic]");
  chart.addEventListener("pointerover", (event) => topicOf(event) && light(topicOf(event)));
  chart.addEventListener("focusin", (event) => light(topicOf(event)));
  chart.addEventListener("pointerleave", () => light(topics.find((topic) => topic === document.activeElement)));

  // Arrow keys go along the map; Tab does too.
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = topics.indexOf(topicOf(event));
    if (!step || at < 0) return;
    event.preventDefault();
    topics[Math.min(Math.max(at + step, 0), topics.length - 1)].focus();
  });

  find.hidden = false;
  find.querySelector("input").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    const found = topics.filter((topic) => wanted && topic.dataset.title.toLowerCase().includes(wanted));
    for (const topic of topics) mark(topic, "data-dim", wanted && !found.includes(topic));
    light(found[0]);
  });
})();
