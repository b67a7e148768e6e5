/* Small comforts only: every page works without this file. */
"use strict";
const summary = document.getElementById("faults");
if (summary) summary.focus();
for (const slider of document.querySelectorAll("input[data-slides]")) {
  const field = document.getElementById(slider.dataset.slides);
  slider.hidden = false;
  slider.addEventListener("input", () => { field.value = slider.value; });
  field.addEventListener("input", () => { if (!Number.isNaN(Number(field.value))) slider.value = field.value; });
}
let leaving = false;
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (leaving) event.preventDefault();
  leaving = true;
});
window.addEventListener("pageshow", () => { leaving = false; });
