"""The Post port: one HTTP POST, no redirect followed, no answer read further than its head.

Whether a host may be called at all was settled when its address was taken (actions/webhooks.py).
"""

import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException

from forbear.actions.ports import Answer, Away
from forbear.adapters.no_redirect import NoRedirect

TIMEOUT_SECONDS = 5


class HttpPost:
    """The Post port, by the system's certificates and without a proxy."""

    def __init__(self, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), secure, NoRedirect())
        self._timeout_seconds = timeout_seconds

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout_seconds) as answer:
                return Answer(answer.status)
        except urllib.error.HTTPError as answer:
            with answer:
                return Answer(answer.code, _seconds(answer.headers.get("Retry-After", "")))
        except (OSError, HTTPException, ValueError) as error:
            raise Away(f"the receiver could not be reached: {type(error).__name__}") from None


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
