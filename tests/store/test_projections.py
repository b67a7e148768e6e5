"""The queue's lines: what stands in the table is what the record says, however often and from wherever it is made."""

from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forbear.actions.ports import CaseLine
from forbear.core import events as e
from forbear.core.agreement import Lapse
from forbear.core.contact import SYSTEM, Actor, Auth, Role
from forbear.core.decision import Outcome
from forbear.core.payments import BreakReason
from forbear.store.models import CaseRow
from tests.contracts.bench import CONTRACT, NAME, START, Bench, make_bench, opened, write, wrote

AGENT = Actor(Role.AGENT, "s_agent", Auth.STAFF)
REVIEWER = Actor(Role.REVIEWER, "s_reviewer", Auth.STAFF)
SOON, LATER = date(2026, 3, 9), date(2026, 5, 9)

ISSUED = e.AgreementIssued(
    number=1,
    due_on=tuple(SOON + timedelta(days=30 * n) for n in (1, 2, 3)),
    grace_days=3,
    sign_by_on=SOON,
    template="t",
    document="b_2",
)
STEPS = (
    (AGENT, wrote()),
    (SYSTEM, e.PersonAsked(by_on=SOON)),
    (SYSTEM, e.StatementSubmitted(told=("credit-record",))),
    (SYSTEM, e.EnforcementPaused()),
    (SYSTEM, e.PapersAsked(count=2, optional=(2,), by_on=LATER)),
    (SYSTEM, e.PaperReceived(item=1, paper="b_1")),
    (AGENT, e.PaperAccepted(item=1)),
    (AGENT, e.PaperRefused(item=1)),
    (SYSTEM, e.PlanRequested(offer="lightest", answer_by_on=SOON)),
    (AGENT, e.CaseAccepted(decide_by_on=LATER)),
    (AGENT, e.MoreAsked(by_on=SOON)),
    (AGENT, e.DecisionProposed(outcome=Outcome.APPROVED)),
    (REVIEWER, e.SecondEyesAsked(outcome=Outcome.APPROVED, rule="desk.second_eyes")),
    (REVIEWER, e.DecisionMade(outcome=Outcome.APPROVED, rulebook="r", appeal_by_on=LATER)),
    (REVIEWER, e.DecisionMade(outcome=Outcome.REFUSED, rulebook="r", appeal_by_on=LATER)),
    (SYSTEM, e.DecisionAppealed(decide_by_on=LATER)),
    (SYSTEM, ISSUED),
    (SYSTEM, e.AgreementCountersigned(number=1)),
    (SYSTEM, e.AgreementLapsed(number=1, why=Lapse.EXPIRED)),
    (SYSTEM, e.PaymentReceived(payment="y_1", settled=(1,), all_settled=False)),
    (SYSTEM, e.InstalmentLate(instalment=2)),
    (SYSTEM, e.DefaultNoticed(cure_by_on=LATER)),
    (SYSTEM, e.CurePeriodEnded()),
    (REVIEWER, e.PlanBroken(why=BreakReason.UNPAID)),
    (SYSTEM, e.PlanCompleted(early=True)),
    (SYSTEM, e.RenegotiationAsked()),
    (SYSTEM, e.CaseClosed(why="unfinished")),
)


def walk(bench: Bench, case_id: str, steps, name: str = NAME, contract: str = CONTRACT) -> None:
    """A case through these steps, two of them to a command, the clock moving on."""
    bench.ledger.append(write(opened(case_id, name, contract), expected=-1, key=f"{case_id}.open", case_id=case_id))
    for number, (actor, fact) in enumerate(steps):
        at = START + timedelta(minutes=number)
        bench.ledger.append(
            write(fact, expected=number, key=f"{case_id}.{number}", case_id=case_id, actor=actor, at=at)
        )


def every_line(bench: Bench) -> dict[str, CaseLine | None]:
    return {case_id: bench.cases.line(case_id) for case_id in {r.case_id for r in bench.ledger.all()}}


def readings(bench: Bench):
    """Everything the Cases port can be asked."""
    return (
        every_line(bench),
        bench.cases.queue(limit=1000),
        bench.cases.queue(waits_for="agent", limit=1000),
        bench.cases.queue(stage="closed", limit=1000),
        bench.cases.queue(search=NAME, limit=1000),
        bench.cases.counts(),
        bench.cases.to_watch(SOON + timedelta(days=400)),
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_live_lines_are_those_in_memory_and_those_made_anew(request, tmp_path, kind):
    request.getfixturevalue(f"{kind}_database")
    stored, memory = make_bench(kind, tmp_path), make_bench("memory", tmp_path)
    cases = iter(range(10_000))

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(STEPS), max_size=14))
    def alike(steps):
        number = next(cases)
        for bench in (stored, memory):
            walk(bench, f"c_{number}", steps, name=NAME if number % 3 else f"{NAME}{number}")
        assert every_line(stored)[f"c_{number}"] == memory.cases.line(f"c_{number}")

    alike()
    live = readings(stored)
    assert live == readings(memory)
    assert stored.ledger.rebuild() == len(live[0])
    assert readings(stored) == live


