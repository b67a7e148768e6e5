// A paper beside what was read of it: the line that is hovered or focused shows where it stands. Links do it without this.
"use strict";
(() => {
  const leaves = document.getElementById("leaves");
  const show = (event) => {
    const line = event.target.closest("[data-place]");
    const place = line && document.getElementById(line.dataset.place);
    if (!place || place.classList.contains("here")) return;
    document.querySelectorAll(".place.here, .line-here").forEach((old) => old.classList.remove("here", "line-here"));
    place.classList.add("here");
    line.classList.add("line-here");
    const seen = leaves.getBoundingClientRect();
    const at = place.getBoundingClientRect();
    if (at.top < seen.top || at.bottom > seen.bottom) leaves.scrollTop += at.top - seen.top - seen.height / 3;
    if (at.left < seen.left || at.right > seen.right) leaves.scrollLeft += at.left - seen.left - seen.width / 3;
  };
  document.querySelector(".reads")?.addEventListener("mouseover", show);
  document.querySelector(".reads")?.addEventListener("focusin", show);
})();
