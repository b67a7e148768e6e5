"""Timestamps: what OpenSSL stamps is verified by us and by OpenSSL; an authority that lies or is away stops nothing."""

import pytest

from forbear.actions.log import TOKEN_EVERY, cut, have_signed
from forbear.actions.ports import TimestampAway, TimestampLies
from forbear.actions.record_audit import audited, warnings
from forbear.adapters.clock import SystemClock
from forbear.adapters.memory import memory_desk
from forbear.adapters.timestamps import TimestampAuthority, Tsa
from tests.contracts.bench import START, make_bench, opened, write
from tests.signing.authority import Authority

PATIENCE_SECONDS = 120
"""A busy machine is no authority that is away."""
DATA = b"lender.example/ledger\n7\n"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    found = Authority(tmp_path_factory.mktemp("tsa") / "authority")
    yield found
    found.stop()


@pytest.fixture
def honest(tsa):
    return Tsa(TimestampAuthority(tsa.url, SystemClock(), tsa.root, PATIENCE_SECONDS))


def test_a_token_over_bytes_says_when_and_openssl_agrees(tsa, honest, tmp_path):
    before = SystemClock().now().replace(microsecond=0)
    token = honest.stamp(DATA)
    assert before <= honest.read(token, DATA) <= SystemClock().now()
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "token").write_bytes(token)
    assert "Verification: OK" in tsa.verify(data=tmp_path / "data", reply=tmp_path / "token", token=True)
    with pytest.raises(TimestampLies, match="it covers something else"):
        honest.read(token, DATA + b"x")


class Lying:
    """An authority that gives what the test wants."""

    def __init__(self, problem):
        self.problem = problem

    def stamp(self, data):
        raise self.problem

    def read(self, token, data):
        raise TimestampLies("imprint", "it covers other bytes")


def tend(desk):
    return cut(desk) + have_signed(desk)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (TimestampAway("refused"), "the timestamp authority gives no token: refused"),
        (TimestampLies("nonce", "wrong"), "the timestamp authority gave a token that is none: timestamp nonce: wrong"),
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
