"use strict";
// Draws the curve of the chosen metric in the colours of the theme.
(() => {
  const place = document.getElementById("chart");
  if (!place) return;
  const { specs, points, means } = JSON.parse(document.getElementById("chart-data").textContent);
  let view = null;
  let focus = "";
  let turn = 0;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const config = () => {
    const [ink, quiet, line] = ["--ink", "--quiet", "--line"].map(colour);
    const font = getComputedStyle(document.body).fontFamily;
    return {
      background: "transparent",
      font,
      view: { stroke: null },
      axis: { labelColor: quiet, titleColor: ink, gridColor: line, domainColor: line, tickColor: line,
        labelFontSize: 12, titleFontSize: 13, titleFontWeight: 500, titlePadding: 10, labelPadding: 6, tickCount: 6 },
    };
  };

  const draw = async () => {
    const mine = ++turn;
    const metric = document.querySelector("#metric input:checked").value;
    const spec = { ...structuredClone(specs[metric]), datasets: { points, means } };
    const theme = matchMedia("(prefers-color-scheme: dark)").matches;
    const chosen = document.documentElement.dataset.theme;
    const dark = chosen === "dark" || (chosen === "system" && theme);
    const drawn = await vegaEmbed(place, spec, {
      actions: false,
      renderer: points.length > 1500 ? "canvas" : "svg",
      config: config(),
      tooltip: { theme: dark ? "dark" : "light" },
    });
    if (mine !== turn) return;
    view?.finalize();
    view = drawn.view;
    place.dataset.metric = metric;
    if (focus) await view.signal("focus", focus).runAsync();
  };

  document.getElementById("metric").addEventListener("change", draw);
  document.addEventListener("themechange", draw);
  document.getElementById("legend").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    focus = focus === button.dataset.line ? "" : button.dataset.line;
    for (const each of document.querySelectorAll("#legend button")) {
      each.setAttribute("aria-pressed", String(each.dataset.line === focus));
    }
    view?.signal("focus", focus).runAsync();
  });
  draw();
})();
