"""The moments that go wrong: pressed twice, two tabs, back, a late code, no network.

Nothing is lost, nothing is done twice, and a sentence says what to do.
"""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from forbear.words import say
from tests.browser import people
from tests.browser.people import Guest, Inhabited

NINE = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


def words(key: str, **facts: object) -> str:
    return say("zh", key, **facts)


def in_her_case(page: Any, site: Inhabited, guest: Guest) -> str:
    page.goto("/start")
    return people.prove(page, site, guest)


def ready_to_hand_in(page: Any, site: Inhabited, guest: Guest) -> str:
    """Everything answered, on the page before handing in."""
    site.insider.do(f"she = borrower({guest.contract!r}); she.arrives(); she.answers(); answer = she.case_id")
    case_id = in_her_case(page, site, guest)
    page.goto(f"/c/{case_id}/before-you-send")
    page.check("[name=told]")
    return case_id


def types(site: Inhabited, case_id: str) -> list[str]:
    found: list[str] = site.insider.record(case_id, "[event.fact.type for event in file.events]")
    return found


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_pressed_twice_it_is_handed_in_once(site: Inhabited, phone: Any, javascript: bool):
    page = phone(site.url, javascript=javascript)
    case_id = ready_to_hand_in(page, site, people.guest(1 if javascript else 2))
    page.locator("main form button.button").first.dblclick()
    page.wait_for_url("**/received")
    assert page.inner_text("h1") == words("statement.page.done.title")
    assert types(site, case_id).count("statement.submitted") == 1


