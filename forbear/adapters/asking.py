"""One question over HTTP that has an end: whoever answers a byte at a time, for ever, is hung up on.

A timeout of a socket counts from one byte to the next; here an alarm shuts the line after so many seconds in all.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import Timer
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from forbear.adapters.no_redirect import NoRedirect


def ask(request: Request, seconds: float, bytes_most: int) -> bytes:
    """The answer's body, cut one byte beyond `bytes_most`; no redirect is followed and no proxy asked.

    Raises HTTPError, OSError, HTTPException and ValueError as urllib does, and TimeoutError after `seconds` in all.
    """
    line = _Line()
    opener = build_opener(ProxyHandler({}), NoRedirect(), _Plain(line), _Secure(line))
    with _alarm(line, seconds), opener.open(request, timeout=seconds) as answer:
        body: bytes = answer.read(bytes_most + 1)
    return body


class _Line:
    """The connection of one question."""

    def __init__(self) -> None:
        self.cut_off = False
        self._connection: HTTPConnection | None = None
        self._sock: Any = None

    def connected(self, kind: type[HTTPConnection], host: str, **how: Any) -> HTTPConnection:
        connection = kind(host, **how)
        connect = connection.connect

        def connecting() -> None:
            connect()
            self._sock = connection.sock

        connection.connect = connecting  # type: ignore[method-assign]
        self._connection = connection
        return connection

    def cut(self) -> None:
        self.cut_off = True
        for sock in (self._sock, self._connection and self._connection.sock):  # the second: while it greets
            if sock:
                with suppress(OSError):
                    sock.shutdown(SHUT_RDWR)


@contextmanager
def _alarm(line: _Line, seconds: float) -> Iterator[None]:
    alarm = Timer(seconds, line.cut)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    except (OSError, HTTPException, ValueError) as error:
        if line.cut_off:
            raise TimeoutError from error
        raise
    finally:
        alarm.cancel()
    if line.cut_off:  # what was read by then is no answer
        raise TimeoutError


class _Plain(HTTPHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def http_open(self, request: Request) -> Any:
        return self.do_open(partial(self._line.connected, HTTPConnection), request)  # type: ignore[arg-type]


class _Secure(HTTPSHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def https_open(self, request: Request) -> Any:
        how = {"context": ssl.create_default_context()}
        return self.do_open(partial(self._line.connected, HTTPSConnection), request, **how)  # type: ignore[arg-type]
