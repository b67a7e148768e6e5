/* A live chat, for her page, the desk's and the frame on the lender's site. The page keeps the last seq it has shown and
   asks for what comes after it; the stream only says that there is something to ask for, and a poll every four seconds
   does where it says nothing. What was not taken by the server yet is shown as unsent, kept, and sent again under its
   key, one after the other. Works on the form that is there without this file. */
"use strict";
window.forbearTalk = (root, door = {}) => {
  const POLL = 4000, DEAD = 12000, TIMEOUT = 10000, TYPE_EVERY = 3000, TYPE_SHOWN = 6000, STILL_HERE = 240000;
  const at = root.dataset;
  const list = root.querySelector("[data-lines]"), scroll = list.parentElement;
  const choices = root.querySelector("[data-choices]"), form = root.querySelector("form:not([data-choices])");
  const field = form && form.querySelector("textarea"), state = root.querySelector("[data-state]");
  const typing = root.querySelector("[data-typing-line]"), trouble = root.querySelector("[data-trouble]");
  const store = "talk:" + at.name;
  let cursor = Number(at.after), heard = 0, over = false, sending = false, pulling = null, stream = null;
  let typedAt = 0, typingUntil = 0, theirsAt = 0, fresh = true, telling = 0, wait = 0;
  const shown = new Set([...list.querySelectorAll("[data-seq]")].map((li) => Number(li.dataset.seq)));
  let unsent = kept();

  /* ---- asking -------------------------------------------------------------------------------------------------- */

  async function ask(url, options = {}) {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), TIMEOUT);
    try {
      const headers = { Accept: "application/json", ...(door.headers ? door.headers() : {}), ...options.headers };
      const answer = await fetch(url, { ...options, headers, signal: stop.signal, redirect: "manual", cache: "no-store" });
      if (door.answered) door.answered(answer);
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) signedOut();
      return answer;
    } finally { clearTimeout(clock); }
  }

  function send(url, fields, headers) {
    const body = new URLSearchParams(fields);
    const token = form && form.querySelector("[name=csrfmiddlewaretoken]");
    if (token) body.set("csrfmiddlewaretoken", token.value);
    return ask(url, { method: "POST", body, headers });
  }

  function pull() {
    if (over) return Promise.resolve();
    if (pulling) { pulling.again = true; return pulling.done; }
    pulling = { again: false };
    pulling.done = (async () => {
      try {
        do {
          pulling.again = false;
          const answer = await ask(at.pull + "?after=" + cursor);
          if (!answer.ok) break;
          take(await answer.json());
          say(trouble, "");
        } while (pulling.again && !over);
      } catch { say(trouble, at.sayOffline); }
      pulling = null;
    })();
    return pulling.done;
  }

  function take(news) {
    const stays = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    let theirs = false;
    for (const line of news.lines) {
      if (line.seq <= cursor || shown.has(line.seq)) continue;
      shown.add(line.seq);
      list.insertBefore(drawn(line), list.querySelector(".unsent"));
      theirs = theirs || line.kind === "theirs";
    }
    cursor = Math.max(cursor, news.seq);
    at.after = cursor;
    settle();
    say(state, news.state);
    if (news.choices && choices) offer(news.choices);
    for (const id of news.delivered) {
      const mark = list.querySelector(`li.mine[data-message="${CSS.escape(id)}"] .mark`);
      if (mark) mark.textContent = at.sayDelivered;
    }
    if (theirs) { theirsAt = Date.now(); fresh = true; typingUntil = 0; if (door.news) door.news(); }
    if (news.typing && Date.now() - theirsAt > TYPE_SHOWN) typingUntil = Date.now() + TYPE_SHOWN / 2;
    showTyping();
    if (stays || theirs) scroll.scrollTop = scroll.scrollHeight;
    tell();
  }

  /* The bot's quick replies: a button writes its words, a link leads to a page. */
  function offer(found) {
    for (const old of choices.querySelectorAll("button, a")) old.remove();
    for (const one of found) {
      const button = document.createElement(one.url ? "a" : "button");
      button.className = "button second slim";
      button.textContent = one.text;
      if (one.url) { button.href = one.url; if (door.headers) { button.target = "_blank"; button.rel = "noopener"; } }
      else { button.name = field ? field.name : "words"; button.value = one.text; }
      choices.append(button);
    }
  }

  function drawn(line) {
    const li = document.createElement("li");
    li.className = line.kind;
    li.dataset.seq = line.seq;
    li.dataset.message = line.id;
    const when = document.createElement("span");
    when.className = "when";
    when.textContent = [line.who, line.when, line.channel].filter(Boolean).join(" · ");
    const words = document.createElement("div");
    words.className = "words";
    words.textContent = line.text;
    li.append(when, words);
    if (line.kind === "mine") {
      const mark = document.createElement("span");
      mark.className = "mark";
      li.append(mark);
    }
    return li;
  }

  /* What is shown is delivered: the page says so once for several lines, and only while somebody can see it. */
  function tell() {
    if (over || telling || !fresh || document.hidden || !at.seen) return;
    fresh = false;
    telling = setTimeout(async () => {
      telling = 0;
      const upTo = cursor;
      try { const answer = await send(at.seen, { after: upTo }); if (answer.ok) take(await answer.json()); } catch { fresh = true; }
    }, 1000);
  }

  /* ---- the stream ---------------------------------------------------------------------------------------------- */

  async function listen() {
    while (!over) {
      stream = new AbortController();
      try {
        const headers = { Accept: "text/event-stream", ...(door.headers ? door.headers() : {}) };
        const answer = await fetch(at.wake, { headers, signal: stream.signal, redirect: "manual", cache: "no-store" });
        if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) { signedOut(); return; }
        if (answer.ok) await follow(answer.body.getReader());
      } catch { /* a dead line; asked again below */ }
      heard = 0;
      if (over) return;
      await pull();
      if (!hurry) await new Promise((go) => { wake = go; setTimeout(go, POLL / 2 + Math.random() * POLL / 2); });
      hurry = false;
    }
  }
  let wake = () => {}, hurry = false;

  async function follow(reader) {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard = Date.now();
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const event = (part.match(/^event: (.*)$/m) || [])[1], data = (part.match(/^data: (.*)$/m) || [])[1];
        if (event === "typing") { typingUntil = Date.now() + TYPE_SHOWN; showTyping(); }
        else if (Number(data) > cursor) pull();
      }
    }
  }

  /* Nothing heard for too long is a dead line, whatever the browser thinks of it: the stream is opened anew, and until
     it speaks the page polls. */
  function look() {
    if (over) return;
    showTyping();
    const live = heard && Date.now() - heard < DEAD;
    if (heard && !live && stream) { heard = 0; stream.abort(); }
    if (!live) pull();
    flush();
  }

  function again() {
    if (over || document.hidden) return;
    if (!heard || Date.now() - heard > DEAD / 2) { hurry = true; if (stream) stream.abort(); wake(); }
    pull();
    flush();
  }

  /* ---- writing ------------------------------------------------------------------------------------------------- */

  function kept() {
    try { return JSON.parse(sessionStorage.getItem(store) || "[]"); } catch { return []; }
  }

  function keep() {
    try { sessionStorage.setItem(store, JSON.stringify(unsent)); } catch { /* a browser that keeps nothing */ }
  }

  function write(text) {
    const key = "k" + Array.from(crypto.getRandomValues(new Uint8Array(15)), (n) => n.toString(36).padStart(2, "0")).join("");
    unsent.push({ key, text, at: Date.now(), seq: null });
    keep();
    draw();
    flush();
  }

  function draw() {
    for (const li of list.querySelectorAll(".unsent")) li.remove();
    for (const one of unsent) {
      const li = drawn({ seq: "", id: "", kind: "mine", who: at.sayMe, when: one.fault || (one.tried ? at.sayUnsent : at.saySending), channel: "", text: one.text });
      li.removeAttribute("data-seq");
      li.classList.add("unsent");
      if (one.final) {
        const edit = document.createElement("button");
        edit.type = "button";
        edit.className = "link-button";
        edit.textContent = at.sayEdit;
        edit.addEventListener("click", () => { unsent = unsent.filter((other) => other !== one); keep(); draw(); field.value = one.text; field.focus(); });
        li.append(edit);
      }
      list.append(li);
    }
    scroll.scrollTop = scroll.scrollHeight;
  }

  /* A message that was taken leaves the unsent ones when the page has shown it. */
  function settle() {
    const left = unsent.filter((one) => one.seq === null || one.seq > cursor);
    if (left.length === unsent.length) return;
    unsent = left;
    keep();
    draw();
  }

  async function flush() {
    if (sending || over || Date.now() < wait) return;
    sending = true;
    try {
      for (let one; (one = unsent.find((other) => other.seq === null && !other.final)) && !over;) {
        const ago = Math.max(0, Math.floor((Date.now() - one.at) / 1000));
        const answer = await send(at.post, { [field.name]: one.text, key: one.key, ago, after: cursor });
        if (over) break;
        if (answer.ok) { const news = await answer.json(); one.seq = news.taken; one.fault = ""; keep(); take(news); continue; }
        one.tried = true;
        const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
        if (said && !said.again) { one.final = true; one.fault = said.error; keep(); draw(); continue; }
        if (said) one.fault = said.error;
        wait = Date.now() + 1000 * Number(answer.headers.get("Retry-After") || POLL / 1000);
        break;
      }
    } catch {
      for (const one of unsent) if (one.seq === null) one.tried = true;
      say(trouble, at.sayOffline);
    }
    keep();
    draw();
    sending = false;
  }

  /* ---- small things -------------------------------------------------------------------------------------------- */

  function say(place, words) {
    if (!place || place.textContent === (words || "")) return;
    place.textContent = words || "";
    place.hidden = !words;
  }

  function showTyping() { say(typing, Date.now() < typingUntil ? at.sayTyping : ""); }

  function signedOut() {
    if (over) return;
    over = true;
    if (stream) stream.abort();
    keep();
    if (door.out) { door.out(); return; }
    say(trouble, at.sayOut);
    const link = document.createElement("a");
    link.href = at.again;
    link.textContent = at.sayAgain;
    trouble.append(" ", link);
  }

  if (choices) choices.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.submitter && event.submitter.value) { write(event.submitter.value); offer([]); }
  });
  if (form) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const text = field.value.trim();
      if (text) { field.value = ""; write(text); }
      field.focus();
    });
    field.addEventListener("keydown", (event) => {
      const fine = matchMedia("(pointer: fine)").matches;
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229 || !fine) return;
      event.preventDefault();
      form.requestSubmit();
    });
    field.addEventListener("input", () => {
      if (!field.value.trim() || Date.now() - typedAt < TYPE_EVERY || over || !at.typing) return;
      typedAt = Date.now();
      send(at.typing, {}).catch(() => {});
    });
  }
  document.addEventListener("visibilitychange", again);
  window.addEventListener("pageshow", (event) => { if (event.persisted) again(); });
  window.addEventListener("online", again);
  window.addEventListener("pagehide", () => {
    if (!at.gone || over) return;
    const body = new URLSearchParams({ csrfmiddlewaretoken: form ? form.querySelector("[name=csrfmiddlewaretoken]").value : "" });
    navigator.sendBeacon(at.gone, body);
  });
  setInterval(look, POLL);
  setInterval(() => { if (!document.hidden && !over && at.seen) send(at.seen, { after: cursor }).then((answer) => answer.ok && answer.json().then(take)).catch(() => {}); }, STILL_HERE);
  root.classList.add("live");
  scroll.scrollTop = scroll.scrollHeight;
  draw();
  listen();
  pull().then(flush);
};
for (const root of document.querySelectorAll("[data-talk]")) window.forbearTalk(root);
