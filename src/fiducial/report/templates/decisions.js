// Filter the log; without this it is a plain table.
if (document.getElementById("log")) {
  const form = document.getElementById("filters");
  const table = document.getElementById("log");
  const rows = [...table.tBodies[0].rows].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    outcome: row.querySelector(".c-outcome").textContent.trim(),
    flags: row.querySelector(".c-flags") ? row.querySelector(".c-flags").textContent.trim() : "",
  }));
  const show = () => {
    const text = form.text.value.trim().toLowerCase();
    let shown = 0;
    for (const one of rows) {
      const fits = (!text || one.text.includes(text)) && (!form.outcome.value || one.outcome === form.outcome.value)
        && (!form.flagged.value || one.flags !== "");
      one.row.hidden = !fits;
      shown += fits;
    }
    form.count.value = shown.toLocaleString("en") + " of " + rows.length.toLocaleString("en") + " shown";
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  form.hidden = false;
  show();
}
