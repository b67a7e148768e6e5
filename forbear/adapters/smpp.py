"""Text messages over SMPP 3.4 (smpplib writes and reads its units): a transceiver that stays bound.

A thread of its own reads: answers go to whoever waits for them, receipts and texts that came to the handlers, and only
what they took is acknowledged, so that the other side sends the rest again. A lost line is bound anew, later and later.
"""

import logging
import re
import select
import socket
import ssl
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

from smpplib import client, consts, exceptions, smpp

from forbear.actions.ports import Clock, Message, Receipt, TextIn, Undelivered, Unreachable
from forbear.adapters.sms_settings import Settings
from forbear.core.sms import Alphabet, Fate, Gateway, alphabet_of, as_sent, from_octets, octets, parts

ANSWER_SECONDS = 20
IDLE_SECONDS = 30
"""After which the line is asked whether it is there; twice without an answer it is not."""
BACK_OFF_SECONDS = (1, 5, 15, 60)
UNIT_BYTES = range(16, 65_537)
SAME_SECONDS = 600
"""A text without an id that comes again within these seconds, word for word, is the same one sent again."""
NO_NUMBER = (consts.SMPP_ESME_RINVDSTADR, consts.SMPP_ESME_RINVDESTFLAG)
STATES = {"DELIVRD": Fate.DELIVERED} | dict.fromkeys(("EXPIRED", "DELETED", "UNDELIV", "UNKNOWN", "REJECTD"), Fate.LOST)
STATE_NAMES = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 7: "UNKNOWN", 8: "REJECTD"}
UNDERWAY = ("ENROUTE", "ACCEPTD", "SCHEDULED", "BUFFERED")
_RECEIPT = 0x04
_HEADER = 0x40
LOG = logging.getLogger("forbear.smpp")


