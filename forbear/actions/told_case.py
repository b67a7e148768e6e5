"""What an explanation was counted with, in sentences: debt and contract, cause and wish, the household by line."""

from collections.abc import Iterator

from forbear.actions.sections import Section, Table, evidence_told, line_name, money, place_told
from forbear.core.explained import Audience, Explanation, Inputs, Line
from forbear.core.loan import Owed
from forbear.core.money import major
from forbear.words import format, known, say

PARTS = ("principal", "interest", "penalty", "fees")


def counted(explanation: Explanation, language: str) -> Iterator[Section]:
    """The debt by part and where it comes from, the contract, the cause and the wish; then the household."""
    inputs, owed = explanation.inputs, explanation.owed
    notes = [say(language, "explanation.page.fits")] if explanation.audience is Audience.BORROWER else []
    figures = [
        (say(language, f"explanation.counted.{part}"), _amount(explanation, language, owed, part)) for part in PARTS
    ]
    figures.append((say(language, "explanation.counted.total"), money(explanation, language, owed.total_minor)))
    if explanation.days_past_due is not None:
        figures.append((say(language, "explanation.counted.days_late"), str(explanation.days_past_due)))
    lines: list[str] = []
    if inputs:
        lines += _booked(explanation, inputs, language)
        figures += _contract(explanation, inputs, language)
    title = say(language, "explanation.counted.title")
    yield Section(title, lines=tuple(lines), figures=tuple(figures), notes=tuple(notes))
    if inputs:
        yield household(explanation, inputs, language)


def _amount(explanation: Explanation, language: str, owed: Owed, part: str) -> str:
    return money(explanation, language, getattr(owed, f"{part}_minor"))


def _booked(explanation: Explanation, inputs: Inputs, language: str) -> Iterator[str]:
    yield say(language, "explanation.counted.booked", date=format.day(language, inputs.parts[0].booked_on))
    for part in inputs.parts:
        if part.grown_minor:
            grown = money(explanation, language, part.grown_minor)
            name = say(language, f"explanation.counted.{part.part}")
            yield say(language, "explanation.counted.grown", part=name, amount=grown)


def _contract(explanation: Explanation, inputs: Inputs, language: str) -> Iterator[tuple[str, str]]:
    loan = inputs.question.loan
    if loan.oldest_unpaid_due_on and explanation.days_past_due:
        yield say(language, "explanation.counted.since"), format.day(language, loan.oldest_unpaid_due_on)
    yield say(language, "explanation.counted.rate"), format.percent(loan.rate_ppm)
    yield say(language, "explanation.counted.instalment"), money(explanation, language, loan.instalment_minor)
    yield say(language, "explanation.counted.instalments_left"), str(loan.instalments_left)
    yield asked(inputs, language)
    yield from wishes(explanation, inputs, language)


def asked(inputs: Inputs, language: str) -> tuple[str, str]:
    """Why she asks."""
    cause = say(language, f"statement.page.cause.option.{inputs.question.cause}")
    return say(language, "explanation.counted.cause"), cause


def wishes(explanation: Explanation, inputs: Inputs, language: str) -> Iterator[tuple[str, str]]:
    """What she asks for; nothing where she asks for nothing."""
    request = inputs.question.request
    found = [_wish(language, kind) for kind in request.kinds]
    if request.instalment_minor is not None:
        amount = money(explanation, language, request.instalment_minor)
        found.append(say(language, "explanation.counted.wish_instalment", amount=amount))
    if request.months is not None:
        found.append(say(language, "explanation.counted.wish_months", months=request.months))
    if found:
        yield say(language, "explanation.counted.wish"), say(language, "evidence.page.list.or").join(found)


def _wish(language: str, kind: str) -> str:
    key = f"statement.page.wish.option.{kind}"
    return say(language, key) if known(language, key) else kind


def household(explanation: Explanation, inputs: Inputs, language: str) -> Section:
    """The household line by line, how much of each income counts, and the floor."""
    home = inputs.question.household
    notes = []
    if explanation.months:
        floor = money(explanation, language, explanation.months[0].floor_minor)
        people = home.adults + home.children
        notes.append(say(language, "explanation.household.floor", floor=floor, people=people))
    figures = []
    if explanation.audience is not Audience.BORROWER:
        figures.append((say(language, "explanation.household.place"), place_told(language, home.place)))
    return Section(
        title=say(language, "explanation.household.title"),
        figures=tuple(figures),
        table=Table(
            caption=say(language, "explanation.household.caption"),
            head=tuple(say(language, f"explanation.household.{name}") for name in ("what", "amount", "counts")),
            rows=tuple(_line(explanation, inputs, line, language) for line in inputs.lines),
        ),
        notes=tuple(notes),
    )


def _line(explanation: Explanation, inputs: Inputs, line: Line, language: str) -> tuple[str, str, str]:
    written = money(explanation, language, line.amount_minor)
    amount = say(language, "explanation.household.monthly", amount=written)
    if line.month:
        month = format.month(language, line.month)
        amount = say(language, "explanation.household.once", amount=written, month=month)
    if line.kind != "income":
        return line_name(language, line), amount, say(language, "explanation.household.aside")
    shown = evidence_told(language, line.evidence)
    counts = _counts(inputs, line, language)
    return (
        line_name(language, line),
        amount,
        f"{counts}{'，' if language == 'zh' else ', '}{shown}" if counts else shown,
    )


def _counts(inputs: Inputs, line: Line, language: str) -> str:
    """How much of an income counts: in full, in part, not at all, or in part for a while."""
    now, later = line.counts_minor, line.counts_later_minor
    if now is None or later is None:
        return ""
    if now == later:
        return _part(language, now, line.amount_minor)
    amount, months = format.figure(language, major(now)), inputs.interim_months
    then = say(language, "explanation.household.none_later") if not later else _part(language, later, line.amount_minor)
    return say(language, "explanation.household.part_then", amount=amount, months=months, later=then)


def _part(language: str, counts_minor: int, whole_minor: int) -> str:
    if counts_minor == whole_minor:
        return say(language, "explanation.household.full")
    if not counts_minor:
        return say(language, "explanation.household.none")
    return say(language, "explanation.household.part", amount=format.figure(language, major(counts_minor)))
