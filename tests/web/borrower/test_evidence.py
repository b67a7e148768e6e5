"""Papers: a plain upload for each thing asked for; what came is named, what cannot be opened is said by name."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forbear.actions.evidence import accept_paper, refuse_paper
from forbear.actions.payments import renegotiate
from forbear.actions.record import By, carry_out
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Channel
from forbear.core.decision import Outcome
from forbear.core.evidence import PaperState
from forbear.core.reading import Fault, FaultCode, PaperKind, Reading
from forbear.core.reading import Page as ReadPage
from forbear.words import LANGUAGES, say
from tests.web.borrower.conftest import AGENT, Borrower

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 100


def photo(name: str = "工资条.jpg", data: bytes = JPEG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/jpeg")


@pytest.fixture
def handed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def test_the_list_says_what_is_needed_and_by_when(handed_in: Borrower):
    page = handed_in.opens("papers").text
    assert "请在2026年3月23日之前给我们" in page
    assert "请交身份证（正反两面），或护照。" in page
    assert "请交最近一个月的工资条，或最近三个月的银行、微信或支付宝流水，或纳税证明，" in page
    assert "请交诊断证明，或出院小结，或医药费票据，或保险理赔单，或残疾人证。 能看出是生病或受伤。" in page
    assert "病历只给经办的同事看" in page


def test_photos_are_kept_and_named_and_the_same_photo_twice_is_one(handed_in: Borrower):
    form = handed_in.opens("papers")
    for _ in range(2):
        sent = handed_in.sends(
            "papers", {"files": [photo(), photo("流水.pdf", b"%PDF-1.7 x")]}, form=form, to="papers/2"
        )
    assert sent.to == handed_in.at("papers?done=got-2")
    assert "收到了：工资条.jpg、流水.pdf。" in handed_in.opens(sent.to).text
    assert [fact.facts.mime for fact in handed_in.facts("paper.received")] == ["image/jpeg", "application/pdf"]
    assert handed_in.desk.vault.open(handed_in.facts("paper.received")[0].facts.blob) == JPEG


def test_a_photo_from_the_camera_counts_too(handed_in: Borrower):
    page = handed_in.opens("papers")
    assert 'name="camera" accept="image/*" capture="environment"' in page.source
    handed_in.sends("papers", {"camera": photo()}, to="papers/1")
    assert handed_in.file.case.papers[1] is PaperState.RECEIVED


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("病历.docx", b"PK\x03\x04 a document", "“病历.docx”打不开。请用照片（JPG、PNG、HEIC）或 PDF"),
        ("照片.jpg", b"MZ not a photo at all", "“照片.jpg”打不开。请用照片（JPG、PNG、HEIC）或 PDF"),
        ("空.jpg", b"", "“空.jpg”是空的。请重新选一个"),
    ],
)
def test_a_file_that_can_be_no_paper_is_refused_by_name(handed_in: Borrower, name: str, data: bytes, said: str):
    answer = handed_in.sends("papers", {"files": photo(name, data)}, to="papers/1")
    assert (answer.status, answer.faults) == (422, [said])
    assert handed_in.facts("paper.received") == []


def test_a_file_that_is_too_big_is_refused_and_the_good_one_beside_it_kept(handed_in: Borrower):
    big = photo("大.jpg", JPEG + b"\0" * (20 * 1024 * 1024))
    answer = handed_in.sends("papers", {"files": [big, photo("好.jpg")]}, to="papers/1")
    assert answer.faults == ["“大.jpg”太大。请压缩到 20 MB 以内，或者重新拍一张"]
    assert "好.jpg，2026年3月2日收到" in answer.text
    assert len(handed_in.facts("paper.received")) == 1


def test_files_sent_together_are_pages_of_one_paper_or_a_paper_each(handed_in: Borrower):
    both = [photo("正面.jpg", JPEG + b"1"), photo("反面.jpg", JPEG + b"2")]
    handed_in.sends("papers", {"files": both, "paper": "one"}, to="papers/1")
    (card,) = handed_in.file.papers_of(1)
    assert [page.name for page in card.pages] == ["正面.jpg", "反面.jpg"]
    page = handed_in.opens("papers")
    assert "共 2 页" in page.text and f'<option value="{card.paper}">“正面.jpg”的后面几页' in page.source
    handed_in.sends("papers", {"files": [photo("三.jpg", JPEG + b"3")], "paper": card.paper}, to="papers/1")
    handed_in.sends("papers", {"files": [photo("四.jpg", JPEG + b"4"), photo("五.jpg", JPEG + b"5")]}, to="papers/1")
    assert [len(paper.pages) for paper in handed_in.file.papers_of(1)] == [3, 1, 1]
    answer = handed_in.sends("papers", {"files": [photo("六.jpg", JPEG + b"6")], "paper": "f_none"}, to="papers/1")
    assert answer.faults == ["要加页的那份材料不在这一项里。请回到材料清单再选。"]


def test_what_was_read_and_what_to_do_stand_beside_the_paper(handed_in: Borrower):
    handed_in.sends(
        "papers", {"files": [photo("正.jpg", JPEG + b"1"), photo("反.jpg", JPEG + b"2")], "paper": "one"}, to="papers/1"
    )
    assert "收到了，正在看清不清楚" in handed_in.opens("papers").text
    asked = f"papers/1/state?known={handed_in.opens('papers').source.split('known=')[1][:16]}"
    assert handed_in.opens(asked).status == 204
    is_read(
        handed_in, legible=False, faults=(Fault(code=FaultCode.BLURRED, page=2), Fault(code=FaultCode.BACK_MISSING))
    )
    changed = handed_in.opens(asked)
    assert (changed.status, "hx-get" in changed.source) == (200, False)
    assert "第 2 页：拍糊了。请拿稳手机，等对好焦再拍 还少背面。请把背面也拍上" in changed.text
    is_read(handed_in, legible=True)
    assert "收到了，看得清" in handed_in.opens("papers").text
    is_read(handed_in, legible=True, by="person")
    assert "收到了，由同事来看" in handed_in.opens("papers").text
    handed_in.sends(
        "papers", {"files": photo("再.jpg", JPEG + b"3"), "paper": handed_in.file.papers[0].paper}, to="papers/1"
    )
    assert "收到了，正在看清不清楚" in handed_in.opens("papers").text
    handed_in.desk.clock.advance(minutes=3)
    page = handed_in.opens("papers")
    assert "收到了，由同事来看" in page.text and "hx-get" not in page.source


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_of_a_page_says_what_to_do(language: str):
    said = {say(language, f"evidence.page.fault.{code}") for code in FaultCode}
    assert len(said) == len(FaultCode)


def is_read(she: Borrower, *, legible: bool, faults: tuple[Fault, ...] = (), by: str = "machine") -> None:
    page = ReadPage(number=1, width=9, height=9)
    reading = Reading(kind=PaperKind.UNKNOWN, pages=(page,), faults=faults, by=by)
    fact = e.PaperRead(paper=she.file.papers[0].paper, legible=legible, reading=reading)
    worker = By(actor=SYSTEM, channel=Channel.SYSTEM, key=she.desk.ids.new("w"))
    carry_out(she.desk, worker, she.case_id, {}, lambda _: [fact])


def test_pressing_upload_without_a_file_asks_for_one(handed_in: Borrower):
    answer = handed_in.sends("papers", {}, to="papers/1")
    assert answer.faults == ["请先选一个文件，再点上传"]


def test_an_item_that_was_never_asked_for_takes_nothing(handed_in: Borrower):
    answer = handed_in.sends("papers", {"files": photo()}, to="papers/9")
    assert answer.status == 422
    assert handed_in.facts("paper.received") == []


def test_a_paper_sent_back_says_why_and_can_be_sent_again(handed_in: Borrower):
    handed_in.sends("papers", {"files": photo()}, to="papers/1")
    handed_in.desk_does(refuse_paper, AGENT, 1, "照片有些模糊，请在亮一点的地方再拍。")
    page = handed_in.opens("papers").text
    assert "需要重交" in page
    assert "照片有些模糊，请在亮一点的地方再拍。" in page
    handed_in.sends("papers", {"files": photo("新.jpg", JPEG + b"2")}, to="papers/1")
    handed_in.desk_does(accept_paper, AGENT, 1)
    assert 'action="/c/' + handed_in.case_id + '/papers/1"' not in handed_in.opens("papers").source


def test_what_a_person_accepted_is_not_asked_again_when_she_states_anew(handed_in: Borrower):
    handed_in.sends("papers", {"act": "give"}, to="papers/consent")
    for number in (1, 2, 3):
        handed_in.sends("papers", {"files": photo(data=JPEG + bytes([number]))}, to=f"papers/{number}")
        handed_in.desk_does(accept_paper, AGENT, number)
    handed_in.chooses().is_answered(Outcome.APPROVED).signs()
    handed_in.desk_does(renegotiate, AGENT, "孩子要上学了。")
    handed_in.answers(cause={"cause": "job-loss"}).submits()
    assert [item.name for item in handed_in.file.items] == ["cause/job-loss", "own-plan"]
    assert [(held.name, held.by, held.on) for held in handed_in.file.held] == [
        ("identity", "case", date(2026, 3, 2)),
        ("income", "case", date(2026, 3, 2)),
    ]
    assert "这些不用再交：证明是您本人、收入。我们已经有了。" in handed_in.opens("papers").text
