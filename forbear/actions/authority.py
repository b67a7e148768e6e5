"""Room 1, contact: who may speak for her, by a written authority on file; and that a person proved who she is.

Nobody else is told anything of a case (core/identity_on_channel.py).
"""

from datetime import date

from forbear.actions.ports import Desk
from forbear.actions.record import By, Decision, Done, carry_out
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Role, ThirdParty, may_work_on_cases
from forbear.core.contact_attempts import number_end
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal

WORDS_MAX = 80
DIGITS_LEAST = 7


def file_authority(
    desk: Desk, by: By, case_id: str, party: ThirdParty, *, until_on: date | None, paper: str
) -> Done | Refusal:
    """She gave somebody written authority: `paper` is the paper of the case that shows it, `until_on` its last day."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor) or _fault(desk, party, until_on):
            return refusal
        if file.paper(paper) is None:
            return Refusal("authority.paper", "contact_budget.authority.fault.paper", where="paper")
        return [e.AuthorityFiled(authority=desk.ids.new("t"), until_on=until_on, paper=paper, party=party)]

    return carry_out(desk, by, case_id, {"authority": party, "until": until_on, "paper": paper}, decide)


def end_authority(desk: Desk, by: By, case_id: str, authority: str) -> Done | Refusal:
    """It holds no more, from now on; ending one that has ended changes nothing."""

    def decide(file: CaseFile) -> Decision:
        if refusal := may_work_on_cases(by.actor):
            return refusal
        found = next((one for one in file.talk.authorities if one.authority == authority), None)
        if found is None:
            return Refusal("authority.unknown", "contact_budget.authority.fault.unknown")
        return () if found.ended_at else [e.AuthorityEnded(authority=authority)]

    return carry_out(desk, by, case_id, {"end": authority}, decide)


def note_identity(desk: Desk, by: By, case_id: str, auth: Auth) -> Done | Refusal:
    """Somebody of the desk heard her prove who she is on the telephone; the event's actor tells how."""
    if refusal := may_work_on_cases(by.actor):
        return refusal
    line = desk.cases.line(case_id)
    actor = Actor(Role.BORROWER, line.borrower_id if line else "", auth)
    proved = By(actor=actor, channel=Channel.HOTLINE, key=by.key, cause=f"by:{by.actor.id}")
    return carry_out(desk, proved, case_id, {"proved": auth.value}, lambda _: [e.IdentityProved()])


def _fault(desk: Desk, party: ThirdParty, until_on: date | None) -> Refusal | None:
    for where, text in (("name", party.name), ("relation", party.relation)):
        if not text.strip() or len(text) > WORDS_MAX:
            facts = {"most": WORDS_MAX}
            return Refusal("authority.words", f"contact_budget.authority.fault.{where}", facts=facts, where=where)
    if len(number_end(party.phone)) < DIGITS_LEAST and "@" not in party.email:
        return Refusal("authority.reach", "contact_budget.authority.fault.reach", where="phone")
    if until_on is not None and until_on < desk.clock.today():
        return Refusal("authority.until", "contact_budget.authority.fault.until", where="until")
    return None
