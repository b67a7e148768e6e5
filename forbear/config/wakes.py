"""The wake streams of one process: who looks at which case, and one thread that sees when the record has moved on.

A stream says `wake` and `beat` with the case's seq, and `typing`; nothing of what was said. It costs an event and a
task. The thread asks for new leaves ten times a second while anybody looks, in one look-up for all of them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Any

from django.db import Error

from forbear.store.news import DjangoNews

LOOK_EVERY_SECONDS = 0.1
BEAT_EVERY_SECONDS = 5
"""A page that has heard nothing for two beats takes its line for dead (web/static/forbear/talk.js)."""
NOTE_EVERY_SECONDS = 1
HERE_EVERY_TURNS = 30
LIFE_SECONDS = 900
"""Then the stream ends and the page opens it anew, so that whoever may no longer look stops looking."""
AFTER_FAULT_SECONDS = 2
WAKING = ("message.written", "person.asked", "more.asked", "case.closed", "chat.")
"""What a chat shows; of the rest the next beat tells."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Stream:
    """One open page: `who` is a person of the desk, "" for the borrower; `said`: the seq it was told last."""

    __slots__ = ("case_id", "moved", "over", "said", "seq", "typing", "who")

    def __init__(self, case_id: str, seq: int, who: str) -> None:
        self.case_id, self.who = case_id, who
        self.seq = self.said = seq
        self.typing = self.over = False
        self.moved = asyncio.Event()

    def end(self) -> None:
        """Nobody looks any more, or the server stops."""
        self.over = True
        self.moved.set()

    def words(self) -> bytes:
        """What there is to say now."""
        told = b"event: typing\ndata: 1\n\n" if self.typing else b""
        if self.seq > self.said or not told:
            told += f"event: {'wake' if self.seq > self.said else 'beat'}\ndata: {self.seq}\n\n".encode()
        self.typing, self.said = False, self.seq
        self.moved.clear()
        return told


class Wakes:
    """Keeps streams open and wakes them. `presence`: the desk's; `now`: its clock."""

    def __init__(self, news: DjangoNews, presence: Any, now: Callable[[], datetime]) -> None:
        self._news, self._presence, self._now = news, presence, now
        self._of_case: dict[str, set[Stream]] = {}
        self._fresh: set[str] = set()
        self._lock, self._stopping = Lock(), Event()
        self._looking = False
        self._loop: asyncio.AbstractEventLoop | None = None
        presence.heard = self._heard

    async def keep(self, opened: str, receive: Receive, send: Send) -> None:
        """A stream until the page goes, the server stops or its time is over. `opened`: case, seq and who looks."""
        case_id, seq, who = f"{opened} ".split(" ", 2)
        stream = Stream(case_id, int(seq), who.strip())
        leaving = asyncio.ensure_future(_left(receive))
        leaving.add_done_callback(lambda _: stream.end())
        self._join(stream)
        try:
            await self._speak(stream, send)
        except (ConnectionError, RuntimeError):
            logging.getLogger("forbear.wakes").debug("a page went while it was spoken to")
        finally:
            self._part(stream)
            leaving.cancel()

    def end(self) -> None:
        """End every stream and the thread."""
        self._stopping.set()
        for streams in list(self._of_case.values()):
            for stream in list(streams):
                stream.end()

    async def _speak(self, stream: Stream, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        ends = asyncio.get_running_loop().time() + LIFE_SECONDS
        while not stream.over and asyncio.get_running_loop().time() < ends:
            await send({"type": "http.response.body", "body": stream.words(), "more_body": True})
            try:
                await asyncio.wait_for(stream.moved.wait(), BEAT_EVERY_SECONDS)
            except TimeoutError:
                continue
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _join(self, stream: Stream) -> None:
        self._loop = asyncio.get_running_loop()
        with self._lock:
            self._of_case.setdefault(stream.case_id, set()).add(stream)
            self._fresh.add(stream.case_id)  # it may have moved on since the view looked
            if not self._looking and not self._stopping.is_set():
                self._looking = self._presence.behind = True
                Thread(target=self._look, name="wakes", daemon=True).start()
                Thread(target=self._note, name="presence", daemon=True).start()

    def _part(self, stream: Stream) -> None:
        with self._lock:
            others = self._of_case.get(stream.case_id, set())
            others.discard(stream)
            if not others:
                self._of_case.pop(stream.case_id, None)

    # ---- the thread ----------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """See what the record has; only reads, so that no writer makes it wait."""
        leaf = -1
        while self._anybody():
            try:
                leaf = self._once(leaf)
            except Error:  # the database is away: whoever looks hears beats, and polls
                logging.getLogger("forbear.wakes").exception("the record cannot be read; trying again")
                self._news.close()
                self._stopping.wait(AFTER_FAULT_SECONDS)
            self._stopping.wait(LOOK_EVERY_SECONDS)
        self._news.close()

    def _note(self) -> None:
        """Write down who is there, and see who types at other processes of the site."""
        turns = 0
        while self._looking:
            self._stopping.wait(NOTE_EVERY_SECONDS)
            turns += 1
            try:
                now = self._now()
                if turns % HERE_EVERY_TURNS == 0:
                    self._still_here(now)
                self._presence.write(now)
                typed = self._presence.elsewhere(now)
                if typed and self._loop is not None:
                    self._loop.call_soon_threadsafe(self._tell, {}, typed)
            except Error:
                logging.getLogger("forbear.wakes").exception("who is there cannot be written; trying again")
                self._news.close()
        self._presence.behind = False
        self._news.close()

    def _anybody(self) -> bool:
        with self._lock:
            self._looking = bool(self._of_case) and not self._stopping.is_set()
            return self._looking

    def _once(self, leaf: int) -> int:
        if leaf < 0:
            leaf = self._news.last()
        with self._lock:
            fresh, self._fresh = self._fresh, set()
        found = self._news.after(leaf)
        seqs = {new.case_id: (new.seq, False) for new in found}
        seqs |= {case_id: (seq, True) for case_id, seq in self._news.seqs(fresh).items()}
        seqs |= {new.case_id: (new.seq, True) for new in found if new.type.startswith(WAKING)}
        if seqs and self._loop is not None:
            self._loop.call_soon_threadsafe(self._tell, seqs, [])
        return found[-1].leaf if found else leaf

    def _still_here(self, now: datetime) -> None:
        with self._lock:
            open_now = {(stream.case_id, stream.who) for streams in self._of_case.values() for stream in streams}
        for case_id, who in sorted(open_now):
            self._presence.here(case_id, who, now)

    def _heard(self, case_id: str, who: str) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._tell, {}, [(case_id, who)])

    def _tell(self, seqs: dict[str, tuple[int, bool]], typed: list[tuple[str, str]]) -> None:
        """In the loop: note what moved, and wake who shows it."""
        for case_id, (seq, wakes) in seqs.items():
            for stream in self._of_case.get(case_id, ()):
                stream.seq = max(stream.seq, seq)
                if wakes and stream.seq > stream.said:
                    stream.moved.set()
        for case_id, who in typed:
            for stream in self._of_case.get(case_id, ()):
                if (stream.who == "") is not (who == ""):
                    stream.typing = True
                    stream.moved.set()


async def _left(receive: Receive) -> None:
    """Until the page goes."""
    while (await receive())["type"] != "http.disconnect":
        pass
