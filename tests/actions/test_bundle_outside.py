"""Bundles held to what others wrote: the Library of Congress's bagit, pymerkle, the cryptography library, openssl."""

import json
import subprocess
import sys
import zipfile
from base64 import b64decode
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree, verify_inclusion

from forbear.adapters.ed25519 import Ed25519Key
from forbear.adapters.ed25519 import check as library_check
from forbear.config import cli
from forbear.config.verify import looked_at
from forbear.core import bundle as b
from forbear.core.checkpoint import KeyKind, Signature, cosigned_data, cosigned_message, read_checkpoint, read_vkey
from tests.attack.bundle_oracle import checkpoint_of, tree
from tests.bundles import START, Bag, alone, desk_with_case, exported, packed, written
from tests.servers import ROOT

BAGIT = ROOT / "tests/oracles/bagit/bagit.py"
BAGIT_SHA256 = "1c851d04fb8ebdc28e5ad2ffc484569575a1f3922ed83abccd61edd3ee26f80a"


@pytest.fixture(scope="module")
def bundle() -> bytes:
    desk = desk_with_case()
    return packed(desk, exported(desk))


def validated(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(BAGIT), "--validate", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=BAGIT.parent)


def test_bagit_validates_the_bag(bundle: bytes, tmp_path: Path):
    assert sha256(BAGIT.read_bytes()).hexdigest() == BAGIT_SHA256, "the oracle is as it was published"
    with zipfile.ZipFile(written(tmp_path, bundle)) as packed_bag:
        packed_bag.extractall(tmp_path)
    folder = tmp_path / Bag.of(bundle).base
    found = validated(folder)
    assert (found.returncode, "is valid" in found.stderr) == (0, True), found.stderr
    (folder / "data/events.jsonl").write_bytes(b"other")
    assert validated(folder).returncode == 1


