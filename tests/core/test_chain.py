"""The record's bytes: canonical as RFC 8785 says, disclosed as RFC 9901 says, and any flipped bit is found."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from forbear.core.chain import (
    canonical,
    commitment,
    disclosure,
    encoded,
    leaf_hash,
    opens,
    seal,
    verify_chain,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES.filter(lambda value: "\\ud" not in json.dumps(value)))
def test_canonical_bytes_equal_those_of_another_implementation_of_the_standard(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1.5, 2**53, {"钱": 1}, {1: 2}])
def test_what_has_no_exact_form_is_no_value_of_the_record(value):
    with pytest.raises(AssertionError):
        canonical(value)


def test_a_commitment_is_that_of_the_standards_own_example():
    """RFC 9901 §4.2.1: the disclosure of family_name Möbius and its digest."""
    disclosed = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert commitment(disclosed) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_a_leaf_is_hashed_as_certificate_transparency_hashes_it():
    """RFC 6962 §2.1: the hash of a leaf over the empty string."""
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


HEADER = {"log": "test", "case": "c_1", "type": "note.written", "tv": 1, "at": "2026-03-02T08:00:00.000Z"}


def _chain(length: int) -> list[tuple[bytes, bytes]]:
    stored, previous = [], b""
    for seq in range(length):
        sealed = seal(
            header=HEADER, seq=seq, previous=previous, public={"n": seq}, private=[("text", "家里有事", bytes(16))]
        )
        stored.append((sealed.body, sealed.leaf_hash))
        previous = sealed.leaf_hash
    return stored


def test_a_whole_chain_has_no_flaw_and_holds_no_private_word():
    stored = _chain(4)
    assert verify_chain(stored) == ()
    assert all("家里".encode() not in body for body, _ in stored)
    text = disclosure(bytes(16), "text", "家里有事")
    assert opens(stored[0][0], text)
    assert not opens(stored[0][0], disclosure(b"\x01" * 16, "text", "家里有事"))


@given(st.integers(0, 3), st.integers(min_value=0), st.integers(0, 7))
def test_any_flipped_bit_of_any_event_is_found(seq, place, bit):
    stored = _chain(4)
    body = bytearray(stored[seq][0])
    body[place % len(body)] ^= 1 << bit
    stored[seq] = (bytes(body), stored[seq][1])
    assert any(flaw.seq == seq for flaw in verify_chain(stored))


def test_a_dropped_swapped_or_rehashed_event_is_found():
    stored = _chain(4)
    assert verify_chain([stored[0], stored[2], stored[3]])
    assert verify_chain([stored[0], stored[2], stored[1], stored[3]])
    body = stored[1][0].replace(b'"n":1', b'"n":9')
    assert [flaw.seq for flaw in verify_chain([stored[0], (body, leaf_hash(body)), *stored[2:]])] == [2]


def test_a_digest_in_text_has_no_padding():
    assert encoded(b"\xff\xfe") == "__4"
