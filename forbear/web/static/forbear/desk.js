// Keys for people who handle many cases. Everything works without this file: a key moves the focus, opens the help or
// presses the button that names it.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("main [data-row]")].filter((row) => row.offsetParent !== null);
  const help = document.getElementById("keys");
  const off = document.getElementById("keys-off");
  const STORE = "desk-keys";
  let pending = "";
  let here = -1;

  const silent = () => {
    try { return localStorage.getItem(STORE) === "off"; } catch { return false; }
  };
  const writing = (target) => target.closest("input, textarea, select, [contenteditable]") && target.type !== "checkbox";

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const focused = all.findIndex((row) => row.contains(document.activeElement));
    here = Math.min(Math.max((focused >= 0 ? focused : here) + step, 0), all.length - 1);
    document.querySelectorAll(".row-here").forEach((row) => row.classList.remove("row-here"));
    const row = all[here];
    row.classList.add("row-here");
    (row.matches("tr") ? row.querySelector("a") : row).focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function main() {
    const button = document.querySelector('main [data-key="a"]');
    if (button) { button.focus(); button.scrollIntoView({ block: "center" }); }
  }

  // A button or a link that names its key is pressed by it; a field takes the focus, the one chosen first.
  function press(meant) {
    if (meant.matches("button, a")) return meant.click();
    const group = document.getElementsByName(meant.name);
    const chosen = [...group].find((one) => one.checked) ?? meant;
    chosen.closest("details")?.setAttribute("open", "");
    chosen.focus();
    chosen.scrollIntoView({ block: "center" });
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => document.getElementById("find")?.focus(),
    a: main,
    "?": () => help?.showModal(),
    "g q": () => document.querySelector('[data-key="g q"]')?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help?.open || writing(event.target)) return;
    if (silent() && event.key !== "?") return;
    const meant = /^[a-z]$/.test(event.key) && !pending && document.querySelector(`main [data-press="${event.key}"]`);
    if (meant) {
      event.preventDefault();
      if (!event.repeat) press(meant);
      return;
    }
    const pressed = pending ? `${pending} ${event.key}` : event.key;
    pending = event.key === "g" && !pending ? "g" : "";
    if (keys[pressed]) {
      event.preventDefault();
      keys[pressed]();
    }
  });

  if (off) {
    off.checked = silent();
    off.addEventListener("change", () => {
      try { localStorage.setItem(STORE, off.checked ? "off" : "on"); } catch { /* a browser that keeps nothing */ }
    });
  }
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  document.getElementById("refused")?.scrollIntoView({ block: "center" });
  document.querySelector('[aria-invalid="true"]')?.focus();
})();