def test_sha256sum_checks_the_manifest(bundle: bytes, tmp_path: Path):
    with zipfile.ZipFile(written(tmp_path, bundle)) as packed_bag:
        packed_bag.extractall(tmp_path)
    command = ["sha256sum", "--check", "--strict", "manifest-sha256.txt"]
    found = subprocess.run(command, cwd=tmp_path / Bag.of(bundle).base, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_pymerkle_finds_every_event_in_the_log(bundle: bytes):
    """A tree of theirs over the same leaves has our root, and their proofs are ours, step by step."""
    desk = desk_with_case()
    exported(desk)
    tree = InmemoryTree(algorithm="sha256")
    for event in desk.ledger.all():
        bodies = desk.ledger.bodies(event.case_id)
        tree.append_entry(bodies[event.seq][0])
    bag = Bag.of(bundle)
    checkpoint = read_checkpoint(bag.files[b.CHECKPOINT].decode().rpartition("\n\n")[0] + "\n")
    assert tree.get_root(checkpoint.size) == checkpoint.root
    for line, body in zip(bag.files[b.INCLUSION].splitlines(), bag.files[b.EVENTS].splitlines(), strict=True):
        ours = json.loads(line)
        theirs = tree.prove_inclusion(ours["leaf"] + 1, checkpoint.size)
        assert [b64decode(step) for step in ours["path"]] == theirs.path[1:]
        verify_inclusion(sha256(b"\x00" + body).digest(), checkpoint.root, theirs)


def test_one_events_proof_stands_alone(bundle: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A file of c2sp.org/tlog-proof: pymerkle finds the event under its checkpoint, the library its signature."""
    desk, file = desk_with_case(), written(tmp_path, bundle)
    bodies = Bag.of(bundle).files[b.EVENTS].splitlines()
    for seq in (0, 7, len(bodies) - 1):
        assert cli.main(["verify", str(file), "--proof", str(seq)]) == 0
        head, index, *path = (told := capsys.readouterr().out).partition("\n\n")[0].split("\n")
        note = told.partition("\n\n")[2]
        assert (head, index.split()[0]) == ("c2sp.org/tlog-proof@v1", "index")
        root, size = checkpoint_of(note, desk.log_key.vkey, [(bodies[0], json.loads(bodies[0]))])
        leaf = sha256(b"\x00" + bodies[seq]).digest()
        proof = tree(size).prove_inclusion(int(index.split()[1]) + 1, size)
        proof.path = [leaf, *(b64decode(step) for step in path)]
        verify_inclusion(leaf, root, proof)
    assert cli.main(["verify", str(file), "--proof", str(len(bodies))]) == 2
    assert f"0 to {len(bodies) - 1}" in capsys.readouterr().err
    file.write_bytes(bundle[:-1])
    assert cli.main(["verify", str(file), "--proof", "0"]) == 1


def test_the_single_file_checks_ed25519_as_the_library_does():
    """RFC 8032's first three vectors, then keys by chance and every kind of wrong."""
    ours, seen = alone().ed25519, 0
    for n in range(40):
        key = Ed25519PrivateKey.from_private_bytes(sha256(b"key %d" % n).digest())
        public, message = key.public_key().public_bytes_raw(), b"m" * n
        good = key.sign(message)
        high = good[:32] + (int.from_bytes(good[32:], "little") + alone_order()).to_bytes(32, "little")
        tries = [(public, message, good), (public, message + b"x", good), (public, message, high)]
        tries.append((public, message, good[:n] + bytes([good[n] ^ 1]) + good[n + 1 :]))
        for given in tries:
            try:
                found = ours(*given)
            except Exception:  # a point that is none is a Fault there
                found = False
            assert found == library_check(*given)
            seen += 1
    assert seen == 160


def alone_order() -> int:
    return int(alone().ORDER)


def test_a_witness_that_signed_is_named_and_checked_by_both(tmp_path: Path):
    key = Ed25519Key("witness.example/w1", b"\x05" * 32, KeyKind.WITNESS)
    at = int(START.timestamp())

    class Near:
        name, vkey = "witness.example/w1", key.vkey

        def cosign(self, old: int, path: tuple[bytes, ...], note: str) -> str:
            body = note.rpartition("\n\n")[0] + "\n"
            own = key.sign(cosigned_message(body, at))
            return Signature(self.name, read_vkey(self.vkey).hash, cosigned_data(at, own)).line

    desk = replace(desk_with_case(), witnesses=(Near(),))
    data = packed(desk, exported(desk))
    report = looked_at(written(tmp_path, data), desk.log_key.vkey)
    assert (report.ok, report.witnesses) == (True, ("witness.example/w1",)), dict(report.checks)
    assert alone().verify(str(written(tmp_path, data)))["ok"]
    bag = Bag.of(data)
    bag.files[b.COSIGNATURES] = bag.files[b.COSIGNATURES].replace(b"\n", b"A\n")
    for checks in (looked_at(written(tmp_path, bag.listed().zipped())).checks, other_checks(tmp_path)):
        assert [name for name, problem in checks.items() if problem] == ["witnesses"]


def other_checks(folder: Path) -> dict[str, str]:
    found: dict[str, str] = alone().verify(str(folder / "bundle.zip"))["checks"]
    return found


TSA = """
[ca]
basicConstraints = critical,CA:TRUE
[tsa]
extendedKeyUsage = critical,timeStamping
[at]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)


class OpensslTsa:
    """A timestamp authority of openssl's own, with a root and a certificate made for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tsa.cnf").write_text(f"[req]\ndistinguished_name = dn\n[dn]\n{TSA}")
        (folder / "serial").write_text("01")
        new = ("req", "-config", "tsa.cnf", "-newkey", "rsa:2048", "-nodes", "-keyout")
        sign = ("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key")
        steps = (
            (*new, "ca.key", "-x509", "-out", "ca.pem", "-subj", "/CN=Root", "-extensions", "ca"),
            (*new, "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Authority"),
            (*sign, "-CAcreateserial", "-out", "tsa.pem", "-extfile", "tsa.cnf", "-extensions", "tsa"),
        )
        for step in steps:
            assert openssl(folder, *step).returncode == 0

    def stamp(self, data: bytes) -> bytes:
        (self.folder / "data").write_bytes(data)
        assert (
            openssl(self.folder, "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "asked").returncode == 0
        )
        reply = ("ts", "-reply", "-config", "tsa.cnf", "-section", "at", "-queryfile", "asked", "-signer", "tsa.pem")
        done = openssl(self.folder, *reply, "-inkey", "tsa.key", "-chain", "ca.pem", "-token_out", "-out", "token")
        assert done.returncode == 0, done.stderr
        return (self.folder / "token").read_bytes()

    def read(self, token: bytes, data: bytes) -> datetime:
        return START

    def authorities(self, token: bytes) -> bytes:
        return (self.folder / "ca.pem").read_bytes()


def test_openssl_verifies_the_timestamp_over_the_checkpoint(tmp_path: Path):
    authority = tmp_path / "tsa"
    authority.mkdir()
    desk = replace(desk_with_case(), timestamps=OpensslTsa(authority))
    data = packed(desk, exported(desk))
    report = looked_at(written(tmp_path, data), desk.log_key.vkey)
    assert (report.ok, report.timestamped) == (True, True), dict(report.checks)
    bag = Bag.of(data)
    (tmp_path / "checkpoint").write_bytes(bag.files[b.CHECKPOINT])
    (tmp_path / "checkpoint.tsr").write_bytes(bag.files[b.TOKEN])
    (tmp_path / "tsa-ca.pem").write_bytes(bag.files[b.TOKEN_CA])
    ask = ("ts", "-verify", "-token_in", "-in", "checkpoint.tsr", "-CAfile", "tsa-ca.pem", "-data")
    assert openssl(tmp_path, *ask, "checkpoint").returncode == 0
    (tmp_path / "other").write_bytes(bag.files[b.CHECKPOINT] + b"x")
    assert openssl(tmp_path, *ask, "other").returncode != 0
    bag.files[b.TOKEN] = OpensslTsa.stamp(desk.timestamps, b"another checkpoint")  # type: ignore[arg-type]
    for checks in (looked_at(written(tmp_path, bag.listed().zipped())).checks, other_checks(tmp_path)):
        assert [name for name, problem in checks.items() if problem] == ["time"]
