"use strict";
// Light, dark or as the system has it; the choice lasts as long as the page allows.
(() => {
  const names = ["system", "light", "dark"];
  const read = () => { try { return localStorage.getItem("recoup-theme"); } catch { return null; } };
  const store = (name) => { try { localStorage.setItem("recoup-theme", name); } catch { /* file:// may forbid it */ } };
  const apply = (name) => {
    document.documentElement.dataset.theme = name;
    const button = document.getElementById("theme");
    if (button) button.textContent = `Theme: ${name}`;
    document.dispatchEvent(new Event("themechange"));
  };
  let now = names.includes(read()) ? read() : "system";
  apply(now);
  document.addEventListener("DOMContentLoaded", () => {
    apply(now);
    document.getElementById("theme").addEventListener("click", () => {
      now = names[(names.indexOf(now) + 1) % names.length];
      store(now);
      apply(now);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(now));
  });
})();
