"""Health papers: asked for apart, taken only after her yes, gone with their key; every page goes on without them."""

from datetime import date

import pytest

from forbear.actions.agenda import work
from forbear.actions.decision import appeal
from forbear.actions.health_papers import confirm_cause, give_consent
from forbear.actions.payments import first_nightly
from forbear.actions.record import By
from forbear.adapters.memory import clock_of
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.decision import Outcome
from forbear.core.evidence import PaperState
from forbear.core.evidence_facts import Consent
from forbear.core.facts import Retention
from forbear.core.refusal import Refusal
from tests.web.borrower.conftest import AGENT, REVIEWER, Borrower
from tests.web.borrower.test_evidence import JPEG, photo

PAGES = ("", "papers", "plans", "messages", "everything", "answer", "answer/why", "payments")


@pytest.fixture
def ill(she: Borrower) -> Borrower:
    return she.signs_in().answers().submits()


def agrees(she: Borrower, act: str = "give"):
    return she.sends("papers", {"act": act}, to="papers/consent")


def sends_all(she: Borrower) -> None:
    agrees(she)
    for number in (1, 2, 3):
        assert she.sends("papers", {"files": photo(data=JPEG + bytes([number]))}, to=f"papers/{number}").status == 302


def nights(she: Borrower, days: int) -> None:
    """So many nights with a worker that does what is due."""
    desk = she.desk
    for _ in range(days):
        clock_of(desk).advance(days=1)
        desk.agenda.put([first_nightly(desk)])
        while work(desk):
            pass


def blobs(she: Borrower) -> list[str]:
    return [fact.facts.blob for fact in she.facts("paper.received") if fact.facts]


def test_a_health_paper_is_not_taken_before_she_agrees(ill: Borrower):
    page = ill.opens("papers")
    assert "这类材料涉及您的健康，所以要您单独同意。" in page.text
    assert "作出决定 30 天后，我们就删除这些材料" in page.text
    assert ill.at("papers/3") not in page.source, "no field to send one"
    assert ill.at("papers/2") in page.source
    refused = ill.sends("papers", {"files": photo()}, to="papers/3")
    assert refused.status == 422
    assert (ill.facts("paper.received"), ill.desk.ledger.cases_with("health")) == ([], ())


def test_her_yes_opens_the_way_and_is_asked_once(ill: Borrower):
    form = ill.opens("papers")
    for _ in range(2):
        said = ill.sends("papers", {"act": "give"}, form=form, to="papers/consent")
    assert said.to == ill.at("papers?done=consent")
    assert ill.facts("consent.given") == [e.ConsentGiven(to=Consent.CAUSE_PAPERS)]
    page = ill.opens(said.to)
    assert "谢谢。您现在可以发健康材料了。" in page.text and ill.at("papers/3") in page.source
    ill.sends("papers", {"files": photo()}, to="papers/3")
    assert ill.file.case.papers[3] is PaperState.RECEIVED
    assert ill.desk.ledger.cases_with("health") == (ill.case_id,)


@pytest.mark.parametrize("act", ["", "maybe"])
def test_looking_and_nonsense_agree_to_nothing(ill: Borrower, act: str):
    assert ill.opens("papers/consent").to == ill.at("papers")
    assert agrees(ill, act).to == ill.at("papers")
    assert ill.facts("consent.given") == []


def test_nobody_agrees_in_her_stead(ill: Borrower):
    by = By(actor=AGENT, channel=Channel.WEB, key="agent-1")
    outcome = give_consent(ill.desk, by, ill.case_id)
    assert isinstance(outcome, Refusal) and outcome.rule == "evidence.consent_hers"
    assert ill.facts("consent.given") == []


def test_taking_it_back_deletes_the_papers_at_once(ill: Borrower):
    sends_all(ill)
    identity, income, health = blobs(ill)
    said = agrees(ill, "withdraw")
    assert "您已撤回同意。健康材料正在删除，申请照常进行。" in ill.opens(said.to).text
    work(ill.desk)
    (erased,) = ill.facts("data.erased")
    assert erased == e.DataErased(retention_class=Retention.HEALTH, why="consent-withdrawn", keys=1)
    with pytest.raises(KeyError):
        ill.desk.vault.open(health)
    assert ill.desk.vault.open(identity) and ill.desk.vault.open(income)
    assert [fact.facts is None for fact in ill.facts("paper.received")] == [False, False, True]
    assert ill.desk.ledger.verify().flaws == ()
    assert "借款人撤回了对健康材料的同意" in ill.facts("note.written")[0].text
    page = ill.opens("papers")
    assert "您的健康材料已于2026年3月2日删除。" in page.text
    assert ill.at("papers/3") not in page.source, "another one needs another yes"
    assert {path: ill.opens(path).status for path in PAGES if ill.opens(path).status not in (200, 302)} == {
        "answer/why": 404
    }
    work(ill.desk)
    assert len(ill.facts("data.erased")) == 1


def test_taking_back_what_was_never_given_is_nothing(ill: Borrower):
    agrees(ill, "withdraw")
    assert (ill.facts("consent.withdrawn"), ill.facts("note.written")) == ([], [])


def test_after_the_decision_they_live_thirty_days_and_one_word_stays(ill: Borrower):
    sends_all(ill)
    ill.chooses().desk_does(confirm_cause, AGENT, shown=True, until_on=date(2026, 9, 30))
    nights(ill, 40)
    assert ill.facts("data.erased") == [], "while nothing is decided they are needed"
    ill.is_answered(Outcome.REFUSED)
    nights(ill, 29)
    assert ill.facts("data.erased") == []
    nights(ill, 1)
    assert ill.facts("data.erased") == [e.DataErased(retention_class=Retention.HEALTH, why="purpose-met", keys=1)]
    assert ill.file.cause == e.CauseConfirmed(shown=True, until_on=date(2026, 9, 30))
    assert ill.desk.ledger.verify().flaws == ()
    assert {ill.opens(path).status for path in PAGES} <= {200, 302}
    nights(ill, 2)
    assert len(ill.facts("data.erased")) == 1


def test_while_an_appeal_is_looked_at_they_stay(ill: Borrower):
    sends_all(ill)
    ill.chooses().is_answered(Outcome.REFUSED)
    her = Actor(Role.BORROWER, ill.file.party.borrower_id, Auth.CODE)
    ill.desk_does(appeal, her, "请再看看。")
    nights(ill, 60)
    assert ill.facts("data.erased") == []


@pytest.mark.parametrize("until_on", [None, date(2026, 3, 1), date(2032, 1, 1)])
def test_a_cause_is_confirmed_for_a_time(ill: Borrower, until_on: date | None):
    sends_all(ill)
    by = By(actor=REVIEWER, channel=Channel.WEB, key="r-1")
    outcome = confirm_cause(ill.desk, by, ill.case_id, shown=True, until_on=until_on)
    assert isinstance(outcome, Refusal) and outcome.rule == "evidence.until"
    assert ill.facts("cause.confirmed") == []


def test_there_is_no_cause_to_confirm_before_a_paper_came(ill: Borrower):
    by = By(actor=AGENT, channel=Channel.WEB, key="a-1")
    outcome = confirm_cause(ill.desk, by, ill.case_id, shown=False, until_on=None)
    assert isinstance(outcome, Refusal) and outcome.rule == "evidence.item"
