"""Keys: made once, kept apart from the database, never replaced in silence; what is sealed opens in its place only."""

import stat

import pytest

from forbear.store.privacy import (
    DataKeys,
    KeysMissing,
    WrongKey,
    blind,
    load_keys,
    load_later_key,
    open_bytes,
    open_text,
    seal_bytes,
    seal_text,
)
from tests.contracts.bench import at_once

KEY, OTHER = bytes(range(32)), bytes(32)


def test_the_first_start_makes_four_keys_that_stay(tmp_path):
    keys = load_keys(tmp_path)
    made = {keys.kek, keys.book, keys.index, keys.code}
    assert {len(key) for key in made} == {32}
    assert len(made) == 4
    assert load_keys(tmp_path) == keys
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "keys").iterdir()}
    assert files == {"kek": 0o600, "book": 0o600, "index": 0o600, "code": 0o600, "made": 0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert keys.kek.hex() not in repr(keys)


def test_processes_that_start_together_get_the_same_keys(tmp_path):
    found = at_once([lambda: load_keys(tmp_path) for _ in range(8)])
    assert all(keys == found[0] for keys in found), found


@pytest.mark.parametrize("name", ["kek", "book", "index", "code"])
def test_a_lost_key_is_named_and_not_replaced(tmp_path, name):
    load_keys(tmp_path)
    file = tmp_path / "keys" / name
    file.unlink()
    with pytest.raises(KeysMissing, match=f"{name} is missing; restore it from the backup of the keys"):
        load_keys(tmp_path)
    assert not file.exists()


def test_a_key_of_another_length_is_named(tmp_path):
    load_keys(tmp_path)
    (tmp_path / "keys" / "book").write_bytes(b"short")
    with pytest.raises(KeysMissing, match="book has 5 bytes instead of 32"):
        load_keys(tmp_path)


def test_what_is_sealed_opens_with_its_key_in_its_place_and_unchanged_only():
    sealed = seal_bytes(KEY, b"here", b"words")
    assert open_bytes(KEY, b"here", sealed) == b"words"
    assert seal_bytes(KEY, b"here", b"words") != sealed, "no two sealings are alike"
    changed = bytearray(sealed)
    changed[-1] ^= 1
    for key, place, value in (
        (OTHER, b"here", sealed),
        (KEY, b"there", sealed),
        (KEY, b"here", bytes(changed)),
        (KEY, b"here", sealed[:5]),
        (KEY, b"here", b""),
    ):
        with pytest.raises(WrongKey):
            open_bytes(key, place, value)


def test_texts_are_sealed_by_the_name_of_their_place():
    sealed = seal_text(KEY, "case_line.name:c_1", "王小燕")
    assert open_text(KEY, "case_line.name:c_1", sealed) == "王小燕"
    assert "王小燕".encode() not in sealed
    with pytest.raises(WrongKey):
        open_text(KEY, "case_line.name:c_2", sealed)


def test_a_blind_index_is_equal_for_equal_texts_of_a_kind_under_one_key():
    index = blind(KEY, "name", "Wang Ｘiaoyan")
    assert index == blind(KEY, "name", " wang xiaoyan ")
    assert len(index) == 32
    assert index != blind(KEY, "contract", "Wang Xiaoyan")
    assert index != blind(OTHER, "name", "Wang Xiaoyan")
    assert index != blind(KEY, "name", "Wang Xiaoyen")


def test_a_data_key_is_made_once_and_told_by_its_id(stored):
    data_keys = DataKeys(stored.keys)
    key_id, key = data_keys.for_writing("c_1", "finance")
    assert data_keys.for_writing("c_1", "finance") == (key_id, key)
    assert data_keys.for_writing("c_1", "health") != (key_id, key)
    assert DataKeys(stored.keys).by_id([key_id, "k_none"]) == {key_id: key}
    stored.forget("c_1", "finance")
    assert data_keys.by_id([key_id]) == {}
    assert data_keys.for_writing("c_1", "finance")[0] != key_id


def test_many_who_need_a_new_data_key_get_the_same_one(stored):
    made = at_once([lambda: DataKeys(stored.keys).for_writing("c_1", "finance") for _ in range(6)])
    assert len(set(made)) == 1, made


def test_a_key_of_a_later_version_is_made_once_and_missed_ever_after(tmp_path):
    load_keys(tmp_path)
    found = at_once([lambda: load_later_key(tmp_path, "log") for _ in range(8)])
    assert found == [found[0]] * 8
    assert len(found[0]) == 32
    assert stat.S_IMODE((tmp_path / "keys" / "log").stat().st_mode) == 0o600
    (tmp_path / "keys" / "log").unlink()
    with pytest.raises(KeysMissing, match="log is missing; restore it from the backup of the keys"):
        load_later_key(tmp_path, "log")
