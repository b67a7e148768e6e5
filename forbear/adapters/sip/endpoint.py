"""The answering endpoint at work: sockets, the beat of 20 milliseconds, threads for what waits for the database.

Signalling and sound run on one event loop; each step of a conversation, which may look something up, runs in a thread,
and the caller hears stillness until it is back. A recording that cannot be filed is tried again for as long as the
process lives.
"""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address

from forbear.actions.answering_calls import Ring, warm_up
from forbear.actions.ports import Desk
from forbear.adapters.sip.answering import Ask, Conversation, Heard, HungUp, Step, Steps
from forbear.adapters.sip.call import FRAMES_A_SECOND, Call
from forbear.adapters.sip.dialogs import Began, Changed, Dialog, Dialogs, Ended, Pressed
from forbear.adapters.sip.message import Address
from forbear.adapters.sip.voice import Sounds

logger = logging.getLogger("forbear.answering")

THREADS = 4
CALL_SECONDS_MOST = 900
STILL_SECONDS_MOST = 60
"""Without a packet for so long, the other side is gone without a word."""
TICK_FRAMES = 5
LATE_FRAMES_MOST = 25
"""A machine that stood still for longer does not make up for it: it goes on from now."""
FILE_AGAIN_SECONDS = (1, 5, 30, 60)
RECEIVE_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Line:
    """How the endpoint is reached: our address, the telephone system's addresses, ports for sound (even ones are
    used), how many calls at once, the languages there are voices for.
    """

    ours: Address
    peers: tuple[IPv4Network | IPv6Network, ...]
    ports: tuple[int, int] = (16384, 16583)
    calls_most: int = 50
    languages: tuple[str, ...] = ("zh", "en")

    def let_in(self, host: str) -> bool:
        """Whether an address is the telephone system's."""
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self.peers)


