"""Papers known again across cases, in memory and in the databases: a file, a page alike, and nothing readable."""

from hashlib import sha256

import pytest

from forbear.adapters.memory import MemoryPaperMarks
from forbear.core.likeness import BANDS, BITS, SKETCH, Look, sketch
from forbear.store.likeness import DjangoPaperMarks
from forbear.store.models import PaperMark
from tests.contracts.bench import database_bytes

FILE = sha256(b"a slip").hexdigest()
BITS_OF_PAGE = int.from_bytes(sha256(b"what a page looks like").digest(), "big")
PAGE = Look(picture=f"{BITS_OF_PAGE:064x}")
A_PHOTO_OF_IT = Look(picture=f"{BITS_OF_PAGE ^ sum(1 << (17 * n) for n in range(15)):064x}")
ANOTHER_PAGE = Look(picture=f"{BITS_OF_PAGE ^ sum(1 << (11 * n) for n in range(16)):064x}")
FIGURES = [f"2026-0{n} {n}{n + 1}{n + 3}{n + 4},00" for n in range(1, 8)]
SLIP = Look(sketch(FIGURES))
ITS_COPY = Look(sketch([*FIGURES, "2026-09"]))
ANOTHER_SLIP = Look(sketch([figure.replace("1", "7") for figure in FIGURES]))


@pytest.fixture
def marks(bench):
    return MemoryPaperMarks() if bench.kind == "memory" else DjangoPaperMarks(bench.keys)


def test_the_same_file_of_another_person_is_known(marks):
    marks.enter("c_1", "p_1", "f_1", [FILE], [])
    assert marks.elsewhere("p_2", [FILE], []) == ("c_1",)
    assert marks.elsewhere("p_1", [FILE], []) == ()
    assert marks.elsewhere("p_2", [sha256(b"another").hexdigest()], []) == ()


def test_a_picture_alike_is_known_and_another_is_not(marks):
    marks.enter("c_1", "p_1", "f_1", [], [PAGE])
    assert marks.elsewhere("p_2", [], [A_PHOTO_OF_IT]) == ("c_1",)
    assert marks.elsewhere("p_2", [], [ANOTHER_PAGE]) == ()
    assert marks.elsewhere("p_2", [FILE], [ANOTHER_PAGE, PAGE]) == ("c_1",)


def test_a_page_with_figures_is_known_by_them_however_it_looks(marks):
    marks.enter("c_1", "p_1", "f_1", [], [PAGE, SLIP])
    assert marks.elsewhere("p_2", [], [ITS_COPY]) == ("c_1",)
    assert marks.elsewhere("p_2", [], [ANOTHER_SLIP]) == ()


def test_every_case_is_named_once_in_order(marks):
    for number in (3, 1, 2):
        marks.enter(f"c_{number}", f"p_{number}", f"f_{number}", [FILE], [PAGE, SLIP])
    assert marks.elsewhere("p_2", [FILE], [PAGE, SLIP]) == ("c_1", "c_3")


def test_entering_again_replaces_and_forgetting_forgets(marks):
    marks.enter("c_1", "p_1", "f_1", [FILE], [PAGE])
    marks.enter("c_1", "p_1", "f_1", [], [PAGE])
    assert marks.elsewhere("p_2", [FILE], []) == ()
    marks.forget("f_1")
    assert marks.elsewhere("p_2", [FILE], [PAGE]) == ()


def test_the_database_holds_neither_digest_nor_hash_nor_figure(stored):
    marks = DjangoPaperMarks(stored.keys)
    marks.enter("c_1", "p_1", "f_1", [FILE], [PAGE, SLIP])
    assert PaperMark.objects.count() == 1 + BANDS + SKETCH
    kept = database_bytes(stored)
    assert bytes.fromhex(FILE) not in kept
    assert FILE.encode() not in kept
    assert BITS_OF_PAGE.to_bytes(BITS // 8, "big") not in kept
    assert not any(value.to_bytes(6, "big") in kept for value in SLIP.figures)
