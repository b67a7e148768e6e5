"""The statement of how a bundle is checked: an outsider types exactly its commands, beside nothing but the file, and
each says what the statement promises; and says otherwise of a bundle that was changed.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from forbear.actions.ports import Desk
from forbear.adapters.clock import SystemClock
from forbear.adapters.timestamps import TimestampAuthority, Tsa
from forbear.config.verify import looked_at
from forbear.core import bundle as b
from forbear.core import events as e
from forbear.words import LANGUAGES
from tests.bundles import AGENT, CASE, Bag, desk_with_case, exported, packed, tell
from tests.signing.authority import Authority
from tests.signing.sealing import order, sealer


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose case has an agreement with both signatures, and whose checkpoints are stamped."""
    folder = tmp_path_factory.mktemp("keys")
    authority, seals = Authority(folder / "tsa"), sealer(folder)
    stamps = Tsa(TimestampAuthority(authority.url, SystemClock(), authority.root))
    desk, sealed = replace(desk_with_case(), timestamps=stamps), seals.seal(order())
    kept = desk.vault.keep(CASE, "agreement", sealed.pdf)
    fact = e.AgreementSealed(number=1, level=sealed.level, issuer=seals.issuer, document=kept, seal=sealed.seal)
    tell(desk, CASE, fact, actor=AGENT)
    yield desk
    authority.stop()


@pytest.fixture(scope="module")
def bundle(desk: Desk) -> bytes:
    return packed(desk, exported(desk))


def commands(bag: Bag, language: str) -> list[str]:
    """What the statement says to type."""
    page = bag.files[f"data/verification.{language}.html"].decode()
    return [unescape(one) for one in re.findall("<td><code>(.*?)</code></td>", page)]


def typed(folder: Path, lines: list[str], key: str) -> "subprocess.CompletedProcess[str]":
    script = "\n".join(("set -e", *lines)).replace(" KEY", f" '{key}'")
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_command_says_what_the_statement_promises(desk: Desk, bundle: bytes, tmp_path: Path, language: str):
    (tmp_path / "BUNDLE.zip").write_bytes(bundle)
    lines = commands(Bag.of(bundle), language)
    assert [line.split()[0] for line in lines] == ["python3", "sha256sum", "python3", "pdfsig", "openssl"]
    done = typed(tmp_path, lines, desk.log_key.vkey)
    assert done.returncode == 0, done.stdout + done.stderr
    files, _, rest = done.stdout.partition("ok      zip")
    assert {line.rpartition(": ")[2] for line in files.splitlines()} == {"OK"}
    assert "FAILED" not in rest and "complete as of" in rest and "UNPINNED" not in rest
    assert rest.count("Signature is Valid.") == 2
    assert "Verification: OK" in done.stdout + done.stderr


def test_each_command_says_what_was_changed(desk: Desk, bundle: bytes, tmp_path: Path):
    """The file itself is changed where it lies unpacked, and the bundle by somebody who makes the lists anew."""
    (tmp_path / "BUNDLE.zip").write_bytes(bundle)
    unpack, files, single, signatures, time = commands(Bag.of(bundle), "en")
    assert typed(tmp_path, [unpack], "").returncode == 0
    folder, key = tmp_path / CASE, desk.log_key.vkey
    document = folder / signatures.split()[1]
    flipped = bytearray(document.read_bytes())
    flipped[len(flipped) // 3] ^= 1
    document.write_bytes(flipped)
    note = folder / b.CHECKPOINT
    note.write_bytes(note.read_bytes() + b"x")
    for line, words in ((files, "FAILED"), (time, "message imprint mismatch")):
        done = typed(folder, [line], key)
        assert done.returncode != 0 and words in done.stdout + done.stderr, line
    assert typed(folder, [signatures], key).stdout.count("Signature is Valid.") < 2
    bag = Bag.of(bundle)
    bag.files[signatures.split()[1]] = bytes(flipped)
    (tmp_path / "BUNDLE.zip").write_bytes(bag.listed().zipped())
    done = typed(folder, [single], key)
    assert done.returncode == 1 and "FAILED  files" in done.stdout


def test_the_authoritys_chain_lies_beside_its_token(desk: Desk, bundle: bytes, tmp_path: Path):
    """Its root, once, though the token and the configuration both have it; whom to trust is said to be hers."""
    bag = Bag.of(bundle)
    assert bag.files[b.TOKEN_CA].count(b"BEGIN CERTIFICATE") == 1
    (tmp_path / "bundle.zip").write_bytes(bundle)
    assert looked_at(tmp_path / "bundle.zip", desk.log_key.vkey).timestamped
    for language, words in (("zh", "相信谁，由您决定"), ("en", "Whom to trust is yours to choose")):
        assert words in bag.files[f"data/verification.{language}.html"].decode()


def test_without_an_authority_there_is_no_chain():
    desk = desk_with_case()
    assert not {b.TOKEN, b.TOKEN_CA} & set(Bag.of(packed(desk, exported(desk))).files)
