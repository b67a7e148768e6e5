"""Where a mail belongs, one test a complaint that users of other desks filed; what they met is in each test's name."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.core import mail_address as marks
from forbear.core.mail import MailHead, Report
from forbear.core.mail_address import Mark, Way
from forbear.core.mail_routing import Failure, Known, Outcome, Parties, Route, Why, failure_of, route

DOMAIN = "lender.example"
A, B = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa_0", "c_bbbbbbbbbbbbbbbbbbbbbbbbbb_0"
A_CLOSED, CLOSED = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa_9", "c_dddddddddddddddddddddddddd_0"
ANN, BEN, HER_ADVISER, TWINS, DORA = "ann@x.cn", "ben@x.cn", "adviser@y.org", "twins@x.cn", "dora@x.cn"
CASES = {
    A: Parties(case_id=A, addresses=frozenset({ANN, HER_ADVISER})),
    B: Parties(case_id=B, addresses=frozenset({BEN})),
    A_CLOSED: Parties(case_id=A_CLOSED, addresses=frozenset({ANN}), closed=True, goes_on_in=A),
    CLOSED: Parties(case_id=CLOSED, addresses=frozenset({DORA}), closed=True),
}

ON_FILE = {ANN: ("p_a",), BEN: ("p_b",), TWINS: ("p_t", "p_u"), DORA: ("p_d",)}


def sign(text: str) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(letters[byte % 32] for byte in sha256(b"key" + text.encode()).digest()[:20])


KNOWN = Known(
    verified=lambda mark: sign(mark.text) == mark.signature,
    parties=CASES.get,
    borrowers=lambda address: ON_FILE.get(address, ()),
    open_case=lambda borrower: {"p_a": A, "p_b": B}.get(borrower, ""),
    loop_marks=marks.loop_marks(lambda text: (sign(text),), DOMAIN),
    own_addresses=frozenset({"desk@lender.example"}),
)


def reply(case_id: str = A) -> Mark:
    mark = marks.in_address(marks.reply_address(sign, DOMAIN, case_id, "b"), DOMAIN)
    assert mark is not None
    return mark


def own_id(case_id: str = A, number: int = 3) -> Mark:
    mark = marks.in_message_id(marks.message_id(sign, DOMAIN, case_id, number), DOMAIN)
    assert mark is not None
    return mark


def back(case_id: str = A, number: int = 3) -> Mark:
    mark = marks.in_address(marks.bounce_address(sign, DOMAIN, case_id, number), DOMAIN)
    assert mark is not None
    return mark


def mail(sender: str = ANN, *found: Mark, **other: object) -> MailHead:
    return MailHead(senders=(sender,) if sender else (), marks=found, **other)  # type: ignore[arg-type]


def routed(one: MailHead, **other: bool) -> tuple[str, str, str]:
    found = route(one, KNOWN, **other)
    return found.outcome.value, found.case_id, found.why.value


# ---- the complaints --------------------------------------------------------------------------------------------


def test_chatwoot_3868_every_reply_opened_a_new_conversation():
    assert routed(mail(ANN, reply())) == ("follow-up", A, "")


def test_chatwoot_10028_a_reply_whose_headers_were_rewritten_still_threads_by_any_one_mark():
    (marker,) = marks.in_words(f"> 请保留这一行：{marks.marker(sign, A, 'b')}\n")
    for mark in (reply(), own_id(), marker):
        assert routed(mail(ANN, mark)) == ("follow-up", A, "")


def test_chatwoot_13502_replies_of_different_people_to_one_newsletter_were_merged():
    assert routed(mail("somebody@else.org", own_id())) == ("quarantine", "", "stranger")
    assert routed(mail(BEN, own_id())) == ("quarantine", "", "stranger")


def test_zammad_5064_another_customers_mail_with_our_ticket_number_was_added_to_the_ticket():
    assert routed(mail(BEN, reply(A))) == ("quarantine", "", "stranger")


def test_freescout_ghsa_6r38_a_forged_id_is_no_id():
    forged = replace(reply(A), signature="a" * 20)
    assert routed(mail(BEN, forged)) == ("new", B, "")
    assert routed(mail("who@x.cn", forged)) == ("new", "", "unknown")


def test_a_mark_of_one_kind_is_no_good_as_another():
    moved = Mark(Way.REPLY, A, "3", own_id().signature)
    assert routed(mail(BEN, moved)) == ("new", B, "")


def test_zammad_4965_a_party_hands_a_mail_on_to_her_reply_address():
    assert routed(mail(ANN, reply(), own_id(B))) == ("follow-up", A, "")


def test_zammad_5286_a_friend_answers_a_mail_she_handed_on():
    assert routed(mail("friend@z.org", own_id(), reply())) == ("quarantine", "", "stranger")


def test_zammad_983_377_mail_to_a_case_that_went_on_as_another():
    assert routed(mail(ANN, reply(A_CLOSED))) == ("follow-up", A, "")


def test_mail_to_a_closed_case_is_with_it_and_a_person_sees_it():
    assert routed(mail(DORA, reply(CLOSED))) == ("follow-up", CLOSED, "closed")


def test_zammad_5716_references_to_what_we_never_sent():
    nowhere = own_id("c_nowhere_0")
    assert routed(mail(ANN, nowhere)) == ("new", A, "")


def test_freescout_2382_a_reply_from_a_bcc_replaced_the_customer():
    assert routed(mail("bcc@z.org", reply(), own_id())) == ("quarantine", "", "stranger")


def test_freescout_4250_a_bounce_is_no_new_conversation_and_answered_by_nobody():
    bounce = mail("mailer-daemon@x.cn", back(), envelope_from="", report=Report(action="failed", status="5.1.1"))
    assert route(bounce, KNOWN) == Route(outcome=Outcome.BOUNCE, case_id=A, number=3)
    assert bounce.never_answered


def test_freescout_3670_634_2445_storms_of_automatic_replies():
    away = mail(ANN, reply(), automatic=True, answers_by_itself=True)
    assert routed(away) == ("auto-reply", A, "")
    assert away.never_answered
    assert routed(mail("x@y.org", automatic=True, answers_by_itself=True)) == ("auto-reply", "", "")


def test_freescout_5620_the_same_mail_in_three_mailboxes():
    assert routed(mail(ANN, reply()), seen=True) == ("duplicate", "", "")


# ---- the rules -------------------------------------------------------------------------------------------------


def test_somebody_with_her_authority_writes():
    assert routed(mail(HER_ADVISER, reply())) == ("follow-up", A, "")


@pytest.mark.parametrize(
    ("sender", "found"),
    [
        (ANN, ("new", A, "")),
        (DORA, ("new", "", "no-case")),
        ("who@x.cn", ("new", "", "unknown")),
        (TWINS, ("quarantine", "", "several")),
        ("", ("quarantine", "", "no-sender")),
    ],
)
def test_a_mail_without_a_mark_goes_to_the_one_borrower_of_its_address(sender: str, found: tuple[str, str, str]):
    assert routed(mail(sender)) == found


def test_two_senders_are_none():
    two = MailHead(senders=(ANN, BEN), marks=(reply(),))
    assert routed(two) == ("quarantine", "", "stranger")
    assert routed(replace(two, marks=())) == ("quarantine", "", "no-sender")


def test_the_first_mark_that_is_a_case_of_ours_counts():
    assert routed(mail(BEN, own_id("c_gone_0"), own_id(B), own_id(A))) == ("follow-up", B, "")


def test_too_many_at_once_wait_for_a_person():
    assert routed(mail(ANN, reply()), many=True) == ("quarantine", "", "many")
    assert routed(mail(ANN), many=True) == ("quarantine", "", "many")


@pytest.mark.parametrize(
    "loop",
    [
        mail(ANN, reply(), own_mark=marks.loop_mark(sign, DOMAIN)),
        mail("desk@lender.example", reply()),
        mail(ANN, reply(), own_id=own_id()),
        mail(ANN, reply(), hops=51),
    ],
)
def test_our_own_mail_that_came_back_is_a_loop(loop: MailHead):
    assert routed(loop) == ("loop", "", "")


def test_somebody_elses_loop_mark_and_fifty_hops_are_none():
    assert routed(mail(ANN, reply(), own_mark="b" * 20, hops=50)) == ("follow-up", A, "")


def test_lists_and_machines_are_dropped():
    for machine in ({"listed": True}, {"automatic": True}, {"envelope_from": ""}):
        assert routed(mail("news@x.cn", **machine)) == ("dropped", "", "")


def test_a_list_mail_she_answers_from_is_still_hers():
    assert routed(mail(ANN, reply(), listed=True)) == ("follow-up", A, "")


@pytest.mark.parametrize(
    ("bounce", "case_id", "number"),
    [
        (mail("mailer-daemon@x.cn", back(), envelope_from=""), A, 3),
        (mail("postmaster@x.cn", back()), A, 3),
        (mail("mailer-daemon@x.cn", own_id(), report=Report(action="failed")), A, 3),
        (mail("mailer-daemon@x.cn", report=Report(action="failed")), "", -1),
        (mail("mailer-daemon@x.cn", replace(back(), signature="a" * 20), report=Report()), "", -1),
        (mail("mailer-daemon@x.cn", own_id(A, 0), report=Report()), "", -1),
    ],
)
def test_what_came_back_is_found_by_its_address_or_its_id(bounce: MailHead, case_id: str, number: int):
    assert route(bounce, KNOWN) == Route(outcome=Outcome.BOUNCE, case_id=case_id, number=number)


def test_a_person_who_writes_to_the_return_address_is_a_person():
    assert routed(mail(ANN, back())) == ("follow-up", A, "")
    assert routed(mail(BEN, back())) == ("quarantine", "", "stranger")


@pytest.mark.parametrize(
    ("report", "failure"),
    [
        (None, Failure.UNSAID),
        (Report(), Failure.UNSAID),
        (Report(action="failed", status="5.1.1"), Failure.HARD),
        (Report(status="5.0.0"), Failure.HARD),
        (Report(action="failed", status="4.4.7"), Failure.SOFT),
        (Report(action="delayed", status="4.4.1"), Failure.NONE),
        (Report(action="delivered", status="2.1.5"), Failure.NONE),
        (Report(action="failed"), Failure.UNSAID),
    ],
)
def test_what_a_report_means(report: Report | None, failure: Failure):
    assert failure_of(report) is failure


# ---- marks -----------------------------------------------------------------------------------------------------


def test_an_address_is_short_enough_and_reads_in_capitals():
    for address in (marks.reply_address(sign, DOMAIN, A, "b"), marks.bounce_address(sign, DOMAIN, A, 9999)):
        assert len(address.partition("@")[0]) <= 64
        mark = marks.in_address(address.upper(), DOMAIN.upper())
        assert mark is not None and KNOWN.verified(mark) and mark.case_id == A


def test_no_mark_for_a_case_that_no_address_can_name():
    odd = "c_Größe und mehr"
    assert marks.reply_address(sign, DOMAIN, odd, "b") == ""
    assert marks.message_id(sign, DOMAIN, odd, 1) == ""
    assert marks.marker(sign, odd, "b") == ""
    assert marks.stop_token(sign, odd) == ""
    assert marks.bounce_address(sign, DOMAIN, "c_" + "a" * 36, 12345678) == ""


def test_an_address_of_another_domain_is_none_of_ours():
    address = marks.reply_address(sign, "other.example", A, "b")
    assert marks.in_address(address, DOMAIN) is None
    assert marks.in_message_id(marks.message_id(sign, "other.example", A, 1), DOMAIN) is None


def test_a_token_stops_its_own_case_alone():
    token = marks.stop_token(sign, A)

    def signs(text: str) -> tuple[str, ...]:
        return ("a newer key's", sign(text))

    assert marks.case_of_stop(signs, token.upper()) == A
    assert marks.case_of_stop(signs, token.replace("a" * 26, "b" * 26)) == ""
    assert marks.case_of_stop(signs, "") == ""


@given(st.text(max_size=200))
def test_no_text_is_a_mark_that_is_signed(text: str):
    found = [marks.in_address(text, DOMAIN), marks.in_message_id(text, DOMAIN), *marks.in_words(text)]
    assert not any(KNOWN.verified(mark) for mark in found if mark)


@given(
    st.sampled_from([ANN, BEN, "x@y.z", "", "mailer-daemon@x.cn"]),
    st.lists(st.sampled_from([reply(), reply(B), own_id(), back(), replace(reply(), signature="a" * 20)]), max_size=4),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "", ANN]),
    st.sampled_from([None, Report(), Report(action="failed", status="5.1.1")]),
)
def test_whatever_comes_no_words_reach_a_case_its_sender_is_no_party_of(
    sender: str, found: list[Mark], automatic: bool, replies: bool, envelope: str | None, report: Report | None
):
    one = mail(sender, *found, automatic=automatic, answers_by_itself=replies, envelope_from=envelope, report=report)
    where = route(one, KNOWN)
    if where.case_id and where.outcome is not Outcome.BOUNCE:
        assert sender in CASES[where.case_id].addresses
    if where.why is Why.NONE and where.outcome is Outcome.QUARANTINE:
        pytest.fail("whoever looks at it has to know why it waits")
