"""The door for the server: pages through Django's WSGI in a few threads, wake streams here, without a thread each.

A page that wants to know at once when its case moves on keeps a stream open. Under WSGI alone every stream would hold a
thread; here a view only says whose stream it is (web/talk.py: STREAM), and config/wakes.py keeps it open.
`granian --interface asgi forbear.config.asgi:application`; docs/decisions/0017-live-chat.md says why.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any

from a2wsgi import WSGIMiddleware

from forbear.config.wsgi import application as pages  # Django comes first

from forbear.config.wakes import Wakes  # isort: skip
from forbear.config.wiring import desk  # isort: skip
from forbear.store.news import DjangoNews  # isort: skip
from forbear.web.talk import STREAM  # isort: skip

THREADS = 4
"""Threads for pages: SQLite has one writer, and more would only wait for each other."""
GATHERED_BYTES_MOST = 2 * 1024 * 1024

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_HEADER = STREAM.lower().encode()


class Front:
    """Hands each request to the pages, and keeps a stream open where they ask for one."""

    def __init__(self, pages: Any, wakes: Wakes) -> None:
        self._pages, self._wakes = pages, wakes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].endswith("/wake"):
            await self._wake(scope, receive, send)
        elif scope["type"] == "http":
            await self._pages(scope, await _gathered(scope, receive), send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Started and ended with the server. The server waits for every request before it says that it ends, so the
        streams end by the signal itself; what the server does at the signal stays as it is.
        """
        await receive()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)

            def stop(number: int, frame: FrameType | None, before: Any = before) -> None:
                loop.call_soon_threadsafe(self._wakes.end)
                if callable(before):
                    before(number, frame)

            signal.signal(number, stop)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._wakes.end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _wake(self, scope: Message, receive: Receive, send: Send) -> None:
        """The view looks who asks, as for any page; its answer is a stream, or whatever else it says."""
        opened = ""

        async def answer(message: Message) -> None:
            nonlocal opened
            if message["type"] == "http.response.start":
                opened = next((value.decode() for name, value in message["headers"] if name == _HEADER), "")
            if not opened:
                await send(message)

        await self._pages(scope, await _gathered(scope, receive), answer)
        if opened:
            await self._wakes.keep(opened, receive, send)


async def _gathered(scope: Message, receive: Receive) -> Receive:
    """What comes in small comes in whole before a thread takes it: a slow line holds no thread while it sends."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if scope["method"] in ("GET", "HEAD") or not length.isdigit() or not 0 < int(length) <= GATHERED_BYTES_MOST:
        return receive
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def gathered() -> Message:
        return whole.pop() if whole else await receive()

    return gathered


def _front() -> Front:
    house = desk()
    return Front(WSGIMiddleware(pages, workers=THREADS), Wakes(DjangoNews(), house.presence, house.clock.now))


application = _front()