class Smpp:
    """The Messenger of an SMPP account; `listen` names the handlers of what comes and binds."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        own = settings.section("smpp")
        self._host, self._port = own.text("host"), own.whole("port", 2775, 1, 65535)
        self._tls = own.choice("tls", ("yes", "no"), "yes" if self._port == 3550 else "no") == "yes"
        self._who = {"system_id": own.text("system_id"), "password": own.secret("password")}
        self._who["system_type"] = own.text("system_type", "")
        self._source, self._prefix = own.text("source"), own.text("country_code", "86")
        self._ton = {
            "source_addr_ton": own.whole("source_ton", 0, 0, 6),
            "source_addr_npi": own.whole("source_npi", 1, 0, 18),
        }
        self._joins = own.choice("concatenation", ("udh", "sar"), "udh")
        self._refused = frozenset(own.names("wrong_number"))
        self._clock, self.counting = clock, settings.counting
        self._receipt: Callable[[Receipt], None] = _nobody
        self._text: Callable[[TextIn], None] = _nobody
        self._line: _Line | None = None
        self._bound, self._stop, self._lock = Event(), Event(), Lock()
        self._thread: Thread | None = None
        self._reference = 0

    counting: Gateway

    def listen(self, receipt: Callable[[Receipt], None], text: Callable[[TextIn], None]) -> None:
        """Bind, and hand over what comes; a handler that raises is asked again by the other side."""
        self._receipt, self._text = receipt, text
        self._start()

    def close(self) -> None:
        """Unbind and end."""
        self._stop.set()
        if line := self._line:
            with suppress(Undelivered):
                line.ask("unbind", {}, seconds=2)
            line.close()
        if self._thread:
            self._thread.join(5)

    def send(self, message: Message) -> str:
        """The ids of its parts, separated by blanks. A part that is refused fails the whole, which goes again."""
        self._start()
        if not self._bound.wait(ANSWER_SECONDS) or (line := self._line) is None:
            raise Undelivered("the SMPP line is not bound")
        units = self._units(message)
        waiting = [line.begin("submit_sm", unit) for unit in units]
        return " ".join(self._taken(line.end(one, ANSWER_SECONDS)) for one in waiting)

    def _taken(self, answer: Any) -> str:
        if answer.status == consts.SMPP_ESME_ROK and getattr(answer, "message_id", None):
            return _word(answer.message_id)
        said = f"the SMPP line answered 0x{answer.status:08x}"
        if answer.status in NO_NUMBER:
            raise Unreachable(said, code=f"0x{answer.status:08x}", number=True)
        raise Undelivered(said)

    def _units(self, message: Message) -> list[dict[str, Any]]:
        sent = as_sent(message.body, self.counting)
        alphabet, pieces = alphabet_of(sent, self.counting), parts(message.body, self.counting)
        to = message.to.removeprefix("+") if message.to.startswith("+") else f"{self._prefix}{message.to}"
        every = {
            **self._ton,
            "source_addr": self._source,
            "dest_addr_ton": 1,
            "dest_addr_npi": 1,
            "destination_addr": to,
            "data_coding": 0 if alphabet is Alphabet.GSM else 8,
            "registered_delivery": 1,
            "esm_class": 0,
        }
        if len(pieces) == 1:
            return [every | {"short_message": octets(sent, alphabet)}]
        with self._lock:
            self._reference = reference = (self._reference + 1) % 256
        return [
            every | self._joined(reference, len(pieces), n, octets(piece, alphabet))
            for n, piece in enumerate(pieces, start=1)
        ]

    def _joined(self, reference: int, total: int, n: int, words: bytes) -> dict[str, Any]:
        if self._joins == "udh":
            header = bytes((5, 0, 3, reference, total, n))
            return {"esm_class": _HEADER, "short_message": header + words}
        sar = {"sar_msg_ref_num": reference, "sar_total_segments": total, "sar_segment_seqnum": n}
        return sar | {"short_message": words}

    # ---- the line ----------------------------------------------------------------------------------------------

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="smpp", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        tries = 0
        while not self._stop.is_set():
            try:
                self._line = _Line(self._host, self._port, self._tls)
                answer = self._line.bind(self._who)
                if answer.status != consts.SMPP_ESME_ROK:
                    raise Undelivered(f"the bind was refused with 0x{answer.status:08x}")
                tries = 0
                self._bound.set()
                self._line.read(self._came, self._stop)
            except (OSError, Undelivered, exceptions.ConnectionError, exceptions.PDUError) as error:
                if not self._stop.is_set():
                    LOG.warning(
                        "the SMPP line is away: %s", type(error).__name__ if isinstance(error, OSError) else error
                    )
            finally:
                self._bound.clear()
                if self._line:
                    self._line.close()
            self._stop.wait(BACK_OFF_SECONDS[min(tries, len(BACK_OFF_SECONDS) - 1)])
            tries += 1

    def _came(self, unit: Any) -> int:
        """A deliver_sm; returns the status to answer it with."""
        try:
            if (unit.esm_class or 0) & 0x3C in (_RECEIPT, 0x20):
                if receipt := self._receipt_of(unit):
                    self._receipt(receipt)
            else:
                self._text(self._text_of(unit))
        except Exception as error:
            LOG.warning("a unit that came could not be taken: %s", type(error).__name__)
            return int(consts.SMPP_ESME_RX_T_APPN)
        return int(consts.SMPP_ESME_ROK)

    def _receipt_of(self, unit: Any) -> Receipt | None:
        told = dict(re.findall(r"\b(id|stat|err):\s*(\S+)", _words(unit).decode("latin-1")))
        carrier = _word(unit.receipted_message_id or "") or told.get("id", "").lower()
        state = told.get("stat") or STATE_NAMES.get(unit.message_state or 0, "")
        if not carrier or not state or state.upper() in UNDERWAY:
            return None
        refused = {state, told.get("err", "")} & self._refused
        fate = Fate.REFUSED if refused else STATES.get(state.upper(), Fate.LOST)
        return Receipt(carrier=carrier[:120], fate=fate, code=next(iter(refused), state)[:60])

    def _text_of(self, unit: Any) -> TextIn:
        data, reference, total, n = _words(unit), unit.sar_msg_ref_num, unit.sar_total_segments, unit.sar_segment_seqnum
        if (unit.esm_class or 0) & _HEADER and data:
            header, data = data[1 : 1 + data[0]], data[1 + data[0] :]
            reference, total, n = _joint_of(header) or (reference, total, n)
        number = unit.source_addr.decode("latin-1")
        number = number if not number.isdigit() or unit.source_addr_ton != 1 else f"+{number}"
        text = _decoded(data, unit.data_coding or 0)
        parts = total if total and n and 1 <= n <= total else 1
        minute = int(self._clock.now().timestamp()) // SAME_SECONDS
        mark = sha256(repr((number, text, unit.user_message_reference, n)).encode()).hexdigest()[:32]
        return TextIn(
            id=f"smpp-{minute}-{mark}",
            number=number,
            text=text,
            joint=f"smpp-{mark_of(number)}-{reference}-{parts}" if parts > 1 else "",
            part=n if parts > 1 else 1,
            parts=parts,
        )


class _Line:
    """One connection. `begin` writes a request, `end` waits for its answer; `read` runs in one thread alone."""

    def __init__(self, host: str, port: int, tls: bool) -> None:
        raw = socket.create_connection((host, port), timeout=ANSWER_SECONDS)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if tls else raw
        self._numbers = client.SimpleSequenceGenerator()
        self._counting, self._writing = Lock(), Lock()
        self._waiting: dict[int, SimpleQueue[Any]] = {}

    @property
    def sequence(self) -> int:
        return int(self._numbers.sequence)

    def next_sequence(self) -> int:
        with self._counting:
            return int(self._numbers.next_sequence())

    def bind(self, who: Mapping[str, str]) -> Any:
        """Nobody reads yet."""
        self._write(smpp.make_pdu("bind_transceiver", client=self, interface_version=0x34, **who))
        return self._next()

    def begin(self, command: str, fields: Mapping[str, Any]) -> int:
        with self._writing:
            unit = smpp.make_pdu(command, client=self, **fields)
            number = int(unit.sequence)
            self._waiting[number] = SimpleQueue()
            self._send(unit)
        return number

    def end(self, number: int, seconds: float) -> Any:
        try:
            answer = self._waiting[number].get(timeout=seconds)
        except Empty:
            answer = None
        finally:
            self._waiting.pop(number, None)
        if answer is None:
            raise Undelivered("the SMPP line did not answer")
        return answer

    def ask(self, command: str, fields: Mapping[str, Any], seconds: float) -> Any:
        return self.end(self.begin(command, fields), seconds)

    def read(self, came: Callable[[Any], int], stop: Event) -> None:
        """Until the line is lost or somebody says stop."""
        silent = 0
        while not stop.is_set():
            if not self._ready():
                silent += 1
                if silent > 2:
                    raise Undelivered("the SMPP line is silent")
                self._write(smpp.make_pdu("enquire_link", client=self))
                continue
            silent = 0
            unit = self._next()
            if unit.is_response():
                if waiting := self._waiting.get(unit.sequence):
                    waiting.put(unit)
            elif unit.command == "deliver_sm":
                self._answer("deliver_sm_resp", unit, came(unit))
            elif unit.command in ("enquire_link", "unbind"):
                self._answer(f"{unit.command}_resp", unit, consts.SMPP_ESME_ROK)
                if unit.command == "unbind":
                    return

    def close(self) -> None:
        """Whoever still waits hears that there is no answer."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for waiting in list(self._waiting.values()):
            waiting.put(None)

    def _ready(self) -> bool:
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        return bool(select.select([self._socket], [], [], IDLE_SECONDS)[0])

    def _answer(self, command: str, to: Any, status: int) -> None:
        unit = smpp.make_pdu(command, client=self, status=status)
        unit.sequence, unit.status = to.sequence, status
        self._write(unit)

    def _write(self, unit: Any) -> None:
        with self._writing:
            self._send(unit)

    def _send(self, unit: Any) -> None:
        try:
            self._socket.sendall(unit.generate())
        except OSError:
            raise Undelivered("the SMPP line broke") from None

    def _next(self) -> Any:
        """The next unit; what is none, or too long, ends the line."""
        head = self._exactly(4)
        length = struct.unpack(">L", head)[0]
        if length not in UNIT_BYTES:
            raise Undelivered("the SMPP line sent what is no unit")
        data = head + self._exactly(length - 4)
        try:
            unit = smpp.parse_pdu(data, client=self, allow_unknown_opt_params=True)
        except (ValueError, TypeError, KeyError, struct.error, exceptions.UnknownCommandError):
            unit = None
        if unit is None:
            raise Undelivered("the SMPP line sent what is no unit")
        return unit

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self._socket.recv(count - len(found))
            if not piece:
                raise Undelivered("the SMPP line was closed")
            found += piece
        return found


def _nobody(thing: object) -> None:
    raise Undelivered("nobody listens yet")


def mark_of(number: str) -> str:
    """Stands for a number in an id, which is no place for one."""
    return sha256(number.encode()).hexdigest()[:16]


def _word(value: bytes | str) -> str:
    return (value.decode("latin-1") if isinstance(value, bytes) else value).strip("\x00 ").replace(" ", "").lower()


def _words(unit: Any) -> bytes:
    return bytes(unit.short_message or unit.message_payload or b"")


def _joint_of(header: bytes) -> tuple[int, int, int] | None:
    """(reference, total, number) of a user data header: element 0 with one octet of reference, 8 with two."""
    while len(header) >= 2:
        kind, length = header[0], header[1]
        element, header = header[2 : 2 + length], header[2 + length :]
        if kind == 0 and length == 3 == len(element):
            return element[0], element[1], element[2]
        if kind == 8 and length == 4 == len(element):
            return int.from_bytes(element[:2], "big"), element[2], element[3]
    return None


def _decoded(data: bytes, coding: int) -> str:
    if coding == 8:
        return from_octets(data, Alphabet.UCS2)
    return from_octets(data, Alphabet.GSM) if coding == 0 else data.decode("latin-1")
