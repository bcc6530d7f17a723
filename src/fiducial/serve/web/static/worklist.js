"use strict";
// The worklist follows what happens, keeps the place of who reads it, and is walked through by keys.

const rows = document.getElementById("rows");
const live = document.getElementById("live");
let selected = null;
let asked = 0;
let pending = null;

/** At most one look a second, and always one behind the last change. */
function changed() {
  if (pending !== null) return;
  pending = setTimeout(() => {
    pending = null;
    asked = Date.now();
    htmx.trigger(rows, "changed");
  }, Math.max(0, asked + 1000 - Date.now()));
}

const source = new EventSource("/worklist/events");
let first = true;
source.addEventListener("changed", () => {
  if (!first) changed();
  first = false;
});
source.addEventListener("open", () => { live.textContent = "live"; live.classList.remove("old"); });
source.addEventListener("error", () => { live.textContent = "not live: rows may be old"; live.classList.add("old"); });
addEventListener("pagehide", () => source.close());

const links = () => [...rows.querySelectorAll("tr[data-uid] a")];

function select(link, focus) {
  rows.querySelectorAll("tr.selected").forEach((row) => row.classList.remove("selected"));
  if (!link) return;
  const row = link.closest("tr");
  row.classList.add("selected");
  selected = row.dataset.uid;
  if (focus) { link.focus(); row.scrollIntoView({ block: "nearest" }); }
}

function step(by) {
  const all = links();
  if (!all.length) return;
  const at = all.findIndex((link) => link.closest("tr").dataset.uid === selected);
  select(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))], true);
}

let held = false; // whether the focus was in the rows before they were replaced
document.addEventListener("htmx:beforeSwap", () => { held = rows.contains(document.activeElement); });
document.addEventListener("htmx:afterSwap", () => {
  const link = links().find((one) => one.closest("tr").dataset.uid === selected);
  select(link, held);
});
rows.addEventListener("focusin", (event) => {
  const link = event.target.closest("tr[data-uid] a");
  if (link) select(link, false);
});
rows.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-uid]");
  if (row && !event.target.closest("a, button")) row.querySelector("a").click();
});

document.addEventListener("keydown", (event) => {
  if (!fiducial.commands(event)) return;
  const keys = {
    j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
    "/": () => document.getElementById("text").focus(),
    n: () => rows.querySelector("[data-next]")?.click(),
    b: () => rows.querySelector("[data-previous]")?.click(),
  };
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
document.getElementById("text").addEventListener("keydown", (event) => {
  if (event.key === "Escape" || event.key === "ArrowDown") { event.target.blur(); step(0); }
});
