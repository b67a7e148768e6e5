"""Papers: a plain upload for each thing asked for; what came is named, what cannot be opened is said by name."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forbear.actions.evidence import accept_paper, refuse_paper
from forbear.actions.payments import renegotiate
from forbear.core.decision import Outcome
from forbear.core.evidence import PaperState
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
    handed_in.sends("papers", {"camera": photo()}, to="papers/3")
    assert handed_in.file.case.papers[3] is PaperState.RECEIVED


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
