"""What was read of her papers: she says yes, or what stands there instead, on her own site and behind a link."""

import pytest

from forbear.actions.evidence import accept_paper
from forbear.actions.record import By, carry_out
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Channel
from forbear.core.reading import Box, Field, Page, PaperKind, Reading, StatementRow
from tests.web.borrower.conftest import AGENT, Borrower
from tests.web.borrower.conftest import Page as Shown
from tests.web.borrower.test_evidence import JPEG, photo
from tests.web.borrower.test_upload_link import opened, sent_link

SLIP = {"employer": "成都示例电子有限公司", "name": "李四", "month": "2026-02", "gross": "600000", "net": "520000"}
CARD = {"name": "李四", "number": "11010519900307002X", "valid_to": "2035-03-02"}


@pytest.fixture
def handed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def is_read(she: Borrower, number: int, kind: PaperKind, /, *, by: str = "machine", legible: bool = True,
            rows: tuple[StatementRow, ...] = (), **fields: str) -> str:  # fmt: skip
    """A file for an item, and what was read of it; the paper's id."""
    data = JPEG + repr((number, kind, fields)).encode()
    she.sends("papers", {"files": photo(data=data)}, to=f"papers/{number}")
    box = Box(0, 0, 9, 9)
    found = tuple(Field(name=name, value=value, page=1, box=box, confidence=990) for name, value in fields.items())
    page = Page(number=1, width=9, height=9)
    paper = she.file.papers[-1].paper
    reading = Reading(kind=kind, pages=(page,), fields=found, rows=rows, by=by)
    worker = By(actor=SYSTEM, channel=Channel.SYSTEM, key=she.desk.ids.new("w"))
    fact = e.PaperRead(paper=paper, legible=legible, reading=reading)
    carry_out(she.desk, worker, she.case_id, {}, lambda _: [fact])
    return paper


def test_what_was_read_is_shown_and_one_press_says_yes(handed_in: Borrower):
    paper = is_read(handed_in, 2, PaperKind.PAYSLIP, **SLIP)
    page = handed_in.opens("papers")
    assert (
        "我们读到： 工资条 单位：成都示例电子有限公司 月份：2026年2月 应发：6,000.00 元 实发：5,200.00 元" in page.text
    )
    assert "从目前的材料看，工资每月约 5,200.00 元。" in page.text
    values = {"employer": SLIP["employer"], "month": "2026-02", "gross": "600000", "net": "520000"}
    for name, value in values.items():
        assert f'name="{name}" value="{value}"' in page.source
    for _ in range(2):
        answer = handed_in.sends("papers", {"act": "yes", **values}, form=page, to=f"papers/read/{paper}")
    assert answer.to == handed_in.at("papers?done=confirmed")
    (said,) = handed_in.facts("reading.confirmed")
    assert (said.paper, said.changed, dict(said.confirmed.values)) == (paper, 0, values)
    after = handed_in.opens(answer.to).text
    assert "谢谢，已经记下。" in after and "您已确认我们读到的内容。" in after
    assert "对，就是这样" not in after


def test_a_correction_is_read_as_people_write_and_compared_anew(handed_in: Borrower):
    paper = is_read(handed_in, 2, PaperKind.PAYSLIP, **SLIP)
    form = handed_in.opens(f"papers/read/{paper}")
    assert (form.typed("net"), form.typed("month")) == ("5200.00", "2026-02")
    typed = {"employer": SLIP["employer"], "month": "2026年2月", "gross": "6000元", "net": "五千八"}
    answer = handed_in.sends(f"papers/read/{paper}", typed)
    assert answer.to == handed_in.at("papers?done=confirmed")
    (said,) = handed_in.facts("reading.confirmed")
    assert (said.changed, dict(said.confirmed.values)["net"]) == (1, "580000")
    (corrected,) = [remark for remark in handed_in.file.remarks if remark.code == "corrected-by-her"]
    assert corrected.values == (("fields", "net"),)
    page = handed_in.opens("papers").text
    assert "实发：5,800.00 元" in page and "您改了我们读到的内容。" in page
    assert "从目前的材料看，工资每月约 5,800.00 元。" in page


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("net", "4,50", "里的逗号可以有两种读法"),
        ("month", "二月", "请写月份，例如 2026-02"),
        ("month", "2026-13", "请写月份，例如 2026-02"),
    ],
)
def test_what_cannot_stand_there_is_said_and_what_was_typed_stays(
    handed_in: Borrower, name: str, typed: str, said: str
):
    paper = is_read(handed_in, 2, PaperKind.PAYSLIP, **SLIP)
    good = {"employer": "别的单位", "month": "2026-02", "gross": "6000", "net": "5200"}
    answer = handed_in.sends(f"papers/read/{paper}", {**good, name: typed})
    assert (answer.status, len(answer.faults)) == (422, 1)
    assert said in answer.faults[0]
    assert (answer.typed("employer"), answer.typed(name)) == ("别的单位", typed)
    assert handed_in.facts("reading.confirmed") == []


