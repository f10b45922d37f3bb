"use strict";
// Three pictures side by side that move and zoom together. Files become images when they are chosen.
(() => {
  const held = document.getElementById("triptych-data");
  if (!held) return;
  const entries = JSON.parse(held.textContent);
  const by = (name) => document.getElementById(`trip-${name}`);
  if (!entries.length) {
    by("none").hidden = false;
    return;
  }
  document.getElementById("trip").hidden = false;
  const names = ["input", "restored", "original"];
  const [images, notes, panes] = [names.map(by), names.map((n) => by(`${n}-note`)), by("panes")];
  const state = { entry: 0, zoom: "fit", x: 0, y: 0 };
  const urls = new Map();
  const current = () => entries[state.entry];
  const who = (entry) => `${entry.restorer} after ${entry.group}`;

  const url = (reference) => {
    if (reference.url) return reference.url;
    if (!urls.has(reference.id)) {
      const still = document.getElementById(reference.id);
      const bytes = Uint8Array.from(atob(still.textContent), (c) => c.charCodeAt(0));
      urls.set(reference.id, URL.createObjectURL(new Blob([bytes], { type: still.dataset.type })));
    }
    return urls.get(reference.id);
  };

  const room = () => {
    const wide = images[0].parentElement.clientWidth;
    const { width, height } = current();
    return [wide, Math.min((wide * height) / width, innerHeight * 0.7)];
  };
  const scale = () => {
    const { width, height } = current();
    const [wide, tall] = room();
    return state.zoom === "fit" ? Math.min(wide / width, tall / height) : Number(state.zoom) / devicePixelRatio;
  };

  const place = () => {
    const { width, height } = current();
    const [[wide, tall], now] = [room(), scale()];
    const keep = (at, size, space) => (size <= space ? (space - size) / 2 : Math.min(0, Math.max(space - size, at)));
    state.x = keep(state.x, width * now, wide);
    state.y = keep(state.y, height * now, tall);
    for (const image of images) {
      image.parentElement.style.height = `${tall}px`;
      image.style.width = `${width * now}px`;
      image.style.height = `${height * now}px`;
      image.style.transform = `translate(${state.x}px, ${state.y}px)`;
      const enlarged = image === images[0] && current().enlarged;
      image.style.imageRendering = enlarged || now * devicePixelRatio >= 2 ? "pixelated" : "auto";
    }
    panes.classList.toggle("zoomed", width * now > wide + 1 || height * now > tall + 1);
  };

  const show = () => {
    const entry = current();
    names.forEach((name, i) => {
      images[i].src = url(entry[name]);
      images[i].alt = `${name} of ${entry.name}`;
    });
    notes[0].textContent = `Input${entry.enlarged ? `: ${entry.enlarged}` : ""}`;
    notes[1].textContent = `Restored by ${entry.restorer}`;
    notes[2].textContent = "Original";
    const box = by("caption");
    box.replaceChildren();
    for (const [tag, text] of [["strong", entry.name], ...entry.facts.map((f) => ["span", f]), ["code", entry.chain]]) {
      box.append(Object.assign(document.createElement(tag), { textContent: text }), " ");
    }
    place();
  };

  const option = (value, textContent) => Object.assign(document.createElement("option"), { value, textContent });
  const pictures = () => {
    const mine = entries.map((entry, i) => [entry, i]).filter(([entry]) => who(entry) === by("restorer").value);
    by("picture").replaceChildren(...mine.map(([entry, i]) => {
      const role = entry.role ? `${entry.role[0].toUpperCase()}${entry.role.slice(1)}: ` : "";
      return option(i, role + entry.name);
    }));
    state.entry = mine[0][1];
  };
  by("restorer").append(...[...new Set(entries.map(who))].map((name) => option(name, name)));
  by("restorer").addEventListener("change", () => { pictures(); show(); });
  by("picture").addEventListener("change", (event) => {
    Object.assign(state, { entry: Number(event.target.value), x: 0, y: 0 });
    show();
  });
  by("zoom").addEventListener("change", (event) => {
    const before = scale();
    const [cx, cy] = room().map((side) => side / 2);
    const [u, v] = [(cx - state.x) / before, (cy - state.y) / before];
    state.zoom = event.target.value;
    Object.assign(state, { x: cx - u * scale(), y: cy - v * scale() });
    place();
  });
  addEventListener("resize", place);

  let drag = null;
  panes.addEventListener("pointerdown", (event) => {
    if (event.button || !panes.classList.contains("zoomed")) return;
    drag = { x: event.clientX - state.x, y: event.clientY - state.y };
    panes.setPointerCapture(event.pointerId);
  });
  panes.addEventListener("pointermove", (event) => {
    if (!drag) return;
    Object.assign(state, { x: event.clientX - drag.x, y: event.clientY - drag.y });
    place();
  });
  for (const end of ["pointerup", "pointercancel"]) panes.addEventListener(end, () => { drag = null; });
  panes.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step || !panes.classList.contains("zoomed")) return;
    event.preventDefault();
    Object.assign(state, { x: state.x + 48 * step[0], y: state.y + 48 * step[1] });
    place();
  });

  pictures();
  new IntersectionObserver((seen, observer) => {
    if (seen.some((each) => each.isIntersecting)) { observer.disconnect(); show(); }
  }, { rootMargin: "600px" }).observe(panes);
})();
