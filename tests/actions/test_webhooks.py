"""What other systems are told: every fact they want, once, signed, tried again for days, and never a private word."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from forbear.actions import plan, webhooks
from forbear.actions.agenda import work
from forbear.actions.ports import Answer, Away, Desk
from forbear.actions.record import Done, load
from forbear.adapters.memory import clock_of, memory_desk
from forbear.core import events as e
from forbear.core.api_keys import Scope, read_key
from forbear.core.refusal import Refusal
from forbear.core.webhooks import RETRY_SECONDS, Endpoint, Standing, retry_seconds
from forbear.town.borrower import Borrower
from forbear.town.lives import broken, proposed, refused, signed
from tests.web.desk.conftest import live, somebody

HOST = "hooks.example.org"
URL = f"https://{HOST}/forbear"


class Receiver:
    """Answers in turn what it was given, 204 after that; keeps what it was told."""

    def __init__(self, *answers: Answer | Away) -> None:
        self.answers = list(answers)
        self.told: list[tuple[dict[str, str], bytes]] = []

    def __call__(self, url: str, headers: Any, body: bytes) -> Answer:
        self.told.append((dict(headers), body))
        answer = self.answers.pop(0) if self.answers else Answer(204)
        if isinstance(answer, Away):
            raise answer
        return answer

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.told]


def house(receiver: Receiver, *events: str) -> tuple[Desk, Endpoint]:
    desk = memory_desk(at=datetime(2026, 3, 2, 2, tzinfo=UTC), post=receiver, webhook_hosts=(HOST, "127.0.0.1"))
    endpoint = webhooks.add(desk, URL, events or ("*",))
    assert isinstance(endpoint, Endpoint)
    return desk, endpoint


def borrower(desk: Desk, number: int = 0) -> Borrower:
    """Somebody in the book whose household can be offered a plan."""
    on = desk.clock.today()
    row, home = somebody(desk, Random(f"hooks {number}"), number + 1, on, planned=True, above=True)
    desk.loans.put([row])
    return Borrower(desk, row, home, Random(f"life {number}"), number)


def test_what_is_wanted_is_told_as_it_happens_and_nothing_private():
    receiver = Receiver()
    desk, _ = house(receiver)
    she = borrower(desk)
    live(desk, proposed(she), working=True)
    work(desk, 1000)
    file = load(desk, she.case_id)
    told = sorted((json.loads(body) for _, body in receiver.told), key=lambda message: message["data"]["seq"])
    assert [message["data"]["seq"] for message in told] == list(range(len(file.events)))
    assert [message["type"] for message in told] == [event.fact.type for event in file.events]
    assert {message["data"]["contract"] for message in told} == {she.row.loan.contract}
    text = json.dumps(told, ensure_ascii=False)
    for private in (she.row.name, she.row.id_number, she.row.phone):
        assert private not in text


def test_a_dialer_hears_when_collection_rests_and_when_it_may_go_on():
    receiver = Receiver()
    desk, _ = house(receiver, "enforcement.*")
    she = borrower(desk)
    live(desk, refused(she), working=True)
    assert load(desk, she.case_id).case.collection_rests
    live(desk, iter([timedelta(days=15)]), working=True)
    work(desk, 1000)
    assert receiver.types == ["enforcement.paused", "enforcement.stayed", "enforcement.resumed"]
    assert not load(desk, she.case_id).case.collection_rests


def test_a_new_wish_has_collection_rest_again_whether_it_went_on_or_rested_until_a_day():
    receiver = Receiver()
    desk, _ = house(receiver, "enforcement.*")
    late, early = borrower(desk), borrower(desk, 1)
    for one in (late, early):
        live(desk, refused(one), working=True)
    stays = load(desk, early.case_id).case
    assert stays.collection_rests and stays.stayed_until_on is not None
    assert isinstance(asks(early), Done)
    assert load(desk, early.case_id).case.stayed_until_on is None
    live(desk, iter([timedelta(days=15)]), working=True)
    assert not load(desk, late.case_id).case.collection_rests
    assert isinstance(asks(late), Done)
    for one in (late, early):
        case = load(desk, one.case_id).case
        assert case.under_review and case.collection_rests and case.stayed_until_on is None
    again = [event.fact for event in load(desk, late.case_id).events[-9:]]
    assert again.count(e.EnforcementPaused()) == 1
    other = asks(late, words="再看一次")
    assert isinstance(other, Done)
    assert e.EnforcementPaused() not in [event.fact for event in other.events], "it rests already"


def asks(she: Borrower, words: str = "") -> Done | Refusal:
    """She asks for a plan that fits, or where none does for a person."""
    return plan.request_plan(she.desk, she.by(she.her), she.case_id, plan.Choice(person=True), words)


def test_an_agreement_in_force_keeps_collection_resting_and_a_broken_one_ends_it():
    receiver = Receiver()
    desk, _ = house(receiver, "enforcement.resumed")
    kept = borrower(desk)
    live(desk, signed(kept), working=True)
    live(desk, iter([timedelta(days=20)]), working=True)
    assert receiver.types == []
    lost = borrower(desk, 1)
    live(desk, broken(lost), working=True)
    work(desk, 1000)
    assert receiver.types == ["enforcement.resumed"]


def test_a_receiver_can_check_who_sent_it():
    receiver = Receiver()
    desk, endpoint = house(receiver, "case.opened")
    live(desk, proposed(borrower(desk)), working=True)
    ((headers, body),) = receiver.told
    signed_over = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(base64.b64decode(endpoint.secret), signed_over, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert len(base64.b64decode(endpoint.secret)) == 32


def test_the_documented_example_of_the_standard():
    """The example of the specification's own libraries, published with its signature."""
    secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_for_a_day_both_secrets_sign():
    desk, before = house(Receiver())
    after = webhooks.rotate(desk, before)
    now = desk.clock.now()
    both = webhooks.headers(after, "m", now, b"{}")["webhook-signature"].split()
    alone = webhooks.headers(before, "m", now, b"{}")["webhook-signature"]
    assert len(both) == 2
    assert both[1] == alone
    later = webhooks.headers(after, "m", now + timedelta(hours=24), b"{}")["webhook-signature"]
    assert len(later.split()) == 1


