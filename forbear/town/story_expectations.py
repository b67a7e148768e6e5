"""What a story can expect, each an exact figure or word: the stage, whose move, dates, offers, amounts, messages.

`agrees` is expected of every case at the end: queue and record say the same, and every fen paid is somewhere.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from forbear.actions import forborne, payments, plan
from forbear.actions.ports import ZONE, Desk
from forbear.core.contact import Channel
from forbear.core.file import CaseFile
from forbear.core.money import major
from forbear.core.payments import paid_minor
from forbear.core.plan import Plan
from forbear.core.promise import state_of
from forbear.town.story_text import Unreadable


@dataclass(frozen=True)
class Here:
    """Where the story stands: the desk, and the case spoken of."""

    desk: Desk
    file: CaseFile


def expect(t: Here, text: str) -> None:
    """Hold one expectation against the case as it stands; AssertionError says what is there."""
    what = next((name for name in FIGURES if text == name or text.startswith(f"{name} ")), None)
    if what is None:
        raise Unreadable(f"nobody knows how to expect {text!r}")
    wanted = text[len(what) :].strip()
    if what in ("offer", "agreement"):
        name, _, wanted = wanted.partition(" ")
        found = FIGURES[what](t, name)
    elif what == "notice":
        assert wanted in _told(t), f"told so far: {'; '.join(_told(t))}"
        return
    else:
        found = FIGURES[what](t, "")
    assert found == wanted, f"it is {found!r}"


def agrees(desk: Desk, file: CaseFile) -> None:
    """The queue's line is what the record folds to; each payment is on an instalment, spared, or went back."""
    line = desk.cases.line(file.case.case_id)
    assert line is not None, "a case has its line in the queue"
    case = file.case
    assert (line.stage, line.waits_for, line.due_on) == (case.stage, case.waits_for, case.due_on), "the queue is behind"
    for agreed in file.agreements:
        standing = file.standing_payments(agreed.number)
        assert agreed.terms is not None, "nothing is erased in a story"
        rows = file.rows(agreed)
        open_minor = sum(row.open_minor for row in rows)
        spared_minor = sum(payment.spared_minor for payment in standing) if any(row.spared for row in rows) else 0
        total = paid_minor(standing) + open_minor + spared_minor
        assert total == agreed.terms.plan.total_minor, f"agreement {agreed.number} lost {total}"
    assert not [notice for notice in file.notices if notice.state == "failed"], "a message failed"


def _stage(t: Here, _: str) -> str:
    return t.file.case.stage.value


def _waits(t: Here, _: str) -> str:
    return t.file.case.waits_for.value


def _due(t: Here, _: str) -> str:
    case = t.file.case
    return f"{case.due_on} {case.due_what}" if case.due_on else "nothing"


def _standing(t: Here, _: str) -> str:
    return t.file.case.standing.value if t.file.case.standing else "none"


def _papers(t: Here, _: str) -> str:
    return ", ".join(f"{item.need} {t.file.case.papers[item.number]}" for item in t.file.items)


def _collection(t: Here, _: str) -> str:
    case, today = t.file.case, t.desk.clock.today()
    if not case.collection_rests or (case.stayed_until_on and today > case.stayed_until_on):
        return "may resume"
    return f"rests until {case.stayed_until_on}" if case.stayed_until_on else "rests"


def _offers(t: Here, _: str) -> str:
    return ", ".join(offer.name for offer in plan.offers_today(t.desk, t.file).offers) or "none"


def _refusals(t: Here, _: str) -> str:
    return ", ".join(refusal.rule for refusal in plan.offers_today(t.desk, t.file).refusals) or "none"


def _offer(t: Here, name: str) -> str:
    offers = plan.offers_today(t.desk, t.file).offers
    found = next((offer for offer in offers if offer.name == name), None)
    return _plan(found.plan) if found else "none"


def _agreement(t: Here, number: str) -> str:
    agreed = next((a for a in t.file.agreements if str(a.number) == number), None)
    return f"{agreed.state}: {_plan(agreed.terms.plan)}" if agreed and agreed.terms else "none"


def _plan(found: Plan) -> str:
    return (
        f"{len(found.instalments)} payments of {major(found.instalment_max_minor)} at most, "
        f"{found.first_due_on} to {found.ends_on}, {major(found.total_minor)} in all, "
        f"{major(found.forgiven.total_minor)} forgiven"
    )


def _owed(t: Here, _: str) -> str:
    return major(plan.offers_today(t.desk, t.file).owed.total_minor)


def _open(t: Here, _: str) -> str:
    return major(sum(row.open_minor for row in t.file.rows()))


def _next(t: Here, _: str) -> str:
    row = next((row for row in t.file.rows() if row.open_minor), None)
    return f"{row.number} on {row.instalment.due_on} of {major(row.open_minor)}" if row else "nothing"


