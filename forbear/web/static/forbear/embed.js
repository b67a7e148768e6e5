/* The frame on the lender's website: who she is, then the chat. The token stays in this frame and goes in a header. */
"use strict";
(() => {
  const box = document.getElementById("embed"), at = box.dataset;
  const steps = [...box.querySelectorAll("[data-step]")];
  const allowed = at.origins.split(" ");
  const STORE = "forbear-chat";
  let parentOrigin = "", challenge = "", held = null, talking = false;

  try { held = JSON.parse(sessionStorage.getItem(STORE) || "null"); } catch { held = null; }

  function keep() {
    try { if (held) sessionStorage.setItem(STORE, JSON.stringify(held)); else sessionStorage.removeItem(STORE); } catch { /* kept in memory alone */ }
  }

  function go(name, opening = false) {
    for (const step of steps) step.hidden = step.dataset.step !== name;
    if (opening) return;
    const first = box.querySelector(`[data-step="${name}"] h2`);
    if (first) first.focus();
  }

  function headers() {
    const all = { "X-Chat-Language": at.language };
    if (held) all["X-Chat-Token"] = held.token;
    return all;
  }

  async function ask(path, fields) {
    const answer = await fetch("/embed/" + path, { method: "POST", headers: headers(), body: new URLSearchParams(fields), credentials: "omit", cache: "no-store" });
    return { ok: answer.ok, said: await answer.json() };
  }

  function fault(form, said) {
    const place = form.querySelector("[role=alert]");
    place.textContent = said.error || at.sayOffline;
    place.hidden = false;
    const field = said.field && form.elements[said.field];
    for (const one of form.querySelectorAll("input")) one.removeAttribute("aria-invalid");
    if (field) { field.setAttribute("aria-invalid", "true"); field.focus(); }
  }

  function form(name, done) {
    const one = box.querySelector(`form[data-form="${name}"]`);
    one.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = one.querySelector("button");
      button.disabled = true;
      try {
        const fields = Object.fromEntries(new FormData(one));
        const { ok, said } = await ask(name, name === "prove" ? { ...fields, challenge } : fields);
        if (ok) { one.querySelector("[role=alert]").hidden = true; one.reset(); done(said); } else fault(one, said);
      } catch { fault(one, {}); }
      button.disabled = false;
    });
  }

  function letIn(said) {
    held = { token: said.token, case: said.case };
    keep();
    talk();
  }

  function talk() {
    go("talk");
    if (talking) return;
    talking = true;
    const root = box.querySelector("#talk");
    root.dataset.name = held.case;
    window.forbearTalk(root, {
      headers,
      answered: (answer) => { const fresh = answer.headers.get("X-Chat-Token"); if (fresh && held) { held.token = fresh; keep(); } },
      out: () => { held = null; keep(); location.reload(); },
      news: () => tell({ forbear: "news" }),
    });
  }

  function tell(words) { if (parentOrigin) window.parent.postMessage(words, parentOrigin); }

  window.addEventListener("message", async (event) => {
    if (event.source !== window.parent || !allowed.includes(event.origin) || typeof event.data !== "object" || !event.data) return;
    if (event.data.forbear === "token" && !held) {
      try {
        const { ok, said } = await ask("handover", { token: event.data.token });
        if (ok) letIn(said); else fault(box.querySelector('form[data-form="ask"]'), said);
      } catch { fault(box.querySelector('form[data-form="ask"]'), {}); }
    }
  });
  box.querySelector("[data-close]").addEventListener("click", () => tell({ forbear: "close" }));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") tell({ forbear: "close" }); });
  for (const back of box.querySelectorAll("[data-go]")) back.addEventListener("click", () => go(back.dataset.go));
  form("ask", (said) => { challenge = said.challenge; go("code"); });
  form("prove", letIn);
  form("question", (said) => {
    const place = box.querySelector("[data-answer]");
    place.textContent = said.answer;
    place.hidden = false;
  });
  box.querySelector("[data-leave]").addEventListener("click", () => { held = null; keep(); location.reload(); });
  if (held) talk(); else go("start", true);

  /* Whoever frames this page is one of the sites it was served for, or the browser would not show it. */
  const framer = (location.ancestorOrigins && location.ancestorOrigins[0]) || "";
  const hello = framer ? [framer] : allowed;
  for (const origin of hello) if (allowed.includes(origin)) {
    if (framer || hello.length === 1) parentOrigin = origin;
    try { window.parent.postMessage({ forbear: "ready" }, origin); } catch { /* not that one */ }
  }
  window.addEventListener("message", (event) => { if (!parentOrigin && event.source === window.parent && allowed.includes(event.origin)) parentOrigin = event.origin; });
})();
