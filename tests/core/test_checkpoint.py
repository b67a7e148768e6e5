"""Checkpoints as signed notes: the examples of the specifications, another implementation's note, and bad ones."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.adapters.ed25519 import Ed25519Key, check
from forbear.core.checkpoint import (
    BadNote,
    Checkpoint,
    KeyKind,
    Signature,
    cosigned_at,
    cosigned_data,
    cosigned_message,
    parse_note,
    read_checkpoint,
    read_vkey,
    signed,
    verify_note,
    vkey,
)

NEUMANN = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""A note and its key as Go's golang.org/x/mod/sumdb/note has them in its documentation."""

QUASIMODO = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore \
NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""
SOFA = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 \
jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
"""The examples of c2sp.org/signed-note and c2sp.org/tlog-cosignature."""

KEY = Ed25519Key("lender.example/ledger", bytes(range(32)))
BODY = Checkpoint("lender.example/ledger", 7, bytes(32)).body


def noted(key=KEY, body=BODY):
    return signed(body, key.origin, read_vkey(key.vkey).hash + key.sign(body.encode()))


def test_a_note_that_go_signed_is_verified_and_a_changed_one_is_not():
    assert verify_note(NEUMANN, NEUMANN_KEY, check).startswith("If you think cryptography")
    assert str(read_vkey(NEUMANN_KEY)) == NEUMANN_KEY
    with pytest.raises(BadNote, match="the signature of PeterNeumann does not hold"):
        verify_note(NEUMANN.replace("answer", "anwser"), NEUMANN_KEY, check)


def test_the_examples_of_the_specification_are_read_as_they_say():
    note = parse_note(QUASIMODO)
    assert note.body.endswith("\n\ned è subito sera.\n")
    assert [one.name for one in note.signatures] == ["quasimodo.example/salvatore"]
    note = parse_note(SOFA)
    found = read_checkpoint(note.body)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.body == note.body
    log, witness = note.signatures
    assert (cosigned_at(log), cosigned_at(witness)) == (None, 1679315147)
    assert cosigned_message(note.body, 1679315147).decode() == "cosignature/v1\ntime 1679315147\n" + note.body
    assert note.body + "\n" + log.line + witness.line == SOFA


def test_our_own_note_is_verified_by_our_key_alone():
    assert verify_note(noted(), KEY.vkey, check) == BODY
    forger = Ed25519Key(KEY.origin, bytes(32))
    with pytest.raises(BadNote, match=r"not signed by lender\.example/ledger with the key that hashes to"):
        verify_note(noted(forger), KEY.vkey, check)
    hashed = read_vkey(KEY.vkey).hash
    claimed = signed(BODY, KEY.origin, hashed + forger.sign(BODY.encode()))
    with pytest.raises(BadNote, match=r"the signature of lender\.example/ledger does not hold"):
        verify_note(claimed, KEY.vkey, check)


def test_a_witness_signs_time_and_body():
    witness = Ed25519Key("witness.example", bytes(31) + b"w", KeyKind.WITNESS)
    own = witness.sign(cosigned_message(BODY, 1764230400))
    line = Signature(witness.origin, read_vkey(witness.vkey).hash, cosigned_data(1764230400, own)).line
    assert verify_note(noted() + line, witness.vkey, check) == BODY
    assert verify_note(noted() + line, KEY.vkey, check) == BODY
    later = Signature(witness.origin, read_vkey(witness.vkey).hash, cosigned_data(1764230401, own)).line
    with pytest.raises(BadNote, match=r"the signature of witness\.example does not hold"):
        verify_note(noted() + later, witness.vkey, check)


@given(st.integers(0, len(noted().encode()) - 1), st.integers(0, 7))
def test_any_flipped_bit_of_a_note_is_noticed(at, bit):
    changed = bytearray(noted().encode())
    changed[at] ^= 1 << bit
    with pytest.raises((BadNote, UnicodeDecodeError)):
        verify_note(changed.decode(), KEY.vkey, check)


ROOT = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (f"log\n07\n{ROOT}\n", "the size of a checkpoint is '07'"),
        (f"log\n-7\n{ROOT}\n", "the size of a checkpoint is '-7'"),
        (f"log\n٧\n{ROOT}\n", "the size of a checkpoint is '٧'"),
        (f"log\n{2**63}\n{ROOT}\n", "no number of leaves"),
        (f"log\n{'9' * 5000}\n{ROOT}\n", "no number of leaves"),
        (f"\n7\n{ROOT}\n", "three lines"),
        (f"log\n7\n{ROOT}\nmore\n", "three lines"),
        (f"log\n7\n{ROOT}", "three lines"),
        ("log\n7\nAAAA\n", "the root of a checkpoint has 3 bytes instead of 32"),
        ("log\n7\n!!!!\n", "is not base64"),
        (f"log\n7\n{ROOT[:-2]}B=\n", "is not the one base64 form"),
    ],
)
def test_what_is_no_checkpoint_is_named(body, problem):
    with pytest.raises(BadNote, match=problem):
        read_checkpoint(body)


@pytest.mark.parametrize(
    ("note", "problem"),
    [
        (BODY, "a body, an empty line and signature lines"),
        (noted()[:-1], "a body, an empty line and signature lines"),
        (noted().replace("— ", "- "), "no signature line"),
        (noted() + "— a+b AAAAAAAA\n", "no signature line"),
        (noted() + "— a AAAA\n", "the signature line of a holds no signature"),
        (noted() + "\r\n", "control characters"),
        (noted() + "— a AAAAAAAA\n" * 100, "100 signatures at most"),
        (noted() + "x" * 100_000, "more than 100000 characters"),
    ],
)
def test_what_is_no_note_is_named(note, problem):
    with pytest.raises(BadNote, match=problem):
        parse_note(note)


@pytest.mark.parametrize(
    "text", ["", "name", "name+00000000+AAAA", KEY.vkey.replace("+", "-"), KEY.vkey[:-1], "x" + KEY.vkey]
)
def test_what_is_no_public_key_is_named(text):
    with pytest.raises(BadNote):
        read_vkey(text)


def test_a_name_with_a_blank_or_a_plus_cannot_name_a_key():
    for name in ("", "a b", "a+b", "a\n"):
        with pytest.raises(BadNote, match="cannot name a key"):
            vkey(name, bytes(32))
