"""Her data on her own page: what is kept, until when and by which rule; she asks, and reads the answer there."""

from forbear.actions.agenda import work
from forbear.actions.leaving import answer_request, dues_of_the_night, requests
from forbear.actions.record import By, carry_out, load
from forbear.core.contact import Channel
from forbear.core.events import Answered, CaseClosed, Right
from forbear.core.facts import Retention
from forbear.core.refusal import Refusal
from tests.web.borrower.conftest import AGENT, Borrower


def test_the_page_says_what_is_kept_and_why(she: Borrower):
    she.signs_in()
    page = she.opens("my-data")
    assert page.status == 200
    assert "您是谁、怎么联系您 申请结束后30天" in page.text, "an application that was never sent has one short period"
    assert "没有保存" in page.text and "/everything" in page.source
    assert page.source.count('name="classes"') == 1, "only what is there can be chosen"


def test_she_asks_for_deletion_and_reads_why_something_stays(she: Borrower):
    she.signs_in()
    she.answers().submits()
    assert she.sends("my-data", {"right": "erase", "words": ""}).faults == [
        "请选择要删除的内容。已经不再保存的内容不能选择。"
    ]
    assert she.sends("my-data", {"right": "correct", "words": ""}).status == 422
    asked = {"right": "erase", "classes": ["identity", "statement"], "words": "请删掉"}
    assert she.sends("my-data", asked).status == 302
    (wish,) = requests(she.file)
    assert (wish.right, wish.classes, wish.words) == (Right.ERASE, (Retention.IDENTITY, Retention.STATEMENT), "请删掉")
    page = she.opens("my-data")
    assert "我们在2026年3月23日前答复。" in page.text
    by = By(actor=AGENT, channel=Channel.WEB, key="answer")
    done = answer_request(she.desk, by, she.case_id, wish.request, Answered.REFUSED, "申请还在进行。")
    assert not isinstance(done, Refusal)
    page = she.opens("my-data").text
    assert "目前不能办理" in page and "申请还在进行。" in page
    purpose = "申请或协议还在进行，或者我们还要答复您、退钱给您，需要用到。"
    assert f"您告诉我们的情况: {purpose} (中华人民共和国个人信息保护法 47)" in page


def test_whose_application_was_erased_begins_anew_and_the_erased_one_stays_as_it_is(she: Borrower):
    """Never sent, closed after its days and erased after some more; the loan is still owed, so she is still in the book
    and may come back, as often as she likes.
    """
    desk, cases = she.desk, []
    for _ in range(2):
        case_id = she.signs_in().case_id
        assert she.opens("my-data").status == 200
        cases.append(case_id)
        ended = By(actor=AGENT, channel=Channel.WEB, key=f"ends {case_id}")
        assert not isinstance(carry_out(desk, ended, case_id, 1, lambda _: [CaseClosed(why="unfinished")]), Refusal)
        desk.clock.advance(days=40)
        desk.agenda.put(dues_of_the_night(desk))
        while work(desk, 99):
            pass
        assert load(desk, case_id).party is None
        she.client.logout()
    before = [desk.ledger.bodies(one) for one in cases]
    assert she.signs_in().case_id not in cases and len(set(cases)) == 2
    assert she.sends("statement/cause", {"cause": "illness", "act": "continue"}).status == 302
    assert [desk.ledger.bodies(one) for one in cases] == before


def test_another_persons_data_is_not_there(she: Borrower, another: Borrower):
    she.signs_in()
    another.signs_in()
    assert another.client.get(f"/c/{she.case_id}/my-data").status_code == 404


def test_the_record_names_a_press_and_nobody_finds_by_it_what_was_sent(she: Borrower, another: Borrower):
    """A body of the record stays when its words are erased: of two who send the same it says nothing alike, and what
    the page's key was it does not say either. The same press twice is one act, a corrected one is another.
    """
    named = []
    for who in (she, another):
        who.signs_in()
        page = who.opens("my-data")
        for words in ("名字写错了", "名字写错了", "电话写错了"):
            assert who.sends("my-data", {"right": "correct", "words": words}, form=page).status == 302
        bodies = b"".join(body for body, _ in who.desk.ledger.bodies(who.case_id)).decode()
        assert page.hidden("key") and page.hidden("key") not in bodies
        asked = [event.command for event in who.file.events if event.fact.type == "data.asked"]
        assert len(asked) == 2
        named += [part for command in asked for part in command.split(":")[3:]]
    assert len(named) == len(set(named)) == 4
