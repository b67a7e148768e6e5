"""A statement's own proof: the balance before, plus or less what moved, is the balance after.

Two links of this chain share each balance. So a balance that breaks both while they agree on another is mended to that
one, and an amount between two balances that their other links prove is mended if it is one digit away; everything
else that does not hold stays as read and is doubtful. A missing row is never papered over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forbear.core.paper_text import distance


@dataclass(frozen=True, kw_only=True)
class Link:
    """What was read of a row: `amount` with its sign (`signed`: whether the sign was printed) and `balance`, in minor
    units, None where nothing was read; after `settle`: whether it is `proved` by the chain, `broken`, or `mended`.
    """

    amount: int | None
    balance: int | None
    signed: bool = True
    proved: bool = False
    broken: bool = False
    mended: bool = False
    inferred: bool = False


def settle(links: Sequence[Link], opening: int | None = None, newest_first: bool = False) -> tuple[Link, ...]:
    """The rows in the order given, signs filled in, what the chain proves mended, the rest marked."""
    turned = list(reversed(links))
    up, down = _holding(links, opening), _holding(turned, opening)
    if down > up or (down == up and newest_first):
        return tuple(reversed(_settled(turned, opening)))
    return tuple(_settled(list(links), opening))


def _holding(links: Sequence[Link], opening: int | None) -> int:
    before = [opening, *(link.balance for link in links)]
    return sum(_holds(start, link) is True for start, link in zip(before, links, strict=False))


def _holds(before: int | None, link: Link) -> bool | None:
    if before is None or link.amount is None or link.balance is None:
        return None
    moved = link.balance - before
    return moved == link.amount or (not link.signed and moved == -link.amount)


def _settled(links: list[Link], opening: int | None) -> list[Link]:
    _signs(links, opening)
    _balances(links, opening)
    _signs(links, opening)
    _amounts(links, opening)
    return [_marked(links, i, opening) for i in range(len(links))]


def _before(links: Sequence[Link], i: int, opening: int | None) -> int | None:
    return links[i - 1].balance if i else opening


def _link_holds(links: Sequence[Link], i: int, opening: int | None) -> bool | None:
    return _holds(_before(links, i, opening), links[i]) if 0 <= i < len(links) else None


def _signs(links: list[Link], opening: int | None) -> None:
    """A sign that was not printed, or was lost in reading, is the one that makes the link hold."""
    for i, link in enumerate(links):
        before = _before(links, i, opening)
        if before is not None and link.amount is not None and link.balance is not None:
            moved = link.balance - before
            if link.amount and abs(moved) == abs(link.amount):
                turned = moved != link.amount and link.signed
                links[i] = replace(link, amount=moved, signed=True, mended=link.mended or turned)


def _balances(links: list[Link], opening: int | None) -> None:
    for i, link in enumerate(links[:-1]):
        before, after = _before(links, i, opening), links[i + 1]
        if before is None or link.amount is None or after.amount is None or after.balance is None:
            continue
        if _link_holds(links, i, opening):
            continue
        for amount in {link.amount, link.amount if link.signed else -link.amount}:
            for moved in {after.amount, after.amount if after.signed else -after.amount}:
                if before + amount == after.balance - moved and before + amount != link.balance:
                    links[i] = replace(link, amount=amount, balance=before + amount, signed=True, mended=True)


def _amounts(links: list[Link], opening: int | None) -> None:
    """An amount whose neighbours are proved by their other links is their difference, if that is one digit away."""
    for i, link in enumerate(links):
        before = _before(links, i, opening)
        if before is None or link.balance is None or _link_holds(links, i, opening):
            continue
        if link.amount is None:
            links[i] = replace(link, amount=link.balance - before, signed=True, inferred=True)
            continue
        start_proved = i == 0 or bool(_link_holds(links, i - 1, opening))
        if start_proved and _link_holds(links, i + 1, opening):
            moved = link.balance - before
            if one_digit_apart(abs(link.amount), abs(moved)):
                links[i] = replace(link, amount=moved, signed=True, mended=True)


def _marked(links: Sequence[Link], i: int, opening: int | None) -> Link:
    holds = _link_holds(links, i, opening)
    unproved_start = holds is None and i + 1 < len(links) and _link_holds(links, i + 1, opening) is False
    return replace(links[i], proved=holds is True, broken=holds is False or unproved_start)


def one_digit_apart(one: int, two: int) -> bool:
    """Whether a digit exchanged, left out or put in makes one number of the other."""
    return distance(str(one), str(two)) == 1
