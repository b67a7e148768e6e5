"""No more mail: opening the link changes nothing, a press does, without a cookie or a token of a form."""

import pytest
from django.test import Client

from forbear.core import mail_address as marks
from forbear.core.contact import Channel
from tests.web.borrower.conftest import Borrower


@pytest.fixture
def address(she: Borrower) -> str:
    she.signs_in()
    return f"/mail/stop/{marks.stop_token(she.desk.mail_sign, she.file.case.case_id)}"


def strict() -> Client:
    return Client(enforce_csrf_checks=True)


def test_looking_changes_nothing(she: Borrower, address: str):
    seq = she.file.case.seq
    for method in ("get", "head"):
        assert getattr(strict(), method)(address).status_code == 200
    assert (she.file.case.seq, she.file.reach) == (seq, None)


def test_one_press_of_a_mail_program_is_enough(she: Borrower, address: str):
    """RFC 8058: a POST of List-Unsubscribe=One-Click, with nothing else."""
    for _ in range(2):
        answer = strict().post(address, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and "以后不再给您发邮件，改用短信。" in answer.content.decode()
        assert not answer.cookies
    assert she.file.reach is not None and she.file.reach.unwanted == (Channel.EMAIL,)


def test_the_page_says_what_it_does_in_both_languages_and_nothing_of_the_case(she: Borrower, address: str):
    zh = strict().get(address).content.decode()
    client = strict()
    client.cookies["lang"] = "en"
    en = client.get(address).content.decode()
    assert "不再收邮件" in zh and "No more mail" in en
    assert she.row.name not in zh + en and she.row.loan.contract not in zh + en


@pytest.mark.parametrize("token", ["x", "c.aaaaaaaaaaaaaaaaaaaa", "..", "a" * 300])
def test_a_link_of_nobodys_is_not_found(she: Borrower, token: str):
    she.signs_in()
    seq = she.file.case.seq
    assert strict().get(f"/mail/stop/{token}").status_code == 404
    assert strict().post(f"/mail/stop/{token}").status_code == 404
    assert she.file.case.seq == seq


def test_other_methods_are_refused(she: Borrower, address: str):
    assert strict().put(address).status_code == 405
    assert strict().delete(address).status_code == 405
