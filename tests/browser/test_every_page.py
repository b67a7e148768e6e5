"""Every page that can be opened, on both sites, in both languages: accessible by day and by night, within the screen.

The addresses come from the site's own list; an address that no test below opens is a failure.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver

from tests.browser import people
from tests.browser.eyes import NARROW, PHONE, Eyes
from tests.browser.people import Guest, Inhabited

WIDE = 1280
ONLY_SENT = {
    "borrower": {
        *("code_again", "leave", "start_again", "send_papers", "consent", "choose", "answer", "look_again", "sign"),
        *(
            "link_to_phone",
            "link_send_papers",
            "link_consent",
            "begin_upload",
            "link_begin_upload",
            "piece",
            "link_piece",
        ),
        *("chat_typing", "chat_seen", "embed_ask", "embed_question", "embed_prove", "embed_handover", "embed_post"),
        *("embed_typing", "embed_seen"),
    },
    "desk": {
        *(
            "settle",
            "open_for_caller",
            "place_text",
            "write",
            "draft",
            "note",
            "judge",
            "settle_paper",
            "cause",
            "correct",
            "send_link",
            "revoke_link",
            "file_authority",
            "end_authority",
            "choose",
            "accept",
            "more",
            "propose",
        ),
        *("decide", "give_back", "withdraw", "seal", "pay", "reverse", "broken", "renegotiate", "own_table"),
        *(
            "pause",
            "end_pause",
            "breach_back",
            "breach_ask",
            "breach_answer",
            "breach_clear",
            "refund",
            "judge_statement",
            "note_dispute",
            "answer_dispute",
        ),
        *("assign_mail", "discard_mail"),
        *("not_this", "set_extension", "call_her"),
        *("chat_join", "chat_leave", "chat_answer", "chat_typing", "chat_seen", "chat_gone"),
        *("act_on_data",),
    },
}
"""Addresses that only take what is sent to them."""
NO_PAGES = {
    "borrower": {
        *("everything", "document", "sealed", "letter", "verifier", "papers_state", "link_papers_state", "recording"),
        *("chat_pull", "chat_wake", "chat_script", "embed_pull", "embed_wake"),
    },
    "desk": {
        *("download", "picture", "document", "sealed", "letter", "queue_fresh", "fresh", "pull", "raw", "calls_bar"),
        "recording",
        *("mail_file", "task_recording", "chat_pull", "chat_wake", "chat_line_fresh"),
    },
}
"""Files, and the lines that a page asks for by itself."""
TABS = (
    "",
    "/chat",
    "/messages",
    "/statement",
    "/papers",
    "/budget",
    "/plans",
    "/decision",
    "/agreement",
    "/payments",
    "/data",
)
QUESTIONS = ("cause", "since", "until", "story", "home", "income", "outgoings", "debts", "wish")

POOR = "from dataclasses import replace; she.home = replace(she.home, household=replace(she.home.household, income=()))"
LIVES = {
    "draft": "she.answers(upto=4)",
    "stated": "she.answers(); she.submits()",
    "stuck": "{poor}; she.answers(); she.submits()",
    "asked": "she.answers(); she.submits(); she.sends_papers(); she.wishes()",
    "accepted": "{asked}; she.accepted(); she.papers_checked()",
    "proposed": "{accepted}; she.proposed(note='材料齐全。')",
    "refused": "{accepted}; she.proposed(REFUSED, reasons=('papers-missing',), would_change='请补三个月的流水。'); "
    "she.decided()",
    "countered": "{accepted}; she.proposed(COUNTERED, offer='lightest', words='每月少还一些。', "
    "reasons=('surplus-too-small',)); she.decided()",
    "approved": "{proposed}; she.decided()",
    "signed": "{approved}; she.signs(); she.pays(); "
    "from forbear.actions.breach_question import ask_about_breach; from forbear.core.payments import BreakReason; "
    "ask_about_breach(she.desk, she.by(she.agent), she.case_id, BreakReason.UNDISCLOSED_INCOME, '流水里另有一笔。')",
}
BORROWER = {
    "draft": (
        "",
        "check",
        "messages",
        "chat",
        "in-my-words",
        "call-me",
        "reach",
        "my-data",
        *(f"statement/{name}" for name in QUESTIONS),
    ),
    "stated": (
        "",
        "received",
        "papers",
        "plans",
        "plans?pay=700",
        "plans?pay=x",
        "plans/lightest/why",
        "plans/own",
        "answer",
        "agreement",
    ),
    "stuck": ("plans", "plans/why-not/1"),
    "asked": ("", "papers", "papers/read/{paper}", "plans", "plans/chosen/why"),
    "refused": ("", "answer", "answer/why"),
    "countered": ("", "answer", "answer/why"),
    "approved": ("", "answer", "agreement", "agreement/decline"),
    "signed": (
        *("", "agreement", "agreement/take-back", "agreement/check"),
        *("payments", "payments/new-plan", "payments/credit", "payments/question"),
        *("plans", "calls", "everything/proof"),
    ),
}
DESK = {
    "stated": ("/telephone", "/plans"),
    "stuck": ("/plans", "/plans/why-not/1"),
    "asked": (*TABS, "/papers/{paper}", "/plans/chosen/why"),
    "accepted": ("/decision",),
    "proposed": ("/decision",),
    "refused": ("/decision", "/decision/why"),
    "signed": (*TABS, "/export", "/credit"),
}


FIRST_PAPER = "next(p.paper for item in file.items for p in file.papers_of(item.number))"
"""What {paper} stands for in an address."""


MAIL = "From: 陌生人 <who@example.org>\nSubject: 关于还款\n\n您好，我是她的姐姐，想了解一下怎么办。".encode()


def led(site: Inhabited) -> dict[str, tuple[Guest, str]]:
    """One case at every stage, by the real actions: kind -> (who, case)."""
    cases = {}
    site.insider.do(
        "from forbear.core.decision import Outcome; REFUSED, COUNTERED = Outcome.REFUSED, Outcome.COUNTERED; "
        "from forbear.actions.mail import receive_mail; from forbear.core.mail_address import stop_token; "
        "from forbear.config.wiring import desk as wired; desk = wired()"
    )
    for number, kind in enumerate(LIVES, start=1):
        steps = LIVES[kind]
        while "{" in steps:
            steps = steps.format(**LIVES, poor=POOR)
        contract = people.guest(number).contract
        case_id = site.insider.do(f"she = borrower({contract!r}); she.arrives(); {steps}; answer = she.case_id")
        cases[kind] = (people.guest(number), case_id)
    site.insider.do(
        "from forbear.actions.ports import TextIn\n"
        "from forbear.actions.sms import take_text\n"
        "from forbear.config.wiring import desk as wired\n"
        "for n, words in enumerate(('我是王小一的妹妹，她让我问问材料还差什么。', '长' * 300)):\n"
        "    take_text(wired(), TextIn(id=f'stray-{n}', number=f'1990000999{n}', text=words))\n"
    )
    site.insider.work()
    return cases


@pytest.fixture(scope="module")
def site() -> Iterator[Inhabited]:
    """With a language model's address, so that the page for it is there; nothing is asked of it."""
    running = Inhabited(FORBEAR_LLM_URL="http://127.0.0.1:9/v1", FORBEAR_LLM_MODEL="none")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def cases(site: Inhabited) -> dict[str, tuple[Guest, str]]:
    return led(site)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_borrowers_site(
    site: Inhabited, cases: dict[str, tuple[Guest, str]], phone: Any, eyes: Eyes, language: str
):
    page, faults, opened = phone(site.url, language=language, device_scale_factor=1), [], set()
    for address in ("/", "/start", "/nothing", "/dev/outbox", "/receipt", "/receipt?receipt=x", "/verify"):
        page.goto(address)
        faults += eyes.everything(page, (NARROW, PHONE), night=language == "zh")
    opened.add(named(page.url, site))
    token = site.insider.do(f"answer = stop_token(desk.mail_sign, {cases['signed'][1]!r})")
    page.goto(f"/mail/stop/{token}")
    faults += eyes.everything(page, (NARROW, PHONE), night=language == "zh")
    opened.add(named(page.url, site))
    for kind, paths in BORROWER.items():
        guest, case_id = cases[kind]
        page.context.clear_cookies(name="sessionid")
        page.goto("/start")
        assert people.prove(page, site, guest) == case_id
        for path in paths:
            if "{paper}" in path:
                path = path.format(paper=site.insider.record(case_id, FIRST_PAPER))
            answer = page.goto(f"/c/{case_id}/{path}")
            assert answer.status == 200, (kind, path)
            faults += [f"{kind}: {fault}" for fault in eyes.everything(page, (NARROW, PHONE), night=language == "zh")]
            opened.add(named(page.url, site))
    assert faults == [], "\n".join(faults)
    elsewhere = {"landing", "identity", "code", "mine", "meaning", "link", "link_papers", "link_confirm", "together"}
    elsewhere |= {"embed", "handover"}  # tests/browser/test_chat_embedded.py
    assert opened | {f"borrower:{name}" for name in elsewhere} == pages_of("borrower")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_desk(
    site: Inhabited, cases: dict[str, tuple[Guest, str]], phone: Any, eyes: Eyes, language: str
):
    page, faults, opened = phone(site.url, language=language, device_scale_factor=1), [], set()
    people.sign_in(page, "lin" if language == "zh" else "wu")
    addresses = ["", "?move=all", "?search=nobody", "tasks", "telephone", "telephone/call-back", "payments/import"]
    addresses += ["account", "search?search=nobody", "replies", "calls", "texts", "mail", "chat", "kept"]
    addresses += [f"cases/{cases[kind][1]}{tab}" for kind, tabs in DESK.items() for tab in tabs]
    paper = site.insider.record(cases["asked"][1], FIRST_PAPER)
    addresses = [address.format(paper=paper) for address in addresses]
    addresses += ["mail", "mail?state=aside", f"mail/{site.insider.do(f'answer = receive_mail(desk, {MAIL!r}).mail')}"]
    for address in addresses:
        answer = page.goto(f"/desk/{address}")
        assert answer.status == 200, address
        faults += eyes.everything(page, (NARROW, WIDE), night=language == "zh")
        opened.add(named(page.url, site))
    assert faults == [], "\n".join(faults)
    assert opened | {"desk:together", "desk:call"} == pages_of("desk")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_only_a_reviewer_sees_and_the_doors(
    site: Inhabited, cases: dict[str, tuple[Guest, str]], phone: Any, eyes: Eyes, language: str
):
    page, faults = phone(site.url, language=language, device_scale_factor=1), []
    page.goto("/desk/")
    faults += eyes.everything(page, (NARROW, WIDE), night=language == "zh")
    people.sign_in(page, "chen" if language == "zh" else "zhao")
    for kind, tab in (("proposed", "/decision"), ("signed", "/payments"), ("approved", "/agreement")):
        page.goto(f"/desk/cases/{cases[kind][1]}{tab}")
        faults += eyes.everything(page, (NARROW, WIDE), night=language == "zh")
    for address in ("/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/recovery-codes/"):
        page.goto(address)
        faults += eyes.everything(page, (NARROW, PHONE), night=language == "zh")
    assert faults == [], "\n".join(faults)


def pages_of(face: str) -> set[str]:
    """The names of a site's addresses that show a page."""
    names = {str(name) for name in get_resolver(f"forbear.web.{face}.urls").reverse_dict if isinstance(name, str)}
    return {f"{face}:{name}" for name in names - ONLY_SENT[face] - NO_PAGES[face]}


def named(url: str, site: Inhabited) -> str:
    path = url.removeprefix(site.url).partition("?")[0]
    return str(get_resolver("forbear.config.urls").resolve(path).view_name)
