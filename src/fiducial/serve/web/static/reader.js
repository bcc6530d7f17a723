"use strict";
// The reader: slices as the server draws them, windows, zoom, marks of the models, two panes, and keys for all of it.

const room = document.querySelector(".room");
const here = room.dataset.study;

class Pane {
  constructor(section) {
    this.section = section;
    this.find = (what) => section.querySelector(what);
    this.stage = this.find(".stage");
    this.plane = this.find(".plane");
    this.image = this.find(".slice");
    this.layers = this.find(".layers");
    this.boxes = this.find(".boxes");
    this.number = 0;
    this.told = null;
    this.shown = new Set(); // keys of the marks that are on
    this.marks = true;
    this.busy = false;
    this.listen();
  }

  get part() { return this.find("[data-part]").selectedOptions[0]; }
  get address() { return `/studies/${this.part.dataset.study}/reader/${this.part.value}`; }

  async open() {
    const address = this.address;
    this.say("Opening.");
    const reply = await fetch(`${address}/pane`);
    if (address !== this.address) return; // another was chosen meanwhile
    const told = await reply.json();
    if (!reply.ok) { this.told = null; this.image.hidden = true; this.clear(); this.find(".scroll").hidden = true; this.say(told.detail); return; }
    this.told = told;
    this.image.hidden = false;
    this.say("");
    this.number = Math.min(Math.floor(told.slices / 2), this.strongest(told) ?? Infinity);
    this.fill();
    this.whole();
    this.level(told.windows[0]);
  }

  /** The slice of the strongest box, where boxes know theirs. */
  strongest(told) {
    const placed = told.boxes.filter((box) => box.z0 != null).sort((one, other) => other.score - one.score)[0];
    return placed ? Math.floor((placed.z0 + placed.z1) / 2) : Math.floor(told.slices / 2);
  }

  fill() {
    const { told } = this;
    const slider = this.find("[data-slice]");
    slider.max = told.slices - 1;
    this.find(".scroll").hidden = told.slices < 2;
    options(this.find("[data-window]"), told.windows.map((one, at) => [String(at), `${at < 9 ? at + 1 : ""} ${one.name}`]));
    options(this.find("[data-pixels]"), [["", "as sent"], ...told.models.map((one) => [one.name, `as ${one.name} got them`])]);
    this.section.querySelectorAll("[data-side]").forEach((one) => { one.textContent = told.sides[one.dataset.side] || ""; });
    this.shown = new Set(told.boxes.map((box) => `box ${box.finding}`));
    told.overlays.filter((one) => one.kind === "mask").forEach((one) => this.shown.add(key(one)));
    const findings = [...new Set(told.boxes.map((box) => box.finding))];
    const lines = [
      ...findings.map((name) => [`box ${name}`, `boxes: ${name}`]),
      ...told.overlays.map((one) => [key(one), `${one.kind}: ${one.label}`]),
    ];
    const place = this.find("[data-marks]");
    place.replaceChildren(...lines.map(([name, words]) => checkbox(words, this.shown.has(name), (on) => {
      this.shown[on ? "add" : "delete"](name);
      this.draw();
    })));
    if (!lines.length) place.textContent = told.note || "The models marked nothing here.";
    this.find("[data-seen]").textContent = told.note;
  }

  level(window) { this.center = window.center; this.width = window.width; this.draw(); }

  preset(at) {
    const window = this.told?.windows[at];
    if (!window) return;
    this.find("[data-window]").value = String(at);
    this.level(window);
  }

  move(by) { this.go(this.number + by); }

  go(number) {
    if (!this.told) return;
    const to = Math.min(this.told.slices - 1, Math.max(0, number));
    if (to === this.number) return;
    this.number = to;
    this.draw();
    if (together && this === active) follow(this);
  }

  /** Ask for what is to be seen now; while one picture is on its way only the newest wish is remembered. */
  draw() {
    if (!this.told) return;
    this.find("[data-slice]").value = String(this.number);
    this.find("[data-level]").textContent = `C ${format(this.center)} W ${format(this.width)} ${this.told.unit}`;
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    const model = this.find("[data-pixels]").value;
    const number = this.number;
    const window = new URLSearchParams({ center: this.center, width: this.width, side: this.side });
    const source = model
      ? `${this.address}/prepared/${number}.png?${new URLSearchParams({ model })}`
      : `${this.address}/slices/${number}.png?${window}`;
    const done = (fine) => {
      this.busy = false;
      this.say(fine ? "" : "This picture cannot be drawn for this model or slice.");
      this.image.alt = `${this.part.text}, slice ${number + 1} of ${this.told?.slices ?? 1}`;
      if (this.again) { this.again = false; this.draw(); }
    };
    this.image.onload = () => done(true);
    this.image.onerror = () => done(false);
    this.image.src = source;
    this.find("[data-place]").textContent = this.told.slices > 1 ? `${number + 1} / ${this.told.slices}` : "";
    const chosen = this.told.models.find((one) => one.name === model);
    this.find("[data-seen]").textContent = chosen
      ? `Prepared for ${chosen.name}: ${chosen.preparation || "nothing is done to it"}.`
      : this.told.note;
    this.mark(model === "");
  }

