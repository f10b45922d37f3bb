"use strict";
// Sorts and filters the table by setting.
(() => {
  const table = document.getElementById("grid");
  if (!table) return;
  const body = table.tBodies[0];
  const original = [...body.rows];
  const count = document.getElementById("count");
  const heads = [...table.tHead.rows[0].cells];

  const value = (row, column) => {
    const text = row.cells[column].dataset.sort;
    if (column === 0) return text;
    return text === "" ? null : text === "inf" ? Infinity : Number(text);
  };

  const sort = (column, ascending) => {
    const sign = ascending ? 1 : -1;
    const rows = [...original].sort((a, b) => {
      const [x, y] = [value(a, column), value(b, column)];
      if (x === null || y === null) return (x === null) - (y === null);
      if (column === 0) return sign * x.localeCompare(y, "en", { numeric: true });
      return x === y ? 0 : sign * (x < y ? -1 : 1);
    });
    heads.forEach((head, i) => head.setAttribute("aria-sort", i !== column ? "none" : ascending ? "ascending" : "descending"));
    table.classList.remove("grouped");
    body.append(...rows);
  };

  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const column = Number(button.dataset.column);
    const now = heads[column].getAttribute("aria-sort");
    const first = button.dataset.better !== "higher";
    sort(column, now === "none" ? first : now !== "ascending");
  });

  document.getElementById("group").addEventListener("click", () => {
    heads.forEach((head) => head.setAttribute("aria-sort", "none"));
    table.classList.add("grouped");
    body.append(...original);
  });

  const only = document.getElementById("only");
  const filter = () => {
    const picked = new Set(recoup.picked);
    for (const row of original) row.hidden = only.checked && picked.size > 0 && !picked.has(row.dataset.line);
    const left = original.filter((row) => !row.hidden).length;
    count.textContent = `${left} of ${original.length} settings shown`;
  };
  only.addEventListener("change", filter);
  document.addEventListener("pick", filter);
  filter();
})();
