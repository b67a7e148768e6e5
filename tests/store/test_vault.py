"""The vault: files come back as they went in or not at all, lie there encrypted, and are gone with their key."""

import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forbear.adapters.ids import RandomIds
from forbear.adapters.vault import CHUNK_BYTES, SALT_BYTES, DamagedFile, Folder, SealedVault
from forbear.store.blobs import DjangoRegister
from forbear.store.models import Blob

CANARY = "Canary：诊断书".encode()
SEALED_CHUNK_BYTES = CHUNK_BYTES + 16
START_BYTES = 4 + SALT_BYTES


class Drawer:
    """A register in memory: one key a (case, class)."""

    def __init__(self):
        self.keys = {}
        self.files = {}
        self.destroyed = []

    def key_for(self, case_id, retention):
        key_id = f"{case_id}.{retention}.{self.destroyed.count((case_id, retention))}"
        return key_id, self.keys.setdefault(key_id, os.urandom(32))

    def destroy(self, case_id, retention):
        self.keys.pop(self.key_for(case_id, retention)[0])
        self.destroyed.append((case_id, retention))

    def entered(self, blob_ids):
        return {one: self.files[one][2] for one in blob_ids if self.find(one)}

    def closed(self, case_id, retention):
        mine = [(blob_id, path) for blob_id, (key_id, _, path) in self.files.items() if key_id not in self.keys]
        return [one for one in mine if self.files[one[0]][0].startswith(f"{case_id}.{retention}.")]

    def strike(self, blob_id):
        self.files.pop(blob_id, None)

    def enter(self, blob_id, key_id, size, path):
        self.files[blob_id] = (key_id, size, path)

    def find(self, blob_id):
        if blob_id not in self.files:
            return None
        key_id, size, path = self.files[blob_id]
        return (self.keys[key_id], size, path) if key_id in self.keys else None


@pytest.fixture
def drawer():
    return Drawer()


@pytest.fixture
def vault(tmp_path, drawer):
    return SealedVault(Folder(tmp_path / "papers"), drawer, RandomIds())


def file_of(tmp_path, drawer, blob_id):
    return tmp_path / "papers" / drawer.files[blob_id][2]


SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back_as_it_went_in(vault, size):
    data = os.urandom(size)
    assert vault.open(vault.keep("c_1", "finance", data)) == data


def test_files_lie_there_encrypted_under_random_names_for_their_owner_only(vault, tmp_path, drawer):
    first, second = (vault.keep("c_1", "health", CANARY * 9000) for _ in range(2))
    assert first != second
    files = [file for file in (tmp_path / "papers").rglob("*") if file.is_file()]
    assert sorted(file.name for file in files) == sorted([first, second])
    for file in files:
        stored = file.read_bytes()
        assert CANARY not in stored
        assert stored[:4] == b"FBV1"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert files[0].read_bytes()[20:120] != files[1].read_bytes()[20:120], "no two encryptions are alike"


def test_an_unknown_file_is_a_key_error(vault):
    with pytest.raises(KeyError, match="b_none"):
        vault.open("b_none")


def test_a_file_is_gone_with_its_key(vault, drawer):
    blob_id = vault.keep("c_1", "health", CANARY)
    other = vault.keep("c_1", "finance", b"payslip")
    drawer.destroy("c_1", "health")
    with pytest.raises(KeyError):
        vault.open(blob_id)
    assert vault.open(other) == b"payslip"


def test_any_flipped_bit_is_found(vault, tmp_path, drawer):
    blob_id = vault.keep("c_1", "finance", os.urandom(2 * CHUNK_BYTES + 100))
    file = file_of(tmp_path, drawer, blob_id)
    untouched = file.read_bytes()

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(untouched) - 1), st.integers(0, 7))
    def flipped(place, bit):
        changed = bytearray(untouched)
        changed[place] ^= 1 << bit
        file.write_bytes(changed)
        with pytest.raises(DamagedFile):
            vault.open(blob_id)

    flipped()
    file.write_bytes(untouched)
    assert len(vault.open(blob_id)) == 2 * CHUNK_BYTES + 100


def chunks_of(stored):
    body = stored[START_BYTES:]
    return [body[at : at + SEALED_CHUNK_BYTES] for at in range(0, len(body), SEALED_CHUNK_BYTES)]


@pytest.mark.parametrize(
    "arranged",
    [(1, 0, 2), (0, 2, 1), (0, 0, 1, 2), (0, 2), (1, 2), (0, 1), (0,), (0, 1, 2, 2), ()],
    ids=str,
)
def test_chunks_cannot_be_swapped_dropped_added_or_cut(vault, tmp_path, drawer, arranged):
    blob_id = vault.keep("c_1", "finance", os.urandom(3 * CHUNK_BYTES))
    file = file_of(tmp_path, drawer, blob_id)
    stored = file.read_bytes()
    chunks = chunks_of(stored)
    assert len(chunks) == 3
    file.write_bytes(stored[:START_BYTES] + b"".join(chunks[number] for number in arranged))
    with pytest.raises(DamagedFile):
        vault.open(blob_id)


def test_a_file_or_a_chunk_of_another_file_does_not_open(vault, tmp_path, drawer):
    one, other = (vault.keep("c_1", "finance", os.urandom(2 * CHUNK_BYTES)) for _ in range(2))
    mine, hers = file_of(tmp_path, drawer, one), file_of(tmp_path, drawer, other)
    untouched, foreign = mine.read_bytes(), hers.read_bytes()
    for forged in (foreign, untouched[:START_BYTES] + chunks_of(foreign)[0] + chunks_of(untouched)[1]):
        mine.write_bytes(forged)
        with pytest.raises(DamagedFile, match=f"{one}: the file was changed"):
            vault.open(one)


def test_a_missing_file_is_named(vault, tmp_path, drawer):
    blob_id = vault.keep("c_1", "finance", b"x")
    file_of(tmp_path, drawer, blob_id).unlink()
    with pytest.raises(DamagedFile, match=f"{blob_id}: the file is gone"):
        vault.open(blob_id)


def test_a_file_that_cannot_be_finished_leaves_nothing_behind(vault, tmp_path, drawer, monkeypatch):
    def fails(*anything):
        raise OSError("no space left")

    monkeypatch.setattr(os, "rename", fails)
    with pytest.raises(OSError, match="no space left"):
        vault.keep("c_1", "finance", b"x")
    assert [file for file in (tmp_path / "papers").rglob("*") if file.is_file()] == []
    assert drawer.files == {}


def test_on_a_database_the_register_knows_size_and_key(stored, tmp_path):
    vault = SealedVault(Folder(tmp_path / "papers"), DjangoRegister(stored.keys), RandomIds())
    blob_id = vault.keep("c_1", "health", CANARY)
    row = Blob.objects.get()
    assert (row.blob_id, row.size, row.path) == (blob_id, len(CANARY), f"{blob_id[-2:]}/{blob_id}")
    assert vault.open(blob_id) == CANARY
    stored.forget("c_1", "health")
    with pytest.raises(KeyError):
        vault.open(blob_id)
