"""A lender's own website in small: the chat button under a strict policy, and the hand-over of a signed-in customer.

    FORBEAR_HANDOVER_SECRETS=… python examples/chat/host.py http://127.0.0.1:8000 8100 HC-2025-0007781

The desk runs with FORBEAR_EMBED_ORIGINS=http://127.0.0.1:8100 and the same secret. Only the standard library is used,
so that it reads as what one writes in another language; a real site gives the token to its signed-in customer alone.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DESK, PORT, CONTRACT = sys.argv[1].rstrip("/"), int(sys.argv[2]), sys.argv[3]
SECRET = os.environ["FORBEAR_HANDOVER_SECRETS"].split(",")[0].strip()
POLICY = f"default-src 'none'; script-src 'self' {DESK}; frame-src {DESK}; connect-src 'self'; base-uri 'none'"
PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A lender</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{DESK}/chat.js" data-language="en" async></script>
<script src="/signed-in.js" defer></script></head>
<body><main><h1>A lender</h1><p>Your account.</p>
<p><a href="/help">Repayment help</a></p><p><button id="sign-in">Chat as the customer signed in here</button></p>
</main></body></html>"""
SCRIPT = """
document.getElementById("sign-in").addEventListener("click", async () => {
  const answer = await fetch("/token", { method: "POST" });
  window.forbearChat.handOver(await answer.text());
  window.forbearChat.open();
});
"""


def token() -> str:
    """A hand-over token for the customer who is signed in, good for two minutes."""
    now = int(time.time())
    claims = {"aud": DESK, "iat": now, "exp": now + 120, "jti": secrets.token_urlsafe(16), "contract": CONTRACT}
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    return f"{signed}.{text(hmac.digest(SECRET.encode(), signed.encode(), hashlib.sha256))}"


def part(value: dict[str, object]) -> str:
    """A part of a JSON Web Token."""
    return text(json.dumps(value, separators=(",", ":")).encode())


def text(value: bytes) -> str:
    """base64url without its padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class Host(BaseHTTPRequestHandler):
    """The lender's server."""

    def do_GET(self) -> None:
        """The page; its script; and the way to the desk, with the token where no server logs it."""
        if self.path == "/help":
            self._answer(302, b"", "text/plain", Location=f"{DESK}/handover#to=chat&token={token()}")
        elif self.path == "/signed-in.js":
            self._answer(200, SCRIPT.encode(), "text/javascript")
        else:
            self._answer(200, PAGE.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """A token for the page's own script."""
        self._answer(200, token().encode(), "text/plain")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a log is no place for tokens."""

    def _answer(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Host).serve_forever()