def test_what_is_not_taken_is_tried_again_for_three_days_and_then_reaches_a_person():
    receiver = Receiver(*[Answer(500)] * 20)
    desk, _ = house(receiver, "case.opened")
    she = borrower(desk)
    she.arrives()
    begun, clock = desk.clock.now(), clock_of(desk)
    for _ in range(40):
        work(desk, 50)
        if desk.agenda.given_up():
            break
        clock.move_to(max(desk.agenda.next_due_at() or clock.now(), clock.now()))
    (given_up,) = [item for item in desk.agenda.given_up() if item.kind == "hook"]
    assert (given_up.tries, given_up.error) == (10, "the receiver answered 500")
    assert desk.clock.now() - begun == timedelta(seconds=sum(RETRY_SECONDS))
    assert len({headers["webhook-id"] for headers, _ in receiver.told}) == 1


def test_a_receiver_says_when_to_come_again_within_reason():
    assert retry_seconds(1) == 5
    assert retry_seconds(1, 60) == 60
    assert retry_seconds(2, 60) == 300
    assert retry_seconds(1, 10**6) == 86_400
    assert retry_seconds(9) == 86_400
    assert retry_seconds(10) is None


def test_410_ends_it_and_a_paused_one_hears_nothing():
    receiver = Receiver(Answer(410))
    desk, endpoint = house(receiver, "case.opened", "identity.*")
    borrower(desk).arrives()
    work(desk, 50)
    gone = desk.webhooks.get(endpoint.id)
    assert (gone and gone.standing, len(receiver.told)) == (Standing.GONE, 1)
    desk.webhooks.put(replace(endpoint, standing=Standing.PAUSED))
    borrower(desk, 1).arrives()
    work(desk, 50)
    assert len(receiver.told) == 1


def test_while_nobody_answers_the_others_do_not_wait_one_by_one():
    receiver = Receiver(Away("no line"))
    desk, endpoint = house(receiver, "case.opened", "identity.proved")
    borrower(desk).arrives()
    work(desk, 50)
    assert len(receiver.told) == 1
    clock_of(desk).advance(seconds=60)
    work(desk, 50)
    assert len(receiver.told) == 3
    assert [attempt.status for attempt in desk.webhooks.attempts(endpoint.id)] == [204, 204, 0]


def test_what_was_missed_is_told_again_under_the_same_ids():
    receiver = Receiver()
    desk, endpoint = house(receiver)
    she = borrower(desk)
    live(desk, proposed(she), working=True)
    work(desk, 1000)
    first = {headers["webhook-id"] for headers, _ in receiver.told}
    receiver.told.clear()
    count, next_leaf = webhooks.replay(desk, endpoint, 0)
    work(desk, 1000)
    assert (count, next_leaf) == (len(first), None)
    assert {headers["webhook-id"] for headers, _ in receiver.told} == first
    assert webhooks.replay(desk, endpoint, 3, 5) == (3, None)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://hooks.example.org/", "webhooks.url"),
        ("https://elsewhere.example.org/", "webhooks.host"),
        ("https://hooks.example.org.evil.example/", "webhooks.host"),
        ("https://user:word@hooks.example.org/", "webhooks.url"),
        ("https://hooks.example.org/#part", "webhooks.url"),
        ("https://hooks.example.org:port/", "webhooks.url"),
        ("ftp://hooks.example.org/", "webhooks.url"),
        ("https://[::1/", "webhooks.url"),
        ("https://hooks.example.org/ x", "webhooks.url"),
        ("", "webhooks.url"),
        ("https://hooks.example.org/" + "x" * 500, "webhooks.url"),
    ],
)
def test_an_address_that_is_not_listed_or_makes_no_sense_is_refused(url: str, rule: str):
    desk, _ = house(Receiver())
    outcome = webhooks.add(desk, url, ("*",))
    assert isinstance(outcome, Refusal)
    assert outcome.rule == rule
    assert len(desk.webhooks.all()) == 1


@pytest.mark.parametrize("events", [(), ("case.opned",), ("enforcement",), ("*.opened",)])
def test_events_nobody_knows_are_refused(events: tuple[str, ...]):
    desk, _ = house(Receiver())
    assert isinstance(webhooks.add(desk, URL, events), Refusal)


def test_a_key_says_what_it_is_for():
    digest = "0a" * 32
    assert read_key(digest).scopes == frozenset(Scope)
    key = read_key(f"{digest.upper()}:contact+cases.read:agency-7")
    assert (key.digest, key.name, key.may(Scope.CONTACT), key.may(Scope.PAYMENTS)) == (digest, "agency-7", True, False)
    for wrong in ("0a", f"{digest}:contacts", f"{digest}:contact:Agency 7", f"{digest}z", ""):
        with pytest.raises(ValueError, match=r"scope|SHA-256|name"):
            read_key(wrong)
