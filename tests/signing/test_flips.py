"""Single bits flipped all over sealed files, and pages changed later: judged by pyHanko, by pdfsig and by our check.

*Covered* by the lender's signature: both pyHanko and pdfsig find a flip. *The place of the lender's signature*: no
signature covers itself; our check finds each flip that changes a value, and one that only writes the hexadecimal string
otherwise (a for A, a blank for a zero at its end) changes nothing that the file says. *Archived* (B-LTA): everything
lies under the archive time stamp, found by our check; pdfsig 22.12 does not verify that stamp. Against the SHA-256 in
the record every flip shows. FORBEAR_LONG flips 1,000 bits of each, otherwise a few.
"""

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509 as a
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.generic import NumberObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from forbear.adapters.clock import SystemClock
from forbear.adapters.seal_check import Trust, examine
from forbear.adapters.signing_authority import own_authority
from tests.signing.authority import Authority
from tests.signing.sealing import NOW, now, order, sealer
from tests.signing.test_sealer import revocation_list_of

FLIPS = 1_000 if os.environ.get("FORBEAR_LONG") else 10
DER = serialization.Encoding.DER


class Judges:
    """Three who look at a file; each says whether all is well."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self.folder, self.tsa_roots = folder, authority.root
        own = own_authority(folder / "keys", "x", NOW)[0]
        self.trust = Trust((own.certificate,), authority.root)
        tsa = x509.load_pem_x509_certificate(authority.root).public_bytes(DER)
        self._roots = [a.Certificate.load(own.certificate), a.Certificate.load(tsa)]

    def pyhanko(self, pdf: bytes) -> bool:
        """Both signatures hold, nothing forbidden came after, and the last covers the file to its end."""
        try:
            signatures = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
            context = ValidationContext(trust_roots=self._roots, moment=SystemClock().now() + timedelta(minutes=1))
            found = [validate_pdf_signature(one, context) for one in signatures]
            whole = found[-1].coverage is SignatureCoverageLevel.ENTIRE_FILE
            return len(found) == 2 and whole and all(one.bottom_line for one in found)
        except Exception:  # what cannot be read is not well
            return False

    def pdfsig(self, pdf: bytes) -> bool:
        """Both signatures hold, and the last covers the file to its end."""
        return pdfsig_finds_it_well(pdf, self.folder)

    def ours(self, pdf: bytes, sealed_sha256: str = "") -> bool:
        return examine(pdf, self.trust, now(), "", sealed_sha256).well


def pdfsig_finds_it_well(pdf: bytes, folder: Path) -> bool:
    (folder / "looked.pdf").write_bytes(pdf)
    said = subprocess.run(["pdfsig", "-nocert", "looked.pdf"], cwd=folder, capture_output=True).stdout
    told = said.decode("utf-8", "replace")
    return told.count("Signature is Valid.") == 2 and told.count("  - Total document signed") == 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flips")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Iterator[Authority]:
    one = Authority(folder / "tsa")
    yield one
    one.stop()


@pytest.fixture(scope="module")
def judges(folder: Path, authority: Authority) -> Judges:
    return Judges(folder, authority)


@pytest.fixture(scope="module")
def stamped(folder: Path, authority: Authority) -> bytes:
    return sealer(folder, authority).seal(order()).pdf


@pytest.fixture(scope="module")
def archived(folder: Path, authority: Authority) -> bytes:
    root = serialization.load_pem_private_key((authority.folder / "root.key").read_bytes(), None)
    above = x509.load_pem_x509_certificate(authority.root).public_bytes(DER)
    (folder / "tsa.crl").write_bytes(revocation_list_of(root, above))
    return sealer(folder, authority, revocation={"files": ["tsa.crl"]}).seal(order()).pdf


def flips(pdf: bytes, seed: int) -> Iterator[tuple[int, bytes]]:
    """(where, the file with one bit of that byte turned), all over it."""
    rng = random.Random(seed)
    for _ in range(FLIPS):
        at = rng.randrange(len(pdf))
        yield at, pdf[:at] + bytes([pdf[at] ^ (1 << rng.randrange(8))]) + pdf[at + 1 :]


def place_of(pdf: bytes) -> tuple[int, int]:
    """Where the lender's signature stands, which it cannot cover."""
    start, first, second, _ = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[1].byte_range
    assert start == 0, "it covers the file from its first byte"
    return first, second


def same_value(pdf: bytes, flipped: bytes, place: tuple[int, int]) -> bool:
    """The same hexadecimal string in another way: a for A, a blank for a zero of the padding at its end."""
    return (value := written(flipped[slice(*place)])) is not None and value == written(pdf[slice(*place)])


def written(text: bytes) -> bytes | None:
    """The value of a hexadecimal string of PDF: blanks say nothing, an odd one ends in a zero; None for no such."""
    digits = text[1:-1].translate(None, b" \t\n\f\r\0")
    try:
        value = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        return None
    return value if text[:1] == b"<" and text[-1:] == b">" else None


def test_the_clean_files_are_well(judges: Judges, stamped: bytes, archived: bytes):
    assert (judges.pyhanko(stamped), judges.pdfsig(stamped), judges.ours(stamped)) == (True, True, True)
    assert (judges.ours(archived), judges.pdfsig(archived)) == (True, True)