  /** Pixels to ask for: those of the screen, all once it is zoomed into; in few steps, so that they can be kept. */
  get side() {
    const { rows, columns } = this.told;
    const needed = Math.max(this.stage.clientWidth, this.stage.clientHeight) * devicePixelRatio * this.zoom;
    return Math.min(4096, Math.max(rows, columns), [512, 1024, 2048, 4096].find((one) => one >= needed) || 4096);
  }

  clear() { this.layers.replaceChildren(); this.boxes.replaceChildren(); }

  mark(drawn) {
    const { told, number } = this;
    const on = drawn && this.marks;
    const wanted = on ? told.overlays.filter((one) => this.shown.has(key(one))) : [];
    this.layers.replaceChildren(...wanted.map((one) => {
      const { kind, model, finding } = one;
      const layer = new Image();
      layer.className = `layer ${kind}`;
      layer.alt = "";
      layer.onerror = () => { layer.remove(); this.find("[data-seen]").textContent = `${one.label}: nothing to draw.`; };
      layer.src = `${this.address}/overlays/${number}.png?${new URLSearchParams({ kind, model, finding })}`;
      return layer;
    }));
    this.boxes.setAttribute("viewBox", `0 0 ${told.columns} ${told.rows}`);
    const boxes = on ? told.boxes.filter((box) => this.shown.has(`box ${box.finding}`) && within(box, number)) : [];
    this.boxes.replaceChildren(...boxes.slice(0, 50).flatMap((box) => this.box(box)));
  }

  box(box) {
    const kind = box.counts ? "counts" : "weak";
    const rect = svg("rect", { x: box.x0, y: box.y0, width: box.x1 - box.x0, height: box.y1 - box.y0, class: kind });
    const size = Math.max(this.told.rows, this.told.columns) / 45;
    const high = box.y0 > size * 1.3 ? box.y0 - size * 0.3 : box.y1 + size;
    const label = svg("text", { x: box.x0, y: high, "font-size": size });
    label.textContent = `${box.finding} ${box.score == null ? "" : box.score.toFixed(2)}`;
    return [rect, label];
  }

  say(words) {
    const place = this.find("[data-missing]");
    place.textContent = words;
    place.hidden = !words;
  }

  whole() { this.zoom = 1; this.x = this.y = 0; this.lay(); }

  lay() {
    if (!this.told) return;
    const { columns, rows, aspect } = this.told;
    const fit = Math.min(this.stage.clientWidth / columns, this.stage.clientHeight / (rows * aspect));
    Object.assign(this.plane.style, {
      width: `${columns * fit}px`, height: `${rows * aspect * fit}px`,
      transform: `translate(-50%, -50%) translate(${this.x}px, ${this.y}px) scale(${this.zoom})`,
    });
    this.image.classList.toggle("pixels", fit * this.zoom > 3);
    this.find("[data-corner]").textContent = this.zoom > 1.01 ? `${this.zoom.toFixed(1)}x` : "";
  }

  scale(by) {
    const side = this.told && this.side;
    this.zoom = Math.min(16, Math.max(1, this.zoom * by));
    if (this.zoom === 1) this.x = this.y = 0;
    this.lay();
    if (this.told && this.side !== side) this.draw();
  }

  listen() {
    this.find("[data-part]").addEventListener("change", () => this.open());
    this.find("[data-window]").addEventListener("change", (event) => this.preset(Number(event.target.value)));
    this.find("[data-pixels]").addEventListener("change", () => this.draw());
    this.find("[data-slice]").addEventListener("input", (event) => this.go(Number(event.target.value)));
    this.section.addEventListener("focusin", () => choose(this));
    this.stage.addEventListener("pointerdown", (event) => this.drag(event));
    this.stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      choose(this);
      if (event.ctrlKey) this.scale(event.deltaY < 0 ? 1.15 : 1 / 1.15);
      else this.move(Math.sign(event.deltaY));
    }, { passive: false });
    new ResizeObserver(() => this.lay()).observe(this.stage);
  }

  /** One finger or button: window, or move with Shift or where it is zoomed by two fingers; two fingers: zoom. */
  drag(down) {
    choose(this);
    this.stage.setPointerCapture(down.pointerId);
    this.fingers ??= new Map();
    this.fingers.set(down.pointerId, [down.clientX, down.clientY]);
    if (this.fingers.size > 1) return;
    const moved = (event) => {
      const before = this.fingers.get(event.pointerId);
      if (!before) return;
      const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
      if (this.fingers.size === 2) this.pinch(event);
      else if (event.shiftKey || event.buttons === 4) { this.x += dx; this.y += dy; this.lay(); }
      else if (this.told) {
        this.width = Math.max(1, this.width * Math.exp(dx / 250));
        this.center += (dy / 250) * this.width;
        this.find("[data-window]").selectedIndex = -1; // it is none of them any more
        this.draw();
      }
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    };
    const up = (event) => {
      this.fingers.delete(event.pointerId);
      if (this.fingers.size) return;
      this.stage.removeEventListener("pointermove", moved);
      for (const kind of ["pointerup", "pointercancel"]) this.stage.removeEventListener(kind, up);
    };
    this.stage.addEventListener("pointermove", moved);
    for (const kind of ["pointerup", "pointercancel"]) this.stage.addEventListener(kind, up);
  }

  pinch(event) {
    const [other] = [...this.fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const before = this.fingers.get(event.pointerId);
    const [near, far] = [Math.hypot(before[0] - other[0], before[1] - other[1]), Math.hypot(event.clientX - other[0], event.clientY - other[1])];
    if (near > 0) this.scale(far / near);
    this.x += (event.clientX - before[0]) / 2;
    this.y += (event.clientY - before[1]) / 2;
    this.lay();
  }
}

