"""Each line of a household says where it comes from, and nobody but a person, with a reason, changes one."""

import ast
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import pytest

from forbear.actions.evidence import correct_budget
from forbear.actions.plan import months_ahead, offers_today, question
from forbear.actions.record import By, Done, load
from forbear.adapters.memory import memory_desk
from forbear.core.budget import Evidence, budget
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role
from forbear.core.provenance import lines, may_correct
from forbear.core.refusal import Refusal
from forbear.core.solver import solve
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import has_papers
from forbear.town.sample import somebody
from tests.house.tree import files, name

AGENT = Actor(Role.AGENT, AGENTS[1].id, Auth.STAFF)


@pytest.fixture
def case():
    """A desk in memory with one case that has a statement and papers: (desk, case_id)."""
    desk = memory_desk(at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    row, home = somebody(desk, Random("somebody"), 1, date(2026, 3, 2), planned=True, above=True)
    desk.loans.put([row])
    she = Borrower(desk, row, home, Random("she"), 1)
    for wait in has_papers(she):
        desk.clock.move_to(desk.clock.now() + wait)
    return desk, she.case_id


def corrected(desk, case_id, key="1", actor=AGENT, reason="The payslip says so.", **changes):
    household = load(desk, case_id).household
    by = By(actor=actor, channel=Channel.WEB, key=key)
    return correct_budget(desk, by, case_id, replace(household, **changes), reason)


def test_a_line_stands_since_the_fact_that_brought_it(case):
    desk, case_id = case
    before = load(desk, case_id)
    stated = [event for event in before.events if event.fact.type == "statement.submitted"][-1]
    assert {line.seq for line in lines(before.events)} == {stated.seq}
    assert not any(line.changed or line.reason or line.was for line in lines(before.events))
    old = before.household.income[0]
    new = replace(old, monthly_minor=old.monthly_minor - 100, paper=before.papers[0].paper)
    done = corrected(desk, case_id, income=(new, *before.household.income[1:]))
    assert isinstance(done, Done)
    first, *rest = lines(load(desk, case_id).events)
    assert (first.line, first.was, first.changed, first.reason) == (new, old, True, "The payslip says so.")
    assert (first.seq, first.by, first.channel) == (done.seq, AGENT, Channel.WEB)
    assert (first.grade, first.paper) == (new.evidence.value, before.papers[0].paper)
    assert {line.seq for line in rest} == {stated.seq}


@pytest.mark.parametrize(
    ("actor", "reason", "rule"),
    [
        (SYSTEM, "It fits the product better.", "desk.role"),
        (Actor(Role.LENDER_CORE, "core", Auth.API_KEY), "Read from a paper.", "desk.role"),
        (Actor(Role.POLICY_OWNER, "sun", Auth.STAFF), "The policy changed.", "desk.role"),
        (Actor(Role.AGENT, "", Auth.STAFF), "Nobody in particular.", "desk.role"),
        (Actor(Role.AGENT, "li", Auth.NONE), "Not signed in.", "desk.role"),
        (AGENT, "", "evidence.reason"),
        (AGENT, " \n", "evidence.reason"),
    ],
)
def test_nobody_but_a_person_with_a_reason_changes_a_line(case, actor, reason, rule):
    desk, case_id = case
    size = desk.ledger.size()
    outcome = corrected(desk, case_id, actor=actor, reason=reason, adults=3)
    assert isinstance(outcome, Refusal)
    assert (outcome.rule, may_correct(actor, reason).rule) == (rule, rule)
    assert desk.ledger.size() == size


@pytest.mark.parametrize(
    ("change", "rule", "where"),
    [
        ({"place": "xx/nowhere"}, "statement.place", "place"),
        ({"adults": 0}, "statement.adults", "adults"),
        ({"children": 21}, "statement.children", "children"),
        ({"older_children": 9}, "statement.older-children", "older_children"),
    ],
)
def test_figures_nobody_can_reckon_with_are_refused_by_name(case, change, rule, where):
    desk, case_id = case
    size = desk.ledger.size()
    outcome = corrected(desk, case_id, **change)
    assert (outcome.rule, outcome.where) == (rule, where)
    assert desk.ledger.size() == size


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"monthly_minor": -1}, "statement.amount"),
        ({"monthly_minor": 10**14}, "statement.amount"),
        ({"monthly_minor": None}, "statement.amount"),
        ({"month": "2026-05"}, "statement.monthly-or-month"),
        ({"credits": (("2026-13", 1),)}, "statement.month"),
        ({"credits": (("2026-01", 1), ("2026-01", 2))}, "statement.month"),
        ({"credits": (("2026-01", -1),)}, "statement.amount"),
        ({"evidence": Evidence.A, "credits": (("2026-01", 1),)}, "statement.grade"),
        ({"paper": "f_nowhere"}, "evidence.item"),
    ],
)
def test_a_line_at_fault_is_refused_and_nothing_happens(case, change, rule):
    desk, case_id = case
    first, *rest = load(desk, case_id).household.income
    size = desk.ledger.size()
    outcome = corrected(desk, case_id, income=(replace(first, **change), *rest))
    assert outcome.rule == rule
    assert outcome.where in ("income[0]", "item")
    assert desk.ledger.size() == size


def test_a_solver_leaves_every_line_as_it_was_given(case):
    """No target, no product and no missing plan changes a line: the same household before and after, to the byte."""
    desk, case_id = case
    asked = question(desk, load(desk, case_id))
    shown = repr(asked.household)
    rules = desk.rulebooks.on(desk.clock.today())
    for minor in (1, 100, 50_000_00):
        request = replace(asked.request, instalment_minor=minor)
        answer = solve(replace(asked, request=request), rules)
        months = budget(
            asked.household, rules, answer.affordable[0].month, len(answer.affordable), answer.owed.total_minor
        )
        assert answer.affordable == months
    assert repr(asked.household) == shown
    assert load(desk, case_id).corrections == ()
    assert months_ahead(desk, load(desk, case_id), 12) == offers_today(desk, load(desk, case_id)).affordable[:12]


def test_one_place_makes_the_fact_and_no_solver_makes_a_line():
    """The fact is made in one action; no solver and no action makes a line."""
    made: dict[str, set[str]] = {}
    for path in files("forbear/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                made.setdefault(called, set()).add(name(path))
    assert made["BudgetCorrected"] == {"forbear/actions/evidence.py"}
    lines_made = made["Outgoing"] | made["Income"]
    assert not any(path.startswith(("forbear/core/", "forbear/actions/")) for path in lines_made)
