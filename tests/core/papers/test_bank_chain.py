"""The balances of a statement prove its rows, mend what only one value can mend, and leave the rest in doubt."""

from forbear.core.bank_chain import Link, settle

MOVES = (-59_304, 1_162_654, -107_628, -119_987, 500_000)
OPENING = 404_414
BALANCES = (345_110, 1_507_764, 1_400_136, 1_280_149, 1_780_149)


def links(**changed: Link) -> list[Link]:
    rows = [Link(amount=amount, balance=balance) for amount, balance in zip(MOVES, BALANCES, strict=True)]
    for name, link in changed.items():
        rows[int(name[-1])] = link
    return rows


def figures(settled: tuple[Link, ...]) -> list[tuple[int | None, int | None]]:
    return [(link.amount, link.balance) for link in settled]


TRUE = list(zip(MOVES, BALANCES, strict=True))


def test_a_whole_chain_is_proved():
    settled = settle(links(), OPENING)
    assert figures(settled) == TRUE
    assert all(link.proved and not link.mended and not link.broken for link in settled)


def test_without_an_opening_balance_the_first_row_is_neither_proved_nor_broken():
    settled = settle(links())
    assert [link.proved for link in settled] == [False, True, True, True, True]
    assert not any(link.broken for link in settled)


def test_the_newest_row_may_come_first():
    settled = settle(list(reversed(links())), None, newest_first=True)
    assert figures(settled) == list(reversed(TRUE))
    assert [link.proved for link in settled] == [True, True, True, True, False]


def test_a_balance_between_two_links_that_agree_is_mended():
    settled = settle(links(row2=Link(amount=MOVES[2], balance=1_400_186)), OPENING)
    assert figures(settled) == TRUE
    assert [link.mended for link in settled] == [False, False, True, False, False]


def test_an_amount_one_digit_away_between_proved_balances_is_mended():
    for wrong in (-107_623, -10_762, -1_107_628):
        settled = settle(links(row2=Link(amount=wrong, balance=BALANCES[2])), OPENING)
        assert figures(settled) == TRUE
        assert settled[2].mended and settled[2].proved


def test_an_amount_far_away_stays_as_read_and_is_broken():
    settled = settle(links(row2=Link(amount=-20_000, balance=BALANCES[2])), OPENING)
    assert settled[2] == Link(amount=-20_000, balance=BALANCES[2], broken=True)
    assert [link.broken for link in settled] == [False, False, True, False, False]


def test_the_last_amount_has_no_second_link_and_is_never_mended():
    settled = settle(links(row4=Link(amount=500_001, balance=BALANCES[4])), OPENING)
    assert settled[4] == Link(amount=500_001, balance=BALANCES[4], broken=True)


def test_a_missing_row_is_not_papered_over():
    rows = links()
    del rows[2]
    settled = settle(rows, OPENING)
    assert figures(settled) == TRUE[:2] + TRUE[3:]
    assert [link.broken for link in settled] == [False, False, True, False]


def test_a_sign_not_printed_or_lost_comes_from_the_balances():
    plain = [Link(amount=abs(amount), balance=balance, signed=False) for amount, balance in TRUE]
    assert figures(settle(plain, OPENING)) == TRUE
    assert not any(link.mended for link in settle(plain, OPENING))
    lost = settle(links(row2=Link(amount=107_628, balance=BALANCES[2])), OPENING)
    assert figures(lost) == TRUE and lost[2].mended


def test_an_amount_not_found_is_inferred_and_says_so():
    settled = settle(links(row2=Link(amount=None, balance=BALANCES[2])), OPENING)
    assert figures(settled) == TRUE
    assert [link.inferred for link in settled] == [False, False, True, False, False]


def test_without_balances_nothing_is_proved_or_broken():
    rows = [Link(amount=amount, balance=None) for amount in MOVES]
    assert settle(rows) == tuple(rows)