def test_a_line_says_what_the_case_says(stored):
    walk(stored, "c_1", [STEPS[2], STEPS[8], STEPS[9], STEPS[11], STEPS[12]])
    assert stored.cases.line("c_1") == CaseLine(
        case_id="c_1",
        loan_id="l_c_1",
        borrower_id="p_c_1",
        contract=CONTRACT,
        name=NAME,
        stage="decision",
        standing="",
        waits_for="second",
        due_on=LATER,
        due_what="decide",
        agent="s_agent",
        reviewer="s_reviewer",
        opened_at=START,
        changed_at=START + timedelta(minutes=4),
        seq=5,
    )
    assert stored.cases.line("c_2") is None


def test_rebuilding_drops_what_the_record_does_not_say(stored):
    walk(stored, "c_1", STEPS[:3])
    live = every_line(stored)
    CaseRow.objects.filter(case_id="c_1").update(stage="nowhere", agent="nobody")
    row = CaseRow.objects.get()
    row.pk = "c_ghost"
    row.save(force_insert=True)
    assert stored.ledger.rebuild() == 1
    assert every_line(stored) == live
    assert CaseRow.objects.count() == 1


def test_the_queue_has_what_is_due_next_first_and_a_page_at_a_time(stored):
    for number, by in enumerate([9, 3, 7, 3]):
        steps = [(SYSTEM, e.PersonAsked(by_on=date(2026, 3, by)))]
        walk(stored, f"c_{number}", steps)
    walk(stored, "c_closed", [(SYSTEM, e.CaseClosed(why="unfinished"))])
    walk(stored, "c_plan", [STEPS[2]])
    assert [line.case_id for line in stored.cases.queue()] == ["c_1", "c_3", "c_2", "c_0", "c_plan"]
    assert [line.case_id for line in stored.cases.queue(offset=1, limit=2)] == ["c_3", "c_2"]
    assert [line.case_id for line in stored.cases.queue(stage="closed")] == ["c_closed"]
    assert [line.case_id for line in stored.cases.queue(waits_for="borrower")] == ["c_plan"]
    assert stored.cases.counts() == {"agent": 4, "borrower": 1, "stage:statement": 4, "stage:plan": 1}


def test_a_search_finds_a_contract_or_a_whole_name_and_closed_cases_too(stored):
    walk(stored, "c_1", [], name="王小燕", contract="HC-2025-0001")
    walk(stored, "c_2", [(SYSTEM, e.CaseClosed(why="unfinished"))], name="王小燕", contract="HC-2025-0002")
    walk(stored, "c_3", [], name="王小", contract="HC-2025-0003")

    def found(text):
        return {line.case_id for line in stored.cases.queue(search=text)}

    assert found("王小燕") == {"c_1", "c_2"}
    assert found(" 王 小燕") == {"c_1", "c_2"}
    assert found("hc－2025－0003 ") == {"c_3"}
    assert found("王") == set()
    assert found("HC-2025") == set()


def test_cases_of_a_loan_and_of_a_borrower_newest_first(stored):
    for number in range(3):
        fact = opened("c_1")
        at = START + timedelta(hours=number)
        stored.ledger.append(write(fact, expected=-1, key=f"o{number}", case_id=f"c_{number}", at=at))
    assert [line.case_id for line in stored.cases.of_loan("l_c_1")] == ["c_2", "c_1", "c_0"]
    assert [line.case_id for line in stored.cases.of_borrower("p_c_1")] == ["c_2", "c_1", "c_0"]
    assert stored.cases.of_loan("l_other") == ()


def test_the_night_looks_at_cases_whose_instalment_is_past_its_grace(stored):
    issued, countersigned = STEPS[16], STEPS[17]
    walk(stored, "c_1", [issued, countersigned])
    walk(stored, "c_2", [issued])
    walk(stored, "c_3", [issued, countersigned, (SYSTEM, e.PlanCompleted(early=False))])
    assert stored.cases.to_watch(SOON + timedelta(days=33)) == ()
    assert stored.cases.to_watch(SOON + timedelta(days=34)) == ("c_1",)


def test_a_line_whose_identity_was_forgotten_has_no_name_and_goes_on(stored):
    walk(stored, "c_1", [])
    stored.forget("c_1", "identity")
    line = stored.cases.line("c_1")
    assert (line.name, line.contract, line.loan_id) == ("", "", "l_c_1")
    stored.ledger.append(write(wrote(), expected=0, key="more"))
    assert stored.cases.line("c_1").seq == 1
    stored.ledger.rebuild()
    line = stored.cases.line("c_1")
    assert (line.name, line.contract, line.loan_id, line.borrower_id, line.seq) == ("", "", "", "", 1)
    assert stored.cases.queue(search=NAME) == ()


def test_the_queue_takes_few_queries_however_long_it_is(stored, django_assert_num_queries):
    for number in range(12):
        walk(stored, f"c_{number}", [])
    with django_assert_num_queries(2, connection=connection):
        assert len(stored.cases.queue()) == 12
