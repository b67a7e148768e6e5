"""What `make bench` measures inside a process: fills a desk through the real actions, then times its parts.

Run with the desk's own environment (FORBEAR_HOME, DATABASE_URL); prints one JSON document. `fill` or `figures`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from forbear.actions import contact, conversation, statement  # noqa: E402
from forbear.actions.contact_attempts import loan_budget  # noqa: E402
from forbear.actions.message_search import search_messages  # noqa: E402
from forbear.actions.ports import Write  # noqa: E402
from forbear.actions.record import By, load  # noqa: E402
from forbear.adapters.memory import MovedClock  # noqa: E402
from forbear.config.staff import new_person  # noqa: E402
from forbear.config.wiring import desk  # noqa: E402
from forbear.core.case import fold  # noqa: E402
from forbear.core.codec import plain  # noqa: E402
from forbear.core.contact import Actor, Auth, Channel, Purpose, Role  # noqa: E402
from forbear.core.envelope import read_event  # noqa: E402
from forbear.core.events import MessageWritten  # noqa: E402
from forbear.core.file import open_file  # noqa: E402
from forbear.core.refusal import Refusal  # noqa: E402
from forbear.core.solver import Question, solve, what_if  # noqa: E402
from forbear.core.statement import TOLD_BEFORE_SUBMITTING  # noqa: E402
from forbear.store.models import AgendaItem  # noqa: E402
from forbear.town import lives  # noqa: E402
from forbear.town.book import made_up_book  # noqa: E402
from forbear.town.borrower import Borrower  # noqa: E402
from forbear.town.households import made_up_household  # noqa: E402
from forbear.town.sample import somebody  # noqa: E402
from tools.timing import percentile, timed  # noqa: E402

LONG_CASE_EVENTS = 200
TOGETHER = 50
"""Cases made in one transaction: what is measured is the desk that was filled, not the filling."""


def fill(cases: int) -> dict[str, Any]:
    """So many cases by real actions on a moved clock, one of them long, and one session of each kind."""
    begun = desk().clock.now() - timedelta(days=90)
    clock = MovedClock(begun)
    moved = replace(desk(), clock=clock)
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute("pragma synchronous=off" if sqlite else "set synchronous_commit to off")
    rows = made_up_book(11, cases, moved.clock.today())
    moved.loans.put(rows)
    opened = []
    for start in range(0, cases, TOGETHER):
        with transaction.atomic():
            opened += [
                _short_case(moved, row, number) for number, row in enumerate(rows[start : start + TOGETHER], start)
            ]
        clock.advance(minutes=5)
    she = _long_case(moved, clock)
    return {
        "long": she.case_id,
        "short": opened[:: max(1, cases // 40)],
        "borrower": _borrower_session(she.held.borrower_id, she.held.loan_id),
        "staff": _staff_session(),
        "events": moved.ledger.size(),
    }


def _short_case(moved: Any, row: Any, number: int) -> str:
    """Opened and begun; every fifth asks for a person, every tenth is handed in."""
    held = moved.loans.find(row.loan.contract)
    her = Actor(Role.BORROWER, held.borrower_id, Auth.CODE)
    keys = iter(range(100))

    def by() -> By:
        return By(actor=her, channel=Channel.WEB, key=f"bench:{number}:{next(keys)}")

    case_id: str = _well(contact.open_case(moved, by(), loan_id=held.loan_id, language="zh")).case_id
    home = made_up_household(row, Random(number))
    answers = {
        "cause": {"cause": home.cause.value},
        "since": {"on": home.since.isoformat()},
        "until": {"on": None},
        "home": {"place": home.household.place, "adults": home.household.adults, "children": home.household.children},
        "income": {"known": True, "lines": plain(home.household.income)},
        "outgoings": {"known": True, "lines": plain(home.household.outgoings)},
        "debts": {"known": True, "lines": plain(home.household.other_debts)},
        "wish": plain(home.request),
    }
    for name in list(answers)[: 8 if number % 10 == 0 else 1]:
        _well(statement.give_answer(moved, by(), case_id, statement.Question(name), answers[name]))
    if number % 10 == 0:
        _well(statement.submit_statement(moved, by(), case_id, TOLD_BEFORE_SUBMITTING))
    elif number % 5 == 0:
        _well(conversation.ask_person(moved, by(), case_id, "请打电话给我"))
    return case_id


def _long_case(moved: Any, clock: MovedClock) -> Borrower:
    """Signed, then paid in small amounts until its record is long."""
    rng = Random(1)
    row, home = somebody(moved, rng, 1, clock.today(), planned=True)
    moved.loans.put((row,))
    she = Borrower(moved, row, home, rng, 1)
    for wait in lives.signed(she):
        clock.move_to(clock.now() + wait)
    while len(she.file.events) < LONG_CASE_EVENTS:
        she.pays(101)
    return she


def _borrower_session(borrower_id: str, loan_id: str) -> str:
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session["borrower"] = {"id": borrower_id, "loan": loan_id, "at": desk().clock.now().isoformat()}
    session.create()
    return str(session.session_key)


def _staff_session(name: str = "lin") -> str:
    """An agent signed in with both factors, as allauth's own session has it."""
    from allauth.account.internal.flows.login import record_authentication
    from allauth.mfa.totp.internal import auth
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import RequestFactory

    new_person(name, "agent", password="a password for the bench")
    user = get_user_model().objects.get(username=name)
    auth.TOTP.activate(user, auth.generate_totp_secret())
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request = RequestFactory().get("/desk/")
    request.session = session
    record_authentication(request, user, "mfa", type="totp")
    session.create()
    return str(session.session_key)