def test_back_after_handing_in_shows_that_it_is_handed_in(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = ready_to_hand_in(page, site, people.guest(3))
    names = ("csrfmiddlewaretoken", "key", "seen", "told")
    form = {name: page.input_value(f"main form [name={name}]") for name in names}
    page.locator("main form button.button").first.click()
    page.wait_for_url("**/received")
    before = types(site, case_id)
    page.go_back()
    page.wait_for_url(f"**/c/{case_id}/")
    assert page.inner_text("h1") == words("site.page.case.title")
    again = page.request.post(f"/c/{case_id}/before-you-send", form=form)
    assert again.url.endswith("/received")
    page.goto(f"/c/{case_id}/statement/home")
    page.wait_for_url(f"**/c/{case_id}/?done=submitted")
    assert types(site, case_id) == before


def test_enter_continues_and_adds_no_line(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = in_her_case(page, site, people.guest(11))
    page.goto(f"/c/{case_id}/statement/outgoings")
    page.fill("[name=m-rent]", "1,200元")
    page.press("[name=m-rent]", "Enter")
    page.wait_for_url("**/statement/debts")
    lines = site.insider.record(case_id, "[line['monthly_minor'] for line in file.answers['outgoings']['lines']]")
    assert lines == [120000]


def test_an_older_tab_is_told_and_keeps_what_was_typed(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = in_her_case(page, site, people.guest(4))
    older, newer = page, page.context.new_page()
    for tab in (older, newer):
        tab.goto(f"/c/{case_id}/statement/home")
        tab.select_option("[name=place]", "cn/sichuan/chengdu")
    for tab, adults in ((newer, "1"), (older, "3")):
        tab.fill("[name=adults]", adults)
        tab.fill("[name=children]", "0")
        with tab.expect_navigation():
            tab.locator("button[value=continue]").click()
    newer.wait_for_url("**/statement/income")
    assert words("site.page.conflict.stale") in older.inner_text("#faults")
    assert older.input_value("[name=adults]") == "3"
    assert site.insider.record(case_id, "file.answers['home']['adults']") == 1
    older.locator("button[value=continue]").click()
    older.wait_for_url("**/statement/income")
    assert site.insider.record(case_id, "file.answers['home']['adults']") == 3


def test_a_late_code_is_refused_and_a_new_one_opens(site: Inhabited, phone: Any):
    page = phone(site.url)
    page.goto("/start")
    page.fill("[name=contract]", people.MEI.contract)
    page.fill("[name=id_number]", people.MEI.id_number)
    page.locator("main form button").first.click()
    page.wait_for_url("**/code")
    late = people.code_sent(page, site)
    site.move_clock(NINE + timedelta(hours=2))
    page.fill("[name=code]", late)
    with page.expect_navigation():
        page.locator("main form button").first.click()
    assert words("contact.page.fault.code_wrong") in page.inner_text("main")
    page.get_by_role("button", name=words("contact.page.code.again")).click()
    page.wait_for_url("**/code?done=again")
    page.fill("[name=code]", people.code_sent(page, site))
    page.locator("main form button").first.click()
    page.wait_for_url("**/c/*/")


def test_after_five_wrong_codes_the_right_one_no_longer_opens(site: Inhabited, phone: Any):
    page = phone(site.url)
    page.goto("/start")
    page.fill("[name=contract]", people.GUO.contract)
    page.fill("[name=id_number]", people.GUO.id_number)
    page.locator("main form button").first.click()
    page.wait_for_url("**/code")
    right = people.code_sent(page, site)
    wrong = f"{(int(right) + 1) % 10**8:08d}"
    for code in [wrong] * 5 + [right]:
        page.fill("[name=code]", code)
        with page.expect_navigation():
            page.locator("main form button").first.click()
        assert words("contact.page.fault.code_wrong") in page.inner_text(".field.wrong")
        assert page.input_value("[name=code]") == code
    page.goto("/mine")
    assert "/start" in page.url


def test_another_persons_case_looks_like_none(site: Inhabited, phone: Any):
    hers = phone(site.url)
    case_id = in_her_case(hers, site, people.LAN)
    page = phone(site.url)
    in_her_case(page, site, people.guest(5))
    seen = []
    for address in (
        f"/c/{case_id}/",
        "/c/c_nobody_0/",
        f"/c/{case_id}/statement/income",
        f"/c/{case_id}/agreement.pdf",
    ):
        answer = page.goto(address)
        seen.append((answer.status, page.inner_text("main")))
    assert seen == [(404, seen[0][1])] * 4
    assert words("site.page.gone.title") in seen[0][1]
    assert people.LAN.contract not in page.content()


def test_without_a_network_a_question_waits(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = in_her_case(page, site, people.guest(6))
    page.goto(f"/c/{case_id}/statement/home")
    page.select_option("[name=place]", "cn/sichuan/chengdu")
    page.fill("[name=adults]", "2")
    page.fill("[name=children]", "1")
    page.context.set_offline(True)
    page.locator("button[value=continue]").click()
    page.locator("#offline", has_text=words("site.page.offline")).wait_for()
    assert page.url.endswith("/statement/home")
    assert page.input_value("[name=adults]") == "2"
    page.context.set_offline(False)
    page.locator("#offline").wait_for(state="hidden")
    page.locator("button[value=continue]").click()
    page.wait_for_url("**/statement/income")
    assert site.insider.record(case_id, "file.answers['home']['adults']") == 2


def test_without_a_network_what_if_says_so_and_answers_later(site: Inhabited, phone: Any):
    page = phone(site.url)
    site.insider.do(f"she = borrower({people.guest(7).contract!r}); she.arrives(); she.answers(); she.submits()")
    case_id = in_her_case(page, site, people.guest(7))
    page.goto(f"/c/{case_id}/plans")
    page.fill("[name=pay]", "700")
    page.locator("#try-answer .money").wait_for()
    page.context.set_offline(True)
    page.fill("[name=pay]", "800")
    page.locator("#offline").wait_for()
    assert page.inner_text("#try-answer .money") == "700.00 元"
    assert page.input_value("[name=pay]") == "800"
    page.context.set_offline(False)
    page.locator("#try-answer .money", has_text="800.00 元").wait_for()
    page.locator("#offline").wait_for(state="hidden")


def test_the_language_changes_and_page_and_answers_stay(site: Inhabited, phone: Any):
    page = phone(site.url, javascript=False)
    case_id = in_her_case(page, site, people.guest(8))
    page.goto(f"/c/{case_id}/statement/home")
    people.fill(page, {"pick:place": "cn/sichuan/chengdu", "adults": "两", "children": "0"})
    page.locator("button[value=continue]").click()
    page.wait_for_url("**/statement/income")
    page.goto(f"/c/{case_id}/statement/home")
    with page.expect_navigation():
        page.get_by_role("link", name="English").click()
    assert page.get_attribute("html", "lang") == "en"
    assert re.search(rf"/c/{case_id}/statement/home$", page.url)
    assert page.inner_text("h1") == say("en", "statement.page.home.title")
    assert [page.input_value(f"[name={name}]") for name in ("place", "adults", "children")] == [
        "cn/sichuan/chengdu",
        "2",
        "0",
    ]


def test_an_amount_that_cannot_be_read_is_asked_again(site: Inhabited, phone: Any):
    page = phone(site.url, javascript=False)
    case_id = in_her_case(page, site, people.guest(9))
    for typed in ("4.5.6", "-5", "一些", "1000000000000000000", "4,50"):
        page.goto(f"/c/{case_id}/statement/outgoings")
        page.fill("[name=m-rent]", typed)
        page.fill("[name=m-food]", "1200")
        with page.expect_navigation():
            page.locator("button[value=continue]").click()
        assert page.locator(".field.wrong [name=m-rent]").count() == 1, typed
        assert len(page.inner_text(".field.wrong .fault")) > 8, typed
        assert [page.input_value(f"[name={name}]") for name in ("m-rent", "m-food")] == [typed, "1200"]
    assert site.insider.record(case_id, "sorted(file.answers)") == []


def test_an_impossible_date_is_asked_again(site: Inhabited, phone: Any):
    page = phone(site.url, javascript=False)
    case_id = in_her_case(page, site, people.guest(10))
    page.goto(f"/c/{case_id}/statement/since")
    people.fill(page, {"on-year": "2026", "on-month": "2", "on-day": "30"})
    with page.expect_navigation():
        page.locator("button[value=continue]").click()
    assert words("statement.page.fault_date_real") in page.inner_text(".field.wrong .fault")
    assert page.input_value("[name=on-day]") == "30"


def test_away_for_an_hour_what_was_being_sent_is_given_back(site: Inhabited, phone: Any):
    page = phone(site.url)
    case_id = in_her_case(page, site, people.ANN)
    page.goto(f"/c/{case_id}/statement/story")
    page.fill("[name=words]", "老板说下个月恢复加班。")
    now = datetime.fromisoformat(site.insider.record(case_id, "desk.clock.now().isoformat()"))
    site.move_clock(now + timedelta(hours=1))
    page.locator("button[value=continue]").click()
    page.wait_for_url("**/start?*again=1")
    people.prove(page, site, people.ANN)
    page.wait_for_url(f"**/c/{case_id}/statement/story")
    assert page.input_value("[name=words]") == "老板说下个月恢复加班。"
