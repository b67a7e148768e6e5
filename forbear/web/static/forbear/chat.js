/* The chat button for the lender's own website: <script src="https://desk.example/chat.js" async></script>
   It draws a button and, when pressed, a frame of ours. It sets no cookie, keeps nothing, and uses no inline style or
   script, so the page's policy needs two lines for our host: script-src and frame-src.
   data-language="en" (else zh), data-label="…"; window.forbearChat.handOver(token) for a customer who is signed in. */
(() => {
  "use strict";
  const me = document.currentScript;
  if (!me || window.forbearChat) return;
  const home = new URL(me.src).origin;
  const language = me.dataset.language === "en" ? "en" : "zh";
  const label = me.dataset.label || (language === "en" ? "Trouble paying? Talk to us" : "还款有困难？和我们聊聊");
  const title = language === "en" ? "Chat about repayment help" : "还款帮助在线聊天";
  const host = document.createElement("div");
  const shade = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; }
    button { font: 600 1rem/1.4 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; min-block-size: 3rem; padding: .5rem 1.25rem; border: 0; border-radius: 1.5rem; background: #17563d; color: #fff; cursor: pointer; box-shadow: 0 2px 10px rgb(0 0 0 / 25%); }
    button:focus-visible { outline: 3px solid #f2b705; outline-offset: 2px; }
    button span:not(:empty) { display: inline-block; margin-inline-start: .5rem; min-inline-size: 1.5rem; border-radius: 1rem; background: #fff; color: #17563d; }
    iframe { display: block; inline-size: min(24rem, calc(100vw - 2rem)); block-size: min(38rem, calc(100vh - 6rem)); border: 0; border-radius: .75rem; margin-block-end: .75rem; background: #fff; box-shadow: 0 4px 24px rgb(0 0 0 / 30%); }
    iframe[hidden] { display: none; }
    @media (max-width: 30rem) { iframe { inline-size: calc(100vw - 2rem); } }`);
  shade.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  const count = document.createElement("span");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.append(label, count);
  shade.append(button);
  let frame = null, ready = false, token = "", unread = 0;

  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = title;
      frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin allow-popups");
      frame.referrerPolicy = "no-referrer";
      frame.src = home + "/embed/" + language;
      shade.insertBefore(frame, button);
    }
    show(true);
  }

  function show(on) {
    frame.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    if (on) { unread = 0; count.textContent = ""; frame.focus(); } else button.focus();
    tell({ forbear: "shown", on });
  }

  function tell(words) { if (frame && ready) frame.contentWindow.postMessage(words, home); }

  function handOver(given) {
    token = String(given);
    tell({ forbear: "token", token });
    if (ready) token = "";
  }

  window.addEventListener("message", (event) => {
    if (event.origin !== home || !frame || event.source !== frame.contentWindow) return;
    const words = event.data;
    if (!words || typeof words !== "object") return;
    if (words.forbear === "ready") { ready = true; if (token) handOver(token); }
    if (words.forbear === "close") show(false);
    if (words.forbear === "news" && frame.hidden) { unread += 1; count.textContent = String(unread); }
  });
  button.addEventListener("click", () => { if (frame && !frame.hidden) show(false); else open(); });
  window.forbearChat = Object.freeze({ open, handOver });
  (document.body || document.documentElement).append(host);
})();
