// What is being typed is kept as a draft every few seconds. Without this file the button does it.
"use strict";
(() => {
  const EVERY_MS = 4000;
  const form = document.getElementById("answer");
  if (!form) return;
  const said = document.getElementById("draft-said");
  const typed = () => ["text", "subject", "channel"].map((name) => form.elements[name]?.value ?? "").join("\u0000");
  let kept = typed();
  let sending = false;

  async function keep() {
    const now = typed();
    if (sending || now === kept) return;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), keepalive: true });
      if (!answer.ok) throw new Error(String(answer.status));
      kept = now;
      said.textContent = `${said.dataset.kept} ${new Date().toTimeString().slice(0, 5)}`;
    } catch {
      said.textContent = said.dataset.lost;
    }
  }

  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("pageshow", () => { sending = false; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(); });
  setInterval(keep, EVERY_MS);
})();
