"""One-time codes and limits, in memory and in the databases: one try is one try, however many come at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forbear.actions.ports import Challenge
from forbear.adapters.memory import MemoryChallenges, MemoryLimits
from forbear.store.identity import DjangoChallenges, DjangoLimits
from forbear.store.models import ChallengeRow, LimitCount
from tests.contracts.bench import PHONE, START, at_once, database_bytes

CODE = Challenge(
    id="h_1",
    purpose="sign:c_1:2",
    loan_id="l_1",
    borrower_id="p_1",
    phone=PHONE,
    made_at=START,
    expires_at=START + timedelta(minutes=5),
)
TRIES_MAX = 5


@pytest.fixture
def challenges(bench):
    return MemoryChallenges("1") if bench.kind == "memory" else DjangoChallenges(bench.keys)


@pytest.fixture
def limits(bench):
    return MemoryLimits() if bench.kind == "memory" else DjangoLimits(bench.keys)


def wrong(challenges):
    return f"{(int(challenges.code('h_1')) + 1) % 10**8:08d}"


def test_a_challenge_comes_back_as_it_was_put(challenges):
    challenges.put(CODE)
    assert challenges.get("h_1") == CODE
    assert challenges.get("h_2") is None


def test_a_code_has_eight_digits_and_follows_from_its_challenge(challenges):
    codes = {challenges.code(f"h_{n}") for n in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 8 and code.isascii() and code.isdigit() for code in codes)
    assert challenges.code("h_7") == challenges.code("h_7")


def test_the_right_code_works_once(challenges):
    challenges.put(CODE)
    used = challenges.try_code("h_1", challenges.code("h_1"), START, TRIES_MAX)
    assert used == replace(CODE, tries=1, used=True)
    assert challenges.try_code("h_1", challenges.code("h_1"), START, TRIES_MAX) is None
    assert challenges.get("h_1") == used


def test_wrong_codes_count_and_then_the_right_one_is_too_late(challenges):
    challenges.put(CODE)
    for _ in range(TRIES_MAX):
        assert challenges.try_code("h_1", wrong(challenges), START, TRIES_MAX) is None
    assert challenges.try_code("h_1", challenges.code("h_1"), START, TRIES_MAX) is None
    assert challenges.get("h_1") == replace(CODE, tries=TRIES_MAX)


@pytest.mark.parametrize("typed", ["", "1", "１２３４５６７８", "12345678 ", "äöü", "0" * 500])
def test_whatever_is_typed_is_only_wrong(challenges, typed):
    challenges.put(CODE)
    assert challenges.try_code("h_1", typed, START, TRIES_MAX) is None
    assert challenges.get("h_1").tries == 1


def test_the_last_try_may_be_right(challenges):
    challenges.put(replace(CODE, tries=TRIES_MAX - 1))
    assert challenges.try_code("h_1", challenges.code("h_1"), START, TRIES_MAX).used


def test_a_code_that_ran_out_does_not_work(challenges):
    challenges.put(CODE)
    assert challenges.try_code("h_1", challenges.code("h_1"), CODE.expires_at, TRIES_MAX) is None
    assert challenges.get("h_1") == CODE


def test_a_challenge_for_nobody_takes_tries_and_never_works(challenges):
    challenges.put(replace(CODE, loan_id="", borrower_id="", phone=""))
    assert challenges.try_code("h_1", challenges.code("h_1"), START, TRIES_MAX) is None
    assert (challenges.get("h_1").tries, challenges.get("h_1").used) == (1, False)


def test_an_unknown_challenge_does_not_work(challenges):
    assert challenges.try_code("h_9", challenges.code("h_9"), START, TRIES_MAX) is None


def test_of_many_with_the_right_code_one_gets_in(challenges):
    challenges.put(CODE)
    code = challenges.code("h_1")
    answers = at_once([lambda: challenges.try_code("h_1", code, START, TRIES_MAX) for _ in range(6)])
    assert sum(isinstance(answer, Challenge) for answer in answers) == 1
    assert sum(answer is None for answer in answers) == 5


def test_many_wrong_at_once_have_no_more_tries_than_one_after_another(challenges):
    challenges.put(CODE)
    at_once([lambda: challenges.try_code("h_1", wrong(challenges), START, TRIES_MAX) for _ in range(7)])
    assert challenges.get("h_1") == replace(CODE, tries=TRIES_MAX)


def test_neither_number_nor_code_stands_in_the_database(stored):
    challenges = DjangoChallenges(stored.keys)
    challenges.put(CODE)
    lying_there = database_bytes(stored)
    assert PHONE.encode() not in lying_there
    assert challenges.code("h_1").encode() not in lying_there


def test_old_challenges_are_swept_when_new_ones_are_put(stored):
    challenges = DjangoChallenges(stored.keys)
    challenges.put(CODE)
    challenges.put(replace(CODE, id="h_2", made_at=START + timedelta(days=1)))
    assert ChallengeRow.objects.count() == 2
    later = START + timedelta(days=3)
    challenges.put(replace(CODE, id="h_3", made_at=later, expires_at=later + timedelta(minutes=5)))
    assert [row.id for row in ChallengeRow.objects.all()] == ["h_3"]


# ---- limits ----------------------------------------------------------------------------------------------------


def test_a_limit_allows_so_many_in_a_span_and_again_in_the_next(limits):
    assert [limits.take("ip:192.0.2.7", START, 3, 60) for _ in range(5)] == [True, True, True, False, False]
    assert limits.take("ip:192.0.2.8", START, 3, 60)
    assert not limits.take("ip:192.0.2.7", START + timedelta(seconds=59), 3, 60)
    assert limits.take("ip:192.0.2.7", START + timedelta(seconds=60), 3, 60)


def test_many_at_once_do_not_get_more(limits):
    answers = at_once([lambda: [limits.take("k", START, 10, 60) for _ in range(5)] for _ in range(5)])
    assert sum(allowed for share in answers for allowed in share) == 10


def test_limits_keep_no_address_and_nothing_that_is_over(stored):
    limits = DjangoLimits(stored.keys)
    assert limits.take("ip:192.0.2.7", START, 3, 60)
    assert b"192.0.2.7" not in database_bytes(stored)
    assert limits.take("ip:192.0.2.8", START + timedelta(minutes=5), 3, 60)
    assert LimitCount.objects.count() == 1
