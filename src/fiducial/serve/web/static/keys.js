"use strict";
// What every page has: the list of keys, single keys that can be turned off, and trouble told in words.

const fiducial = {
  csrf: document.querySelector("meta[name=csrf]").content,
  /** Whether a key press is a command, and not text being typed or a key of the browser. */
  commands(event) {
    const typing = event.target.closest("input:not([type=range]):not([type=checkbox]), select, textarea");
    return !typing && !event.ctrlKey && !event.metaKey && !event.altKey && (fiducial.single || event.key.length > 1);
  },
  get single() { return localStorage.getItem("single-keys") !== "off"; },
  trouble(words) {
    const place = document.getElementById("trouble");
    place.textContent = words;
    place.hidden = !words;
  },
};

function toggleHelp() {
  const help = document.getElementById("help");
  help.hidden = !help.hidden;
  document.querySelector("[data-help]").setAttribute("aria-expanded", String(!help.hidden));
}

document.querySelector("[data-help]").addEventListener("click", toggleHelp);
const single = document.querySelector("[data-single]");
single.checked = fiducial.single;
single.addEventListener("change", () => localStorage.setItem("single-keys", single.checked ? "on" : "off"));
document.addEventListener("keydown", (event) => {
  if (event.key === "?" && fiducial.commands(event)) toggleHelp();
});

for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, () => fiducial.trouble("The service does not answer. What is shown may be old."));
}
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  const known = { 401: "You are not signed in any more. Open the page again.", 403: "You may not do this." };
  fiducial.trouble(known[status] || `This was refused (${status}). Nothing was changed.`);
});
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) fiducial.trouble("");
});
