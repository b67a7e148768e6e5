"""The Messenger port for text messages over HTTP: the way out that all gateways share, and any gateway by one file.

A failure becomes Undelivered or Unreachable with a text that names no person: it ends up in the agenda and in logs.
"""

import http.client
import json
import re
import ssl
import time
from collections.abc import Mapping
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from forbear.actions.ports import Message, Receipt, TextIn, Undelivered, Unreachable
from forbear.adapters.sms_settings import Callback, Settings, TextUnapproved, approved
from forbear.core.sms import Fate, Gateway, as_sent

TIMEOUT_SECONDS = 15
IDLE_SECONDS = 5
"""A connection that was idle for longer is not used again: the other side may be closing it."""
ANSWER_BYTES_MAX = 256 * 1024
LOCAL = ("localhost", "127.0.0.1", "::1")


class Way:
    """Requests to one address, over one connection that is kept as long as it is busy. No redirect is followed."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        fits = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
        if not fits or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a gateway; write https://….")
        self.host = parts.netloc.rpartition("@")[2]
        self.path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        self._secure = parts.scheme == "https"
        self._lock = Lock()
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """(status, body) of the answer; raises Undelivered when there is none."""
        with self._lock:
            try:
                connection = self._open()
                connection.request(method, path, body, dict(headers))
                answer = connection.getresponse()
                found = answer.read(ANSWER_BYTES_MAX + 1)
                if len(found) > ANSWER_BYTES_MAX:
                    raise http.client.HTTPException("too much")
            except (OSError, http.client.HTTPException) as error:
                self.close()
                raise Undelivered(f"the gateway could not be reached: {type(error).__name__}") from None
            if answer.will_close:
                self.close()
            self._used = time.monotonic()
            return answer.status, found

    def close(self) -> None:
        """The next request opens a new connection."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _open(self) -> http.client.HTTPConnection:
        if self._connection and time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
        if self._connection is None:
            if self._secure:
                context = ssl.create_default_context()
                self._connection = http.client.HTTPSConnection(self.host, timeout=TIMEOUT_SECONDS, context=context)
            else:
                self._connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_SECONDS)
        return self._connection


def document(body: bytes) -> Any:
    """The JSON of an answer, {} for anything else: what it lacks is then an answer nobody understands."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return {}


def placed(found: Any, path: str) -> str:
    """What stands at a path of a document, such as "data.0.id"; "" for nothing."""
    for step in path.split(".") if path else ():
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int) else ""


# ---- any gateway -----------------------------------------------------------------------------------------------


class HttpSms:
    """Any gateway that takes one text message a request: [http] of the settings says how (docs/sms.md)."""

    def __init__(self, settings: Settings) -> None:
        self._own, self._settings = settings.section("http"), settings
        self._way = Way(self._own.text("url"))
        self._method = self._own.text("method", "POST")
        self._form = self._own.choice("form", ("json", "form", "query"), "json")
        self._headers = self._own.table("headers")
        self._body = self._own.tree("body")
        self._id, self._success = self._own.text("id", ""), self._own.table("success")
        self._code = self._own.text("code", "")
        self._wrong = frozenset(self._own.names("wrong_number"))
        self._callback = Callback(settings)
        self.counting: Gateway = settings.counting
        if not self._success:
            raise ValueError(
                '[http] says nothing under success, so no answer could be one: write success = {status = "200"}.'
            )

    def send(self, message: Message) -> str:
        values = {"to": message.to, "text": as_sent(message.body, self.counting), "reference": message.reference}
        values |= self._template(message)
        headers = {name: _filled(value, values) for name, value in self._headers.items()}
        body = _filled(self._body, values)
        path, data = self._way.path, b""
        if self._form == "json":
            data = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content-Type", "application/json; charset=utf-8")
        elif self._form == "form":
            data = urlencode(body).encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
        else:
            path += ("&" if "?" in path else "?") + urlencode(body, quote_via=quote)
        status, answer = self._way.ask(self._method, path, headers, data)
        return self._taken(status, document(answer))

    def _template(self, message: Message) -> dict[str, Any]:
        """Where the settings list approved texts, the code and parameters of the one that this is."""
        if not self._settings.templates:
            return {}
        try:
            template, facts = approved(self._settings.templates, message.body)
        except TextUnapproved as no:
            raise Unreachable(str(no), code="unapproved") from None
        return {"template": template.code, "params": dict(facts)}

    def _taken(self, status: int, found: Any) -> str:
        said = {name: str(status) if name == "status" else placed(found, name) for name in self._success}
        if said == self._success:
            return placed(found, self._id)
        code = placed(found, self._code) or str(status)
        if code in self._wrong:
            raise Unreachable(f"the gateway answered {code[:40]}", code=code, number=True)
        raise Undelivered(f"the gateway answered {code[:40]}")

    def admits(self, secret: str, address: str) -> bool:
        return self._callback.admits(secret, address)

    def receipts(self, body: bytes) -> tuple[Receipt, ...]:
        own = self._settings.section("receipt")
        fates = dict.fromkeys(own.names("delivered"), Fate.DELIVERED)
        fates |= dict.fromkeys(own.names("lost"), Fate.LOST) | dict.fromkeys(own.names("refused"), Fate.REFUSED)
        found = []
        for one in each(body):
            state, carrier = placed(one, own.text("state")), placed(one, own.text("id"))
            if carrier and state in fates:
                found.append(
                    Receipt(carrier=carrier, fate=fates[state], code=placed(one, own.text("code", "")) or state)
                )
        return tuple(found)

    def texts(self, body: bytes) -> tuple[TextIn, ...]:
        own = self._settings.section("text")
        return tuple(
            TextIn(
                id=placed(one, own.text("id")), number=placed(one, own.text("from")), text=placed(one, own.text("text"))
            )
            for one in each(body)
            if placed(one, own.text("id"))
        )

    def answer(self) -> Mapping[str, object]:
        return self._settings.section("callback").table("answer", {"code": "0"})


def each(body: bytes) -> list[Any]:
    """The things of a callback: a list, or a single one. ValueError: it is not JSON."""
    try:
        found = json.loads(body)
    except RecursionError:
        raise ValueError("too deep") from None
    things = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) for one in things):
        raise ValueError("no objects")
    return things


def _filled(shape: Any, values: Mapping[str, Any]) -> Any:
    """A shape with {to}, {text}, {reference}, {template} and {params} in it; a value that is one of them alone keeps
    its kind, and what stands in a value is never looked at again.
    """
    if isinstance(shape, Mapping):
        return {name: _filled(value, values) for name, value in shape.items()}
    if isinstance(shape, list):
        return [_filled(value, values) for value in shape]
    if not isinstance(shape, str):
        return shape
    whole = re.fullmatch(r"\{(\w+)\}", shape)
    if whole and whole[1] in values:
        return values[whole[1]]
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), shape)
