"""Papers, budget, messages, payments and the caller: what each form does, refuses and keeps."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from forbear.actions.plan import offers_today
from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.adapters.memory import clock_of
from forbear.core.dates import month_after
from forbear.core.evidence import PaperState
from forbear.core.money import major
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import has_papers, looks_in, signed, under_review
from tests.web.desk.conftest import Person, live

AGENT, REVIEWER = AGENTS[1].id, REVIEWERS[1].id
Signed = Callable[..., Person]


# ---- papers ----------------------------------------------------------------------------------------------------


def test_a_paper_is_accepted_asked_again_and_done_without(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    her = person(AGENT)
    assert her.does(she.case_id, "papers", "1/judge", act="accept").status == 302
    assert load(desk, she.case_id).case.papers[1] is PaperState.ACCEPTED
    bare = her.does(she.case_id, "papers", "1/judge", act="refuse", reason="")
    assert (bare.status, bare.faults) == (422, ["请写明原因，对方会看到。"])
    her.does(she.case_id, "papers", "1/judge", act="refuse", reason="看不清有效期。")
    assert load(desk, she.case_id).case.papers[1] is PaperState.REFUSED
    her.does(she.case_id, "papers", "1/judge", act="waive", reason="已在柜台核对。")
    assert load(desk, she.case_id).case.papers[1] is PaperState.WAIVED
    assert her.does(she.case_id, "papers", "99/judge", act="accept").status == 422


def test_each_item_says_what_is_enough_and_what_she_reads(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    page = person(AGENT).opens(f"/desk/cases/{she.case_id}/papers").text
    assert "有一种就行：身份证（正反两面），或护照。 借款人看到的说明：确认是您本人，别人就改不了您的协议。" in page


# ---- a plan of her own -----------------------------------------------------------------------------------------


def test_her_own_table_is_typed_looked_at_and_taken_down(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    her = person(AGENT)
    page = her.opens(f"/desk/cases/{she.case_id}/plans")
    assert "月份," in page.source
    bad = her.does(she.case_id, "plans", "own", act="take", table="月份,还款\n2026-04,随便\n")
    assert (bad.status, bad.faults) == (
        422,
        ["第 2 行 B 列：我们没看懂“随便”是多少钱。请写数字，例如 4500 或 4500.50。"],
    )
    owed = offers_today(desk, load(desk, she.case_id)).owed.total_minor // 100
    table = "月份,还款\n" + "".join(f"{month_after('2026-04', n)},{-(-owed // 24)}\n" for n in range(26))
    looked = her.does(she.case_id, "plans", "own", act="look", table=table)
    assert (looked.status, "请和借款人核对这些地方。" in looked.text) == (200, True)
    assert load(desk, she.case_id).case.requested == ""
    taken = her.does(she.case_id, "plans", "own", act="take", table=table, words="她在电话里说的")
    assert taken.status == 302, taken.faults
    file = load(desk, she.case_id)
    assert file.case.requested == "own-table"
    assert file.requested_words.startswith("她在电话里说的\n月份,还款\n2026-04,")


def test_her_file_is_read_into_the_field_first(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    sent = SimpleUploadedFile("a.csv", "月份;还款\n2026年4月;4,500元\n".encode("gb18030"))
    page = person(AGENT).does(she.case_id, "plans", "own", act="take", file=sent)
    assert (page.status, "2026-04,4500.00\n" in page.source) == (200, True)
    assert load(desk, she.case_id).case.requested == ""


# ---- the budget ------------------------------------------------------------------------------------------------


def household_fields(page: Any) -> dict[str, str]:
    """What the budget's form holds, as a browser would send it."""
    return dict(page.response.context["v"])


