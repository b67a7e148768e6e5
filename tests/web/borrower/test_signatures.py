"""From her code to the sealed file through the real actions: nothing that is away loses her act, nobody signs twice."""

import threading
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from forbear.actions import agenda, agreement, signatures
from forbear.actions.contact import ask_signing_code
from forbear.actions.ports import DamagedFile, Desk, Write
from forbear.actions.record import By, carry_out, load
from forbear.adapters.memory import MovedClock, PlainSealer, clock_of
from forbear.config import wiring
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role
from forbear.core.decision import Outcome
from forbear.core.plan import Offer
from forbear.core.refusal import Refusal
from forbear.web.borrower import agreement as page_of_agreement
from forbear.words import LANGUAGES, say
from forbear.words.format import moment
from tests.signing.sealing import NOW, now, order, sealer
from tests.web.borrower.conftest import Borrower, Page


@pytest.fixture
def offered(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits().chooses().is_answered(Outcome.APPROVED)


def code_for(desk: Desk, case_id: str) -> tuple[str, str]:
    file = load(desk, case_id)
    sent = ask_signing_code(desk, loan_id=file.loan_id, case_id=case_id, number=file.case.offered)
    return sent.challenge, desk.challenges.code(sent.challenge)


def signs(desk: Desk, case_id: str, challenge: str, code: str, key: str = "s"):
    her = Actor(Role.BORROWER, load(desk, case_id).party.borrower_id, Auth.CODE)
    by = By(actor=her, channel=Channel.WEB, key=key)
    return agreement.sign(desk, by, case_id, challenge=challenge, code=code, address="192.0.2.7")


def kinds(desk: Desk, case_id: str) -> list[str]:
    return [event.fact.type for event in desk.ledger.events(case_id) if event.fact.type.startswith("agreement.")]


SIGNED = ["agreement.issued", "agreement.signed", "agreement.countersigned"]


def test_the_sealed_file_is_kept_and_committed(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    signs(desk, case_id, *code_for(desk, case_id))
    assert kinds(desk, case_id) == SIGNED
    while agenda.work(desk):
        pass
    assert kinds(desk, case_id) == [*SIGNED, "agreement.sealed"]
    agreed = load(desk, case_id).agreed
    pdf = desk.vault.open(agreed.sealed)
    assert agreed.sealing.seal.sha256 == sha256(pdf).hexdigest()
    assert agreed.sealing.seal.document_sha256 == agreed.act.document_sha256 == agreed.printed
    signed = next(event for event in desk.ledger.events(case_id) if isinstance(event.fact, e.AgreementSigned))
    assert signed.leaf_hash.hex().encode() in pdf, "the statement names where the act stands in the record"


def test_while_anything_is_away_her_act_stands_and_it_is_tried_again(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    sealer = desk.sealer
    assert isinstance(sealer, PlainSealer)
    sealer.away = "the time-stamping authority answered 503"
    signs(desk, case_id, *code_for(desk, case_id))
    for _ in range(60):
        agenda.work(desk)
        clock_of(desk).advance(minutes=10)
    assert load(desk, case_id).case.in_force == 1
    assert kinds(desk, case_id) == SIGNED
    waiting = [item for item in desk.agenda.given_up() if item.kind == "seal"]
    assert [item.error for item in waiting] == ["SealingAway: the time-stamping authority answered 503"]
    sealer.away = ""
    clock_of(desk).advance(hours=20)
    while agenda.work(desk):
        pass
    assert kinds(desk, case_id) == [*SIGNED, "agreement.sealed"]


def test_sealing_twice_is_once(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    signs(desk, case_id, *code_for(desk, case_id))
    for key in ("one", "two"):
        signatures.seal(desk, By(actor=SYSTEM, channel=Channel.SYSTEM, key=key), case_id, 1)
    assert kinds(desk, case_id) == [*SIGNED, "agreement.sealed"]


def test_a_code_replayed_signs_nothing(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    challenge, code = code_for(desk, case_id)
    signs(desk, case_id, challenge, code)
    again = signs(desk, case_id, challenge, code, key="again")
    assert isinstance(again, Refusal) and again.rule == "agreement.none"
    assert desk.challenges.try_code(challenge, code, desk.clock.now(), 5) is None
    assert kinds(desk, case_id) == SIGNED


def test_after_the_last_day_nothing_is_signed(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    clock_of(desk).advance(days=(load(desk, case_id).offered.terms.sign_by_on - desk.clock.today()).days + 1)
    refused = signs(desk, case_id, *code_for(desk, case_id))
    assert isinstance(refused, Refusal) and refused.rule == "agreement.expired"


@pytest.mark.parametrize("how", ["swapped", "damaged", "gone"])
def test_a_document_changed_before_signing_is_not_signed_and_the_code_stays_good(
    offered: Borrower, how: str, monkeypatch: pytest.MonkeyPatch
):
    desk, case_id = offered.desk, offered.case_id
    challenge, code = code_for(desk, case_id)

    def other(blob: str) -> bytes:
        if how == "swapped":
            return b"%PDF-1.7 something else"
        raise DamagedFile(blob, "the file was changed") if how == "damaged" else KeyError(blob)

    with monkeypatch.context() as patch:
        patch.setattr(desk.vault, "open", other)
        refused = signs(desk, case_id, challenge, code)
    assert isinstance(refused, Refusal) and refused.rule == "agreement.changed"
    assert kinds(desk, case_id) == SIGNED[:1]
    assert not isinstance(signs(desk, case_id, challenge, code, key="later"), Refusal)


def test_she_takes_her_signature_back_within_the_days_and_not_after(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    signs(desk, case_id, *code_for(desk, case_id))
    her = Actor(Role.BORROWER, load(desk, case_id).party.borrower_id, Auth.CODE)
    page = offered.opens("agreement")
    assert "agreement/take-back" in page.source
    clock_of(desk).advance(days=8)
    late = agreement.take_back(desk, By(actor=her, channel=Channel.WEB, key="late"), case_id)
    assert isinstance(late, Refusal) and late.rule == "agreement.cooling"
    assert "agreement/take-back" not in offered.opens("agreement").source


def test_taken_back_it_does_not_stand_and_she_may_choose_anew(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    signs(desk, case_id, *code_for(desk, case_id))
    answer = offered.sends("agreement/take-back", {"words": "想再想想"})
    assert answer.status == 302
    case = load(desk, case_id).case
    assert (case.in_force, case.next_due_on, case.collection_rests) == (None, None, True)
    days = desk.rulebooks.on(desk.clock.today()).integer("desk.stay_days_after_decision")
    assert case.stayed_until_on == desk.clock.today() + timedelta(days=days)
    assert load(desk, case_id).agreements[0].state == "taken-back"


def test_her_page_says_what_the_signature_is_worth_and_offers_the_sealed_file(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    page = offered.opens("agreement")
    assert "不是持牌机构的认证证书" in page.text
    assert load(desk, case_id).offered.printed in page.text
    signs(desk, case_id, *code_for(desk, case_id))
    assert "签署有效。带双方签名的 PDF 正在制作" in offered.opens("agreement").text
    assert offered.opens("agreement/signed.pdf").status == 404
    while agenda.work(desk):
        pass
    page = offered.opens("agreement")
    seal = load(desk, case_id).agreed.sealing.seal
    assert seal.sha256 in page.text and "没有独立机构证明" in page.text
    assert offered.client.get(f"/c/{case_id}/agreement/signed.pdf").content.startswith(b"%PDF-1.7")


def test_two_tabs_that_sign_at_once_sign_once(offered: Borrower):
    """Both hold the same code, or each one of its own: one signature, and the other is told that nothing waits."""
    desk, case_id = offered.desk, offered.case_id
    codes = [code_for(desk, case_id), code_for(desk, case_id)]
    at_once = [
        threading.Thread(target=lambda n=n: told.append(signs(desk, case_id, *codes[n % 2], f"k{n}"))) for n in range(4)
    ]
    told: list[object] = []
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    rules = sorted(one.rule for one in told if isinstance(one, Refusal))
    used = rules.count("agreement.code")  # each code is right once; whoever comes second with it may come too early
    assert used <= 2 and rules == ["agreement.code"] * used + ["agreement.none"] * (3 - used)
    assert kinds(desk, case_id) == SIGNED


def test_pressed_twice_she_is_told_that_it_is_signed_or_just_being_signed(offered: Borrower, monkeypatch):
    """The second press comes while the first has used the code and is not recorded yet; a third when it is."""
    desk, case_id = offered.desk, offered.case_id
    offered.sends("agreement", {"act": "ask"}, to="agreement/sign")
    form = {"act": "sign", "code": desk.challenges.code(offered.client.session["signing"]["challenge"]), "read": "yes"}
    shown, record, seconds = offered.opens("agreement"), desk.ledger.append, list[Page]()

    def press() -> Page:
        return offered.sends("agreement", form, form=shown, to="agreement/sign")

    def appending(write: Write) -> Any:
        monkeypatch.setattr(desk.ledger, "append", record)
        seconds.append(press())
        return record(write)

    monkeypatch.setattr(desk.ledger, "append", appending)
    first = press()
    (second,) = seconds
    assert (second.status, first.to) == (422, offered.at("agreement?done=signed"))
    assert (
        say("zh", "agreement.refusal.used") in second.text and say("zh", "agreement.way_on.look_again") in second.text
    )
    assert say("zh", "contact.page.fault.code_wrong") not in second.text
    assert kinds(desk, case_id) == SIGNED


@pytest.mark.parametrize("refused", ["agreement.code", "agreement.none"])
def test_a_second_press_that_ends_when_the_first_is_recorded_says_signed(offered: Borrower, refused: str, monkeypatch):
    desk, case_id = offered.desk, offered.case_id
    offered.sends("agreement", {"act": "ask"}, to="agreement/sign")
    challenge = offered.client.session["signing"]["challenge"]
    shown = offered.opens("agreement")

    def first_is_quicker(*_: Any, **__: Any) -> Refusal:
        signs(desk, case_id, challenge, desk.challenges.code(challenge))
        return Refusal(refused, "contact.refusal.code", where="code")

    monkeypatch.setattr(page_of_agreement, "sign_with_code", first_is_quicker)
    form = {"act": "sign", "code": "12345678", "read": "yes"}
    answer = offered.sends("agreement", form, form=shown, to="agreement/sign")
    assert answer.to == offered.at("agreement?done=signed")
    assert kinds(desk, case_id) == SIGNED


def test_a_code_for_one_agreement_never_signs_another_put_before_her_at_that_moment(offered: Borrower, monkeypatch):
    """Between the code and the record the first is declined and a second one drawn up: the command is decided anew."""
    desk, case_id = offered.desk, offered.case_id
    challenge, code = code_for(desk, case_id)
    plan, record = load(desk, case_id).offered.terms.plan, desk.ledger.append

    def appending(write: Write) -> Any:
        monkeypatch.setattr(desk.ledger, "append", record)
        her = Actor(Role.BORROWER, load(desk, case_id).party.borrower_id, Auth.CODE)
        agreement.decline(desk, By(actor=her, channel=Channel.WEB, key="no"), case_id, "")
        by, offer = By(actor=SYSTEM, channel=Channel.SYSTEM, key="anew"), Offer(name="lightest", plan=plan)
        carry_out(desk, by, case_id, {"anew": 2}, lambda file: agreement.issue(desk, file, offer))
        return record(write)

    monkeypatch.setattr(desk.ledger, "append", appending)
    refused = signs(desk, case_id, challenge, code)
    assert isinstance(refused, Refusal) and refused.rule == "agreement.code"
    assert load(desk, case_id).case.offered == 2
    assert kinds(desk, case_id) == ["agreement.issued", "agreement.lapsed", "agreement.issued"]


def test_a_clock_set_back_opens_no_day_that_the_record_knows_is_over(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    clock, days = clock_of(desk), (load(desk, case_id).offered.terms.sign_by_on - desk.clock.today()).days
    clock.advance(days=days + 1)
    by = By(actor=SYSTEM, channel=Channel.SYSTEM, key="note")
    carry_out(desk, by, case_id, {"note": 1}, lambda _: [e.NoteWritten(text="x")])
    back = replace(desk, clock=MovedClock(clock.now() - timedelta(days=2)))
    refused = signs(back, case_id, *code_for(back, case_id))
    assert isinstance(refused, Refusal) and refused.rule == "agreement.expired"
    assert kinds(desk, case_id) == SIGNED[:1]


def test_a_clock_set_back_does_not_date_her_act_before_the_document(offered: Borrower):
    desk, case_id = offered.desk, offered.case_id
    issued_at = load(desk, case_id).events[-1].at
    back = replace(desk, clock=MovedClock(issued_at - timedelta(days=3)))
    signs(back, case_id, *code_for(back, case_id))
    assert load(desk, case_id).agreed.act.signed_at == issued_at


ACT = {
    "changed": "signatures.refusal.changed",
    "none": "agreement.refusal.none",
    "code": "contact.page.fault.code_wrong",
    "expired": "agreement.refusal.expired",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ACT)
def test_what_is_wrong_with_an_act_stands_on_her_page_in_words(
    offered: Borrower, which: str, language: str, monkeypatch
):
    desk, case_id = offered.desk, offered.case_id
    offered.client.cookies["lang"] = language
    offered.sends("agreement", {"act": "ask"}, to="agreement/sign")
    code = desk.challenges.code(offered.client.session["signing"]["challenge"])
    form = {"act": "sign", "code": code, "read": "yes"}
    shown = offered.opens("agreement")
    if which == "changed":
        monkeypatch.setattr(desk.vault, "open", lambda _: b"%PDF-1.7 something else")
    elif which == "none":
        signs(desk, case_id, *code_for(desk, case_id))
    elif which == "code":
        form["code"] = f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
    else:
        clock_of(desk).advance(days=(load(desk, case_id).offered.terms.sign_by_on - desk.clock.today()).days + 1)
        offered.signs_in()
        shown = offered.opens("agreement")
        offered.sends("agreement", {"act": "ask"}, to="agreement/sign")
        form["code"] = desk.challenges.code(offered.client.session["signing"]["challenge"])
    answer = offered.sends("agreement", form, form=shown, to="agreement/sign")
    text = offered.opens("agreement").text if which == "none" else answer.text
    said = say(language, ACT[which])
    if which == "none":
        assert answer.status == 302 and say(language, "agreement.page.sign.code") not in text
    else:
        assert answer.status == 422 and said in text
    assert said in Path("docs/signatures.md").read_text("utf-8")
    assert kinds(desk, case_id) == (SIGNED if which == "none" else SIGNED[:1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", ["swapped", "damaged"])
def test_a_file_that_is_not_the_one_of_the_record_is_not_handed_out(
    offered: Borrower, how: str, language: str, monkeypatch
):
    desk, case_id = offered.desk, offered.case_id
    offered.client.cookies["lang"] = language
    signs(desk, case_id, *code_for(desk, case_id))
    while agenda.work(desk):
        pass
    recorded = load(desk, case_id).agreed.sealing.seal.sha256
    good = offered.opens("agreement/check")
    assert good.status == 200 and recorded in good.text and say(language, "seal_check.all_well") in good.text

    def other(blob: str) -> bytes:
        if how == "damaged":
            raise DamagedFile(blob, "the file was changed")
        return b"%PDF-1.7 something else"

    monkeypatch.setattr(desk.vault, "open", other)
    for path in ("agreement.pdf", "agreement/signed.pdf"):
        page = offered.opens(path)
        assert page.status == 503 and say(language, "signatures.page.damaged.line") in page.text
    page = offered.opens("agreement/check")
    found = {"found": sha256(b"%PDF-1.7 something else").hexdigest(), "recorded": recorded}
    key, facts = ("digest_other", found) if how == "swapped" else ("damaged", {})
    assert say(language, f"seal_check.wrong.{key}", **facts) in page.text
    assert say(language, "seal_check.all_wrong") in page.text


def test_with_real_keys_her_page_checks_the_real_file(offered: Borrower, tmp_path: Path, monkeypatch):
    """A file whose last byte was turned, by somebody who has the keys of the vault and of the record."""
    desk, case_id = offered.desk, offered.case_id
    real = sealer(tmp_path)
    monkeypatch.setattr(wiring, "desk", lambda: replace(desk, sealer=real))
    signs(desk, case_id, *code_for(desk, case_id))
    while agenda.work(desk):
        pass
    sealed = real.seal(order())
    assert all(one.well for one in real.look(sealed.pdf, now(), "", sealed.seal.sha256))
    monkeypatch.setattr(desk.vault, "open", lambda _: sealed.pdf)
    assert f"{moment('zh', NOW)} 使用" in offered.opens("agreement/check").text
    changed = sealed.pdf[:-1] + b"\r"
    monkeypatch.setattr(desk.vault, "open", lambda _: changed)
    text = offered.opens("agreement/check").text
    for key in ("document", "lender"):
        assert say("zh", f"seal_check.name.{key}") in text
    assert say("zh", "seal_check.wrong.changed") in text and say("zh", "seal_check.wrong.other_document") in text


def test_the_loan_book_says_who_else_answers_and_the_rulebook_who_decides(she: Borrower):
    she.desk.loans.put([replace(she.row, guarantors=("欧阳仚",), co_borrowers=("张伟",))])
    she.signs_in().answers().submits().chooses().is_answered(Outcome.APPROVED)
    terms = load(she.desk, she.case_id).offered.terms
    assert (terms.guarantors, terms.co_borrowers) == (("欧阳仚",), ("张伟",))
    assert terms.second_eyes == ("false-papers", "undisclosed-income", "borrower-asked")
    assert terms.no_new_card is False