def test_days_are_asked_in_three_parts_and_a_card_may_have_no_last_day(handed_in: Borrower):
    paper = is_read(handed_in, 1, PaperKind.ID_CARD, **CARD)
    form = handed_in.opens(f"papers/read/{paper}")
    assert [form.typed(f"valid_to-{part}") for part in ("year", "month", "day")] == ["2035", "03", "02"]
    date = {"valid_to-year": "2035", "valid_to-month": "2", "valid_to-day": "30"}
    base = {"name": CARD["name"], "number": "11010519900307002x"}
    assert handed_in.sends(f"papers/read/{paper}", {**base, **date}).faults == ["日历上没有这一天，请再看一下"]
    assert handed_in.sends(f"papers/read/{paper}", {**base, "number": "123"}).faults == [
        "这里不会这样写，请照材料上的写"
    ]
    handed_in.sends(f"papers/read/{paper}", {**base, **date, "valid_to-long": "long-term"})
    assert dict(handed_in.facts("reading.confirmed")[-1].confirmed.values) == {**CARD, "valid_to": "long-term"}
    assert "有效期止：长期" in handed_in.opens("papers").text
    handed_in.sends(
        f"papers/read/{paper}", {**base, "valid_to-year": "2036", "valid_to-month": "5", "valid_to-day": "4"}
    )
    assert dict(handed_in.facts("reading.confirmed")[-1].confirmed.values)["valid_to"] == "2036-05-04"


def test_what_is_cleared_is_not_confirmed(handed_in: Borrower):
    paper = is_read(handed_in, 1, PaperKind.ID_CARD, **CARD)
    handed_in.sends(f"papers/read/{paper}", {"name": "李四", "number": ""})
    (said,) = handed_in.facts("reading.confirmed")
    assert dict(said.confirmed.values) == {"name": "李四"}
    empty = handed_in.sends(f"papers/read/{paper}", {})
    assert empty.status == 422 and "没有读出可以确认的内容" in empty.text


def test_of_a_health_paper_only_name_hospital_and_days_are_asked(handed_in: Borrower):
    handed_in.sends("papers", {"act": "give"}, to="papers/consent")
    days = {"admitted_on": "2026-01-02", "discharged_on": "2026-01-20"}
    paper = is_read(handed_in, 3, PaperKind.DIAGNOSIS, name="李四", hospital="示例市第一人民医院", **days)
    page = handed_in.opens("papers").text
    assert "医院：示例市第一人民医院 入院日期：2026年1月2日 出院日期：2026年1月20日" in page
    handed_in.sends("papers", {"act": "yes", "name": "李四", **days}, to=f"papers/read/{paper}")
    (said,) = handed_in.facts("reading.confirmed")
    assert said.confirmed.health and said.retention("confirmed").value == "health"


def test_nothing_is_asked_where_a_person_reads_nothing_was_found_or_all_is_settled(handed_in: Borrower):
    papers = [
        is_read(handed_in, 2, PaperKind.UNKNOWN),
        is_read(handed_in, 2, PaperKind.PAYSLIP, by="person", **SLIP),
        is_read(handed_in, 2, PaperKind.PAYSLIP, legible=False, **{**SLIP, "month": "2026-01"}),
    ]
    assert "我们读到：" not in handed_in.opens("papers").text
    settled = is_read(handed_in, 1, PaperKind.ID_CARD, **CARD)
    handed_in.desk_does(accept_paper, AGENT, 1, "已核对")
    assert "我们读到：" not in handed_in.opens("papers").text
    for paper in (*papers, settled, "f_other"):
        assert handed_in.opens(f"papers/read/{paper}").to == handed_in.at("papers")
        answer = handed_in.sends("papers", {"act": "yes", "net": "1"}, to=f"papers/read/{paper}")
        assert answer.to == handed_in.at("papers")
    assert handed_in.facts("reading.confirmed") == []


def test_another_persons_paper_is_not_there(handed_in: Borrower, another: Borrower):
    paper = is_read(handed_in, 2, PaperKind.PAYSLIP, **SLIP)
    another.signs_in().answers().submits()
    assert another.opens(f"/c/{handed_in.case_id}/papers/read/{paper}").status == 404
    assert another.opens(f"papers/read/{paper}").to == another.at("papers")


def test_the_desks_questions_are_not_hers_to_read(handed_in: Borrower):
    paper = is_read(handed_in, 1, PaperKind.ID_CARD, **{**CARD, "name": "张三"})
    handed_in.sends("papers", {"act": "yes", "name": "张三"}, to=f"papers/read/{paper}")
    assert {remark.code for remark in handed_in.file.remarks} == {"other-name", "other-number"}
    page = handed_in.opens("papers").text
    assert "这是谁的材料" not in page and "要问的" not in page


def test_behind_a_link_she_confirms_what_came_by_links(handed_in: Borrower):
    own = is_read(handed_in, 2, PaperKind.PAYSLIP, **SLIP)
    client = opened(handed_in, sent_link(handed_in))
    client.post("/upload/2", {"files": photo(data=JPEG + b"link"), "key": "link-key-1"})
    sent = handed_in.file.papers[-1].paper
    worker = By(actor=SYSTEM, channel=Channel.SYSTEM, key="link-read")
    found = tuple(
        Field(name=name, value=value, page=1, box=Box(0, 0, 9, 9), confidence=990)
        for name, value in {**SLIP, "month": "2026-01"}.items()
    )
    reading = Reading(kind=PaperKind.PAYSLIP, pages=(Page(number=1, width=9, height=9),), fields=found)
    fact = e.PaperRead(paper=sent, legible=True, reading=reading)
    carry_out(handed_in.desk, worker, handed_in.case_id, {}, lambda _: [fact])
    page = Shown(client.get("/upload"))
    assert "月份：2026年1月" in page.text and "月份：2026年2月" not in page.text
    assert client.get(f"/upload/read/{own}").headers["Location"] == "/upload"
    form = Shown(client.get(f"/upload/read/{sent}"))
    assert form.status == 200 and form.typed("month") == "2026-01"
    data = {"key": form.hidden("key"), "employer": "乙", "month": "2026-01", "gross": "6000", "net": "5200"}
    assert client.post(f"/upload/read/{sent}", data).headers["Location"] == "/upload?done=confirmed"
    (said,) = handed_in.facts("reading.confirmed")
    assert (said.paper, said.changed) == (sent, 1)
