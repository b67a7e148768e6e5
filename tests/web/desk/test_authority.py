"""Who may speak for her, by a paper of the case; and the caller who could prove nothing and is called back."""

from collections.abc import Callable
from datetime import timedelta

from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.core import events as e
from forbear.core.contact import Auth
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import has_papers
from tests.web.desk.conftest import Person, live

AGENT, OTHER = AGENTS[1].id, AGENTS[0].id
WHO = {"name": "秦顾问", "relation": "adviser", "phone": "01012345678", "email": "", "until": ""}


def test_an_authority_is_filed_by_a_paper_of_the_case_and_ended(
    desk: Desk, she: Borrower, person: Callable[..., Person]
):
    live(desk, has_papers(she))
    her = person(AGENT)
    paper = she.file.papers[0].paper
    page = her.opens(f"/desk/cases/{she.case_id}")
    faults = {
        "name": ({"name": ""}, "请按授权书填写姓名，最多 80 个字。"),
        "phone": ({"phone": "123"}, "请填写电话或邮箱，对方凭它证明身份。"),
        "until": ({"until": "2020-01-01"}, "这一天已经过去。请填写授权有效的最后一天。"),
        "paper": ({"paper": "f_none"}, "请先把授权书作为材料收进案件。"),
    }
    for change, said in faults.values():
        answer = her.sends(f"/desk/cases/{she.case_id}/authorities", {**WHO, "paper": paper, **change}, form=page)
        assert (answer.status, answer.faults) == (422, [said])
    assert she.file.talk.authorities == ()
    filed = {**WHO, "paper": paper, "until": (desk.clock.today() + timedelta(days=30)).isoformat()}
    assert her.sends(f"/desk/cases/{she.case_id}/authorities", filed, form=page).status == 302
    (one,) = she.file.talk.authorities
    assert one.holds(desk.clock.today()) and one.party is not None and one.party.name == "秦顾问"
    page = her.opens(f"/desk/cases/{she.case_id}")
    assert "秦顾问 · 债务顾问" in page.text
    assert her.sends(f"/desk/cases/{she.case_id}/authorities/{one.authority}/end", {}, form=page).status == 302
    assert not she.file.talk.authorities[0].holds(desk.clock.today())
    assert "已失效" in her.opens(f"/desk/cases/{she.case_id}").text


def test_who_proves_nothing_on_the_telephone_is_called_back_on_the_number_on_file(
    desk: Desk, she: Borrower, person: Callable[..., Person]
):
    her = person(AGENT)
    page = her.opens("/desk/telephone/call-back")
    assert her.sends("/desk/telephone/call-back", {"contract": "HC-0"}, form=page).status == 422
    assert her.sends("/desk/telephone/call-back", {"contract": ""}, form=page).faults == ["请填写合同号。"]
    calling = her.sends("/desk/telephone/call-back", {"contract": she.row.loan.contract}, form=page)
    assert she.row.phone in calling.text and she.row.name not in calling.text
    answered = {"act": "answered", "calling": calling.hidden("calling")}
    assert person(OTHER).sends("/desk/telephone/call-back", answered, form=calling).status == 422
    known = her.sends("/desk/telephone/call-back", answered, form=calling)
    assert she.row.name in known.text
    her.sends("/desk/telephone/open", {"proof": known.hidden("proof"), "language": "zh"}, form=known)
    (line,) = desk.cases.of_loan(desk.loans.find(she.row.loan.contract).loan_id)  # type: ignore[union-attr]
    (proved,) = (one for one in load(desk, line.case_id).events if isinstance(one.fact, e.IdentityProved))
    assert (proved.actor.auth, proved.actor.id, proved.cause) == (Auth.CALL_BACK, line.borrower_id, f"by:{AGENT}")


def test_the_telephone_page_says_what_another_person_is_told(person: Callable[..., Person]):
    assert (
        "没有留存的书面授权，案件的情况不告诉其他人。 我们可以代为转达。" in person(AGENT).opens("/desk/telephone").text
    )
