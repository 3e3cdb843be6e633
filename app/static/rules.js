// Filters the list of rules while typing; without it the form asks the server for the same.
"use strict";

const form = document.getElementById("search");
const items = [...document.querySelectorAll(".rules li")];
const count = document.getElementById("count");

function filter() {
  const { q, hook, indicator } = Object.fromEntries(new FormData(form));
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of items) {
    const { text, hooks, indicator: highest } = item.dataset;
    const fits = words.every((word) => text.includes(word))
      && (!hook || hooks.split(" ").includes(hook)) && (!indicator || highest === indicator);
    item.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  for (const family of document.querySelectorAll(".family")) {
    family.hidden = !family.querySelector("li:not([hidden])");
  }
  count.textContent = `${shown} of ${items.length} rules`;
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
form.querySelector("button").hidden = true;
filter();
