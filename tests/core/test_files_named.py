"""Which files of the vault a fact names: those under its own members for them, and never what somebody wrote."""

from forbear.core import events as e
from forbear.core.codec import plain
from forbear.core.evidence import PaperFacts
from forbear.core.facts import files_named
from forbear.core.reading import Page, PaperKind, Reading


def test_a_name_that_looks_like_a_file_is_a_name():
    facts = PaperFacts(name="b_payslip", mime="image/png", size=1, sha256="0" * 64, blob="b_4kq", health=False)
    assert list(files_named(plain(e.PaperReceived(item=1, paper="f_1", facts=facts)))) == ["b_4kq"]
    assert list(files_named(plain(e.NoteWritten(text="b_4kq")))) == []


def test_every_member_that_holds_one_is_known():
    mail = e.MessageWritten(message="m_1", raw="b_mail", text="…")
    recorded = e.CallRecorded(call="k", blob="b_call")
    pages = (Page(number=1, width=9, height=9, image="b_page"), Page(number=2, width=9, height=9))
    read = Reading(kind=PaperKind.PAYSLIP, pages=pages)
    found = [list(files_named(plain(one))) for one in (mail, recorded, read)]
    assert found == [["b_mail"], ["b_call"], ["b_page"]]