def test_every_flip_of_what_is_signed_is_found_by_pyhanko_and_by_pdfsig(
    judges: Judges, stamped: bytes, campaign: Callable[..., None]
):
    digest, found = sha256(stamped).hexdigest(), {"covered": 0, "place": 0, "same value": 0}
    place = first, second = place_of(stamped)
    for at, flipped in flips(stamped, 6):
        part = "covered" if not first <= at < second else "place"
        part = "same value" if part == "place" and same_value(stamped, flipped, place) else part
        found[part] += 1
        said = judges.pyhanko(flipped), judges.pdfsig(flipped), judges.ours(flipped)
        if part == "covered":
            assert said == (False, False, False), f"byte {at}"
        elif part == "place":
            assert not said[2], f"byte {at}"
        else:
            assert said == (True, True, True), f"byte {at}"
        assert not judges.ours(flipped, digest), f"byte {at}"
    told = {name.replace(" ", "_"): count for name, count in found.items()}
    campaign("flipped bits of a signed agreement", made=FLIPS, **told)
    assert found["covered"] > FLIPS // 2


def test_every_flip_in_the_place_of_the_signature_that_changes_a_value_is_found(judges: Judges, stamped: bytes):
    place, rng = place_of(stamped), random.Random(8)
    for at in rng.sample(range(*place), FLIPS // 2):
        flipped = stamped[:at] + bytes([stamped[at] ^ (1 << rng.randrange(8))]) + stamped[at + 1 :]
        assert judges.ours(flipped) == same_value(stamped, flipped, place), f"byte {at}"


def test_every_flip_in_an_archived_file_is_found(judges: Judges, archived: bytes, campaign: Callable[..., None]):
    """The archive time stamp covers everything, the lender's signature in its place too, but the place of its own."""
    _, first, second, rest = PdfFileReader(BytesIO(archived)).embedded_timestamp_signatures[0].byte_range
    assert second + rest == len(archived)
    found = {"covered": 0, "place": 0, "same value": 0}
    for at, flipped in flips(archived, 9):
        part = "covered" if not first <= at < second else "place"
        part = "same value" if part == "place" and same_value(archived, flipped, (first, second)) else part
        found[part] += 1
        assert judges.ours(flipped) == (part == "same value"), f"byte {at}, {part}"
    told = {name.replace(" ", "_"): count for name, count in found.items()}
    campaign("flipped bits of an archived agreement", made=FLIPS, **told)


@pytest.mark.parametrize("what", ["its length, over zeros behind it", "what it says of its digest"])
def test_bytes_of_an_archive_stamp_that_no_signature_covers_are_held_to_what_we_would_write(
    judges: Judges, archived: bytes, what: str
):
    _, first, second, _ = PdfFileReader(BytesIO(archived)).embedded_timestamp_signatures[0].byte_range
    value = bytearray(written(archived[first:second]) or b"")
    sha256_with_null = bytes.fromhex("310f300d06096086480165030402010500")
    assert value[:2] == b"\x30\x82" and value.count(sha256_with_null) == 1
    if what.startswith("its length"):
        value[2:4] = (int.from_bytes(value[2:4], "big") + 4).to_bytes(2, "big")
    else:
        value[value.index(sha256_with_null) + len(sha256_with_null) - 2] = 4
    changed = archived[: first + 1] + value.hex().encode() + archived[second - 1 :]
    assert len(changed) == len(archived) and not judges.ours(changed)


def rewritten(pdf: bytes, change: str) -> bytes:
    """A page changed by what any editor does: another revision behind the ones there are."""
    writer, out = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    page = writer.root["/Pages"]["/Kids"][0]
    if change == "turned":
        page[pdf_name("/Rotate")] = NumberObject(90)
        writer.update_container(page)
    elif change == "content":
        content = page.raw_get("/Contents").get_object()
        stream = content[0] if isinstance(content, list) else content
        stream._data = stream.data + b"\nq 1 0 0 1 0 0 cm Q\n"
        stream._encoded_data = None
        writer.update_container(stream)
    else:
        writer.root["/Pages"]["/Kids"].pop()
        writer.root["/Pages"]["/Count"] = NumberObject(len(writer.root["/Pages"]["/Kids"]))
        writer.update_container(writer.root["/Pages"])
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    return out.getvalue()


@pytest.mark.parametrize("change", ["turned", "content", "dropped"])
def test_a_page_changed_after_signing_is_found_by_both(judges: Judges, stamped: bytes, change: str):
    changed = rewritten(stamped, change)
    assert (judges.pyhanko(changed), judges.pdfsig(changed)) == (False, False)
    found = examine(changed, judges.trust, now()).checks
    assert [one.name for one in found if not one.well] == ["borrower", "lender", "whole"]


def test_a_page_changed_between_the_two_signatures_is_found(judges: Judges, stamped: bytes):
    """The lender would sign a page she never saw: her signature allows nothing but his, and both find it."""
    hers = PdfFileReader(BytesIO(stamped)).embedded_regular_signatures[0].byte_range
    between = rewritten(stamped[: hers[2] + hers[3]], "content")
    by = sealer(judges.folder)
    pdf = by._signed(between, "lender", by._who.lender(order(), ""), order(), None)
    assert not judges.pyhanko(pdf)
    assert "borrower" in [one.name for one in examine(pdf, judges.trust, now()).checks if not one.well]


def test_a_file_that_is_cut_off_anywhere_is_found(judges: Judges, stamped: bytes):
    for size in (0, 1, 1_000, len(stamped) // 2, len(stamped) - 30_000, len(stamped) - 1):
        assert not judges.ours(stamped[:size]) and not judges.pdfsig(stamped[:size])
