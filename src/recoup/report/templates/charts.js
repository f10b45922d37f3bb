"use strict";
// Draws every figure in the colours of the theme, once it is near the window.
(() => {
  const { curves, matrix, cells, pareto, spots, means, loops } = JSON.parse(document.getElementById("chart-data").textContent);
  const { data, column, colour } = recoup;
  const lossy = (setting) => !data.lines[data.settings[setting].line].lossless;

  // A row as the curves read it; infinite scores cannot be drawn.
  const point = (row) => {
    const picture = data.pictures[row[0]];
    const setting = data.settings[row[1]];
    const out = { line: data.lines[setting.line].name, setting: setting.name, picture: picture.name, bpp: (row[2] * 8) / (picture.width * picture.height) };
    for (const { name } of data.metrics) out[name] = row[column(name)] === "inf" ? null : row[column(name)];
    return out;
  };
  const points = data.rows.filter((row) => data.pictures[row[0]].drawn && lossy(row[1])).map(point);

  const config = () => {
    const [ink, quiet, line] = ["--ink", "--quiet", "--line"].map(colour);
    return {
      background: "transparent",
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      legend: { labelColor: quiet, titleColor: ink },
      header: { labelColor: ink, titleColor: ink },
      axis: { labelColor: quiet, titleColor: ink, gridColor: line, domainColor: line, tickColor: line,
        labelFontSize: 12, titleFontSize: 13, titleFontWeight: 500, titlePadding: 10, labelPadding: 6, tickCount: 6 },
      axisX: { gridOpacity: 0.6 },
    };
  };
  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  };

  // A figure: where it is drawn, from which specification, with which data and which signals.
  const figure = (id, spec, datasets = () => ({}), signals = () => ({})) => {
    const place = document.getElementById(id);
    if (!place) return null;
    let [view, turn, seen] = [null, 0, false];
    const apply = async () => {
      for (const [name, value] of Object.entries({ focus: recoup.picked, ...signals() })) view?.signal(name, value);
      await view?.runAsync();
    };
    const draw = async () => {
      if (!seen) return;
      const mine = ++turn;
      const metric = recoup.metric;
      const chosen = spec(metric);
      if (!chosen) { view?.finalize(); view = null; place.replaceChildren(); return; }
      const drawn = await vegaEmbed(place, { ...structuredClone(chosen), datasets: datasets() }, {
        actions: false,
        logLevel: 1, // errors; it warns of every layer that has nothing to show
        renderer: points.length > 3000 && id === "chart" ? "canvas" : "svg",
        config: config(),
        tooltip: { theme: isDark() ? "dark" : "light" },
      });
      if (mine !== turn) return drawn.view.finalize();
      view?.finalize();
      view = drawn.view;
      view.addEventListener("click", (_, item) => { if (item?.datum?.line) recoup.toggle(item.datum.line); });
      await apply();
      place.dataset.metric = metric;
    };
    new IntersectionObserver((entries, observer) => {
      if (entries.some((each) => each.isIntersecting)) { observer.disconnect(); seen = true; draw(); }
    }, { rootMargin: "400px" }).observe(place);
    for (const name of ["metric", "themechange"]) document.addEventListener(name, draw);
    document.addEventListener("pick", apply);
    return { draw };
  };

  const tints = () => ({ cold: colour("--cold"), middle: colour("--raised"), warm: colour("--hot"), none: colour("--line"), ink: colour("--ink") });
  figure("chart", (metric) => curves[metric], () => ({ points, means }));
  figure("matrix-chart", (metric) => matrix[metric], () => ({ cells: cells[recoup.metric] }), tints);
  for (const way of ["encode", "decode"]) {
    figure(`pareto-${way}`, () => pareto[way], () => ({ points: spots[recoup.metric] ?? [] }), () => ({ ink: colour("--ink") }));
  }
  loops.forEach(({ names, curves: some }, at) => {
    const mine = means.filter((record) => names.includes(record.line));
    figure(`loop-${at}`, (metric) => some[metric], () => ({ means: mine }));
  });
  const own = () => data.rows.filter((row) => row[0] === recoup.picture && lossy(row[1])).map(point);
  // One picture has neither a band nor points beside its curve: the first two layers.
  const alone = (metric) => ({ ...curves[metric], layer: curves[metric].layer.slice(2) });
  const drill = figure("drill-chart", alone, () => ({ means: own() }));
  document.addEventListener("picture", () => drill?.draw());

  // The heat map's numbers as a table, made when it is unfolded.
  const fold = document.getElementById("matrix-fold");
  const heads = ["Line", "Against", "BD-rate, %", "95 % interval", "n", "Overlap", "Range", "Left out"];
  const make = (tag, textContent, properties = {}) => Object.assign(document.createElement(tag), { textContent, ...properties });
  const fill = () => {
    if (!fold?.open) return;
    const head = document.createElement("tr");
    head.append(...heads.map((text) => make("th", text, { scope: "col" })));
    const rows = cells[recoup.metric].map((cell) => {
      const row = document.createElement("tr");
      row.dataset.line = cell.line;
      const sign = cell.percent > 0 ? "+" : cell.percent < 0 ? "−" : "";
      const value = cell.percent === null ? "n/a" : sign + Math.abs(cell.percent).toFixed(1);
      row.append(make("th", cell.line, { scope: "row" }), make("td", cell.anchor), make("td", value, { className: "num" }),
        ...[cell.interval, cell.pictures, cell.overlap, cell.span, cell.refused].map((text) => make("td", text)));
      return row;
    });
    const [top, body] = ["thead", "tbody"].map((tag) => document.createElement(tag));
    top.append(head);
    body.append(...rows);
    const table = document.getElementById("matrix-rows");
    table.replaceChildren(top, body);
    recoup.mark(table);
  };
  fold?.addEventListener("toggle", fill);

  const which = () => {
    for (const each of document.querySelectorAll("[data-for-metric]")) each.hidden = each.dataset.forMetric !== recoup.metric;
    fill();
  };
  document.addEventListener("metric", which);
  which();
})();
