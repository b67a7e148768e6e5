"""The solver on varied cases through its public doors, and beside it what others answer of the same question.

A peer is asked less than the solver answers: HiGHS one linear program (the least largest instalment at one term, in
fractions of a fen), a numpy grid 24 instalments a case without rows, relief, reasons or rules.
"""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

import highspy
import numpy as np

from forbear.config.plan_file import read_case
from forbear.core.budget import budget
from forbear.core.cashflow import Arithmetic
from forbear.core.dates import month_after, month_of
from forbear.core.joint import JointQuestion, solve_jointly
from forbear.core.plan import Offer
from forbear.core.rules import Rulebook
from forbear.core.situation import situation
from forbear.core.solver import Question, solve, what_if
from tests.oracles.accounts import account, plain, policy
from tests.oracles.brute import PRINCIPAL, Account
from tests.oracles.flows import compiled

POINTS = 200
RUNGS = 24
EXAMPLES = Path(__file__).resolve().parent.parent / "examples/plan"
THREE_LOANS = EXAMPLES.parent / "several/three-loans.json"


def cases(seed: int, count: int) -> list[tuple[Question, Rulebook]]:
    """The examples, and made-up cases until there are `count` that have offers."""
    found = [(read_case(path.read_bytes()).question, policy(0)) for path in sorted(EXAMPLES.glob("*.json"))]
    found = [(question, rules) for question, rules in found if solve(question, rules, **compiled()).offers]
    number = 0
    while len(found) < count:
        question, rules = account(seed, number)
        if solve(question, rules, **compiled()).offers:
            found.append((question, rules))
        number += 1
    return found


def one_case(question: Question, rules: Rulebook, *, lender: bool = False) -> Callable[[], object]:
    """All that a borrower is offered, with label, exact rows and explanation; with `lender` also the plan that only
    the desk is shown."""
    return partial(solve, question, rules, **compiled(), lender=lender)


def amounts(question: Question, rules: Rulebook) -> list[int]:
    """Whole units from the lightest instalment to the most a month can bear, as a slider would ask them."""
    case = situation(question, rules)
    light = min(offer.plan.instalment_max_minor for offer in solve(question, rules, **compiled()).offers)
    top = max(light, min(case.ceiling_minor, max(case.caps)))
    unit = rules.integer("plan.instalment_unit")
    return [(light + (top - light) * step // (POINTS - 1)) // unit * unit for step in range(POINTS)]


def what_ifs(question: Question, rules: Rulebook) -> Callable[[], list[object]]:
    """200 amounts, each a whole offer with its rows, or a refusal."""
    asked, more = amounts(question, rules), compiled()
    return lambda: [what_if(question, rules, amount, **more) for amount in asked]


def sweep(question: Question, rules: Rulebook) -> Callable[[], object] | None:
    """The same 200 amounts in one go, as the slider's chart asks them; None where there is no such door."""
    door = getattr(import_module("forbear.core.solver"), "sweep", None)
    return None if door is None else partial(door, question, rules, amounts(question, rules), **compiled())


def budgets(question: Question, rules: Rulebook) -> Callable[[], object]:
    """The household's sixty months."""
    return partial(budget, question.household, rules.on(question.as_of), month_after(month_of(question.as_of), 1), 60)


def three_loans(**arithmetic: Arithmetic) -> Callable[[], object]:
    """All offers over three loans on one budget, every order of paying them tried."""
    question = read_case(THREE_LOANS.read_bytes()).question
    assert isinstance(question, JointQuestion), "a file of several loans"
    return partial(solve_jointly, question, policy(0), **arithmetic)


# ---- peers -----------------------------------------------------------------------------------------------------


def one_program(numbers: Account) -> Callable[[], float]:
    """HiGHS, given its matrix whole: the least largest instalment by the last month, interest on all that is left."""
    months = numbers.last + 1
    bounds = np.array([cap if m >= numbers.first else 0 for m, cap in enumerate(numbers.caps[:months])], float)
    growth = np.array(numbers.parts[:months]) * (numbers.rate_ppm / (numbers.denominator * 1e6))

    def ask() -> float:
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = 2 * months + 1, 2 * months
        program.col_cost_ = np.concatenate([np.zeros(2 * months), [1.0]])
        program.col_lower_ = np.zeros(2 * months + 1)
        last = np.full(months, highspy.kHighsInf)
        last[-1] = 0.0
        program.col_upper_ = np.concatenate([bounds, last, [highspy.kHighsInf]])
        # Row m: left(m) + x(m) − (1 + i(m)) · left(m − 1) = 0, the debt itself in month 0; row months + m: x(m) ≤ L.
        first = np.zeros(months)
        first[0] = sum(numbers.kept) * (1 + growth[0])
        program.row_lower_ = np.concatenate([first, np.full(months, -highspy.kHighsInf)])
        program.row_upper_ = np.concatenate([first, np.zeros(months)])
        place, at, index, value = [0], [], [], []
        for m in range(months):
            at.append([(m, 1.0), (months + m, 1.0)])
        for m in range(months):
            at.append([(m, 1.0)] + ([(m + 1, -1 - growth[m + 1])] if m + 1 < months else []))
        at.append([(months + m, -1.0) for m in range(months)])
        for column in at:
            index += [row for row, _ in column]
            value += [number for _, number in column]
            place.append(len(index))
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_, program.a_matrix_.value_ = place, index, value
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.passModel(program)
        solver.run()
        return float(solver.getInfo().objective_function_value)

    return ask


def grid(numbers: Account) -> Callable[[], tuple[float, float, int]]:
    """Numpy: 24 ceilings at once through the months, in fractions of a fen; (lightest, cheapest, soonest) of them."""
    caps = np.array(numbers.caps[: numbers.last + 1], float)
    growth = np.array(numbers.parts) * (numbers.rate_ppm / (numbers.denominator * 1e6))
    ceilings = np.linspace(0, min(numbers.ceiling, caps.max()), RUNGS + 1)[1:]

    def ask() -> tuple[float, float, int]:
        left = np.full(RUNGS, float(sum(numbers.kept)))
        principal = np.full(RUNGS, float(numbers.kept[PRINCIPAL]))
        total, ends = np.zeros(RUNGS), np.full(RUNGS, 10**6)
        for month in range(numbers.last + 1):
            left += principal * growth[month]
            if month >= numbers.first:
                paid = np.minimum(np.minimum(caps[month], ceilings), left)
                total += paid
                left -= paid
                ends = np.where((left <= 0) & (ends == 10**6), month, ends)
                principal = np.minimum(principal, left)
        done = np.where(left <= 0)[0]
        if not len(done):
            return float("inf"), float("inf"), 10**6
        return float(ceilings[done].min()), float(total[done].min()), int(ends.min())

    return ask


def grid_misses(work: list[tuple[Question, Rulebook]]) -> Iterator[float]:
    """How much heavier the grid's lightest instalment is than the solver's, as a share."""
    for question, rules in work:
        case = situation(question, rules)
        found, _, _ = grid(plain(case))()
        least = next(o for o in solve(question, rules, **compiled()).offers if o.name == "lightest")
        assert isinstance(least, Offer)
        yield found / least.plan.instalment_max_minor - 1