const key = (one) => `${one.kind} ${one.model} ${one.finding}`;
const within = (box, number) => box.z0 == null || (box.z0 <= number + 0.5 && number + 0.5 <= box.z1);
const format = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());

function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

function options(select, pairs) {
  select.replaceChildren(...pairs.map(([value, words]) => new Option(words, value)));
}

function checkbox(words, on, changed) {
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: on });
  box.addEventListener("change", () => changed(box.checked));
  label.append(box, ` ${words}`);
  return label;
}

let together = false; // whether both panes scroll as one

/** The other pane goes to the same share of its slices. */
function follow(pane) {
  const share = pane.told.slices > 1 ? pane.number / (pane.told.slices - 1) : 0;
  panes.filter((one) => one !== pane && one.told && !one.section.hidden)
    .forEach((one) => one.go(Math.round(share * (one.told.slices - 1))));
}

const panes = [...document.querySelectorAll(".pane")].map((section) => new Pane(section));
let active = panes[0];

function choose(pane) {
  active = pane;
  panes.forEach((one) => one.section.classList.toggle("active", one === pane));
}

/** The second pane: the prior of the same patient first, else the next series of this study. */
function beside() {
  const [first, second] = panes;
  second.section.hidden = !second.section.hidden;
  if (!second.section.hidden && !second.told) {
    const all = [...second.find("[data-part]").options];
    const other = all.find((one) => one.dataset.study === room.dataset.prior) || all.find((one) => one.value !== first.part.value) || all[0];
    other.selected = true;
    second.open();
  }
  choose(second.section.hidden ? first : second);
  panes.forEach((one) => one.lay());
}

/** Rules as trees, which need room; else as lists. */
function widen() {
  const wide = room.classList.toggle("wide");
  document.querySelector("[data-wide]")?.setAttribute("aria-pressed", String(wide));
}

function openForm() {
  const form = document.querySelector("[data-form]");
  if (!form) return;
  document.querySelectorAll("[data-form]").forEach((one) => { one.hidden = !one.hidden; });
  if (!form.hidden) form.querySelector("select").focus();
}

document.getElementById("decision").addEventListener("click", (event) => {
  if (event.target.closest("[data-modify]")) openForm();
  if (event.target.closest("[data-wide]")) widen();
});
document.addEventListener("htmx:afterSettle", () => {
  const verdict = document.getElementById("verdict");
  if (document.activeElement === document.body && verdict) verdict.focus({ preventScroll: false });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (event.target.closest("select, input")) event.target.blur();
    else location.assign("/");
    return;
  }
  if (!fiducial.commands(event)) return;
  const inPanel = event.target.closest("#decision, .tools, .help, header");
  const moves = {
    ArrowDown: () => active.move(1), ArrowUp: () => active.move(-1), PageDown: () => active.move(10),
    PageUp: () => active.move(-10), Home: () => active.go(0), End: () => active.go(Infinity),
  };
  if (moves[event.key] && !inPanel && event.target.type !== "range") { event.preventDefault(); moves[event.key](); return; }
  const acts = {
    "+": () => active.scale(1.25), "=": () => active.scale(1.25), "-": () => active.scale(0.8), 0: () => active.whole(),
    o: () => { active.marks = !active.marks; active.draw(); }, p: beside,
    l: () => { together = !together; active.say(together ? "Both scroll together." : ""); if (together && active.told) follow(active); },
    a: () => document.querySelector("[data-accept]:not(:disabled)")?.click(),
    r: () => document.querySelector(".quick select")?.focus(), x: openForm, w: widen, n: () => document.querySelector("[data-following]")?.click(),
  };
  if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  else if (/^[1-9]$/.test(event.key)) active.preset(Number(event.key) - 1);
});

if (active.part) { choose(active); active.open(); active.stage.focus(); }
else active.say("No image has come yet.");
