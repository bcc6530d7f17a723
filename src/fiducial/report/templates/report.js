"use strict";
// Click or press Enter on a column's head to sort by it; a second time turns the order round.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows];
    const text = (row) => row.cells[column].textContent.trim();
    const number = (row) => parseFloat(text(row));
    const apart = (a, b) => number(a) - number(b) || text(a).localeCompare(text(b), "en", { numeric: true });
    rows.sort((a, b) => (up ? 1 : -1) * apart(a, b));
    table.tBodies[0].append(...rows);
  }));
}
for (const details of document.querySelectorAll("details:not(.numbers)")) {
  window.addEventListener("beforeprint", () => { details.open = true; });
}
