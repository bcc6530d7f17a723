// Filter the cases; without this the gallery is a plain list. A click on a rung's link shows that rung's cases.
{
  const form = document.getElementById("filters");
  const cards = [...document.getElementById("cards-shown").children].map((card) => ({
    card,
    rungs: card.dataset.rungs.split(" "),
    kind: card.dataset.kind,
    whys: card.dataset.whys.split("|"),
    score: "score" in card.dataset ? Number(card.dataset.score) : NaN,
    text: card.querySelector(".study").title.slice(6).toLowerCase() + " " + card.textContent.toLowerCase(),
  }));
  const show = () => {
    const text = form.text.value.trim().toLowerCase();
    const low = form.low.valueAsNumber;
    const high = form.high.valueAsNumber;
    let shown = 0;
    for (const one of cards) {
      const fits = (!text || one.text.includes(text))
        && (!form.rung.value || one.rungs.includes(form.rung.value))
        && (!form.kind.value || one.kind === form.kind.value)
        && (!form.why?.value || one.whys.includes(form.why.value))
        && (Number.isNaN(low) || one.score >= low) && (Number.isNaN(high) || one.score <= high);
      one.card.hidden = !fits;
      shown += fits;
    }
    form.count.value = shown.toLocaleString("en") + " of " + cards.length.toLocaleString("en") + " shown";
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  for (const link of document.querySelectorAll("a.to-cases")) {
    link.addEventListener("click", () => { form.reset(); form.rung.value = link.dataset.rung; show(); });
  }
  form.hidden = false;
  show();
}
