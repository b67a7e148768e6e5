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
/* Without a network nothing leaves the page: what was typed stays, and a sentence says so until the network is back. */
const offline = document.getElementById("offline");
let unanswered = null;
document.addEventListener("htmx:sendError", (event) => { offline.hidden = false; unanswered = event.target; });
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) { offline.hidden = true; unanswered = null; } });
window.addEventListener("online", () => { offline.hidden = true; if (unanswered) unanswered.requestSubmit(); });
let leaving = false;
document.addEventListener("submit", (event) => {
  if (!navigator.onLine) { event.preventDefault(); offline.hidden = false; return; }
  if (event.target.method !== "post") return;
  if (leaving) event.preventDefault();
  leaving = true;
});
window.addEventListener("pageshow", () => { leaving = false; });