# ---- figures ---------------------------------------------------------------------------------------------------


def figures(long_case: str, short_cases: list[str]) -> dict[str, float]:
    """Name → milliseconds, or what the name says."""
    here, found = desk(), {}
    events = here.ledger.events(long_case)
    found["events of the long case"] = float(len(events))
    found["fold of a case of 200 events, p95"] = _p(95, lambda: fold(events))
    found["its file opened, p95"] = _p(95, lambda: open_file(events))
    found["read and opened again, p95"] = _p(95, lambda: load(here, long_case))
    found["read and opened the first time, p95"] = _p(95, lambda: (read_event.cache_clear(), load(here, long_case)), 20)
    found |= dict(_appends(here, short_cases))
    contracts = cycle(here.loans.all_contracts()[:1000])
    found["may a dialer ring now, one contract after another, p95"] = _p(
        95, lambda: _may_ring(here, next(contracts)), 500
    )
    found |= dict(_plans(here, long_case))
    agent = Actor(Role.AGENT, "bench", Auth.STAFF)
    found["a page of words found over all cases, p95"] = _p(95, lambda: search_messages(here, agent, "打电话 给我"))
    ((audit_ms,), size) = (timed(here.ledger.verify, 1, 0), here.ledger.size())
    found["the whole record verified, events a second"] = size / audit_ms * 1000
    found["the queue made anew from the record, seconds"] = timed(here.ledger.rebuild, 1, 0)[0] / 1000
    return found


def _may_ring(here: Any, contract: str) -> object:
    return loan_budget(here, contract, Channel.HOTLINE, Purpose.COLLECTION)


def _appends(here: Any, cases: list[str]) -> Iterator[tuple[str, float]]:
    """One message, appended alone and as a whole action, and one plain row beside it."""
    actor, numbers = Actor(Role.AGENT, "lin", Auth.STAFF), iter(range(10**6))
    last = {case_id: len(here.ledger.events(case_id)) - 1 for case_id in cases}

    def append() -> None:
        number = next(numbers)
        case_id = cases[number % len(cases)]
        write = Write(
            case_id=case_id,
            expected=last[case_id],
            key=f"bench:append:{number}",
            request=bytes(32),
            at=here.clock.now(),
            occurred_at=None,
            actor=actor,
            channel=Channel.WEB,
            cause="",
            facts=(MessageWritten(text="一条消息"),),
        )
        (event,) = here.ledger.append(write)
        last[case_id] = event.seq

    def act() -> None:
        number = next(numbers)
        by = By(actor=actor, channel=Channel.WEB, key=f"bench:note:{number}")
        _well(conversation.write_note(here, by, cases[number % len(cases)], "一条备注"))

    def insert() -> None:
        AgendaItem.objects.create(key=f"plain:{next(numbers)}", kind="x", case_id="", body={}, due_at=here.clock.now())

    for name, one in (("append of one event", append), ("one whole action", act), ("a plain row by Django", insert)):
        spent = timed(one, 300, 5)
        yield f"{name}, p50", percentile(spent, 50)
        yield f"{name}, p99", percentile(spent, 99)
    AgendaItem.objects.filter(kind="x").delete()


def _plans(here: Any, long_case: str) -> Iterator[tuple[str, float]]:
    """The solver on a made-up household, and the agreement as PDF."""
    today, rng = here.clock.today(), Random(3)
    row, home = somebody(here, rng, 3, today, planned=True)
    question = Question(
        as_of=today,
        loan=row.loan,
        cause=home.cause,
        since=home.since,
        until=home.until,
        request=home.request,
        household=home.household,
    )
    rulebook = here.rulebooks.on(today)
    yield "all offers for a case, p50", _p(50, lambda: solve(question, rulebook), 15)
    yield "one what-if, p50", _p(50, lambda: what_if(question, rulebook, 80_000), 15)
    terms = load(here, long_case).agreements[0].terms
    yield "the agreement as PDF, p50", _p(50, lambda: here.printer.agreement(terms, "zh"), 5)


def _p(percent: int, act: Callable[[], object], times: int = 60) -> float:
    return percentile(timed(act, times, 2), percent)


def _well(outcome: Any) -> Any:
    assert not isinstance(outcome, Refusal), outcome
    return outcome


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        print(json.dumps(fill(int(sys.argv[2]))))
    elif sys.argv[1] == "figures":
        print(json.dumps(figures(sys.argv[2], sys.argv[3].split(","))))
