"""An export at the desk: a reviewer or an auditor, with a reason; an agent reads what it is and makes none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from forbear.actions.ports import Desk
from forbear.actions.record import load
from forbear.config.verify import looked_at
from forbear.town.borrower import AGENTS, REVIEWERS, Borrower
from forbear.town.lives import proposed
from tests.web.desk.conftest import Person, live


@pytest.fixture
def case_id(desk: Desk, she: Borrower) -> str:
    live(desk, proposed(she))
    return she.case_id


@pytest.mark.parametrize("name", [REVIEWERS[0].id, "he"])
def test_with_a_reason_it_is_made(desk: Desk, case_id: str, person: Callable[..., Person], name: str, tmp_path: Path):
    client, before = person(name).client, load(desk, case_id).case.seq
    address = f"/desk/cases/{case_id}/export"
    refused = client.post(address, {"key": "k" * 12, "reason": " "})
    assert (refused.status_code, load(desk, case_id).case.seq) == (422, before)
    answer = client.post(address, {"key": "k" * 13, "reason": "法院调取"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    bundle = tmp_path / "case.zip"
    bundle.write_bytes(b"".join(answer.streaming_content))
    assert looked_at(bundle, desk.log_key.vkey).ok
    seal = load(desk, case_id).events[-1]
    assert (seal.actor.id, seal.fact.reason) == (name, "法院调取")  # type: ignore[attr-defined]
    assert "案件的全部内容做成封存文件交出" in client.get(f"/desk/cases/{case_id}").content.decode()


def test_an_agent_makes_none(desk: Desk, case_id: str, person: Callable[..., Person]):
    client, before = person(AGENTS[0].id).client, load(desk, case_id).case.seq
    address = f"/desk/cases/{case_id}/export"
    assert "导出案件由审核人或审计人员办理" in client.get(address).content.decode()
    assert client.post(address, {"key": "k" * 12, "reason": "想看看"}).status_code == 403
    assert load(desk, case_id).case.seq == before
