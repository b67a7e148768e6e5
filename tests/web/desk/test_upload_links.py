"""An upload link at the desk: sent for chosen items, seen, revoked; several pages of a paper, each to be saved."""

from collections.abc import Callable
from typing import Any

from forbear.actions.evidence import receive_paper
from forbear.actions.ports import Desk
from forbear.actions.record import By, load
from forbear.core.contact import Channel
from forbear.town.borrower import AGENTS, Borrower
from forbear.town.lives import has_papers, states
from tests.web.desk.conftest import Person, live

AGENT = AGENTS[0].id
JPEG = b"\xff\xd8\xff\xe0 a page"
Signed = Callable[..., Person]


def links(desk: Desk, she: Borrower) -> list[tuple[tuple[int, ...], str]]:
    return [(link.items, link.ended) for link in load(desk, she.case_id).upload_links]


def test_an_agent_sends_a_link_sees_it_and_revokes_it(desk: Desk, she: Borrower, person: Signed):
    live(desk, states(she))
    her = person(AGENT)
    page = her.opens(f"/desk/cases/{she.case_id}/papers")
    assert "还没有发过链接。" in page.text
    assert her.does(she.case_id, "papers", "link", items=["1"]).to.endswith("/papers#link")
    page = her.opens(f"/desk/cases/{she.case_id}/papers")
    assert "上传链接正在发出。" in page.text
    assert "有效" in page.text and "作废" in page.text
    (link,) = load(desk, she.case_id).upload_links
    assert her.sends(f"/desk/cases/{she.case_id}/papers/link/{link.link}/revoke", {}, form=page).status == 302
    assert links(desk, she) == [((1,), "revoked")]
    page = her.opens(f"/desk/cases/{she.case_id}/papers")
    assert "已作废" in page.text and f"/link/{link.link}/revoke" not in page.source
    assert "上传链接失效：已作废" in her.opens(f"/desk/cases/{she.case_id}?show=everything").text
    again = her.sends(f"/desk/cases/{she.case_id}/papers/link/{link.link}/revoke", {}, form=page)
    assert again.status == 302
    assert links(desk, she) == [((1,), "revoked")]
    none = her.sends(f"/desk/cases/{she.case_id}/papers/link/u_none/revoke", {}, form=page)
    assert none.status == 422 and "没有这个链接。" in none.text


def test_pressed_twice_one_link_goes_out_and_a_new_one_ends_the_old(desk: Desk, she: Borrower, person: Signed):
    live(desk, states(she))
    her = person(AGENT)
    form = her.opens(f"/desk/cases/{she.case_id}/papers")
    for _ in range(2):
        her.sends(f"/desk/cases/{she.case_id}/papers/link", {"items": ["1"]}, form=form)
    assert links(desk, she) == [((1,), "")]
    her.does(she.case_id, "papers", "link", items=["2", "1", "1"])
    assert links(desk, she) == [((1,), "replaced"), ((1, 2), "")]


def test_a_link_needs_an_item_that_is_still_open(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    her = person(AGENT)
    her.does(she.case_id, "papers", "1/judge", act="accept")
    for items, said in (
        ([], "请选要补哪几项材料。至少勾选一项。"),
        (["1"], "材料清单里没有这一项。"),
        (["77"], "材料清单里没有"),
    ):
        answer = her.does(she.case_id, "papers", "link", items=items)
        assert answer.status == 422
        assert said in answer.text
    assert links(desk, she) == []


def test_every_page_of_a_paper_can_be_saved(desk: Desk, she: Borrower, person: Signed):
    live(desk, has_papers(she))
    paper: Any = load(desk, she.case_id).papers[0]
    by = By(actor=paper.by, channel=Channel.WEB, key="second-page")
    receive_paper(desk, by, she.case_id, item=paper.item, name="二.jpg", data=JPEG, paper=paper.paper)
    her, base = person(AGENT), f"/desk/cases/{she.case_id}/papers/file/{paper.paper}"
    assert f'href="{base}?page=2"' in her.opens(f"/desk/cases/{she.case_id}/papers").source
    first, second = (her.client.get(f"{base}?page={page}") for page in (1, 2))
    assert (first["Content-Type"], second["Content-Type"]) == ("image/jpeg", "image/jpeg")
    assert first.content == her.client.get(base).content
    assert [her.client.get(f"{base}?page={page}").status_code for page in ("0", "3", "x", "-1", "٢")] == [404] * 5
