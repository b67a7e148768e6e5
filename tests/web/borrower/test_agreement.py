"""The agreement: read, signed with a code sent for it alone, kept as PDF, or left unsigned."""

from dataclasses import replace
from hashlib import sha256

import pytest
from django.test import Client

from forbear.actions import agenda
from forbear.actions.agreement import sign
from forbear.actions.record import By
from forbear.config import wiring
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.decision import Outcome
from forbear.core.handover import token_of
from forbear.core.identity import masked_phone
from forbear.core.refusal import Refusal
from tests.web.borrower.conftest import Borrower


@pytest.fixture
def offered(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits().chooses().is_answered(Outcome.APPROVED)


def asks_for_code(she: Borrower) -> str:
    she.sends("agreement", {"act": "ask"}, to="agreement/sign")
    return she.desk.challenges.code(she.client.session["signing"]["challenge"])


def test_what_signing_means_stands_before_the_button(offered: Borrower):
    page = offered.opens("agreement")
    for said in ("三年的诉讼时效重新计算", "已有的逾期还清后保留五年", "到期后有 3 天宽限", "可以随时提前还清，不收费"):
        assert page.source.index(said) < page.source.index("发送签署验证码")
    assert page.source.count('<tr><th scope="row">') == len(offered.file.offered.terms.plan.instalments)


def test_she_signs_once_with_the_code_and_her_tick(offered: Borrower):
    code, form = asks_for_code(offered), offered.opens("agreement")
    for _ in range(2):
        answer = offered.sends(
            "agreement", {"act": "sign", "code": code, "read": "yes"}, form=form, to="agreement/sign"
        )
        assert answer.status == 302
    (fact,) = offered.facts("agreement.signed")
    printed = offered.desk.vault.open(offered.file.agreed.document)
    assert fact.act.document_sha256 == sha256(printed).hexdigest()
    assert "协议从2026年3月2日起生效" in offered.opens("agreement").text


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        ({"code": "123", "read": "yes"}, ["请输入短信里的 8 位数字"]),
        ({"code": "00000000", "read": "yes"}, ["这个验证码不对，或者已经过期。请再看一下，或者重新发送。"]),
        ({"code": "00000000"}, ["请看过协议后勾选这里"]),
    ],
)
def test_a_wrong_code_or_no_tick_signs_nothing(offered: Borrower, typed: dict, faults: list[str]):
    asks_for_code(offered)
    answer = offered.sends("agreement", {"act": "sign", **typed}, to="agreement/sign")
    assert (answer.status, answer.faults) == (422, faults)
    assert offered.facts("agreement.signed") == []


def test_the_code_that_signs_in_does_not_sign(offered: Borrower):
    asks_for_code(offered)
    offered.client.post("/start", {"contract": offered.row.loan.contract, "id_number": offered.row.id_number})
    offered.client.get("/leave")
    offered.sends("/start", {"contract": offered.row.loan.contract, "id_number": offered.row.id_number})
    sign_in = offered.code()
    offered.sends("/code", {"code": sign_in})
    asks_for_code(offered)
    answer = offered.sends("agreement", {"act": "sign", "code": sign_in, "read": "yes"}, to="agreement/sign")
    assert answer.status == 422
    assert offered.facts("agreement.signed") == []


def test_an_expired_code_is_told_and_a_new_one_signs(offered: Borrower):
    code = asks_for_code(offered)
    offered.desk.clock.advance(minutes=6)
    late = offered.sends("agreement", {"act": "sign", "code": code, "read": "yes"}, to="agreement/sign")
    assert late.faults == ["这个验证码不对，或者已经过期。请再看一下，或者重新发送。"]
    assert offered.signs().file.case.in_force == 1


def test_who_came_from_the_lender_s_app_signs_with_the_code_like_everybody(offered: Borrower, monkeypatch):
    """The code sent for this agreement is the act; how she came to her case before it is told beside it."""
    desk = replace(offered.desk, handover_secrets=("s" * 40,))
    monkeypatch.setattr(wiring, "desk", lambda: desk)
    at, contract = int(desk.clock.now().timestamp()), offered.row.loan.contract
    claims = {"aud": desk.address, "iat": at, "exp": at + 60, "jti": "0123456789", "contract": contract}
    offered.client = Client()
    came = offered.client.post("/handover", {"to": "case", "token": token_of("s" * 40, claims)})
    assert came.headers["Location"] == offered.at("")
    code = asks_for_code(offered)
    answer = offered.sends("agreement", {"act": "sign", "code": code, "read": "yes"}, to="agreement/sign")
    assert answer.to == offered.at("agreement?done=signed")
    (signed,) = (event for event in offered.file.events if event.fact.type == "agreement.signed")
    assert (signed.actor.auth, signed.fact.act.document_sha256) == (Auth.APP, offered.file.agreed.printed)


@pytest.mark.parametrize("auth", [Auth.CALLER_TWO_FACTS, Auth.CALL_BACK, Auth.MAIL_ADDRESS, Auth.NONE])
def test_who_proved_herself_by_less_signs_nothing(offered: Borrower, auth: Auth):
    asks_for_code(offered)
    challenge = offered.client.session["signing"]["challenge"]
    by = By(actor=Actor(Role.BORROWER, offered.file.party.borrower_id, auth), channel=Channel.WEB, key="k")
    code = offered.desk.challenges.code(challenge)
    refused = sign(offered.desk, by, offered.case_id, challenge=challenge, code=code, address="192.0.2.7")
    assert isinstance(refused, Refusal) and refused.rule == "agreement.signer"
    assert offered.facts("agreement.signed") == []


def test_the_number_that_the_code_went_to_is_the_one_that_is_told_and_recorded(offered: Borrower):
    """The lender's book has another number of hers than when the case was opened."""
    before = masked_phone(offered.file.party.phone)
    offered.desk.loans.put([replace(offered.row, phone="13900007788")])
    assert "139****7788" in offered.opens("agreement").text
    code = asks_for_code(offered)
    offered.desk.clock.advance(seconds=1)
    while agenda.work(offered.desk):
        pass
    sent = offered.desk.messenger.sent[-1]
    assert (sent.to, code in sent.body) == ("13900007788", True)
    page = offered.opens("agreement")
    assert "139****7788" in page.text and before not in page.text
    offered.sends("agreement", {"act": "sign", "code": code, "read": "yes"}, form=page, to="agreement/sign")
    assert offered.facts("agreement.signed")[0].act.phone_masked == "139****7788"


def test_the_document_is_the_one_that_was_printed(offered: Borrower):
    response = offered.opens("agreement.pdf").response
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content == offered.desk.vault.open(offered.file.offered.document)


def test_not_signing_is_as_easy_and_does_no_harm(offered: Borrower):
    page = offered.opens("agreement/decline").text
    assert "不会有任何不好的影响" in page
    answer = offered.sends("agreement/decline", {"words": "每月还是太多"})
    assert answer.to == offered.at("?done=unsigned")
    assert [fact.words for fact in offered.facts("agreement.lapsed")] == ["每月还是太多"]
    assert offered.opens("agreement").status == 200


def test_without_an_agreement_there_is_nothing_to_sign_or_download(she: Borrower):
    she.signs_in()
    assert "还没有协议" in she.opens("agreement").text
    assert she.opens("agreement.pdf").status == 404
    assert she.sends("agreement", {"act": "ask"}, to="agreement/sign").to == she.at("agreement")
