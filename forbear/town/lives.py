"""The lives of the town: each a script of what a borrower and the desk do, yielding how long they wait in between.

`LIVES` says how many of each there are and how many days ago they began, so that today the desk has cases at every
stage of the line, kept and broken, waiting for everybody in turn.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from forbear.actions import breach, contact, conversation, decision, evidence, payments
from forbear.core.contact import Channel
from forbear.core.decision import Outcome
from forbear.core.payments import BreakReason
from forbear.town.borrower import Borrower, well

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Life = Iterator[timedelta]


def looks_in(she: Borrower) -> Life:
    """Proves who she is, answers some questions and has not come back yet."""
    she.arrives()
    yield HOUR
    she.answers(upto=2 + she.number % 6)


def states(she: Borrower) -> Life:
    """Tells the whole story and hands it in; papers are still wanted."""
    she.arrives()
    she.answers()
    yield HOUR
    she.submits()


def sends_some(she: Borrower) -> Life:
    """One paper came, the rest is still wanted."""
    yield from states(she)
    yield 20 * HOUR
    she.sends_papers(most=1)


def blurred(she: Borrower) -> Life:
    """A paper that cannot be read is asked for again."""
    yield from states(she)
    yield 20 * HOUR
    she.sends_papers()
    yield DAY
    by = she.by(she.agent)
    well(evidence.refuse_paper(she.desk, by, she.case_id, 1, "照片有些模糊，看不清有效期，请在亮一点的地方再拍一张。"))


def has_papers(she: Borrower) -> Life:
    """All papers are there; she has not chosen a plan."""
    yield from states(she)
    yield 20 * HOUR
    she.sends_papers()


def wishes(she: Borrower) -> Life:
    """Chose a plan; waits for an agent."""
    yield from has_papers(she)
    yield 2 * HOUR
    she.wishes()


def under_review(she: Borrower) -> Life:
    """An agent is working on it."""
    yield from wishes(she)
    yield 20 * HOUR
    she.accepted()
    yield HOUR
    she.papers_checked()


def more_asked(she: Borrower) -> Life:
    """The agent asked for something more."""
    yield from under_review(she)
    yield HOUR
    words = "您写了每月有其他收入，请告诉我们大概从哪里来，有没有记录。"
    well(decision.ask_for_more(she.desk, she.by(she.agent), she.case_id, words))


def writes_back(she: Borrower) -> Life:
    """She answered in a message; a person owes her a reply."""
    yield from more_asked(she)
    yield 22 * HOUR
    she.writes("是帮亲戚看店的钱，现金，没有记录，一个月大概八百。")


def proposed(she: Borrower) -> Life:
    """A proposal waits for the reviewer."""
    yield from under_review(she)
    yield DAY
    she.proposed(note="材料齐全，收入与说明一致。")


def second_eyes(she: Borrower) -> Life:
    """A reviewer decided above her authority; a second pair of eyes has to agree."""
    yield from proposed(she)
    yield DAY
    well(decision.decide_case(she.desk, she.by(she.reviewer), she.case_id))


def countered(she: Borrower) -> Life:
    """Another plan was offered than the one she asked for."""
    yield from under_review(she)
    yield DAY
    words = "您选的方案每月金额偏高，怕您撑不住。我们建议每月少还一些，时间长一点。"
    she.proposed(Outcome.COUNTERED, offer="lightest", words=words, reasons=("surplus-too-small",))
    yield DAY
    she.decided()


def refused(she: Borrower) -> Life:
    """Refused, with reasons and what would change it."""
    yield from under_review(she)
    yield DAY
    she.proposed(
        Outcome.REFUSED,
        reasons=("papers-missing", "figures-contradict"),
        words="银行流水里看不到说明里写的收入，我们没法判断每月能还多少。",
        would_change="请补三个月的银行流水，或者请单位开一张收入证明。",
    )
    yield 2 * DAY
    she.decided()


def appealed(she: Borrower) -> Life:
    """She appealed; somebody else looks at it."""
    yield from refused(she)
    yield 3 * DAY
    words = "工资是现金发的，我让老板写了证明，请再看一次。"
    well(decision.appeal(she.desk, she.by(she.her), she.case_id, words))


def approved(she: Borrower) -> Life:
    """The agreement waits for her signature."""
    yield from proposed(she)
    yield DAY
    she.decided()


def lapsed(she: Borrower) -> Life:
    """She let the days to sign pass."""
    yield from approved(she)
    yield 20 * DAY


def signed(she: Borrower) -> Life:
    """Signed; the first instalment is still to come."""
    yield from approved(she)
    yield 30 * HOUR
    she.signs()


def keeps(she: Borrower) -> Life:
    """Pays each instalment on its day."""
    yield from signed(she)
    while she.file.case.in_force is not None:
        yield she.next_due()
        she.pays()
        yield HOUR


def falls_late(she: Borrower) -> Life:
    """Paid twice, then nothing more came: late, noticed, and in time a person's decision."""
    yield from signed(she)
    for _ in range(min(2, len(she.file.case.due) - 1)):
        yield she.next_due()
        she.pays()


