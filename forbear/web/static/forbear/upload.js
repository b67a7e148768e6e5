/* Sends papers in pieces and goes on where the line was cut (docs/upload.md). Without this file, and where the browser
   cannot hash (plain http), the form sends its files whole. */
"use strict";
(() => {
  const say = document.getElementById("upload").dataset;
  const [LEAST, MOST, PATIENCE] = [64 * 1024, 1024 * 1024, 60000];
  const WAITS = [1000, 2000, 4000, 8000, 15000];
  if (!window.crypto || !crypto.subtle) return;

  class Failed extends Error {}

  /* Until the network is back, or a little later, whatever the browser believes about it. */
  function pause(tries) {
    return new Promise((go) => {
      const timer = setTimeout(done, WAITS[Math.min(tries, WAITS.length - 1)]);
      function done() { clearTimeout(timer); window.removeEventListener("online", done); go(); }
      window.addEventListener("online", done);
    });
  }

  /* One request, repeated until there is an answer: what is sent here is safe to send twice. */
  async function ask(row, url, what) {
    for (let tries = 0; ; tries += 1) {
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), PATIENCE);
      try {
        const answer = await fetch(url, { ...what, redirect: "manual", signal: patience.signal });
        if (answer.type === "opaqueredirect" || answer.status === 410) throw new Failed(say.signedOut);
        if (answer.status === 502 || answer.status === 503 || answer.status === 504) throw new TypeError("not now");
        return answer;
      } catch (error) {
        if (error instanceof Failed) throw error;
        row.tell(say.waiting, "waiting");
        await pause(tries);
      } finally { clearTimeout(timer); }
    }
  }

  async function refused(answer) {
    let fault = say.failed;
    try { fault = (await answer.json()).fault || fault; } catch { /* no words of ours came */ }
    return new Failed(fault);
  }

  function rowOf(list, name) {
    const row = document.createElement("li");
    const title = document.createElement("b");
    const bar = document.createElement("progress");
    const words = document.createElement("span");
    title.textContent = name;
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", name);
    words.className = "line";
    words.setAttribute("role", "status");
    row.append(title, bar, words);
    list.append(row);
    const tell = (text, state) => { words.textContent = text; row.dataset.state = state; };
    return {
      tell,
      at(part) { bar.value = Math.floor(100 * part); tell(`${say.going} ${bar.value}%`, "going"); },
      end(text, state) { bar.remove(); tell(text, state); if (state === "failed") words.className = "line fault"; },
    };
  }

  async function digestOf(bytes) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /* Returns the paper that the file is a page of; throws Failed with a sentence. */
  async function send(form, file, paper, row) {
    if (file.size > Number(say.max)) throw new Failed(say.large);
    let bytes;
    try { bytes = await file.arrayBuffer(); } catch { throw new Failed(say.unread); }
    const token = form.elements.csrfmiddlewaretoken.value;
    const told = new FormData();
    const facts = { name: file.name, size: bytes.byteLength, sha256: await digestOf(bytes), paper, csrfmiddlewaretoken: token };
    for (const [name, value] of Object.entries(facts)) told.append(name, value);
    let size = LEAST;
    for (let begun = 0; begun < 5; begun += 1) {
      const begin = await ask(row, form.dataset.begin, { method: "POST", body: told });
      if (!begin.ok) throw await refused(begin);
      let { url, offset, paper: kept } = await begin.json();
      if (kept) return kept;
      for (;;) {
        row.at(offset / bytes.byteLength);
        if (offset + size >= bytes.byteLength) row.tell(say.checking, "checking");
        const started = performance.now();
        const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream", "X-CSRFToken": token };
        const answer = await ask(row, url, { method: "PATCH", headers, body: bytes.slice(offset, offset + size) });
        if (answer.status === 200) return (await answer.json()).paper;
        if (answer.status === 404) break;
        if (answer.status !== 204 && answer.status !== 409) throw await refused(answer);
        offset = Number(answer.headers.get("Upload-Offset"));
        size = answer.status === 204 && performance.now() - started < 1000 ? Math.min(2 * size, MOST) : LEAST;
      }
    }
    throw new Failed(say.failed);
  }

  async function all(form, files) {
    const list = form.querySelector(".sending");
    const together = form.elements.paper.value === "one";
    let paper = together ? "" : form.elements.paper.value;
    let failed = false;
    list.hidden = false;
    list.replaceChildren();
    for (const [file, row] of files.map((one) => [one, rowOf(list, one.name)])) {
      try {
        const kept = await send(form, file, paper, row);
        if (together && !paper) paper = kept;
        row.end(say.received, "received");
      } catch (error) {
        failed = true;
        row.end(error instanceof Failed ? error.message : say.failed, "failed");
      }
    }
    if (!failed) location.assign(form.dataset.done);
  }

  for (const form of document.querySelectorAll("form[data-begin]")) {
    form.addEventListener("submit", async (event) => {
      const files = ["files", "camera"].flatMap((name) => [...form.elements[name].files]);
      if (!files.length) return;
      event.preventDefault();
      event.stopPropagation();
      if (form.dataset.busy) return;
      form.dataset.busy = "yes";
      form.setAttribute("aria-busy", "true");
      try { await all(form, files); } finally { delete form.dataset.busy; form.removeAttribute("aria-busy"); }
    });
  }
})();
