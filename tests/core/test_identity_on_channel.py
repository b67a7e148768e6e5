"""Who is told a fact of a case on which channel: a claimed sender opens nothing, another person needs paper."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from forbear.adapters.rulebooks import FiledRulebooks
from forbear.core.contact import Auth, Channel, Party, ThirdParty
from forbear.core.conversation import Authority, Conversation
from forbear.core.file import CaseFile
from forbear.core.identity_on_channel import Proof, authority_of, knows_enough, may_tell

TODAY = date(2026, 3, 2)
HER_NUMBER, ADVISER = "13800001111", ThirdParty(name="Ms Qin", relation="adviser", phone="01012345678", email="q@a.org")
SPOKEN = (Channel.HOTLINE, Channel.CHAT, Channel.EMAIL, Channel.SMS, Channel.WEB)


def file(*authorities: Authority) -> CaseFile:
    party = Party(borrower_id="p_1", name="Lü", id_number_masked="44", phone=HER_NUMBER, email="lu@mail.cn")
    return CaseFile(party=party, talk=Conversation(authorities=authorities))


def authority(**other: Any) -> Authority:
    given: dict[str, Any] = {"authority": "t_1", "filed_at": datetime(2026, 1, 1, tzinfo=UTC), "until_on": None}
    return Authority(**{**given, "paper": "f_1", "party": ADVISER, **other})


def told(channel: Channel, auth: Auth, *authorities: Authority, **other: Any) -> str:
    proof = Proof(auth=auth, **{"borrower_id": "p_1", **other})
    refusal = may_tell(channel, proof, file(*authorities), TODAY)
    return refusal.rule if refusal else ""


@pytest.mark.parametrize("channel", SPOKEN)
def test_a_code_to_the_number_on_file_is_enough_everywhere(channel: Channel):
    assert told(channel, Auth.CODE) == told(channel, Auth.CODE, address="+86 138 0000 1111") == ""
    assert told(channel, Auth.APP) == ""
    assert told(channel, Auth.CODE, address="13999999999") == "identity.unproved"
    assert told(channel, Auth.CODE, address="lu@mail.cn") == "identity.unproved"


@pytest.mark.parametrize("channel", SPOKEN)
@pytest.mark.parametrize("auth", [Auth.MAIL_ADDRESS, Auth.NONE, Auth.STAFF, Auth.API_KEY])
def test_the_sender_or_number_that_a_message_claims_proves_nothing(channel: Channel, auth: Auth):
    assert told(channel, auth) == told(channel, auth, address=HER_NUMBER) == "identity.unproved"


def test_what_is_proved_by_voice_holds_on_the_telephone_alone():
    for auth in (Auth.CALL_BACK, Auth.CALLER_TWO_FACTS):
        assert [channel for channel in SPOKEN if told(channel, auth) == ""] == [Channel.HOTLINE]
    assert told(Channel.HOTLINE, Auth.CALL_BACK, address="13999999999") == "identity.unproved"


def test_another_customers_proof_opens_nothing_and_neither_does_an_erased_file():
    assert told(Channel.CHAT, Auth.CODE, borrower_id="p_2") == "identity.unproved"
    erased = replace(file(), party=None)
    assert may_tell(Channel.CHAT, Proof(auth=Auth.CODE, borrower_id="p_1"), erased, TODAY) is not None


def test_another_person_needs_authority_on_file_and_proves_it_too():
    ask = {"for_her": True, "address": "010-1234 5678"}
    assert told(Channel.HOTLINE, Auth.CALL_BACK, **ask) == "identity.third_party"
    assert told(Channel.HOTLINE, Auth.CALL_BACK, authority(), **ask) == ""
    assert told(Channel.EMAIL, Auth.CODE, authority(), for_her=True, address="Q@a.org") == ""
    assert told(Channel.HOTLINE, Auth.CALL_BACK, authority(), for_her=True) == "identity.third_party"
    assert (
        told(Channel.EMAIL, Auth.MAIL_ADDRESS, authority(), for_her=True, address="q@a.org") == "identity.third_party"
    )
    assert told(Channel.HOTLINE, Auth.CALLER_TWO_FACTS, authority(), **ask) == "identity.third_party"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"until_on": TODAY}, ""),
        ({"until_on": date(2026, 3, 1)}, "identity.third_party"),
        ({"ended_at": datetime(2026, 3, 1, tzinfo=UTC)}, "identity.third_party"),
        ({"party": None}, "identity.third_party"),
    ],
)
def test_an_authority_holds_until_its_last_day_is_over_or_it_is_ended(change: dict[str, Any], rule: str):
    found = told(Channel.HOTLINE, Auth.CODE, authority(**change), for_her=True, address="01012345678")
    assert found == rule
    assert (authority_of(file(authority(**change)), "01012345678", TODAY) is not None) == (rule == "")


def test_how_many_facts_a_caller_names_is_the_rulebooks():
    rules = FiledRulebooks("cn", "consumer-finance", "example").on(TODAY)
    assert knows_enough(rules, ["name", "id-tail"])
    assert not knows_enough(rules, ["name"])
    assert not knows_enough(rules, ["name", "colour"])


# ---- complaints filed with other desks -------------------------------------------------------------------------


def test_zammad_5064_another_customers_mail_with_our_number_is_told_nothing():
    """Customer B wrote with A's ticket number and was added to A's ticket."""
    assert told(Channel.EMAIL, Auth.MAIL_ADDRESS, borrower_id="p_2", address="b@mail.cn") == "identity.unproved"
    assert told(Channel.EMAIL, Auth.CODE, borrower_id="p_2") == "identity.unproved"


def test_freescout_2382_a_reply_from_a_bcc_does_not_become_the_customer():
    """Whoever replied from a hidden copy replaced the customer; without authority on file she stays a stranger."""
    assert told(Channel.EMAIL, Auth.MAIL_ADDRESS, for_her=True, address="q@a.org") == "identity.third_party"
    assert told(Channel.EMAIL, Auth.CODE, for_her=True, address="q@a.org") == "identity.third_party"


def test_papercups_knowing_the_id_of_a_conversation_lets_nobody_in():
    """Any visitor who knew a conversation's id could read it."""
    assert told(Channel.CHAT, Auth.NONE) == "identity.unproved"
