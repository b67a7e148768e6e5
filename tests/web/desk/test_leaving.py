"""The tab of data: what is kept, a hold by a reviewer, and an erasure that two people have to agree on."""

import re
from collections.abc import Callable

from forbear.actions import leaving
from forbear.actions.ports import Desk
from forbear.actions.record import By, carry_out, load
from forbear.core import events as e
from forbear.core.contact import Channel
from forbear.core.facts import Retention
from forbear.core.payments import BreakReason
from forbear.core.refusal import Refusal
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from tests.web.desk.conftest import Person


def data(she: Borrower) -> str:
    return f"/desk/cases/{she.case_id}/data"


def test_four_eyes_delete_and_the_page_tells_each_step(desk: Desk, she: Borrower, person: Callable[..., Person]):
    she.arrives()
    she.answers(upto=3)
    agent, first, second = person(AGENTS[0].id), person(REVIEWERS[0].id), person(REVIEWERS[1].id)
    page = agent.opens(data(she))
    assert page.status == 200 and "没有请求。" in page.text and "设置保留" not in page.text, "a hold is a reviewer's"
    to = f"{data(she)}/act"
    none = agent.sends(to, {"act": "ask", "form": "ask-data", "right": "erase", "words": "来电提出"}, form=page)
    assert none.status == 422 and "请选择要删除的内容。" in none.text
    asked = {"act": "ask", "form": "ask-data", "right": "erase", "classes": ["statement"], "words": "来电提出"}
    assert agent.sends(to, asked, form=page).status == 302
    (wish,) = leaving.requests(load(desk, she.case_id))
    assert wish.classes == (Retention.STATEMENT,)

    def does(who: Person, act: str) -> int:
        form = {"act": act, "request": wish.request, "form": f"wish-{wish.request}"}
        return who.sends(to, form, form=who.opens(data(she))).status

    assert does(first, "agree") == 422, "nobody has proposed it"
    assert does(first, "propose") == 302
    assert does(first, "agree") == 403 and does(agent, "agree") == 403
    assert does(second, "agree") == 302
    assert "已答复：一天之内删除" in second.opens(data(she)).text
    assert does(second, "nonsense") == 422


def test_a_hold_is_placed_and_lifted_with_reasons(desk: Desk, she: Borrower, person: Callable[..., Person]):
    she.arrives()
    her = person(REVIEWERS[0].id)
    page, to = her.opens(data(she)), f"{data(she)}/act"
    place = {"act": "place", "form": "place-hold", "why": "court", "reason": ""}
    assert her.sends(to, place, form=page).faults == ["请写下文字，最多2000字。"]
    assert person(AGENTS[0].id).sends(to, {**place, "reason": "x"}, form=page).status == 403
    assert her.sends(to, {**place, "reason": "法院来函"}, form=page).status == 302
    (hold,) = leaving.holds(load(desk, she.case_id))
    page = her.opens(data(she))
    assert "法院来函" in page.text
    lift = {"act": "lift", "form": hold, "hold": hold, "reason": "已结案"}
    assert f'value="{hold}"' not in page.text, "she placed it: another lifts it"
    assert her.sends(to, lift, form=page).status == 403
    other = person(REVIEWERS[1].id)
    assert other.sends(to, lift, form=other.opens(data(she))).status == 302
    assert [event.fact.type for event in load(desk, she.case_id).events if isinstance(event.fact, e.HoldLifted)] == [
        "hold.lifted"
    ]


def test_the_report_counts_and_names_nobody_who_is_not_overdue(
    desk: Desk, she: Borrower, person: Callable[..., Person]
):
    she.arrives()
    page = person("he").opens("/desk/kept")
    assert page.status == 200 and "没有到期未删的内容。" in page.text and she.row.name not in page.text
    assert "身份和联系方式 1" in page.text
    assert re.search(
        "只有不指向任何人的编号 FORBEAR_HOME/erasures.jsonl ?, chat_room ?, command ?, event ?, leaving_look", page.text
    )
    assert re.search("当事人移出贷款名册时删除 borrower ?, loan 0 ", page.text)


def test_the_end_of_a_broken_agreements_debt_is_noted_once(desk: Desk, she: Borrower, person: Callable[..., Person]):
    she.arrives()
    facts = [e.PlanBroken(why=BreakReason.UNPAID, reason="x", fallback=None), e.CaseClosed(why="broken")]
    broke = By(actor=REVIEWERS[1], channel=Channel.WEB, key="broke")
    assert not isinstance(carry_out(desk, broke, she.case_id, {"broke": 1}, lambda _: facts), Refusal)
    lin, to = person(AGENTS[0].id), f"{data(she)}/act"
    page = lin.opens(data(she))
    assert "已终止协议的欠款" in page.text
    form = {"act": "debt", "form": "end-debt", "debt": "sold", "ended_on": "2026-03-03"}
    assert lin.sends(to, form, form=page).faults == ["请选择协议终止之后、不晚于今天的日期。"]
    assert lin.sends(to, {**form, "ended_on": "soon"}, form=page).status == 422
    assert lin.sends(to, {**form, "debt": "vanished"}, form=page).status == 422
    assert person("he").sends(to, form, form=page).status == 403
    assert lin.sends(to, {**form, "ended_on": "2026-03-02"}, form=page).status == 302
    page = lin.opens(data(she))
    assert "已终止协议的欠款" not in page.text and "登记欠款结束：已转让给其他机构，2026年3月2日" in page.text
    assert lin.sends(to, {**form, "ended_on": "2026-03-02"}, form=page).status == 422
