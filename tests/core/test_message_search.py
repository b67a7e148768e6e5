"""Words in what was said: found as written in Chinese and in English, and nothing that only looks alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.core.message_search import Excerpt, Query, found_in, index_marks, read_query
from forbear.core.refusal import Refusal


def asked(typed: str) -> Query:
    query = read_query(typed)
    assert isinstance(query, Query)
    return query


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("医院说要手术，七月能先停吗", "手术"),
        ("医院说要手术", "医院说要手术"),
        ("我病了", "病"),
        ("请在10月15日之前", "10月15日"),
        ("Ｈｅｌｌｏ，我想延期", "hello 延期"),
        ("Paying is hard this Month.", "MONTH paying"),
        ("I can’t pay", "can't"),
        ("还了 1,500.00 元", "1500"),
        ("还了1500元", "1,500"),
        ("write to lv.jieqian@example.com please", "lv.jieqian@example.com"),
        ("the plan, for six months", '"plan, for six"'),
        ("第一行\n第二行", "第二行"),
        ("café Zürich", "cafe\u0301 zürich"),
        ("合同 HC-2025-0007781", "hc-2025-0007781"),
        ("延\u200b期", "延期"),
    ],
)
def test_what_was_written_is_found(text: str, typed: str):
    assert found_in(text, asked(typed)) is not None
    assert asked(typed).marks <= index_marks(text), "the index has it too"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("医院说手要动术", "手术"),
        ("手术 医院", "术医"),
        ("repayment", "payment"),
        ("payments", "payment"),
        ("15000", "1500"),
        ("plan six for", '"plan for"'),
        ("我想延期", "延期 分期"),
        ("手很疼，要动术前检查，先办手续", "手术"),
    ],
)
def test_what_only_looks_alike_is_not(text: str, typed: str):
    assert found_in(text, asked(typed)) is None


@pytest.mark.parametrize("typed", ["", "   ", "!?", '""', "，。"])
def test_nothing_to_look_for_is_said(typed: str):
    refused = read_query(typed)
    assert isinstance(refused, Refusal)
    assert (refused.rule, refused.where) == ("search.empty", "search")


def test_a_hit_stands_in_its_surroundings_as_written():
    text = "一" * 70 + "Ｐａｙ 1,500 元" + "二" * 70
    assert found_in(text, asked("pay")) == Excerpt("…" + "一" * 60, "Ｐａｙ", " 1,500 元" + "二" * 52 + "…")
    assert found_in("还了 1,500 元", asked("1500")) == Excerpt("还了 ", "1,500", " 元")


LETTERS = st.text(alphabet="还款手术ab Ab1,0'.-　Ａ\n", min_size=1, max_size=20)


@given(LETTERS, LETTERS)
def test_the_index_never_hides_what_is_there(text: str, typed: str):
    query = read_query(typed)
    if isinstance(query, Query) and found_in(text, query) is not None:
        assert query.marks <= index_marks(text)


@given(LETTERS)
def test_a_text_is_found_by_itself(text: str):
    query = read_query('"' + text.replace('"', " ") + '"')
    if isinstance(query, Query):
        assert found_in(text, query) is not None
