"use strict";
// Picture by picture, the worst first: a list, and what one of them has.
(() => {
  const list = document.getElementById("drill-list");
  if (!list) return;
  const by = (name) => document.getElementById(`drill-${name}`);
  const { data, column } = recoup;
  const smalls = new Map(JSON.parse(document.getElementById("smalls").textContent).map((each) => [each.key, each]));
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const source = (id) => {
    const held = document.getElementById(id);
    return held ? `data:${held.dataset.type};base64,${held.textContent}` : "";
  };
  const value = (score) => (score === "inf" ? Infinity : score);
  const text = (score, { unit }) => (score === null || score === undefined ? "–" : score === "inf" || score === Infinity ? "∞" : `${score.toFixed(unit ? 2 : 4)}`);
  const figures = (number) => (number === null ? "–" : number >= 100 ? Math.round(number).toLocaleString("en").replaceAll(",", "\u202f") : number.toPrecision(3));

  const rowsOf = new Map(data.pictures.map((_, at) => [at, []]));
  for (const row of data.rows) rowsOf.get(row[0]).push(row);

  const chosenMetric = () => data.metrics.find((each) => each.name === recoup.metric) ?? data.metrics[0];
  const mean = (at, metric) => {
    const scores = rowsOf.get(at).filter((row) => data.settings[row[1]].matched).map((row) => value(row[column(metric.name)]));
    const finite = scores.filter(Number.isFinite);
    return finite.length ? finite.reduce((a, b) => a + b, 0) / finite.length : null;
  };

  const fill = () => {
    const metric = chosenMetric();
    if (!metric) return;
    const sign = metric.better === "lower" ? -1 : 1;
    const found = data.pictures.map((picture, at) => ({ picture, at, score: mean(at, metric) }));
    found.sort((a, b) => (a.score === null) - (b.score === null) || sign * (a.score - b.score));
    list.replaceChildren(...found.map(({ picture, at, score }, rank) => {
      const small = smalls.get(picture.key);
      const image = small && source(small.small) ? [make("img", { src: source(small.small), alt: "", loading: "lazy" })] : [make("i", { className: "no-image" })];
      const words = make("span", {}, make("b", { textContent: short(picture.name) }), make("small", { textContent: `${rank + 1}. ${metric.title} ${text(score, metric)} ${metric.unit}` }));
      const button = make("button", { type: "button", title: picture.name }, ...image, words);
      button.dataset.at = at;
      button.setAttribute("aria-pressed", String(at === recoup.picture));
      return button;
    }));
    return found[0].at;
  };
  const short = (name) => name.split("/").at(-1);

  const table = (at) => {
    const head = ["Setting", "Bytes", "Bits/pixel", ...data.metrics.map((m) => (m.unit ? `${m.title}, ${m.unit}` : m.title)), "Encode, ms", "Decode, ms"];
    const { width, height } = data.pictures[at];
    const rows = rowsOf.get(at).map((row) => {
      const setting = data.settings[row[1]];
      const line = data.lines[setting.line];
      const name = make("button", { type: "button", className: "pick" }, make("span", { className: "swatch" }), setting.name);
      name.dataset.pick = line.name;
      const cells = [row[2]?.toLocaleString("en").replaceAll(",", "\u202f") ?? "–", figures((row[2] * 8) / (width * height)), ...data.metrics.map((m) => text(row[column(m.name)], m)), figures(row[3]), figures(row[4])];
      const out = make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((textContent) => make("td", { className: "num", textContent })));
      out.dataset.line = line.name;
      out.style.setProperty("--c", line.colour);
      return out;
    });
    by("rows").replaceChildren(
      make("thead", {}, make("tr", {}, ...head.map((textContent, i) => make("th", { scope: "col", textContent, className: i ? "num" : "" })))),
      make("tbody", {}, ...rows),
    );
    recoup.mark(by("rows"));
  };

  const show = (at) => {
    recoup.picture = at;
    const picture = data.pictures[at];
    for (const each of list.children) each.setAttribute("aria-pressed", String(Number(each.dataset.at) === at));
    by("name").textContent = short(picture.name);
    by("facts").textContent = `${picture.name} · ${picture.width} × ${picture.height} · ${rowsOf.get(at).length} results`;
    const small = smalls.get(picture.key);
    const there = Boolean(small && source(small.small));
    by("twins").hidden = !there;
    if (there) {
      by("twins").style.setProperty("--ratio", picture.width / picture.height);
      by("small").src = source(small.small);
      const map = small.map ? source(small.map) : "";
      by("map").parentElement.hidden = !map;
      if (map) by("map").src = map;
      by("map-note").textContent = small.note;
    }
    const viewed = recoup.viewed?.(picture.key) ?? false;
    by("view").hidden = !viewed;
    by("no-view").hidden = viewed;
    table(at);
    recoup.tell("picture");
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(Number(button.dataset.at));
  });
  by("view").addEventListener("click", () => recoup.view(data.pictures[recoup.picture].key));
  document.addEventListener("metric", fill);
  if (data.left_out) {
    by("left").hidden = false;
    by("left").textContent = `The rows of ${data.left_out} more pictures are in rows.csv beside this page.`;
  }
  if (data.pictures.length) show(fill());
})();
