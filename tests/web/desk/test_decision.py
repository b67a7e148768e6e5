"""Room 5 at the desk: taking a case, proposing, the note a reviewer signs, four eyes, a second pair, an appeal."""

from collections.abc import Callable
from typing import Any

import pytest

from forbear.actions import decision
from forbear.actions.plan import offers_today
from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.core.decision import Outcome
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import under_review, wishes
from tests.web.desk.conftest import Person, live

AGENT, OTHER_AGENT = AGENTS[1].id, AGENTS[0].id
REVIEWER, OTHER_REVIEWER = REVIEWERS[1].id, REVIEWERS[0].id
Signed = Callable[..., Person]


def kinds(desk: Desk, case_id: str) -> list[str]:
    return [event.fact.type for event in load(desk, case_id).events if not event.fact.type.startswith("notice.")]


def test_an_agent_takes_a_case_and_the_promise_is_said(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    her = person(AGENT)
    answer = her.does(she.case_id, "decision", "accept")
    assert answer.to == f"/desk/cases/{she.case_id}/decision"
    case = load(desk, she.case_id).case
    assert (case.agent, case.accepted) == (AGENT, True)
    assert "已接手，答复期限：" in her.opens(answer.to).text
    actor = load(desk, she.case_id).events[-1]
    assert next(e for e in load(desk, she.case_id).events if e.fact.type == "case.accepted").actor.id == AGENT
    assert actor.channel == "web"


def test_a_case_that_a_colleague_has_stays_hers(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    her, other = person(AGENT), person(OTHER_AGENT)
    shown = other.opens(f"/desk/cases/{she.case_id}/decision")
    her.does(she.case_id, "decision", "accept")
    late = other.sends(f"/desk/cases/{she.case_id}/decision/accept", {}, form=shown)
    assert late.status == 409
    assert load(desk, she.case_id).case.agent == AGENT


def test_a_double_click_is_one_act(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    her = person(AGENT)
    shown = her.opens(f"/desk/cases/{she.case_id}/decision")
    answers = [her.sends(f"/desk/cases/{she.case_id}/decision/accept", {}, form=shown) for _ in range(3)]
    assert [answer.status for answer in answers] == [302, 302, 302]
    assert kinds(desk, she.case_id).count("case.accepted") == 1


def test_a_page_out_of_date_says_so_and_keeps_what_was_typed(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    her = person(AGENT)
    shown = her.opens(f"/desk/cases/{she.case_id}/decision")
    she.writes("等一下，我还有一张票据。")
    words = "请把上个月的票据也发来。"
    late = her.sends(f"/desk/cases/{she.case_id}/decision/more", {"words": words}, form=shown)
    assert late.status == 409
    assert late.refused.startswith("您打开这页之后，情况有了变化。")
    assert words in late.source
    again = her.sends(f"/desk/cases/{she.case_id}/decision/more", {"words": words}, form=late)
    assert again.status == 302
    assert load(desk, she.case_id).spoken[-1].text == words


def test_a_refusal_needs_reasons_and_a_way_on_beside_their_fields(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    her = person(AGENT)
    empty = her.does(she.case_id, "decision", "propose")
    assert (empty.status, empty.faults) == (422, ["请选择"])
    bare = her.does(she.case_id, "decision", "propose", outcome="refused", words="很抱歉。")
    assert (bare.status, bare.faults) == (422, ["不同意时，请至少选一个原因。"])
    assert "很抱歉。" in bare.source
    half = her.does(she.case_id, "decision", "propose", outcome="refused", reasons=["no-surplus"])
    assert half.faults == ["请写明怎样可以改变这个结果。"]
    planless = her.does(she.case_id, "decision", "propose", outcome="approved")
    assert planless.faults == ["请先选好一个还款方案。"]
    gone = her.does(she.case_id, "decision", "propose", outcome="approved", plan="pay", pay="四千五百万亿")
    assert gone.status == 422
    assert kinds(desk, she.case_id).count("decision.proposed") == 0


def test_papers_of_income_are_looked_at_before_a_plan_is_proposed(desk: Desk, she: Borrower, person: Signed):
    live(desk, wishes(she))
    her = person(AGENT)
    her.does(she.case_id, "decision", "accept")
    name = offers_today(desk, load(desk, she.case_id)).offers[0].name
    early = her.does(she.case_id, "decision", "propose", outcome="approved", plan=name, words="好的。")
    assert early.status == 422
    assert early.faults[0].startswith("收入材料还没有看过，方案没有依据。")
    assert "好的。" in early.source


def proposed_by(her: Person, desk: Desk, she: Borrower, **said: Any) -> str:
    """An agent proposes the offer that forgives least; the name of the offer."""
    offers = offers_today(desk, load(desk, she.case_id)).offers
    least = min(offers, key=lambda offer: offer.plan.forgiven.total_minor)
    answer = her.does(she.case_id, "decision", "propose", **{"outcome": "approved", "plan": least.name, **said})
    assert answer.status == 302, (answer.faults, answer.refused)
    return least.name


def test_the_note_shows_what_is_signed_for(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    proposed_by(person(AGENT), desk, she, note="材料都看过。", words="请按新的安排还款。")
    file = load(desk, she.case_id)
    assert file.proposal is not None
    assert file.proposal.plan is not None
    note = person(REVIEWER).opens(f"/desk/cases/{she.case_id}/decision")
    assert "材料都看过。" in note.text
    assert "请按新的安排还款。" in note.text
    for finding in file.proposal.plan.findings:
        assert finding.rule in note.text
        assert finding.source in note.text
    assert f'action="/desk/cases/{she.case_id}/decision/decide"' in note.source


def test_nobody_decides_her_own_proposal(desk: Desk, she: Borrower, person: Signed):
    """A reviewer may take a case and propose; then she has no button, and the door behind it stays shut."""
    live(desk, wishes(she))
    her = person(REVIEWER)
    her.does(she.case_id, "decision", "accept")
    she.papers_checked()
    proposed_by(her, desk, she)
    note = her.opens(f"/desk/cases/{she.case_id}/decision")
    assert "您是这件申请的经办人，不能由您决定。" in note.text
    assert f'action="/desk/cases/{she.case_id}/decision/decide"' not in note.source
    shown = her.opens(f"/desk/cases/{she.case_id}/messages")
    assert her.sends(f"/desk/cases/{she.case_id}/decision/decide", {}, form=shown).status == 403
    assert load(desk, she.case_id).case.outcome is None


def test_an_agent_does_not_decide(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    her = person(AGENT)
    proposed_by(her, desk, she)
    shown = her.opens(f"/desk/cases/{she.case_id}/messages")
    assert her.sends(f"/desk/cases/{she.case_id}/decision/decide", {}, form=shown).status == 403
    assert "这一步由审核人来做。" in her.opens(f"/desk/cases/{she.case_id}/decision").text


def decided(desk: Desk, she: Borrower, person: Signed) -> None:
    """Two reviewers agree, as far as two are needed."""
    person(REVIEWER).does(she.case_id, "decision", "decide")
    if load(desk, she.case_id).case.second_asked_by:
        person(OTHER_REVIEWER).does(she.case_id, "decision", "decide")


def test_an_approval_draws_up_the_agreement_and_the_document_is_there(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    proposed_by(person(AGENT), desk, she)
    decided(desk, she, person)
    case = load(desk, she.case_id).case
    assert case.offered == 1
    her = person(AGENT)
    answer = her.opens(f"/desk/cases/{she.case_id}/agreement/1.pdf")
    assert (answer.status, answer.response.headers["Content-Type"]) == (200, "application/pdf")
    assert her.opens(f"/desk/cases/{she.case_id}/agreement/2.pdf").status == 404


def test_above_authority_it_takes_two_and_never_the_same(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    offers = offers_today(desk, load(desk, she.case_id)).offers
    most = max(offers, key=lambda offer: offer.plan.forgiven.total_minor)
    person(AGENT).does(she.case_id, "decision", "propose", outcome="approved", plan=most.name)
    first = person(REVIEWER)
    first.does(she.case_id, "decision", "decide")
    assert load(desk, she.case_id).case.second_asked_by == REVIEWER
    assert "您参与过之前的决定" in first.opens(f"/desk/cases/{she.case_id}/decision").text
    shown = first.opens(f"/desk/cases/{she.case_id}/messages")
    assert first.sends(f"/desk/cases/{she.case_id}/decision/decide", {}, form=shown).status == 403
    person(OTHER_REVIEWER).does(she.case_id, "decision", "decide")
    file = load(desk, she.case_id)
    assert file.decided is not None
    assert (file.decided.decided_by, file.decided.second) == (REVIEWER, OTHER_REVIEWER)


def test_sent_back_with_a_reason_the_agent_reads_it(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    her = person(AGENT)
    proposed_by(her, desk, she)
    reviewer = person(REVIEWER)
    bare = reviewer.does(she.case_id, "decision", "return", reason=" ")
    assert (bare.status, bare.faults) == (422, ["请写明原因，对方会看到。"])
    reviewer.does(she.case_id, "decision", "return", reason="收入请再核对一次。")
    assert "收入请再核对一次。" in her.opens(f"/desk/cases/{she.case_id}/decision").text
    assert load(desk, she.case_id).case.proposed is None


def test_an_appeal_goes_to_nobody_who_took_part(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    her = person(AGENT)
    refusal = {"outcome": "refused", "reasons": ["no-surplus"], "would_change": "补一份工资条。"}
    her.does(she.case_id, "decision", "propose", **refusal)
    person(REVIEWER).does(she.case_id, "decision", "decide")
    assert load(desk, she.case_id).case.outcome is Outcome.REFUSED
    decision.appeal(desk, she.by(she.her), she.case_id, "我有新的工资条。")
    other = person(OTHER_AGENT)
    other.does(she.case_id, "decision", "accept")
    other.does(she.case_id, "decision", "propose", **refusal)
    first = person(REVIEWER)
    assert "您参与过之前的决定" in first.opens(f"/desk/cases/{she.case_id}/decision").text
    shown = first.opens(f"/desk/cases/{she.case_id}/messages")
    assert first.sends(f"/desk/cases/{she.case_id}/decision/decide", {}, form=shown).status == 403
    person(OTHER_REVIEWER).does(she.case_id, "decision", "decide")
    assert load(desk, she.case_id).case.outcome is Outcome.REFUSED
    assert load(desk, she.case_id).case.decisions == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_letter_is_in_her_language_whatever_the_reviewer_reads(
    desk: Desk, she: Borrower, person: Signed, language: str
):
    live(desk, under_review(she))
    proposed_by(person(AGENT), desk, she)
    note = person(REVIEWER, language=language).opens(f"/desk/cases/{she.case_id}/decision")
    assert '<article class="letter" lang="zh-Hans">' in note.source
    assert "同意了" in note.text