def _paid(t: Here, _: str) -> str:
    agreed = t.file.last_agreed
    return major(paid_minor(t.file.standing_payments(agreed.number))) if agreed else "0.00"


def _spared(t: Here, _: str) -> str:
    agreed = t.file.last_agreed
    return major(sum(p.spared_minor for p in t.file.standing_payments(agreed.number))) if agreed else "0.00"


def _back(t: Here, _: str) -> str:
    agreed = t.file.last_agreed
    return major(sum(p.over_minor for p in t.file.standing_payments(agreed.number))) if agreed else "0.00"


def _settlement(t: Here, _: str) -> str:
    figure = payments.settlement_figure(t.file, t.desk.clock.today())
    return major(figure.total_minor) if figure else "none"


def _late(t: Here, _: str) -> str:
    return ", ".join(str(number) for number in sorted(t.file.case.late)) or "none"


def _affordable(t: Here, _: str) -> str:
    """By month, for the first six that an instalment could fall into."""
    months = plan.offers_today(t.desk, t.file).affordable[:6]
    return ", ".join(f"{month.month} {major(month.affordable_minor)}" for month in months)


def _decided(t: Here, _: str) -> str:
    decided = t.file.decided
    if decided is None:
        return "nobody"
    second = f" and {decided.second}" if decided.second else ""
    reasons = f": {', '.join(decided.reasons)}" if decided.reasons else ""
    return f"{decided.outcome.value} by {decided.decided_by}{second}{reasons}"


def _fallback(t: Here, _: str) -> str:
    """Of what was taken off, when the agreement was ended."""
    found = t.file.promise.fallback
    if found is None:
        return "none"
    kept, back = major(found.kept.total_minor), major(found.back.total_minor)
    return f"{kept} kept, {back} back, {major(found.before.total_minor)} before, {major(found.after.total_minor)} after"


def _state(t: Here, _: str) -> str:
    """The state of the newest agreement, in the words of core/promise.py."""
    newest = t.file.agreements[-1]
    return state_of(t.file.case, newest.number, newest.state, t.desk.clock.today()).value


def _refund(t: Here, _: str) -> str:
    """What has still to go back to her."""
    return ", ".join(major(over.amount_minor or 0) for over in t.file.promise.refunds_due) or "none"


def _watched(t: Here, _: str) -> str:
    watch = forborne.books(t.desk, t.file).watch
    return f"{watch.from_on} to {watch.until_on}" if watch else "none"


def _closed(t: Here, _: str) -> str:
    return t.file.case.closed or "no"


def _tasks(t: Here, _: str) -> str:
    return ", ".join(task.kind for task in t.desk.agenda.given_up()) or "none"


def _said(t: Here, _: str) -> str:
    """The last thing written between her and the desk."""
    return t.file.spoken[-1].text if t.file.spoken else ""


def _message(t: Here, _: str) -> str:
    """The last text message that went out, without the lender's name in front."""
    sent = [n for n in t.file.notices if n.channel is Channel.SMS and n.state == "sent" and n.letter]
    return re.sub(r"^[【\[].*?[】\]] ?", "", sent[-1].letter.body) if sent and sent[-1].letter else ""


def _notices(t: Here, _: str) -> str:
    """Every text message that went out, in order."""
    return " ".join(n.kind.value for n in t.file.notices if n.channel is Channel.SMS and n.state == "sent")


def _told(t: Here) -> list[str]:
    """`late on sms on 2026-05-02`, and the same without the day."""
    told: list[str] = []
    for notice in t.file.notices:
        if notice.state == "sent":
            name = f"{notice.kind.value} on {notice.channel.value}"
            told += [name, f"{name} on {notice.at.astimezone(ZONE):%Y-%m-%d}"]
    return told


FIGURES: Mapping[str, Callable[[Here, str], str]] = {
    "stage": _stage,
    "waits for": _waits,
    "due": _due,
    "standing": _standing,
    "papers": _papers,
    "collection": _collection,
    "offers": _offers,
    "offer": _offer,
    "refusals": _refusals,
    "affordable": _affordable,
    "agreement": _agreement,
    "owed": _owed,
    "open": _open,
    "next": _next,
    "paid": _paid,
    "spared": _spared,
    "back": _back,
    "settlement": _settlement,
    "late": _late,
    "decided": _decided,
    "closed": _closed,
    "fallback": _fallback,
    "state": _state,
    "refund": _refund,
    "watched": _watched,
    "tasks": _tasks,
    "said": _said,
    "message": _message,
    "notices": _notices,
    "notice": lambda t, _: "",
}
"""`expect <name> <value>`; offer and agreement have the name or number of one in between."""
