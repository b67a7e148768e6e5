"""Who may look at a health paper: only who works on the case."""

import pytest

from forbear.core.case import Case
from forbear.core.contact import Actor, Auth, Role
from forbear.core.health_papers import may_look

TAKEN = Case(agent="lin", excluded=frozenset({"chen"}))


@pytest.mark.parametrize(
    ("role", "name", "case", "may"),
    [
        (Role.AGENT, "lin", TAKEN, True),
        (Role.AGENT, "wu", TAKEN, False),
        (Role.AGENT, "wu", Case(), True),
        (Role.REVIEWER, "zhao", TAKEN, True),
        (Role.REVIEWER, "chen", TAKEN, False),
        (Role.AUDITOR, "he", TAKEN, False),
        (Role.POLICY_OWNER, "sun", Case(), False),
    ],
)
def test_only_who_works_on_the_case(role: Role, name: str, case: Case, may: bool):
    refused = may_look(Actor(role, name, Auth.STAFF), case)
    assert (refused is None) == may
    assert refused is None or refused.rule == "evidence.health"


def test_somebody_who_did_not_sign_in_as_staff_may_not():
    assert may_look(Actor(Role.AGENT, "lin", Auth.NONE), TAKEN) is not None
