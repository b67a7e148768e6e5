"""The Dialer port over HTTP: a signed wish to make a call, to the address of the telephone system or what stands
before it. It is asked once and at once: a call made minutes later would surprise both sides.
"""

import json
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, build_opener

from forbear.actions.ports import Clock, Dialer, DialerAway, NoDialer
from forbear.adapters.no_redirect import NoRedirect
from forbear.core.signed_request import signature

SECONDS = 5


class HttpDialer:
    """Posts {"event": "originate", "user", "to", "reference", "at"} under the first secret."""

    there = True

    def __init__(self, url: str, secret: str, clock: Clock) -> None:
        self._url, self._secret, self._clock = url, secret, clock

    def originate(self, *, extension: str, number: str, reference: str) -> None:
        now = self._clock.now()
        asked = {"event": "originate", "user": extension, "to": number, "reference": reference, "at": now.isoformat()}
        body, at = json.dumps(asked).encode(), int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": f"originate_{reference}",
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self._secret, f"originate_{reference}", at, body),
        }
        request = Request(self._url, body, headers, method="POST")  # noqa: S310 (http or https: dialer)
        try:
            with build_opener(NoRedirect).open(request, timeout=SECONDS) as answer:
                answer.read(1024)
        except (URLError, OSError, ValueError) as error:
            raise DialerAway(f"the telephone system did not take the call: {error}") from error


def dialer(url: str, secrets: list[str], clock: Clock) -> Dialer:
    """The telephone system at an address; nobody where none is set."""
    if not url:
        return NoDialer()
    assert urlsplit(url).scheme in ("http", "https") and secrets, "looked at when the settings were read"
    return HttpDialer(url, secrets[0], clock)
