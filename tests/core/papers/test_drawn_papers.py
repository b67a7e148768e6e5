"""What stands on a drawn paper is read exactly, whatever a reader of pictures does to its boxes."""

from collections.abc import Callable, Sequence
from random import Random

import pytest

from forbear.core.identity import check_id_number
from forbear.core.paper import FIELDS, read_paper
from forbear.core.reading import Line, Page, PaperKind, Reading
from tests.papers import LAYOUTS, damage, draw
from tests.papers.recorded import NAMES, recorded

EVERY = [(kind, layout) for kind, layouts in LAYOUTS.items() for layout in dict.fromkeys(layouts)]


def values(reading: Reading) -> dict[str, str]:
    return {field.name: field.value for field in reading.fields}


def test_the_same_seed_draws_the_same_paper():
    one, two, other = (draw(PaperKind.ID_CARD, seed, "copy") for seed in (5, 5, 6))
    assert one.truth == two.truth and one.pages[0].tobytes() == two.pages[0].tobytes()
    assert one.truth.fields != other.truth.fields
    assert isinstance(check_id_number(one.truth.fields["number"]), str)


@pytest.mark.parametrize(("kind", "layout"), EVERY)
def test_every_layout_is_read_exactly(kind: PaperKind, layout: str):
    for seed in (21, 22):
        truth = draw(kind, seed, layout).truth
        reading = read_paper(truth.lines, truth.pages)
        assert reading.kind is kind
        assert values(reading) == truth.fields
        assert set(truth.fields) <= set(FIELDS[kind])
        assert reading.faults == ()
        facts = [(row.on, row.amount_minor, row.balance_minor, row.text, row.salary) for row in reading.rows]
        assert facts == [(row.on, row.amount_minor, row.balance_minor, row.text, row.salary) for row in truth.rows]
        assert all(row.confidence == 1000 for row in reading.rows)


@pytest.mark.parametrize("kind", list(LAYOUTS))
def test_a_field_says_where_it_stands(kind: PaperKind):
    truth = draw(kind, 31).truth
    for field in read_paper(truth.lines, truth.pages).fields:
        if field.name in truth.boxes:
            page, box = truth.boxes[field.name]
            assert field.page == page
            assert field.box.left < box.right and box.left < field.box.right
            assert field.box.top < box.bottom and box.top < field.box.bottom


HARMLESS: dict[str, Callable[[Sequence[Line], Sequence[Page], Random], list[Line]]] = {
    "cut": lambda lines, pages, random: damage.cut(lines, random),
    "joined": lambda lines, pages, random: damage.join(lines, random),
    "shaken": lambda lines, pages, random: damage.shake(lines, random),
    "leaning left": lambda lines, pages, random: damage.lean(lines, pages, -2),
    "leaning right": lambda lines, pages, random: damage.lean(lines, pages, 2),
    "with junk": lambda lines, pages, random: damage.add(lines, random),
    "in full width": lambda lines, pages, random: damage.widen(lines),
}


@pytest.mark.parametrize("harm", HARMLESS)
def test_boxes_cut_joined_shaken_or_leaning_change_nothing(harm: str):
    for kind, layout in EVERY:
        truth = draw(kind, 41, layout).truth
        lines = HARMLESS[harm](truth.lines, truth.pages, Random(41))
        reading = read_paper(lines, truth.pages)
        assert (reading.kind, values(reading)) == (kind, truth.fields), layout
        facts = [(row.on, row.amount_minor, row.balance_minor, row.salary) for row in reading.rows]
        assert facts == [(row.on, row.amount_minor, row.balance_minor, row.salary) for row in truth.rows], layout


@pytest.mark.parametrize(("kind", "layout"), EVERY)
def test_one_character_mistaken_is_seen_or_harms_one_value(kind: PaperKind, layout: str):
    """At most what the character is part of comes out otherwise, and then with less than full confidence."""
    for seed in range(3):
        truth = draw(kind, 50 + seed, layout).truth
        reading = read_paper(damage.mistake(truth.lines, Random(seed)), truth.pages)
        assert reading.kind is kind
        wrong = [field for field in reading.fields if truth.fields[field.name] != field.value]
        assert all(field.confidence <= 880 for field in wrong)
        assert len(wrong) + len(truth.fields.keys() - values(reading).keys()) <= 2  # a period is two values
        rows = zip(reading.rows, truth.rows, strict=True)
        moved = [row for row, true in rows if (row.on, row.amount_minor) != (true.on, true.amount_minor)]
        assert len(moved) <= 1 and all(row.confidence <= 850 for row in moved)


@pytest.mark.parametrize(("kind", "layout"), EVERY)
def test_a_line_not_found_leaves_a_value_out_and_invents_none(kind: PaperKind, layout: str):
    for seed in range(3):
        truth = draw(kind, 60 + seed, layout).truth
        reading = read_paper(damage.lose(truth.lines, Random(seed)), truth.pages)
        assert {name: value for name, value in values(reading).items() if truth.fields[name] != value} in (
            {},
            *({"address": value} for name, value in values(reading).items() if name == "address"),
        )


AS_RECORDED_BUT = {
    "id-card.two-pages.100.spoilt": "a character no reader knows",
    "payslip.groups.103.spoilt": "a seal over the month",
}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in AS_RECORDED_BUT])
def test_recorded_pages_are_read_exactly(name: str):
    paper = recorded(name)
    reading = read_paper(paper.lines, paper.pages)
    assert (reading.kind, values(reading)) == (paper.kind, paper.fields)
    assert [(row.on, row.amount_minor, row.balance_minor, row.salary) for row in reading.rows] == paper.rows
    assert reading.faults == ()


def test_what_recorded_pages_do_not_show_is_doubtful_or_left_out():
    paper = recorded("id-card.two-pages.100.spoilt")
    reading = read_paper(paper.lines, paper.pages)
    assert values(reading) == {**paper.fields, "name": "梁娟"}
    assert next(field.confidence for field in reading.fields if field.name == "name") == 600

    paper = recorded("payslip.groups.103.spoilt")
    assert values(read_paper(paper.lines, paper.pages)) == {k: v for k, v in paper.fields.items() if k != "month"}


def test_a_plus_read_as_a_one_is_mended_by_the_balances_and_says_so():
    paper = recorded("bank-statement.signed.104.clean")
    assert [line.text for line in paper.lines].count("15,587.90") == 1
    mended = [row for row in read_paper(paper.lines, paper.pages).rows if row.confidence < 900]
    assert [(row.on, row.amount_minor, row.confidence) for row in mended] == [("2026-10-08", 558_790, 850)]
