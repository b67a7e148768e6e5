"""Proving who she is, and reaching a person."""

from datetime import date

import pytest

from tests.web.borrower.conftest import Borrower, Page

UNKNOWN_ID = "11010519491231002X"


def page_after(she: Borrower, contract: str, id_number: str) -> tuple[int, str, str]:
    answer = she.sends("/start", {"contract": contract, "id_number": id_number})
    shown = she.opens(answer.to)
    return answer.status, answer.to, shown.text.replace(shown.hidden("key"), "")


def test_nobody_learns_whether_a_person_or_a_contract_exists(she: Borrower, another: Borrower):
    known = page_after(she, she.row.loan.contract, she.row.id_number)
    assert page_after(she, she.row.loan.contract, UNKNOWN_ID) == known
    assert page_after(she, "HC-0000-0000000", she.row.id_number) == known
    assert page_after(she, another.row.loan.contract, she.row.id_number) == known


@pytest.mark.parametrize(
    ("id_number", "said"),
    [
        ("", "这里还没有填身份证号。请填身份证上的 18 位号码。"),
        ("11010519491231", "身份证号是 18 位，这里有 14 位。请对照身份证再填一次。"),
        ("110105194912310021", "最后一位和前面的数字对不上，可能有一位打错了。请对照身份证逐位检查。"),
    ],
)
def test_a_number_that_cannot_be_one_is_asked_again_and_what_she_typed_stays(she: Borrower, id_number: str, said: str):
    answer = she.sends("/start", {"contract": "hc-1", "id_number": id_number})
    assert (answer.status, answer.faults) == (422, [said])
    assert (answer.typed("contract"), answer.typed("id_number")) == ("hc-1", id_number)
    assert answer.source.count("<title>错误：") == 1


def test_numbers_are_understood_as_people_type_them(she: Borrower):
    number = f" {she.row.id_number[:6]} {she.row.id_number[6:]} "
    she.sends("/start", {"contract": f" {she.row.loan.contract.lower()} ", "id_number": number})
    code = she.code()
    answer = she.sends("/code", {"code": f"{code[:4]} {code[4:]}"})
    assert answer.to.startswith("/c/c_")


def test_a_wrong_an_expired_and_a_used_code_are_told_in_the_same_words(she: Borrower):
    she.sends("/start", {"contract": she.row.loan.contract, "id_number": she.row.id_number})
    right = she.code()
    wrong = "00000000" if right != "00000000" else "11111111"
    said = ["这个验证码不对，或者已经过期。请再看一下，或者重新发送。"]
    assert she.sends("/code", {"code": wrong}).faults == said
    she.desk.clock.advance(minutes=6)
    assert she.sends("/code", {"code": right}).faults == said
    again = she.sends("/code", {}, to="/code/again")
    assert "新的验证码已经发出" in she.opens(again.to).text
    assert she.sends("/code", {"code": right}).faults == said
    assert she.sends("/code", {"code": she.code()}).status == 302


def test_too_many_wrong_codes_make_even_the_right_one_useless(she: Borrower):
    she.sends("/start", {"contract": she.row.loan.contract, "id_number": she.row.id_number})
    right = she.code()
    for guess in range(5):
        she.sends("/code", {"code": f"{guess:08d}"})
    assert she.sends("/code", {"code": right}).status == 422


def test_a_script_is_stopped_and_told_whom_to_call(she: Borrower):
    answers = [she.sends("/start", {"contract": "HC-1", "id_number": UNKNOWN_ID}).status for _ in range(21)]
    assert answers == [302] * 20 + [422]


def test_she_comes_back_to_the_same_case_on_another_telephone(she: Borrower):
    she.signs_in().sends("statement/cause", {"cause": "job-loss", "act": "continue"})
    other = Borrower(she.desk, she.row, "en").signs_in()
    assert other.case_id == she.case_id
    assert 'value="job-loss" checked' in other.opens("statement/cause").source


def test_a_message_reaches_the_desk_once_however_often_it_is_pressed(she: Borrower):
    form = she.signs_in().opens("messages")
    first = she.sends("messages", {"words": "七月能先停吗"}, form=form)
    second = she.sends("messages", {"words": "七月能先停吗"}, form=form)
    assert (first.to, second.to) == (she.at("messages?done=sent"), she.at("messages?done=sent"))
    assert [fact.text for fact in she.facts("message.written")] == ["七月能先停吗"]
    shown = she.opens(first.to).text
    assert "七月能先停吗" in shown
    assert "我们会在2026年3月3日之前回复您" in shown


def test_an_empty_message_is_asked_for(she: Borrower):
    answer = she.signs_in().sends("messages", {"words": "  "})
    assert (answer.status, answer.faults) == (422, ["请写点内容再发送。"])
    assert she.facts("message.written") == []


def test_asking_for_a_call_is_always_noted_with_a_day(she: Borrower):
    answer = she.signs_in().sends("call-me", {"words": ""})
    assert [fact.by_on for fact in she.facts("person.asked")] == [date(2026, 3, 3)]
    assert "我们会在2026年3月3日之前打给您" in she.opens(answer.to).text
    assert "2026年3月3日（星期二）之前打给您或回信" in she.opens("").text


def test_she_gets_everything_that_is_held_about_her(she: Borrower):
    she.signs_in().answers()
    held = she.opens("everything").response
    assert held.headers["Content-Disposition"] == f'attachment; filename="{she.row.loan.contract}.json"'
    record = held.json()["record"]
    assert [fact["number"] for fact in record] == list(range(len(she.file.events)))
    income = next(f for f in record if f["what"] == "answer.given" and f["facts"]["question"] == "income")
    assert income["contents"]["answer"]["lines"][0]["monthly_minor"] == 520000


def test_the_first_page_needs_nobody_and_names_a_person(she: Borrower):
    page = Page(she.client.get("/"))
    assert page.status == 200
    assert "受理后 10 个工作日内答复" in page.text
    assert 'href="tel:400-000-0000"' in page.source
