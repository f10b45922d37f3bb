"use strict";
// What all parts of the page share: the rows, the lines picked, the metric, the picture.
const recoup = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const codecs = new Map(data.lines.map((line) => [line.name, line.codec]));
  const picked = new Set();
  const pill = document.getElementById("picked");
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  const clear = (element) => {
    if (!picked.size) return true;
    if (element.dataset.line) return picked.has(element.dataset.line);
    return [...picked].some((name) => codecs.get(name) === element.dataset.codec);
  };
  const linesOf = (button) => {
    const codec = button.dataset.pickCodec;
    return codec ? data.lines.filter((line) => line.codec === codec).map((line) => line.name) : [button.dataset.pick];
  };
  const mark = (root = document) => {
    for (const each of root.querySelectorAll("[data-line], [data-codec]")) each.classList.toggle("dim", !clear(each));
    for (const each of root.querySelectorAll("[data-pick], [data-pick-codec]")) {
      each.setAttribute("aria-pressed", String(linesOf(each).some((name) => picked.has(name))));
    }
  };
  const show = () => {
    mark();
    pill.hidden = !picked.size;
    pill.querySelector("span").replaceChildren(...[...picked].map((name) => {
      const item = Object.assign(document.createElement("b"), { textContent: name, className: "chosen" });
      item.style.setProperty("--c", data.lines.find((line) => line.name === name).colour);
      return item;
    }));
    tell("pick");
  };
  const toggle = (...names) => {
    const on = names.every((name) => picked.has(name));
    for (const name of names) if (on) picked.delete(name); else if (codecs.has(name)) picked.add(name);
    show();
  };
  const none = () => { picked.clear(); show(); };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick], [data-pick-codec]");
    if (button) toggle(...linesOf(button));
  });
  pill.querySelector("button").addEventListener("click", none);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && picked.size) none(); });

  // One metric for all figures: each has its own buttons, which follow one another.
  let metric = document.querySelector("[data-metric] input:checked")?.value ?? "";
  document.addEventListener("change", (event) => {
    if (!event.target.closest("[data-metric]")) return;
    metric = event.target.value;
    for (const each of document.querySelectorAll("[data-metric] input")) each.checked = each.value === metric;
    tell("metric");
  });

  const chains = new Map(data.settings.map((setting) => [setting.chain, data.lines[setting.line].name]));
  return {
    lineOf: (chain) => chains.get(chain),
    data, mark, toggle, tell,
    get picked() { return [...picked]; },
    get metric() { return metric; },
    colour: (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim(),
    column: (name) => data.head.length + data.metrics.findIndex((each) => each.name === name),
  };
})();
