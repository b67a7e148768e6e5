"""The signalling of calls (RFC 3261 §12-17), without sockets and without a clock of its own.

`datagram` takes what came, `tick` what the clock brings; both leave what is to be sent in `out` and what happened in
`news`. Every answer is remembered for as long as its request may come again; an answer to a call is sent again until it
is acknowledged. Only peers that are let in are answered at all.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from forbear.adapters.sip import sdp
from forbear.adapters.sip.message import (
    METHODS,
    Address,
    BadRequest,
    Request,
    Response,
    answer_to,
    host_in,
    parameter,
    read,
    response,
    uri_in,
    user_in,
    written,
)
from forbear.adapters.sip.sdp import Media

T1_SECONDS, T2_SECONDS = 0.5, 4.0
LIFE_SECONDS = 64 * T1_SECONDS
ANSWERS_MOST = 20_000
ALLOW = ("allow", ", ".join(METHODS))
ACCEPT = ("accept", "application/sdp, application/dtmf-relay")
SDP = ("content-type", "application/sdp")


@dataclass(eq=False)
class Dialog:
    """A call as the signalling has it. `key`: Call-ID, their tag, ours."""

    key: tuple[str, str, str]
    invite: Request
    source: Address
    port: int
    media: Media | None
    session: int
    remote: int
    target: str = ""
    version: int = 1
    sequence: int = 0
    confirmed: bool = False
    ending: bool = False
    pending: bytes = b""
    pending_to: Address = ("", 0)
    again_at: float = 0
    gap: float = T1_SECONDS
    until: float = 0
    awaits: int = 0


@dataclass(frozen=True)
class Began:
    """A call is up, its media agreed. `number`: who calls, as the telephone system says; `mark`: its own id of it."""

    dialog: Dialog
    number: str
    mark: str


@dataclass(frozen=True)
class Changed:
    """The media of a call were agreed anew."""

    dialog: Dialog


@dataclass(frozen=True)
class Pressed:
    """A key that came by signalling (INFO)."""

    dialog: Dialog
    key: str


@dataclass(frozen=True)
class Ended:
    """A call is over; `why`: theirs, ours or lost."""

    dialog: Dialog
    why: str


News = Began | Changed | Pressed | Ended


@dataclass
class Dialogs:
    """`ours`: our address; `let_in`: whether a host is a peer; `open_port`: a free port for media, 0 where there is
    none; `new_tag`: a random word; `calls_most`: how many calls there may be.
    """

    ours: Address
    let_in: Callable[[str], bool]
    open_port: Callable[[], int]
    new_tag: Callable[[], str]
    calls_most: int
    closing: bool = False
    sessions: int = 0
    out: list[tuple[bytes, Address]] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    calls: dict[tuple[str, str, str], Dialog] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("strangers", "noise", "bad", "busy"), 0))
    _answers: "OrderedDict[tuple[str, ...], tuple[float, bytes, Address]]" = field(default_factory=OrderedDict)

    # ---- what comes ----------------------------------------------------------------------------------------------

    def datagram(self, data: bytes, source: Address, now: float) -> None:
        """Take one datagram, whatever it is."""
        if not self.let_in(source[0]):
            self.counts["strangers"] += 1
            return
        match read(data):
            case None:
                self.counts["noise"] += 1
            case Response() as answered:
                self._answered(answered)
            case BadRequest(request, status):
                self.counts["bad"] += 1
                if request.method != "ACK":
                    self._send(response(request, status, source, tag=self.new_tag()), answer_to(request, source))
            case Request() as request:
                self._request(request, source, now)

    def _request(self, request: Request, source: Address, now: float) -> None:
        before = self._answers.get((*request.transaction, request.method))
        if before is not None and request.method != "ACK":
            self._send(before[1], before[2])
            return
        dialog = self.calls.get(_key_of(request))
        if request.method == "ACK":
            self._acknowledged(request, dialog)
        elif request.method == "CANCEL":
            # We answer at once, so there is never anything left to cancel; the call is ended by BYE (§9.2).
            known = (*request.transaction, "INVITE") in self._answers
            self._answer(request, 200 if known else 481, source, now)
        elif request.method not in METHODS:
            self._answer(request, 405, source, now, headers=(ALLOW,))
        elif request.every("require"):
            unknown = ("unsupported", ", ".join(request.every("require")))
            self._answer(request, 420, source, now, headers=(unknown,))
        elif parameter(request.first("to"), "tag"):
            self._within(request, dialog, source, now)
        elif request.method == "INVITE":
            self._invited(request, source, now)
        elif request.method == "OPTIONS":
            self._answer(request, 200, source, now, headers=(ALLOW, ACCEPT))
        else:
            self._answer(request, 481, source, now)

    def _within(self, request: Request, dialog: Dialog | None, source: Address, now: float) -> None:
        """A request inside a call."""
        if dialog is None:
            self._answer(request, 481, source, now)
            return
        if request.sequence <= dialog.remote:
            self._answer(request, 500, source, now)  # out of order (§12.2.2)
            return
        dialog.remote = request.sequence
        if request.method == "BYE":
            self._answer(request, 200, source, now)
            self._over(dialog, "theirs")
        elif request.method == "INVITE":
            self._again(request, dialog, source, now)
        elif request.method == "INFO":
            self._info(request, dialog, source, now)
        else:
            self._answer(request, 200, source, now, headers=(ALLOW, ACCEPT))

    # ---- a call begins ---------------------------------------------------------------------------------------------

    def _invited(self, request: Request, source: Address, now: float) -> None:
        call_id, theirs = request.first("call-id"), parameter(request.first("from"), "tag")
        offered = bool(request.body)
        media = sdp.agreed(request.body, self.let_in) if offered else None
        if any(key[:2] == (call_id, theirs) for key in self.calls):
            self._answer(request, 482, source, now)  # the same call by another way (§8.2.2.2)
        elif offered and not _is(request, "application/sdp"):
            self._answer(request, 415, source, now, headers=(ACCEPT,))
        elif offered and media is None:
            self._answer(request, 488, source, now)
        elif host_in(uri_in(request.first("contact"))) is None:
            self._answer(request, 400, source, now)
        elif self.closing or len(self.calls) >= self.calls_most or not (port := self.open_port()):
            self.counts["busy"] += 1
            self._answer(request, 486, source, now)
        else:
            tag = self.new_tag()
            self.sessions += 1
            dialog = Dialog((call_id, theirs, tag), request, source, port, media, self.sessions, request.sequence)
            dialog.target = uri_in(request.first("contact"))
            self.calls[dialog.key] = dialog
            self._take_up(request, dialog, source, now)

    def _take_up(self, request: Request, dialog: Dialog, source: Address, now: float) -> None:
        """Say yes to an INVITE, again and again until it is acknowledged."""
        here = (self.ours[0], dialog.port)
        if dialog.media is None:
            body = sdp.offer(here, dialog.session, dialog.version)
        else:
            body = sdp.answer(dialog.media, here, dialog.session, dialog.version)
        routes = [("record-route", value) for value in request.every("record-route")]
        contact = ("contact", f"<{self._uri()}>")
        headers = (*routes, contact, ALLOW, SDP)
        data = self._answer(request, 200, source, now, tag=dialog.key[2], headers=headers, body=body)
        dialog.pending, dialog.pending_to = data, answer_to(request, source)
        dialog.awaits = request.sequence
        dialog.gap, dialog.again_at, dialog.until = T1_SECONDS, now + T1_SECONDS, now + LIFE_SECONDS

    def _acknowledged(self, request: Request, dialog: Dialog | None) -> None:
        if dialog is None or dialog.ending or request.sequence != dialog.awaits:
            return
        dialog.pending = b""
        if dialog.media is None:
            dialog.media = sdp.agreed(request.body, self.let_in)
            if dialog.media is None:
                self.hang_up(dialog, dialog.until - LIFE_SECONDS)
                return
        if dialog.confirmed:
            return
        dialog.confirmed = True
        said = dialog.invite.first("p-asserted-identity") or dialog.invite.first("from")
        mark = re.sub(r"[^A-Za-z0-9._-]", "", dialog.invite.first("x-forbear-call"))[:64]
        self.news.append(Began(dialog, re.sub(r"[^0-9+*#]", "", user_in(said))[:32], mark))

    def _again(self, request: Request, dialog: Dialog, source: Address, now: float) -> None:
        """The media are to be agreed anew, or a hold begins or ends."""
        if dialog.pending or dialog.ending:
            self._answer(request, 491, source, now)
            return
        media = sdp.agreed(request.body, self.let_in) if request.body else dialog.media
        if media is None or dialog.media is None or media.codec != dialog.media.codec:
            self._answer(request, 488, source, now)
            return
        dialog.media, dialog.version = media, dialog.version + 1
        if contact := uri_in(request.first("contact")):
            dialog.target = contact
        self._take_up(request, dialog, source, now)
        self.news.append(Changed(dialog))

    def _info(self, request: Request, dialog: Dialog, source: Address, now: float) -> None:
        if not request.body:
            self._answer(request, 200, source, now)
        elif not _is(request, "application/dtmf-relay", "application/dtmf"):
            self._answer(request, 415, source, now, headers=(ACCEPT,))
        else:
            self._answer(request, 200, source, now)
            text = request.body[:200].decode("ascii", "replace")
            found = re.fullmatch(r"\s*(?:Signal\s*=\s*)?([0-9*#])\s*(?:[\r\n].*)?", text, re.IGNORECASE | re.DOTALL)
            if found and dialog.confirmed:
                self.news.append(Pressed(dialog, found[1]))

    # ---- a call ends -----------------------------------------------------------------------------------------------

    def hang_up(self, dialog: Dialog, now: float) -> None:
        """End a call; BYE is sent until it is answered."""
        if dialog.key not in self.calls or dialog.ending:
            return
        dialog.ending, dialog.sequence = True, dialog.sequence + 1
        invite, tag = dialog.invite, dialog.key[2]
        routes = invite.every("record-route")
        via = f"SIP/2.0/UDP {_hosted(self.ours)};branch=z9hG4bK{self.new_tag()};rport"
        headers = [("via", via), ("max-forwards", "70"), *(("route", value) for value in routes)]
        headers += [("from", f"{invite.first('to')};tag={tag}"), ("to", invite.first("from"))]
        headers += [("call-id", dialog.key[0]), ("cseq", f"{dialog.sequence} BYE")]
        dialog.pending = written(f"BYE {dialog.target} SIP/2.0", headers)
        dialog.pending_to = self._next_hop(routes[0] if routes else f"<{dialog.target}>", dialog.source)
        dialog.gap, dialog.again_at, dialog.until = T1_SECONDS, now + T1_SECONDS, now + LIFE_SECONDS
        self._send(dialog.pending, dialog.pending_to)

    def _answered(self, answered: Response) -> None:
        """An answer to our BYE: any final one ends the call."""
        theirs, ours = parameter(answered.first("to"), "tag"), parameter(answered.first("from"), "tag")
        dialog = self.calls.get((answered.first("call-id"), theirs, ours))
        if dialog is not None and dialog.ending and answered.status >= 200:
            self._over(dialog, "ours")

    def _over(self, dialog: Dialog, why: str) -> None:
        self.calls.pop(dialog.key, None)
        self.news.append(Ended(dialog, why))

    # ---- the clock -------------------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Send again what was not answered, give up what never was, forget answers whose requests are long over."""
        for dialog in [dialog for dialog in self.calls.values() if dialog.pending]:
            if now >= dialog.until:
                dialog.pending = b""
                if dialog.ending:
                    self._over(dialog, "lost")
                else:
                    self.hang_up(dialog, now)  # never acknowledged (§13.3.1.4)
            elif now >= dialog.again_at:
                self._send(dialog.pending, dialog.pending_to)
                dialog.gap = min(2 * dialog.gap, T2_SECONDS)
                dialog.again_at = now + dialog.gap
        while self._answers and next(iter(self._answers.values()))[0] <= now:
            self._answers.popitem(last=False)

    def _answer(
        self,
        request: Request,
        status: int,
        source: Address,
        now: float,
        *,
        tag: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
    ) -> bytes:
        data = response(request, status, source, tag=tag or self.new_tag(), headers=headers, body=body)
        to = answer_to(request, source)
        self._answers[(*request.transaction, request.method)] = (now + LIFE_SECONDS, data, to)
        if len(self._answers) > ANSWERS_MOST:
            self._answers.popitem(last=False)
        self._send(data, to)
        return data

    def _send(self, data: bytes, to: Address) -> None:
        self.out.append((data, to))

    def _uri(self) -> str:
        return f"sip:{_hosted(self.ours)}"

    def _next_hop(self, address: str, source: Address) -> Address:
        """Where a request of ours goes: the address it names where that is a peer's, else whence the call came."""
        found = host_in(uri_in(address))
        return found if found and re.fullmatch(r"[0-9.]+|.*:.*", found[0]) and self.let_in(found[0]) else source


def _key_of(request: Request) -> tuple[str, str, str]:
    theirs, ours = parameter(request.first("from"), "tag"), parameter(request.first("to"), "tag")
    return request.first("call-id"), theirs, ours


def _is(request: Request, *kinds: str) -> bool:
    return request.first("content-type").partition(";")[0].strip().lower() in kinds


def _hosted(address: Address) -> str:
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"
