"""The Merkle tree: the published vectors of Certificate Transparency, an independent library, and every wrong proof."""

from functools import cache
from hashlib import sha256

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.core.chain import leaf_hash
from forbear.core.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    root,
    root_of,
    unpacked,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
ROOTS = """
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
"""
"""The roots of the trees of the first 1 to 8 entries: the test vectors of Certificate Transparency."""


def stored(leaves):
    """`hash_at` over leaves, as a store has it: full subtrees alone."""

    @cache
    def hash_at(level, index):
        assert (index + 1) << level <= len(leaves), "a subtree that is not full is asked of nobody"
        if level == 0:
            return leaves[index]
        return sha256(b"\x01" + hash_at(level - 1, 2 * index) + hash_at(level - 1, 2 * index + 1)).digest()

    return hash_at


def made(size):
    return [leaf_hash(b"%d" % n) for n in range(size)]


def test_the_roots_are_those_of_certificate_transparency():
    assert [root(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS.split()
    assert root([]) == EMPTY_ROOT == bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def test_a_path_is_that_of_certificate_transparency():
    """Entry 1 of 8, of the same vectors."""
    path = inclusion_proof(0, 8, stored(LEAVES))
    assert [step.hex() for step in path] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


def test_a_consistency_proof_is_the_one_in_the_standard():
    """RFC 6962 §2.1.3: PROOF(3, D[7]) = [c, d, g, l]; PROOF(4, D[7]) = [l]; PROOF(6, D[7]) = [i, j, k]."""
    leaves = made(7)
    node = stored(leaves)
    i, j, k, l = node(1, 2), leaves[6], node(2, 0), root(leaves[4:7])  # noqa: E741
    assert consistency_proof(3, 7, node) == (leaves[2], leaves[3], node(1, 0), l)
    assert consistency_proof(4, 7, node) == (l,)
    assert consistency_proof(6, 7, node) == (i, j, k)


def subproof(old, leaves, whole):
    """RFC 6962 §2.1.2, SUBPROOF(m, D[n], b), to the letter; pymerkle's own consistency proofs have another form."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    left = max(2**power for power in range(9) if 2**power < len(leaves))
    if old <= left:
        return [*subproof(old, leaves[:left], whole), root(leaves[left:])]
    return [*subproof(old - left, leaves[left:], False), root(leaves[:left])]


def test_roots_and_proofs_are_those_of_an_independent_library():
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    leaves = made(70)
    for n in range(70):
        tree.append_entry(b"%d" % n)
    node = stored(leaves)
    for size in range(1, 71):
        assert root(leaves[:size]) == tree.get_root(size)
        for index in range(size):
            theirs = tree.prove_inclusion(index + 1, size).path
            assert [leaves[index], *inclusion_proof(index, size, node)] == list(theirs)
        for old in range(1, size):
            assert list(consistency_proof(old, size, node)) == subproof(old, leaves[:size], True)


@given(st.integers(1, 300), st.data())
def test_every_proof_holds_and_no_changed_one_does(size, data):
    leaves = made(size)
    node, whole = stored(leaves), root(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(index, size, node)
    assert verify_inclusion(leaves[index], index, size, path, whole)
    for wrong in _changed(path):
        assert not verify_inclusion(leaves[index], index, size, wrong, whole)
    assert not verify_inclusion(leaf_hash(b"else"), index, size, path, whole)
    assert not verify_inclusion(leaves[index], index, size, path, EMPTY_ROOT)
    assert not verify_inclusion(leaves[index], size, size, path, whole)
    if size > 1:
        assert not verify_inclusion(leaves[index], (index + 1) % size, size, path, whole)
    old = data.draw(st.integers(1, size))
    begun, proof = root(leaves[:old]), consistency_proof(old, size, node)
    assert verify_consistency(old, begun, size, whole, proof)
    for wrong in _changed(proof):
        assert not verify_consistency(old, begun, size, whole, wrong)
    assert not verify_consistency(old, leaf_hash(b"else"), size, whole, proof)
    assert not verify_consistency(old, begun, size, leaf_hash(b"else"), proof)
    assert verify_consistency(0, EMPTY_ROOT, size, whole, ())
    assert not verify_consistency(size, whole, old, begun, proof) or old == size


def _changed(path):
    yield (*path, bytes(32))
    for at, step in enumerate(path):
        yield (*path[:at], *path[at + 1 :])
        yield (*path[:at], step[:-1] + bytes([step[-1] ^ 1]), *path[at + 1 :])


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_frontier_appends_as_if_it_had_all_leaves(before, after):
    leaves = made(before + after)
    full = []
    begun = Frontier().plus_all(leaves[:before])
    grown = begun.plus_all(leaves[before:], lambda level, index, made: full.append((level, index, made)))
    assert (grown.size, grown.root) == (len(leaves), root(leaves))
    assert unpacked(grown.size, grown.packed) == grown
    node = stored(leaves)
    assert all(made == node(level, index) for level, index, made in full)
    assert [index for level, index, _ in full if level == 0] == list(range(before, before + after))
    assert {(level, index) for level, index, _ in full} == {
        (level, index) for level in range(9) for index in range(len(leaves) >> level) if (index + 1) << level > before
    }


def test_a_frontier_of_another_size_is_none():
    with pytest.raises(ValueError, match="32 bytes are no frontier of a tree of 3 leaves"):
        unpacked(3, bytes(32))


def test_what_is_not_in_the_log_has_no_proof():
    node = stored(made(8))
    with pytest.raises(ValueError, match="a log of 8 has no leaf 8"):
        inclusion_proof(8, 8, node)
    with pytest.raises(ValueError, match="a log of 8 has no beginning of 9"):
        consistency_proof(9, 8, node)
    assert consistency_proof(0, 8, node) == consistency_proof(8, 8, node) == ()
    assert root_of(0, 8, node) == root(made(8))
