"""Papers known again across cases, in memory and in the databases: the same file, a page alike, and nothing readable."""

from hashlib import sha256

import pytest

from forbear.adapters.memory import MemoryPaperMarks
from forbear.core.likeness import BANDS, BITS
from forbear.store.likeness import DjangoPaperMarks
from forbear.store.models import PaperMark
from tests.contracts.bench import database_bytes

FILE = sha256(b"a slip").hexdigest()
PAGE = int.from_bytes(sha256(b"what a page looks like").digest(), "big")
A_PHOTO_OF_IT = PAGE ^ sum(1 << (17 * n) for n in range(15))
ANOTHER_PAGE = PAGE ^ sum(1 << (11 * n) for n in range(16))


@pytest.fixture
def marks(bench):
    return MemoryPaperMarks() if bench.kind == "memory" else DjangoPaperMarks(bench.keys)


def test_the_same_file_in_another_case_is_known(marks):
    marks.enter("c_1", "f_1", [FILE], [])
    assert marks.elsewhere("c_2", [FILE], []) == ("c_1",)
    assert marks.elsewhere("c_1", [FILE], []) == ()
    assert marks.elsewhere("c_2", [sha256(b"another").hexdigest()], []) == ()


def test_a_page_alike_is_known_and_another_page_is_not(marks):
    marks.enter("c_1", "f_1", [], [PAGE])
    assert marks.elsewhere("c_2", [], [A_PHOTO_OF_IT]) == ("c_1",)
    assert marks.elsewhere("c_2", [], [ANOTHER_PAGE]) == ()
    assert marks.elsewhere("c_2", [FILE], [PAGE]) == ("c_1",)


def test_every_case_is_named_once_in_order(marks):
    for number in (3, 1, 2):
        marks.enter(f"c_{number}", f"f_{number}", [FILE], [PAGE, A_PHOTO_OF_IT])
    assert marks.elsewhere("c_2", [FILE], [PAGE]) == ("c_1", "c_3")


def test_entering_again_replaces_and_forgetting_forgets(marks):
    marks.enter("c_1", "f_1", [FILE], [PAGE])
    marks.enter("c_1", "f_1", [], [PAGE])
    assert marks.elsewhere("c_2", [FILE], []) == ()
    marks.forget("f_1")
    assert marks.elsewhere("c_2", [FILE], [PAGE]) == ()


def test_the_database_holds_neither_digest_nor_hash(stored):
    marks = DjangoPaperMarks(stored.keys)
    marks.enter("c_1", "f_1", [FILE], [PAGE])
    assert PaperMark.objects.count() == 1 + BANDS
    kept = database_bytes(stored)
    assert bytes.fromhex(FILE) not in kept
    assert FILE.encode() not in kept
    assert PAGE.to_bytes(BITS // 8, "big") not in kept
