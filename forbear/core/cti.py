"""What telephone systems send of a call, read into one event: Zammad's generic CTI fields, and the names Asterisk,
FreeSWITCH and 3CX give the same things (docs/telephone.md has the table).

Names are compared without case, blanks and signs. A name that is not known is no fault: it is ignored and named, so
that a system may send what it likes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from forbear.core.contact_facts import Direction
from forbear.core.refusal import Refusal
from forbear.core.telephone_call import CallEvent, Step

CALL_MAX = 200
TEXT_MAX = 120
EXTENSIONS_MOST = 8
EXTENSION = re.compile(r"[\w.@+-]{1,40}")
AHEAD, BEHIND = timedelta(minutes=5), timedelta(days=7)
"""A time further ahead, or longer ago, is a clock that goes wrong: when it reached us counts then."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "event": ("event", "eventtype", "eventname", "type", "state"),
    "call": ("callid", "call", "uniqueid", "linkedid", "uuid", "sipcallid", "channelcalluuid"),
    "direction": ("direction", "calldirection"),
    "from": ("from", "caller", "callerid", "calleridnum", "callernumber", "callercalleridnumber", "externalnumber"),
    "to": ("to", "callee", "called", "destination", "callerdestinationnumber", "exten", "did"),
    "user": ("user", "users", "extension", "extensions", "agent", "answeringnumber", "connectedlinenum", "dn"),
    "queue": ("queue", "queuename"),
    "cause": ("cause", "hangupcause", "causetxt", "reason", "disposition"),
    "at": ("at", "time", "timestamp", "eventdatetimestamp"),
    "recorded": ("recorded", "recording", "consent"),
    "reference": ("reference", "accountcode", "userdata"),
}
_FIELD = {name: field for field, names in NAMES.items() for name in names}
_STEPS: Mapping[Step, tuple[str, ...]] = {
    Step.BEGUN: ("newcall", "new", "ring", "ringing", "start", "begun", "incoming", "newchannel", "channelcreate"),
    Step.ANSWERED: ("answer", "answered", "connect", "connected", "talking", "bridgeenter", "channelanswer"),
    Step.ENDED: ("hangup", "hungup", "end", "ended", "missed", "completed", "channelhangupcomplete", "disconnected"),
}
_STEP = {name: step for step, names in _STEPS.items() for name in names}
_DIRECTION = {
    **dict.fromkeys(("in", "inbound", "incoming"), Direction.IN),
    **dict.fromkeys(("out", "outbound", "outgoing"), Direction.OUT),
}
_YES, _NO = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


@dataclass(frozen=True)
class Read:
    """An event as read; `unknown`: the names that meant nothing, as they were sent."""

    event: CallEvent
    unknown: tuple[str, ...] = ()


def read_event(given: Mapping[str, Any], sent_at: datetime) -> Read | Refusal:
    """The event in a telephone system's fields. `sent_at`: when it was sent, by its signature."""
    fields: dict[str, Any] = {}
    unknown = []
    for name, value in given.items():
        field = _FIELD.get(_bare(name))
        if field is None:
            unknown.append(name[:40])
        elif value not in (None, "", []):
            fields.setdefault(field, value)
    for field, value in fields.items():
        if not _plain(value, many=field == "user"):
            return _fault("kind", field)
    step = _STEP.get(_bare(str(fields.get("event", ""))))
    call = _text(fields.get("call"), CALL_MAX + 1)
    direction = _DIRECTION.get(_bare(str(fields.get("direction", "in"))))
    if step is None:
        return _fault("event", "event")
    if not call or len(call) > CALL_MAX:
        return _fault("call", "callId")
    if direction is None:
        return _fault("direction", "direction")
    recorded = _bare(str(fields["recorded"])) if "recorded" in fields else ""
    if recorded not in ("", *_YES, *_NO):
        return _fault("recorded", "recorded")
    outbound = direction is Direction.OUT
    event = CallEvent(
        step=step,
        call=call,
        at=_time(fields.get("at"), sent_at),
        direction=direction,
        number=_text(fields.get("to" if outbound else "from")),
        extensions=_extensions(fields.get("user")),
        queue=_text(fields.get("queue") or ("" if outbound else fields.get("to"))),
        cause=_text(fields.get("cause")),
        recorded=None if not recorded else recorded in _YES,
        reference=_text(fields.get("reference")),
    )
    return Read(event, tuple(unknown))


def _bare(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.casefold())


def _plain(value: Any, *, many: bool) -> bool:
    if many and isinstance(value, Sequence) and not isinstance(value, str):
        return all(isinstance(one, str | int) for one in value)
    return isinstance(value, str | int | bool)


def _text(value: Any, most: int = TEXT_MAX) -> str:
    """Without what is no character of a line: null bytes and the like."""
    return "" if value is None else re.sub(r"[\x00-\x1f\x7f]", "", str(value)).strip()[:most]


def _extensions(value: Any) -> tuple[str, ...]:
    """The lines of the house, as they are set at the desk; what can be no extension is left out."""
    many = value if isinstance(value, list | tuple) else [value]
    found = dict.fromkeys(text for one in many if EXTENSION.fullmatch(text := _text(one)))
    return tuple(found)[:EXTENSIONS_MOST]


def _time(value: Any, sent_at: datetime) -> datetime:
    """ISO 8601 with a zone, or seconds (also milli- and microseconds) since 1970; else when it was sent."""
    text = _text(value)
    try:
        if re.fullmatch(r"[0-9]{9,11}(?:\.[0-9]+)?", text):
            at = datetime.fromtimestamp(int(text.partition(".")[0]), UTC)
        elif re.fullmatch(r"[0-9]{13}|[0-9]{16}", text):
            at = datetime.fromtimestamp(int(text[:10]), UTC)
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        return sent_at
    if at.tzinfo is None or not sent_at - BEHIND <= at <= sent_at + AHEAD:
        return sent_at
    return at.astimezone(UTC)


def _fault(what: str, field: str) -> Refusal:
    return Refusal(f"telephone.field_{what}", f"telephone.api.{what}", facts={"field": field}, where=field)