def late_and_cured(she: Borrower) -> Life:
    """Missed an instalment, was told in writing, paid it within the days to cure, and goes on."""
    yield from signed(she)
    yield she.next_due() + 15 * DAY
    she.pays()
    while she.file.case.in_force is not None:
        yield she.next_due()
        she.pays()
        yield HOUR


def broken(she: Borrower) -> Life:
    """Never paid; after notice and the days to cure a reviewer declared the plan broken."""
    yield from signed(she)
    yield she.next_due() + 40 * DAY
    words = "通知和补救期都已过，没有收到付款，也联系不上。"
    well(breach.declare_broken(she.desk, she.by(she.reviewer), she.case_id, BreakReason.UNPAID, words))


def settles_early(she: Borrower) -> Life:
    """Paid two instalments, then the whole rest at once."""
    yield from signed(she)
    for _ in range(min(2, len(she.file.case.due) - 1)):
        yield she.next_due()
        she.pays()
        yield HOUR
    yield 9 * DAY
    figure = payments.settlement_figure(she.file, she.desk.clock.today())
    if figure is not None:
        she.pays(figure.total_minor)


def life_changes_again(she: Borrower) -> Life:
    """Paid twice, then asked to renegotiate and is telling her story anew."""
    yield from signed(she)
    for _ in range(min(2, len(she.file.case.due) - 1)):
        yield she.next_due()
        she.pays()
        yield HOUR
    yield 5 * DAY
    well(payments.renegotiate(she.desk, she.by(she.her), she.case_id, "这个月起又少了一份工，原来的金额还不上了。"))


def asks_for_a_person(she: Borrower) -> Life:
    """Nothing fits; she asks to be called."""
    yield from states(she)
    yield HOUR
    well(conversation.ask_person(she.desk, she.by(she.her), she.case_id, "我不太会弄，想找人说说。"))


def by_telephone(she: Borrower) -> Life:
    """Tells it to an agent on the hotline, who writes it down."""
    opened = contact.open_case(
        she.desk, she.by(she.agent, Channel.HOTLINE), loan_id=she.held.loan_id, language=she.row.language
    )
    she.case_id = well(opened).case_id
    yield HOUR
    she.her = she.agent
    she.answers()
    she.submits()


@dataclass(frozen=True)
class Kind:
    """`began`: days ago, one for each such life; `planned`: only for households that can be offered a plan; `above`:
    one that forgives more than a reviewer may decide alone.
    """

    life: Callable[[Borrower], Life]
    began: tuple[int, ...]
    planned: bool = True
    above: bool = False


LIVES = (
    Kind(keeps, (232, 205, 190, 171, 160, 148, 131, 120, 104, 92, 81)),
    Kind(settles_early, (200, 160, 127)),
    Kind(late_and_cured, (150, 118, 95)),
    Kind(broken, (140, 122)),
    Kind(falls_late, (135, 112, 104, 97, 90)),
    Kind(life_changes_again, (110, 88)),
    Kind(lapsed, (48,)),
    Kind(signed, (26, 19, 15)),
    Kind(approved, (12, 9, 8)),
    Kind(second_eyes, (8, 7), above=True),
    Kind(proposed, (7, 6, 6)),
    Kind(countered, (13, 11)),
    Kind(refused, (21, 15), planned=False),
    Kind(appealed, (18, 14), planned=False),
    Kind(more_asked, (9, 6)),
    Kind(writes_back, (5,)),
    Kind(under_review, (6, 5, 5)),
    Kind(wishes, (4, 3, 3, 2)),
    Kind(has_papers, (5, 4)),
    Kind(blurred, (6, 5)),
    Kind(sends_some, (7, 3)),
    Kind(states, (4, 2, 1), planned=False),
    Kind(asks_for_a_person, (3, 2), planned=False),
    Kind(by_telephone, (4, 1), planned=False),
    Kind(looks_in, (20, 5, 2, 1), planned=False),
)
