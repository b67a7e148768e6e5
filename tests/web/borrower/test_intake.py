"""What stands between her file and the vault: the scanner, which fails closed, and a disk that may be full."""

import pytest

from forbear.actions.ports import VaultFull
from forbear.adapters.memory_papers import EICAR
from tests.web.borrower.conftest import Borrower
from tests.web.borrower.test_evidence import JPEG, photo


@pytest.fixture
def handed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def kept(she: Borrower) -> int:
    return len(she.desk.vault._files)


def test_a_file_with_a_virus_is_refused_and_the_good_one_beside_it_kept(handed_in: Borrower):
    bad = photo("照片.jpg", JPEG + EICAR)
    answer = handed_in.sends("papers", {"files": [bad, photo()]}, to="papers/1")
    assert answer.status == 422
    assert answer.faults[0].startswith("病毒扫描发现这个文件有害，我们没有保存它。")
    assert [fact.facts.name for fact in handed_in.facts("paper.received")] == ["工资条.jpg"]
    assert kept(handed_in) == 1


def test_while_the_scanner_is_away_nothing_is_taken_and_then_the_same_file_is(handed_in: Borrower):
    handed_in.desk.scanner.away = True
    form = handed_in.opens("papers")
    answer = handed_in.sends("papers", {"files": photo()}, form=form, to="papers/1")
    assert answer.status == 422
    assert answer.faults[0].startswith("现在无法检查文件有没有病毒，所以什么都没有保存。")
    assert (handed_in.facts("paper.received"), kept(handed_in)) == ([], 0)
    handed_in.desk.scanner.away = False
    assert handed_in.sends("papers", {"files": photo()}, form=form, to="papers/1").status == 302
    assert len(handed_in.facts("paper.received")) == 1


def test_a_full_disk_says_so_and_loses_nothing(handed_in: Borrower, monkeypatch: pytest.MonkeyPatch):
    handed_in.sends("papers", {"files": photo()}, to="papers/1")

    def full(*_: object) -> None:
        raise VaultFull("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(handed_in.desk.vault, "keep_stream", full)
        answer = handed_in.sends("papers", {"files": photo("流水.jpg", JPEG + b"2")}, to="papers/2")
    assert answer.faults[0].startswith("现在存储空间已满，这个文件没有保存。您以前发来的材料都还在。")
    (first,) = handed_in.facts("paper.received")
    assert handed_in.desk.vault.open(first.facts.blob) == JPEG
    assert handed_in.sends("papers", {"files": photo("流水.jpg", JPEG + b"2")}, to="papers/2").status == 302
