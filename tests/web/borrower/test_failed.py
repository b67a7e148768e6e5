"""When something of ours breaks, the page says what is safe and what to do, and the log holds the fault."""

from django.test import Client


def test_a_fault_of_ours_is_told_kindly(she, monkeypatch):
    she.signs_in()
    she.client.raise_request_exception = False
    monkeypatch.setattr(type(she.desk.ledger), "events", _breaks)
    answer = she.client.get(she.at(""))
    assert answer.status_code == 500
    assert "已经保存的内容都在" in answer.content.decode()


def _breaks(*_: object) -> None:
    raise RuntimeError("the disk is gone")


def test_a_page_that_is_not_there_leads_back(db):
    answer = Client().get("/no/such/page")
    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()