@dataclass
class Endpoint:
    """`after_step`: run in the thread after each step, to give a database connection back."""

    desk: Desk
    sounds: Sounds
    line: Line
    after_step: Callable[[], None] = lambda: None
    totals: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.calls: dict[Dialog, Call] = {}
        self._ports: dict[int, socket.socket] = {}
        self._next_port = self.line.ports[0]
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(THREADS, "answering")
        line = self.line
        self.dialogs = Dialogs(line.ours, line.let_in, self._open_port, lambda: self.desk.ids.new("s"), line.calls_most)

    # ---- running ---------------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Answer calls until told to stop; those that go on then are ended and filed first."""
        self._loop = asyncio.get_running_loop()
        warm_up(self.desk)  # the first caller does not wait for what is read once
        self._signals = _bound(self.line.ours)
        self._loop.add_reader(self._signals, self._signalled)
        beat = asyncio.create_task(self._beat())
        ready()
        try:
            await stop.wait()
            self.dialogs.closing = True
            for dialog in list(self.calls):
                self._hang_up(dialog)
            while self._tasks:
                await asyncio.wait(self._tasks, timeout=1)
        finally:
            beat.cancel()
            self._loop.remove_reader(self._signals)
            self._signals.close()
            for port in list(self._ports):
                self._close_port(port)
            self._threads.shutdown()
            logger.info("stopped: %s", dict(self.totals) | self.dialogs.counts)

    async def _beat(self) -> None:
        """Every 20 milliseconds each call sends a packet; a beat that is late is made up for."""
        due, number = self._loop.time(), 0
        while True:
            now = self._loop.time()
            if now - due > LATE_FRAMES_MOST / FRAMES_A_SECOND:
                self.totals["stalls"] += 1
                due = now
            while due <= now:
                number, due = number + 1, due + 1 / FRAMES_A_SECOND
                try:
                    self._turn(number, now)
                except Exception:  # one call's fault is not the others' silence
                    self.totals["faults"] += 1
                    logger.exception("a beat of the endpoint went wrong")
            await asyncio.sleep(max(0.0, due - self._loop.time()))

    def _turn(self, number: int, now: float) -> None:
        for call in list(self.calls.values()):
            if not call.gone:
                call.send()
        if number % TICK_FRAMES == 0:
            self._tick(now)

    def _tick(self, now: float) -> None:
        self.dialogs.tick(now)
        self._follow()
        for call in list(self.calls.values()):
            still = call.frames - call.heard_at > STILL_SECONDS_MOST * FRAMES_A_SECOND
            if not call.gone and (still or call.frames > CALL_SECONDS_MOST * FRAMES_A_SECOND):
                self.totals["given up"] += 1
                self._hang_up(call.dialog)

    # ---- signalling ------------------------------------------------------------------------------------------------

    def _signalled(self) -> None:
        for _ in range(64):
            try:
                data, source = self._signals.recvfrom(65_535)
            except OSError:
                break
            self.dialogs.datagram(data, (source[0], source[1]), self._loop.time())
        self._follow()

    def _follow(self) -> None:
        """Send what the signalling wants sent, and do what it says happened."""
        for data, to in self.dialogs.out:
            try:
                self._signals.sendto(data, to)
            except OSError:
                self.totals["unsent"] += 1  # it is sent again until it is answered
        self.dialogs.out.clear()
        news, self.dialogs.news = self.dialogs.news, []
        for one in news:
            match one:
                case Began():
                    self._begin(one)
                case Changed(dialog):
                    if (call := self.calls.get(dialog)) and dialog.media:
                        call.hearing.moved(dialog.media)
                case Pressed(dialog, key):
                    if call := self.calls.get(dialog):
                        call.press(key)
                case Ended(dialog):
                    self._ended(dialog)

    def _begin(self, news: Began) -> None:
        self.totals["calls"] += 1
        dialog, port = news.dialog, self._ports[news.dialog.port]
        once = self.desk.ids.new("t")
        ring = Ring(call=news.mark or once, number=news.number, at=self.desk.clock.now(), once=once)
        conversation = Conversation(self.desk, ring, self.line.languages)
        call = Call(dialog, port, conversation, self.sounds)
        self.calls[dialog] = call
        self._loop.add_reader(port, call.readable)
        task = self._loop.create_task(self._converse(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _hang_up(self, dialog: Dialog) -> None:
        self.dialogs.hang_up(dialog, self._loop.time())
        if call := self.calls.get(dialog):
            call.end(self.desk.clock.now())
        self._follow()

    def _ended(self, dialog: Dialog) -> None:
        if call := self.calls.pop(dialog, None):
            call.end(self.desk.clock.now())
        self._close_port(dialog.port)

    # ---- the conversation ------------------------------------------------------------------------------------------

    async def _converse(self, call: Call) -> None:
        try:
            await self._walk(call)
        except Exception:
            self.totals["faults"] += 1
            logger.exception("a conversation could not go on")
            await call.perform(Ask(((call.conversation.taken.language, "trouble"),)))
        self._hang_up(call.dialog)
        await self._file(call)

    async def _walk(self, call: Call) -> None:
        steps = call.conversation.steps()
        step = await self._in_thread(lambda: _next(steps, None, call.gone))
        while step is not None:
            heard = await call.perform(step)
            step = await self._in_thread(partial(_next, steps, heard, call.gone))

    async def _file(self, call: Call) -> None:
        """File what there is, as often as it takes."""
        tries, at = 0, call.over_at or self.desk.clock.now()
        while True:
            try:
                await self._in_thread(lambda: call.conversation.close(at, call.recorded()))
                break
            except Exception:
                self.totals["filed late"] += 1
                logger.exception("a call could not be filed; trying again")
                if self.dialogs.closing and tries >= len(FILE_AGAIN_SECONDS):
                    self.totals["lost"] += 1
                    return
                await asyncio.sleep(FILE_AGAIN_SECONDS[min(tries, len(FILE_AGAIN_SECONDS) - 1)])
                tries += 1
        self._count(call)

    def _count(self, call: Call) -> None:
        counts, taken = call.hearing.counts, call.conversation.taken
        found = {f"packets {name}": value for name, value in vars(counts).items()}
        found |= {
            "proved": int(taken.proved is not None),
            "silent": int(taken.silent),
            taken.wish.value or "no wish": 1,
        }
        self.totals.update(found | {"filed": 1})
        logger.info(
            "call %s: %d seconds, %d packets in, %d lost, %d from elsewhere, %d out; proved %s, silent %s, wish %s",
            taken.ring.call,
            call.frames // FRAMES_A_SECOND,
            counts.taken,
            counts.lost,
            counts.elsewhere,
            counts.sent,
            taken.proved is not None,
            taken.silent,
            taken.wish.value or "none",
        )

    async def _in_thread(self, work: Callable[[], Step | None]) -> Step | None:
        def done() -> Step | None:
            try:
                return work()
            finally:
                self.after_step()

        return await self._loop.run_in_executor(self._threads, done)

    # ---- ports -----------------------------------------------------------------------------------------------------

    def _open_port(self) -> int:
        """A free even port for sound, each after the last one; 0 when all are taken."""
        for port in self._round():
            if port in self._ports:
                continue
            try:
                self._ports[port] = _bound((self.line.ours[0], port))
            except OSError:
                continue
            self._next_port = port + 2
            return port
        return 0

    def _round(self) -> Iterator[int]:
        first, last = self.line.ports
        first += first % 2
        start = self._next_port if first <= self._next_port <= last else first
        yield from range(start + start % 2, last + 1, 2)
        yield from range(first, start, 2)

    def _close_port(self, port: int) -> None:
        if found := self._ports.pop(port, None):
            self._loop.remove_reader(found)
            found.close()


def _next(steps: Steps, heard: Heard | None, gone: bool) -> Step | None:
    """The conversation's next step; None when it is over."""
    try:
        if heard is None:
            return next(steps)
        return steps.throw(HungUp(heard)) if gone else steps.send(heard)
    except StopIteration:
        return None


def _bound(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        made.setblocking(False)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made
