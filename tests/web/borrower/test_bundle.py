"""Her file of everything: made by a press, whole, hers alone; and the page that checks one for anybody."""

from hashlib import sha256
from pathlib import Path

import pytest

from forbear.actions.record import By, carry_out
from forbear.config.verify import looked_at
from forbear.core.contact import Actor, Auth, Channel, Role, ThirdParty
from forbear.core.decision import Outcome
from forbear.core.events import AuthorityFiled
from forbear.core.refusal import Refusal
from tests.servers import ROOT
from tests.web.borrower.conftest import Borrower


@pytest.fixture
def signed_in(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits().chooses().is_answered(Outcome.APPROVED)


def test_a_press_gives_a_bundle_that_holds(signed_in: Borrower, tmp_path: Path):
    before = signed_in.file.case.seq
    answer = signed_in.sends("everything/proof", {}).response
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert answer.headers["Content-Disposition"].endswith(f'-{before + 1}.zip"')
    bundle = tmp_path / "case.zip"
    bundle.write_bytes(b"".join(answer.streaming_content))
    report = looked_at(bundle, signed_in.desk.log_key.vkey)
    assert (report.ok, report.events) == (True, before + 2), dict(report.checks)
    assert [fact.reason for fact in signed_in.facts("case.exported")] == [None]


def test_the_status_page_leads_to_it(signed_in: Borrower):
    assert "下载全部内容，附证明" in signed_in.opens("").text
    page = signed_in.opens("everything/proof")
    assert page.status == 200 and "涉及他人的内容不在里面" in page.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_her_data_leads_to_it_as_her_copy(signed_in: Borrower, language: str):
    """Also where a class has a last day already."""
    signed_in.client.cookies["lang"] = language
    page = signed_in.opens("my-data")
    assert page.status == 200 and f"/c/{signed_in.case_id}/everything/proof" in page.source


def test_anybody_may_check_and_have_the_verifier(she: Borrower):
    page = she.client.get("/verify").content.decode()
    verifier = (ROOT / "forbear/published/verify.py").read_bytes()
    assert sha256(verifier).hexdigest() in page
    answer = she.client.get("/verify.py")
    assert (answer.content, answer.headers["X-Content-Type-Options"]) == (verifier, "nosniff")


def test_the_plain_copy_leaves_out_other_people_too(signed_in: Borrower):
    """The JSON of her case holds what her bundle shows: nobody else's name or number."""
    party = ThirdParty(name="王大姐", relation="sister", phone="15500001111")
    by = By(actor=Actor(Role.AGENT, "lin", Auth.STAFF), channel=Channel.WEB, key="authority")
    filed = AuthorityFiled(authority="t_1", party=party)
    assert not isinstance(carry_out(signed_in.desk, by, signed_in.case_id, {}, lambda file: [filed]), Refusal)
    held = signed_in.opens("everything").response.content.decode()
    assert "authority.filed" in held and "王大姐" not in held and "15500001111" not in held
    assert signed_in.row.loan.contract in held, "hers is there"
