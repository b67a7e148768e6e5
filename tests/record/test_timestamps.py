"""Timestamps: what OpenSSL stamps is verified by us and by OpenSSL; an authority that lies or is away stops nothing."""

import pytest

from forbear.actions.log import TOKEN_EVERY, cut, have_signed
from forbear.actions.ports import TimestampAway, TimestampLies
from forbear.actions.record_audit import audited, warnings
from forbear.adapters.clock import SystemClock
from forbear.adapters.memory import memory_desk
from forbear.adapters.timestamps import Tsa
from tests.contracts.bench import START, make_bench, opened, write
from tests.record.tsa import authority

PATIENCE_SECONDS = 120
"""A busy machine is no authority that is away."""
DATA = b"lender.example/ledger\n7\n"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    with authority(tmp_path_factory.mktemp("tsa") / "authority") as found:
        yield found


@pytest.fixture
def honest(tsa):
    tsa.answer = tsa.stamped
    return Tsa(tsa.url, tsa.roots, PATIENCE_SECONDS)


def test_a_token_says_when_and_openssl_agrees(tsa, honest, tmp_path):
    before = SystemClock().now().replace(microsecond=0)
    token = honest.stamp(DATA)
    assert before <= honest.read(token, DATA) <= SystemClock().now()
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "token").write_bytes(token)
    held = ("-data", tmp_path / "data", "-in", tmp_path / "token", "-token_in", "-CAfile", tsa.roots)
    assert b"Verification: OK" in tsa.openssl("ts", "-verify", *held).stdout


def test_a_token_over_other_bytes_or_changed_is_none(honest):
    token = honest.stamp(DATA)
    with pytest.raises(TimestampLies, match="it is over other bytes"):
        honest.read(token, DATA + b"x")
    for changed in (b"", b"junk", token[:-30], token[:-1] + bytes([token[-1] ^ 1])):
        with pytest.raises(TimestampLies):
            honest.read(changed, DATA)


def test_a_token_of_somebody_else_does_not_lead_to_our_roots(tsa, honest, tmp_path):
    with authority(tmp_path / "other") as other:
        theirs = Tsa(other.url, other.roots, PATIENCE_SECONDS).stamp(DATA)
    with pytest.raises(TimestampLies, match="does not lead to the roots of this installation"):
        honest.read(theirs, DATA)
    assert Tsa(tsa.url).read(theirs, DATA), "without roots a token is held to its own certificate alone"


def test_an_authority_that_is_away_or_lies_is_named(tsa, honest):
    old = honest.stamp(DATA)
    kept = []
    tsa.answer = lambda request: kept.append(tsa.stamped(request)) or kept[0]
    assert honest.stamp(DATA) != old
    with pytest.raises(TimestampLies, match="it answers another request"):
        honest.stamp(DATA)
    tsa.answer = lambda request: b"busy"
    with pytest.raises(TimestampAway, match="answered with something that is no timestamp"):
        honest.stamp(DATA)
    with pytest.raises(TimestampAway, match="could not be reached"):
        Tsa("http://127.0.0.1:9/tsr", tsa.roots).stamp(DATA)


class Lying:
    """An authority that gives what the test wants."""

    def __init__(self, problem):
        self.problem = problem

    def stamp(self, data):
        raise self.problem

    def read(self, token, data):
        raise TimestampLies("it is over other bytes")


def tend(desk):
    return cut(desk) + have_signed(desk)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (TimestampAway("refused"), "the timestamp authority gives no token: refused"),
        (TimestampLies("wrong"), "the timestamp authority gave a token that is none: wrong"),
    ],
)
def test_neither_stops_the_checkpoint(tmp_path, problem, said):
    bench = make_bench("memory", tmp_path)
    bench.ledger.append(write(opened(), expected=-1, key="a"))
    desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log, timestamps=Lying(problem))
    assert tend(desk) == (said,)
    assert bench.log.latest()
    assert audited(desk).flaws == ()
    assert warnings(desk) == ("the timestamp authority has signed nothing yet",)


def test_a_token_is_asked_for_every_ten_minutes(honest, tmp_path):
    bench = make_bench("memory", tmp_path)
    desk = memory_desk(at=START, ledger=bench.ledger, log=bench.log, timestamps=honest)
    assert tend(desk) == ()
    assert bench.log.attested("tsa") is None, "an empty log is worth no token"
    bench.ledger.append(write(opened(), expected=-1, key="a"))
    assert tend(desk) == ()
    size, token, _ = bench.log.attested("tsa")
    assert size == 1
    assert honest.read(token, bench.log.at(1).encode())
    bench.ledger.append(write(opened("c_2"), expected=-1, key="b", case_id="c_2"))
    assert tend(desk) == ()
    assert bench.log.attested("tsa")[0] == 1
    desk.clock.advance(seconds=int(TOKEN_EVERY.total_seconds()))
    assert tend(desk) == ()
    assert bench.log.attested("tsa")[0] == 2
