"""A refusal stops what it refuses: every action asks `if refusal := …`, which a false value would walk past."""

from forbear.core.contact import Actor, Auth, Role, may_work_on_cases
from forbear.core.decision import may_decide
from forbear.core.refusal import Refusal


def test_a_refusal_counts_as_true():
    assert Refusal("a.rule", "a.reason")
    assert may_work_on_cases(Actor(Role.AUDITOR, "gao", Auth.STAFF))
    assert may_decide(Actor(Role.AGENT, "lin", Auth.STAFF), agents=(), excluded=())
    assert may_decide(Actor(Role.REVIEWER, "chen", Auth.STAFF), agents=("lin",), excluded=()) is None