def test_a_correction_shows_who_changed_what_and_why(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    her = person(AGENT)
    page = her.opens(f"/desk/cases/{she.case_id}/budget")
    fields = household_fields(page)
    old = fields["in0-amount"]
    fields |= {"in0-amount": "4,321.50", "in0-evidence": "A", "reason": "工资条上的数字。"}
    assert her.sends(f"/desk/cases/{she.case_id}/budget/correct", fields, form=page).status == 302
    household = load(desk, she.case_id).household
    assert household is not None
    assert household.income[0].monthly_minor == 432_150
    shown = her.opens(f"/desk/cases/{she.case_id}/budget").text
    assert "4,321.50 元" in shown
    assert f"{AGENT} 于2026年3月" in shown
    assert "工资条上的数字。" in shown
    assert f"{int(old.split('.')[0]):,}.{old.split('.')[1]} 元" in shown


def test_a_correction_that_cannot_be_read_keeps_everything_typed(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    her = person(AGENT)
    page = her.opens(f"/desk/cases/{she.case_id}/budget")
    fields = household_fields(page) | {"in0-amount": "4.500", "adults": "two", "reason": "因为"}
    answer = her.sends(f"/desk/cases/{she.case_id}/budget/correct", fields, form=page)
    assert answer.status == 422
    assert 'id="e-budget-in0-amount"' in answer.source
    assert 'id="e-budget-adults"' in answer.source
    assert 'value="4.500"' in answer.source
    assert 'value="two"' in answer.source
    assert load(desk, she.case_id).corrections == ()
    bare = her.sends(f"/desk/cases/{she.case_id}/budget/correct", {**household_fields(page), "reason": ""}, form=page)
    assert bare.faults == ["请写明原因，对方会看到。"]


def test_a_line_may_come_every_week_with_its_months_its_paper_and_why_it_is_more(
    desk: Desk, she: Borrower, person: Signed
):
    live(desk, has_papers(she))
    her, paper = person(AGENT), load(desk, she.case_id).papers[0]
    page = her.opens(f"/desk/cases/{she.case_id}/budget")
    household = load(desk, she.case_id).household
    assert household is not None
    incomes, outgoings = len(household.income), len(household.outgoings)
    fields = household_fields(page) | {
        "in0-credits": "2026-01 3200，2026年2月 0",
        "in0-evidence": "D",
        "in0-paper": paper.paper,
        f"in{incomes}-kind": "pension",
        f"in{incomes}-amount": "300",
        f"in{incomes}-period": "weekly",
        f"out{outgoings}-kind": "food",
        f"out{outgoings}-amount": "9000",
        f"out{outgoings}-explanation": "孩子乳糖不耐受。",
        "older_children": "0",
        "reason": "电话里说的。",
    }
    assert her.sends(f"/desk/cases/{she.case_id}/budget/correct", fields, form=page).status == 302
    household = load(desk, she.case_id).household
    assert household is not None
    first, *_, pension = household.income
    assert (first.credits, first.paper) == ((("2026-01", 320_000), ("2026-02", 0)), paper.paper)
    assert (pension.monthly_minor, pension.evidence.value) == (130_000, "D")
    assert household.outgoings[-1].explanation == "孩子乳糖不耐受。"
    again = her.opens(f"/desk/cases/{she.case_id}/budget")
    assert household_fields(again)["in0-credits"] == "2026-01 3200.00, 2026-02 0.00"
    assert paper.facts is not None
    assert f"依据材料：{paper.facts.name}" in again.text
    same = household_fields(again) | {"reason": "再保存一次。"}
    assert her.sends(f"/desk/cases/{she.case_id}/budget/correct", same, form=again).status == 302
    assert load(desk, she.case_id).household == household


def test_spending_above_the_guideline_is_a_question_and_no_cut(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    her = person(AGENT)
    page = her.opens(f"/desk/cases/{she.case_id}/budget")
    assert "需要问一下" not in page.text
    household = load(desk, she.case_id).household
    assert household is not None
    row = len(household.outgoings)
    more = {f"out{row}-kind": "clothing", f"out{row}-amount": "5000", "reason": "电话里说的。"}
    assert (
        her.sends(f"/desk/cases/{she.case_id}/budget/correct", household_fields(page) | more, form=page).status == 302
    )
    asked = her.opens(f"/desk/cases/{she.case_id}/budget")
    assert "说明原因以前，按 5,000.00 元 计入。" in asked.text
    told = household_fields(asked) | {f"out{row}-explanation": "工作服自己买。", "reason": "电话里说的。"}
    assert her.sends(f"/desk/cases/{she.case_id}/budget/correct", told, form=asked).status == 302
    assert "需要问一下" not in her.opens(f"/desk/cases/{she.case_id}/budget").text


def test_what_cannot_be_reckoned_with_is_asked_again_beside_its_field(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    her = person(AGENT)
    page = her.opens(f"/desk/cases/{she.case_id}/budget")
    path = f"/desk/cases/{she.case_id}/budget/correct"
    wrong = {
        "in0-credits": "2026-01 many",
        "older_children": "x",
        "out0-month": "2026-09",
        "out0-period": "weekly",
        "reason": "因为",
    }
    answer = her.sends(path, household_fields(page) | wrong, form=page)
    assert answer.status == 422
    for field in ("in0-credits", "older_children", "out0-period"):
        assert f'id="e-budget-{field}"' in answer.source
    assert "只在某月的，这里请选“每月”" in answer.faults
    unknown = her.sends(path, household_fields(page) | {"place": "xx", "reason": "因为"}, form=page)
    assert unknown.faults == ["这个地方没有生活费标准，请从列表中选择。"]
    older = her.sends(path, household_fields(page) | {"older_children": "9", "reason": "因为"}, form=page)
    assert older.faults == ["16岁及以上的孩子不能比孩子总数多。"]
    twice = {"in0-credits": "2026-01 1, 2026-01 2", "reason": "因为"}
    assert her.sends(path, household_fields(page) | twice, form=page).faults == ["每个月份请只写一次，例如2026-09。"]
    graded = {"in0-credits": "2026-01 4000, 2026-02 4000", "in0-evidence": "A", "reason": "因为"}
    better = her.sends(path, household_fields(page) | graded, form=page)
    assert better.faults == ["这些月份还不足以证明所选的等级，请选材料能证明的等级。"]
    assert load(desk, she.case_id).corrections == ()


# ---- messages --------------------------------------------------------------------------------------------------


def test_a_message_answers_her_and_a_note_stays_inside(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    she.writes("什么时候有结果？")
    assert load(desk, she.case_id).case.person_by_on is not None
    her = person(AGENT)
    assert her.does(she.case_id, "messages", "write", text=" ").faults == ["请写点内容再发送。"]
    her.does(she.case_id, "messages", "note", text="问进度。")
    assert load(desk, she.case_id).case.person_by_on is not None
    her.does(she.case_id, "messages", "write", text="这周五之前。")
    assert load(desk, she.case_id).case.person_by_on is None
    assert load(desk, she.case_id).spoken[-1].text == "这周五之前。"


def test_a_call_that_reached_her_is_an_answer_and_sends_no_message(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    she.writes("请打给我。")
    clock_of(desk).advance(hours=4)  # ten in the morning where she lives: before eight nobody may be called
    sent = len(load(desk, she.case_id).notices)
    person(AGENT).does(she.case_id, "messages", "note", text="说好周五前补材料。", called="yes")
    file = load(desk, she.case_id)
    assert file.case.person_by_on is None
    assert (file.spoken[-1].text, file.spoken[-1].channel, file.spoken[-1].note) == (
        "说好周五前补材料。",
        "hotline",
        False,
    )
    assert len(file.notices) == sent


def test_what_she_writes_is_shown_and_not_run(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    she.writes('<script>alert(1)</script> " onmouseover=x {{ 7|add:7 }}')
    for tab in ("", "/messages"):
        source = person(AGENT).opens(f"/desk/cases/{she.case_id}{tab}").source
        assert "<script>alert" not in source
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in source


# ---- payments --------------------------------------------------------------------------------------------------


def in_force(desk: Desk, she: Borrower) -> None:
    """An agreement in force with nothing paid yet."""
    live(desk, signed(she))
    assert load(desk, she.case_id).case.in_force == 1


def test_a_payment_is_booked_once_and_reversed_by_another_fact(desk: Desk, she: Borrower, person: Signed):
    in_force(desk, she)
    her = person(AGENT)
    due = next(row for row in load(desk, she.case_id).rows() if row.open_minor).open_minor
    page = her.opens(f"/desk/cases/{she.case_id}/payments")
    fields = {"amount": major(due), "paid_on": desk.clock.today().isoformat(), "reference": "B-1"}
    for _ in range(2):
        assert her.sends(f"/desk/cases/{she.case_id}/payments/add", fields, form=page).status == 302
    (paid,) = [p for p in load(desk, she.case_id).payments if p.details and p.details.reference == "B-1"]
    other = her.does(she.case_id, "payments", "add", **{**fields, "amount": "1"})
    assert (other.status, other.faults) == (422, ["这个流水号已经记过另一笔付款。"])
    assert 'value="B-1"' in other.source
    bare = her.does(she.case_id, "payments", f"{paid.payment}/reverse", reason="")
    assert bare.faults == ["请写明原因，对方会看到。"]
    her.does(she.case_id, "payments", f"{paid.payment}/reverse", reason="退票。")
    assert next(p for p in load(desk, she.case_id).payments if p.payment == paid.payment).reversed_at is not None


def test_amounts_and_days_that_are_none_are_asked_again(desk: Desk, she: Borrower, person: Signed):
    in_force(desk, she)
    her = person(AGENT)
    before = load(desk, she.case_id).case.seq
    fields = {"amount": "4,50", "paid_on": "2026-02-30", "reference": "B-2"}
    answer = her.does(she.case_id, "payments", "add", **fields)
    assert answer.status == 422
    assert len(answer.faults) == 2
    for text in ("-5", "0", "1" + "0" * 18, ""):
        assert her.does(she.case_id, "payments", "add", **{**fields, "amount": text}).status == 422
    future = her.does(she.case_id, "payments", "add", amount="5", paid_on="2099-01-01", reference="B-2")
    assert future.faults == ["付款日期还没有到。"]
    assert load(desk, she.case_id).case.seq == before


def test_only_a_reviewer_ends_a_plan_and_not_while_it_can_be_cured(desk: Desk, she: Borrower, person: Signed):
    in_force(desk, she)
    shown = person(AGENT).opens(f"/desk/cases/{she.case_id}/payments")
    assert "payments/broken" not in shown.source
    agent = person(AGENT)
    denied = agent.sends(f"/desk/cases/{she.case_id}/payments/broken", {"why": "unpaid", "reason": "x"}, form=shown)
    assert denied.status == 403
    early = person(REVIEWER).does(she.case_id, "payments", "broken", why="unpaid", reason="没有还。")
    assert early.status == 422
    assert early.refused.startswith("补救期还没有结束。")
    assert load(desk, she.case_id).case.in_force is not None


def test_a_file_of_payments_is_checked_whole_and_the_same_file_changes_nothing(
    desk: Desk, she: Borrower, person: Signed
):
    in_force(desk, she)
    her = person(AGENT)
    today = desk.clock.today().isoformat()
    head, contract = "contract,amount,paid_on,reference\n", she.row.loan.contract

    def sends(text: str) -> Any:
        page = her.opens("/desk/payments/import")
        file = SimpleUploadedFile("p.csv", text.encode(), "text/csv")
        return her.sends("/desk/payments/import", {"file": file}, form=page)

    bad = sends(f"{head}{contract},10.00,{today},F-1\nHC-0000-0000000,5.00,{today},F-2\n{contract},4.500,{today},F-3\n")
    assert bad.status == 422
    assert "<code>contract</code>" in bad.source
    assert "<code>amount</code>" in bad.source
    assert not any(p.details and p.details.reference == "F-1" for p in load(desk, she.case_id).payments)
    good = f"{head}{contract},10.00,{today},F-1\n{contract},5.00,{today},F-2\n"
    assert sends(good).status == 302
    seq = load(desk, she.case_id).case.seq
    assert sends(good).status == 302
    assert load(desk, she.case_id).case.seq == seq
    assert sends("").status == 422


# ---- a caller --------------------------------------------------------------------------------------------------


def test_a_caller_is_known_by_contract_and_card_or_two_facts(desk: Desk, she: Borrower, person: Signed):
    her, row = person(AGENT), she.row
    page = her.opens("/desk/telephone")
    contract = {"contract": row.loan.contract}

    def asks(**facts: str) -> Any:
        return her.sends("/desk/telephone", {**contract, **facts}, form=page)

    assert asks(id_number=row.id_number).status == 200
    assert asks(name=row.name, phone_tail=row.phone[-4:]).status == 200
    one = asks(name=row.name)
    assert (one.status, one.refused) == (422, "还差一项。请再问一项，例如身份证后四位。")
    wrong = asks(name=row.name, phone_tail="0000")
    nobody = her.sends("/desk/telephone", {"contract": "HC-0", "name": row.name, "phone_tail": "0000"}, form=page)
    assert wrong.refused == nobody.refused == "对不上我们的记录。请挂断，按登记的号码打回去。"
    assert row.phone not in wrong.source
    assert asks(id_number="990000190001010000").status == 422


def test_looking_callers_up_has_a_limit(desk: Desk, she: Borrower, person: Signed):
    her = person(AGENT)
    page = her.opens("/desk/telephone")
    facts = {"contract": "HC-0", "name": "王", "phone_tail": "0000"}
    said = [her.sends("/desk/telephone", facts, form=page).refused for _ in range(61)]
    assert said[-2].startswith("对不上")
    assert said[-1].startswith("一小时内核对的次数太多了。")


def opened(her: Person, she: Borrower) -> str:
    """A case opened for a caller; its id."""
    page = her.opens("/desk/telephone")
    known = her.sends("/desk/telephone", {"contract": she.row.loan.contract, "id_number": she.row.id_number}, form=page)
    answer = her.sends("/desk/telephone/open", {"proof": known.hidden("proof"), "language": "zh"}, form=known)
    assert answer.to.endswith("/telephone")
    return answer.to.split("/")[3]


def test_nobody_opens_a_case_without_having_known_the_caller(desk: Desk, she: Borrower, person: Signed):
    her, other = person(AGENT), person(REVIEWER)
    page = her.opens("/desk/telephone")
    known = her.sends("/desk/telephone", {"contract": she.row.loan.contract, "id_number": she.row.id_number}, form=page)
    for who, proof in ((her, "made:up"), (other, known.hidden("proof"))):
        assert who.sends("/desk/telephone/open", {"proof": proof}, form=page).to == "/desk/telephone"
    assert desk.ledger.size() == 0


SHEET = {
    "cause": "illness",
    "since": "2025年12月1日",
    "until-unknown": "yes",
    "story": "住院两周。",
    "place": "cn/sichuan/chengdu",
    "adults": "2",
    "children": "1",
    "in0-kind": "wages",
    "in0-amount": "5200",
    "out0-kind": "rent",
    "out0-amount": "一千五",
    "out1-kind": "food",
    "out1-amount": "1,400",
    "in1-kind": "bonus",
    "in1-amount": "3000",
    "in1-month": "2026年9月",
    "debts-state": "none",
    "kinds": ["longer-term"],
    "instalment": "900",
}


def test_a_statement_is_taken_by_telephone_saved_and_handed_in(desk: Desk, she: Borrower, person: Signed):
    her = person(AGENT)
    case_id = opened(her, she)
    path = f"/desk/cases/{case_id}/telephone"
    part = her.sends(path, {"cause": "illness", "act": "save"}, form=her.opens(path))
    assert part.status == 302
    untold = her.sends(path, {**SHEET, "act": "submit"}, form=her.opens(path))
    assert (untold.status, untold.faults) == (422, ["请把三条都读给借款人听，再勾选"])
    assert "住院两周。" in untold.source
    told = {"told": ["limitation", "credit-record", "data"], "act": "submit"}
    for _ in range(2):
        assert her.sends(path, {**SHEET, **told}, form=untold).to == f"/desk/cases/{case_id}/plans"
    file = load(desk, case_id)
    assert file.case.submissions == 1
    assert file.statement is not None
    assert file.statement.household.outgoings[0].monthly_minor == 150_000
    assert file.statement.household.income[1].month == "2026-09"
    given = [event for event in file.events if event.fact.type in ("answer.given", "statement.submitted")]
    assert {(event.actor.id, event.actor.kind.value, event.channel.value) for event in given} == {
        (AGENT, "agent", "hotline")
    }
    assert her.does(case_id, "plans", "choose", plan="person", words="请帮我看看。").status == 302
    assert load(desk, case_id).case.requested == "person"


def test_what_cannot_be_read_on_the_telephone_is_asked_again(desk: Desk, she: Borrower, person: Signed):
    her = person(AGENT)
    case_id = opened(her, she)
    path = f"/desk/cases/{case_id}/telephone"
    typed = {**SHEET, "since": "2031-01-01", "in0-amount": "4.500", "act": "save"}
    answer = her.sends(path, typed, form=her.opens(path))
    assert answer.status == 422
    assert 'id="e-sheet-in0-amount"' in answer.source
    future = her.sends(path, {**SHEET, "since": "2031-01-01", "act": "save"}, form=her.opens(path))
    assert future.faults == ["这个日期还没有到，请填已经发生的日期。"]
    assert "2031-01-01" in future.source


def test_two_at_one_statement_do_not_write_over_each_other(desk: Desk, she: Borrower, person: Signed):
    live(desk, looks_in(she))
    her = person(AGENT)
    path = f"/desk/cases/{she.case_id}/telephone"
    shown = her.opens(path)
    she.answers()
    late = her.sends(path, {**SHEET, "act": "save"}, form=shown)
    assert late.status == 409
    assert "住院两周。" in late.source


def test_under_review_nothing_is_taken_down_any_more(desk: Desk, she: Borrower, person: Signed):
    live(desk, under_review(she))
    her = person(AGENT)
    path = f"/desk/cases/{she.case_id}/telephone"
    answer = her.sends(path, {**SHEET, "act": "save"}, form=her.opens(path))
    assert answer.status == 422
    assert answer.refused.startswith("您的情况说明已经提交了。")
