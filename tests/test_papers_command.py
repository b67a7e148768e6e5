"""`forbear papers read`: what comes out for a paper, for a bad page, and for what is no paper at all."""

import json
from pathlib import Path

import pytest

from forbear.adapters import reading as adapter
from forbear.config import cli
from forbear.core.money import major
from forbear.core.reading import PaperKind
from tests.papers import draw
from tests.papers.spoil import Level, spoil


def papers_read(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(["papers", "read", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_document_of_several_pages_comes_out_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    card = draw(PaperKind.ID_CARD, 8, "two-pages")
    file = tmp_path / "card.pdf"
    card.pages[0].save(file, save_all=True, append_images=card.pages[1:])
    status, out, err = papers_read(capsys, str(file), "--json")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert (told["kind"], told["by"], told["legible"], len(told["pages"])) == ("id-card", "machine", True, 2)
    assert {name: field["value"] for name, field in told["fields"].items()} == card.truth.fields
    number, ends = told["fields"]["number"], told["fields"]["valid_to"]
    assert (number["page"], ends["page"], told["rows"]) == (1, 2, [])
    assert 0.9 < number["confidence"] <= 1
    left, top, right, bottom = number["box"]
    assert 0 < left < right < 10_000
    assert 0 < top < bottom < 10_000


def test_amounts_come_out_in_major_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    slip = draw(PaperKind.PAYSLIP, 7, "table")
    slip.pages[0].save(tmp_path / "slip.png")
    told = json.loads(papers_read(capsys, str(tmp_path / "slip.png"), "--json")[1])
    values = {name: told["fields"][name]["value"] for name in ("gross", "deductions", "net")}
    assert values == {name: major(int(slip.truth.fields[name])) for name in values}


def test_a_lost_page_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "slip.jpg"
    file.write_bytes(spoil(draw(PaperKind.PAYSLIP, 8, "list").pages[0], Level.UNREADABLE, 8, "blank").jpeg)
    status, out, err = papers_read(capsys, str(file), "--language", "en")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "unknown, 1 page",
        "  ! blank: This page is empty. Please look whether it is the back",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty; send the file again"),
        (b"<html>", "is no photo and no PDF, whatever its name says; JPEG, PNG, HEIC, WebP and PDF are read"),
        (b"\xff\xd8\xff" + bytes(20 << 20), "is larger than 20 MB; send a photo, or fewer pages"),
        (b"\xff\xd8\xff\xe0 cut off", "is no paper that can be shown: The file is damaged and does not open."),
        (b"%PDF-1.7 cut off", "is no paper that can be shown: The file is damaged and does not open."),
    ],
)
def test_what_is_no_paper_ends_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, said: str
):
    file = tmp_path / "paper.jpg"
    file.write_bytes(data)
    status, out, err = papers_read(capsys, str(file))
    assert (status, out) == (2, "")
    assert err.startswith(f"forbear: {file} {said}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "gone.pdf"
    said = f"forbear: {file} cannot be read: No such file or directory\n"
    assert papers_read(capsys, str(file)) == (2, "", said)


def test_without_the_reader_a_person_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(adapter, "find_spec", lambda package: None)
    file = tmp_path / "card.png"
    draw(PaperKind.ID_CARD, 8, "front").pages[0].save(file)
    status, out, _ = papers_read(capsys, str(file), "--json")
    told = json.loads(out)
    assert (status, told["kind"], told["by"], told["legible"]) == (0, "unknown", "person", True)
    assert (told["fields"], told["faults"]) == ({}, [])
