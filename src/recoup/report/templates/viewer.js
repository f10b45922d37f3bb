"use strict";
// Original and decode over one another. Files are turned into images only when they are chosen.
(() => {
  const [pictures, layers] = ["gallery", "layers"].map((id) => JSON.parse(document.getElementById(id).textContent));
  const by = (name) => document.getElementById(`view-${name}`);
  if (!pictures.length) {
    document.getElementById("view-none").hidden = false;
    return;
  }
  document.getElementById("view").hidden = false;
  const [stage, left, right, split, divider] = ["stage", "original", "decode", "split", "divider"].map(by);
  const state = { picture: 0, setting: "", zoom: "fit", layer: "", x: 0, y: 0 };
  const urls = new Map();

  const picture = () => pictures[state.picture];
  const decode = () => picture().decodes.find((d) => d.chain === state.setting) ?? picture().decodes[0];

  const url = (reference) => {
    if (reference.url) return reference.url;
    if (!urls.has(reference.id)) {
      const held = document.getElementById(reference.id);
      const text = atob(held.textContent);
      const bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
      urls.set(reference.id, URL.createObjectURL(new Blob([bytes], { type: held.dataset.type })));
    }
    return urls.get(reference.id);
  };
  const forget = () => {
    for (const each of urls.values()) URL.revokeObjectURL(each);
    urls.clear();
  };

  // One image pixel is one pixel of the screen at 1:1, whatever the system's scaling.
  const scale = () => {
    const { width, height } = picture();
    const fit = Math.min(stage.parentElement.clientWidth / width, (innerHeight * 0.78) / height);
    return state.zoom === "fit" ? fit : Number(state.zoom) / devicePixelRatio;
  };

  const place = () => {
    const { width, height } = picture();
    const now = scale();
    const room = Math.min(stage.parentElement.clientWidth, Math.max(width * now, 260));
    const tall = Math.min(innerHeight * 0.78, Math.max(height * now, 160));
    Object.assign(stage.style, { width: `${room}px`, height: `${tall}px` });
    split.parentElement.style.width = `${room}px`;
    const keep = (at, size, space) => (size <= space ? (space - size) / 2 : Math.min(0, Math.max(space - size, at)));
    state.x = keep(state.x, width * now, room);
    state.y = keep(state.y, height * now, tall);
    const shown = decode();
    const sizes = [[left, width, height], [right, shown?.width ?? width, shown?.height ?? height]];
    for (const [image, w, h] of sizes) {
      image.style.width = `${w * now}px`;
      image.style.height = `${h * now}px`;
      image.style.transform = `translate(${state.x}px, ${state.y}px)`;
      image.style.imageRendering = now * devicePixelRatio >= 2 ? "pixelated" : "auto";
    }
    const edge = (split.value / 100) * room;
    right.style.clipPath = `inset(0 0 0 ${Math.max(0, edge - state.x)}px)`;
    left.style.clipPath = `inset(0 ${Math.max(0, state.x + width * now - edge)}px 0 0)`;
    for (const mark of by("marks").children) {
      const { x, y, width: w, height: h } = mark.tile;
      Object.assign(mark.style, { left: `${state.x + x * now}px`, top: `${state.y + y * now}px`, width: `${w * now}px`, height: `${h * now}px` });
    }
    divider.style.left = `${split.value}%`;
    stage.classList.toggle("zoomed", width * now > room + 1 || height * now > tall + 1);
    split.setAttribute("aria-valuetext", `${Math.round(split.value)} % original`);
  };

  const caption = (shown) => {
    const box = by("caption");
    box.replaceChildren();
    const line = (...parts) => {
      const p = document.createElement("p");
      for (const [tag, text] of parts) p.append(Object.assign(document.createElement(tag), { textContent: text }));
      box.append(p);
    };
    const { name, width, height, size, note } = picture();
    line(["strong", name], ["span", `${width} × ${height}, ${size} of samples${note ? `, ${note}` : ""}`]);
    if (!shown) return line(["span", "No decode of this picture is in this page."]);
    const facts = [shown.size, `${shown.bpp} bits per pixel`, `ratio ${shown.ratio}`, ...shown.scores.map(([n, v]) => `${n} ${v}`)];
    line(["strong", shown.label], ...facts.map((text) => ["span", text]));
    line(["code", shown.chain], ...(shown.note ? [["span", shown.note]] : []), ...(shown.exact ? [["span", "identical to the original, sample by sample"]] : []));
  };

  const lowest = { error: "lowest PSNR", ssim: "lowest SSIM", lpips: "highest LPIPS" };
  const figure = (value, digits, unit) => (value === null ? "" : `${value.toFixed(digits)}${unit}`);
  const tileText = ({ psnr, ssim, lpips }) => [["PSNR", figure(psnr, 1, " dB")], ["SSIM", figure(ssim, 3, "")], ["LPIPS", figure(lpips, 3, "")]]
    .filter(([, text]) => text).map((pair) => pair.join(" ")).join(", ");

  // The worst tiles of the decode, by the map that is shown, SSIM where none is.
  const tiles = (shown) => {
    const name = [state.layer, "ssim", "error"].find((each) => shown?.tiles[each]);
    const found = shown?.tiles[name] ?? [];
    by("worst").hidden = !found.length;
    by("marks").replaceChildren(...found.map((tile, i) => Object.assign(document.createElement("i"), { textContent: i + 1, tile })));
    by("worst-by").textContent = `Squares of ${found[0]?.width ?? 64} × ${found[0]?.height ?? 64} pixels with the ${lowest[name]}, none upon another; press one to go there.`;
    by("tiles").replaceChildren(...found.map((tile, i) => {
      const item = document.createElement("li");
      const button = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: `x ${tile.x}, y ${tile.y}: ${tileText(tile)}` });
      button.addEventListener("click", () => visit(tile, i));
      item.append(button);
      return item;
    }));
  };
  const zoomTo = (zoom) => {
    state.zoom = zoom;
    for (const each of by("zoom").querySelectorAll("input")) each.checked = each.value === zoom;
  };
  const visit = (tile, at) => {
    zoomTo("4");
    place(); // gives the stage the size it has when zoomed
    state.x = stage.clientWidth / 2 - (tile.x + tile.width / 2) * scale();
    state.y = stage.clientHeight / 2 - (tile.y + tile.height / 2) * scale();
    place();
    [...by("marks").children].forEach((mark, i) => mark.classList.toggle("now", i === at));
    stage.scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    const shown = decode();
    const map = shown?.maps[state.layer];
    for (const input of by("layers").querySelectorAll("input")) {
      const can = !input.value || Boolean(shown?.maps[input.value]);
      input.disabled = !can;
      input.parentElement.title = can ? "" : shown?.exact ? "There is no error: this setting is lossless" : "This map is not in this page";
      input.checked = input.value === (map ? state.layer : "");
    }
    const layer = layers.find((each) => each.name === state.layer);
    by("ramp").hidden = !map;
    if (map) [by("low").textContent, by("high").textContent] = [layer.low, layer.high];
    by("side").textContent = map ? layer.title : shown?.label ?? "";
    left.src = url(picture().original);
    right.hidden = !shown;
    if (shown) {
      right.src = url(map ?? (shown.exact ? picture().original : shown.image));
      right.alt = `${map ? layer.title : "Decode"} of ${shown.label}`;
    }
    caption(shown);
    tiles(shown);
    place();
  };

  by("layers").append(...[{ name: "", title: "Decode" }, ...layers].map(({ name, title }) => {
    const label = document.createElement("label");
    label.append(
      Object.assign(document.createElement("input"), { type: "radio", name: "layer", value: name, checked: !name }),
      Object.assign(document.createElement("span"), { textContent: title }),
    );
    return label;
  }));

  const settings = () => {
    const box = by("settings");
    const legend = box.querySelector("legend");
    box.replaceChildren(legend);
    const chosen = decode();
    for (const each of picture().decodes) {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "setting", value: each.chain, checked: each === chosen });
      const text = Object.assign(document.createElement("span"), { textContent: each.label, className: "chip dot" });
      label.style.setProperty("--c", each.colour);
      label.dataset.codec = each.codec;
      const line = typeof recoup === "undefined" ? undefined : recoup.lineOf(each.chain);
      if (line) label.dataset.line = line;
      label.append(input, text);
      box.append(label);
    }
    if (typeof recoup !== "undefined") recoup.mark(box);
  };

  const options = pictures.map((each, i) => {
    const role = each.role ? `${each.role[0].toUpperCase()}${each.role.slice(1)}: ` : "";
    return Object.assign(document.createElement("option"), { value: i, textContent: role + each.name });
  });
  by("picture").append(...options);

  by("picture").addEventListener("change", (event) => {
    forget();
    Object.assign(state, { picture: Number(event.target.value), x: 0, y: 0 });
    settings();
    show();
  });
  by("settings").addEventListener("change", (event) => { state.setting = event.target.value; show(); });
  by("mark").addEventListener("change", (event) => { by("marks").hidden = !event.target.checked; });
  by("layers").addEventListener("change", (event) => { state.layer = event.target.value; show(); });
  by("zoom").addEventListener("change", (event) => {
    const before = scale();
    const [cx, cy] = [stage.clientWidth / 2, stage.clientHeight / 2];
    const [u, v] = [(cx - state.x) / before, (cy - state.y) / before];
    state.zoom = event.target.value;
    Object.assign(state, { x: cx - u * scale(), y: cy - v * scale() });
    place();
  });
  split.addEventListener("input", place);
  addEventListener("resize", place);

  // Near the divider, or where nothing can be moved, dragging moves the divider; else the picture.
  let drag = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const box = stage.getBoundingClientRect();
    const near = Math.abs(event.clientX - box.left - (split.value / 100) * box.width) < 24;
    drag = { pan: stage.classList.contains("zoomed") && !near, x: event.clientX - state.x, y: event.clientY - state.y };
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("dragging");
    if (!drag.pan) move(event);
  });
  const move = (event) => {
    if (!drag) return;
    if (drag.pan) {
      Object.assign(state, { x: event.clientX - drag.x, y: event.clientY - drag.y });
    } else {
      const box = stage.getBoundingClientRect();
      split.value = (100 * (event.clientX - box.left)) / box.width;
    }
    place();
  };
  const drop = () => { drag = null; stage.classList.remove("dragging"); };
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", drop);
  stage.addEventListener("pointercancel", drop);
  stage.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step) return;
    const zoomed = stage.classList.contains("zoomed");
    if (!zoomed && step[1]) return;
    event.preventDefault();
    if (zoomed) Object.assign(state, { x: state.x + 48 * step[0], y: state.y + 48 * step[1] });
    else split.value = Number(split.value) - 2 * step[0];
    place();
  });

  // From the list of pictures to this one, and back.
  const choose = (at) => {
    forget();
    by("picture").value = at;
    Object.assign(state, { picture: at, x: 0, y: 0 });
    zoomTo("fit");
    settings();
    show();
  };
  if (typeof recoup !== "undefined") {
    recoup.viewed = (key) => pictures.some((each) => each.key === key);
    recoup.view = (key) => {
      choose(pictures.findIndex((each) => each.key === key));
      document.getElementById("viewer").scrollIntoView();
    };
  }

  const start = () => { settings(); show(); };
  new IntersectionObserver((seen, observer) => {
    if (seen.some((each) => each.isIntersecting)) { observer.disconnect(); start(); }
  }, { rootMargin: "600px" }).observe(document.getElementById("view"));
})();
