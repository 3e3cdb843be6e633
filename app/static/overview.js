// Two comforts; the page says and does all without them: arrow keys within a plot, and a slider over the earlier days.
"use strict";

for (const drawing of document.querySelectorAll(".drawing")) {
  const marks = [...drawing.querySelectorAll("[tabindex]")];
  const reach = (one) => marks.forEach((mark) => mark.setAttribute("tabindex", mark === one ? "0" : "-1"));
  if (marks.length) reach(marks.at(-1));
  drawing.addEventListener("keydown", (event) => {
    const here = marks.indexOf(document.activeElement);
    const there = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: marks.length - 1 }[event.key];
    if (here < 0 || there === undefined || !marks[there]) return;
    event.preventDefault();
    reach(marks[there]);
    marks[there].focus();
  });
}

const days = document.getElementById("days");
if (days && days.children.length > 1) {
  const oldestFirst = [...days.children].reverse();
  const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: oldestFirst.length - 1 });
  const label = document.createElement("label");
  const name = document.createElement("span");
  name.textContent = days.dataset.label;
  label.className = "slider";
  label.append(name, slider);
  slider.value = slider.max;
  days.before(label);
  const show = () => {
    const chosen = oldestFirst[slider.value];
    for (const one of oldestFirst) one.hidden = one !== chosen;
    chosen.querySelector("details").open = true;
    slider.setAttribute("aria-valuetext", chosen.querySelector(".day").textContent);
  };
  slider.addEventListener("input", show);
}
