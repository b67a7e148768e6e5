"""What may happen to a sealed agreement, which check of `forbear agreement verify` finds it, and its words.

The table of docs/signatures.md: every row of it is a case here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader

from forbear.actions.signing_ports import SealOrder
from forbear.adapters.seal_check import Trust, examine
from forbear.adapters.signing_authority import own_authority
from forbear.adapters.signing_keys import FileKey, SigningKey, issued, one_time_key, public_half
from forbear.config.cli import main
from forbear.words import LANGUAGES, catalogue, say
from tests.signing.authority import Authority
from tests.signing.sealing import NOW, document, now, order, sealer
from tests.signing.test_flips import pdfsig_finds_it_well, rewritten

DOCS = Path(__file__).parents[2] / "docs/signatures.md"


@dataclass(frozen=True)
class Bench:
    """What damage is done with. `pdf`: a clean file of level B-T, `plain` one of B-B."""

    folder: Path
    authority: Authority
    pdf: bytes
    plain: bytes

    @property
    def own(self) -> FileKey:
        return own_authority(self.folder / "keys", "x", NOW)[0]

    def signed(self, by: SealOrder, hers: SigningKey | None = None, ours: SigningKey | None = None) -> bytes:
        """Signed by both without being looked at, by the keys given or by those it would take."""
        here = sealer(self.folder)
        act = sha256(by.statement).hexdigest()
        pdf = here._signed(by.document, "borrower", hers or here._who.borrower(by, act), by, None)
        return here._signed(pdf, "lender", ours or here._who.lender(by, act), by, None)

    def place(self, number: int = 1) -> tuple[int, int]:
        """Where a signature's hexadecimal digits begin and end."""
        found = PdfFileReader(BytesIO(self.pdf)).embedded_regular_signatures[number].byte_range
        return found[1] + 1, found[2] - 1


def turned(pdf: bytes, at: int, bit: int = 1) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ bit]) + pdf[at + 1 :]


def digit_turned(pdf: bytes, at: int) -> bytes:
    """Another hexadecimal digit there."""
    assert pdf[at : at + 1].isalnum()
    return pdf[:at] + (b"1" if pdf[at : at + 1] == b"0" else b"0") + pdf[at + 1 :]


def other_act(bench: Bench) -> bytes:
    hers = one_time_key(bench.own, "x", "00" * 32, NOW, x509.random_serial_number())
    return bench.signed(order(), hers=hers)


def expired(bench: Bench) -> bytes:
    key = own_authority(bench.folder / "keys", "x", NOW)[1].private_key
    days = {"not_before": NOW - timedelta(days=9), "not_after": NOW - timedelta(days=1)}
    made = issued(bench.own, subject={"common_name": "late"}, public_key=public_half(key), serial=7, **days)
    return bench.signed(order(), ours=FileKey(key, made, (bench.own.certificate,)))


def not_for_signatures(bench: Bench) -> bytes:
    """By a certificate for certificates: it is not made for signing papers."""
    return bench.signed(order(), ours=bench.own)


def by_another_key(bench: Bench) -> bytes:
    ours = own_authority(bench.folder / "keys", "x", NOW)[1]
    return bench.signed(order(), ours=FileKey(bench.own.private_key, ours.certificate, ours.chain))


def stamp_turned(bench: Bench) -> bytes:
    """In the time stamp over her signature: its last octet, which is of the authority's signature."""
    reader = PdfFileReader(BytesIO(bench.pdf))
    token = reader.embedded_regular_signatures[1].signer_info["unsigned_attrs"][0]["values"][0].dump()
    begin, end = bench.place()
    at = bench.pdf[begin:end].lower().index(token.hex().encode()) + begin + 2 * len(token) - 1
    return digit_turned(bench.pdf, at)


def certificate_turned(bench: Bench) -> bytes:
    """In the authority's certificate that travels with the lender's signature."""
    begin, end = bench.place()
    at = bench.pdf[begin:end].lower().index(bench.own.certificate.hex().encode()) + begin
    return digit_turned(bench.pdf, at + 2 * len(bench.own.certificate) - 1)


def behind(bench: Bench) -> bytes:
    return digit_turned(bench.pdf, bench.place()[1] - 2)


def unsigned_by_lender(bench: Bench) -> bytes:
    found = PdfFileReader(BytesIO(bench.pdf)).embedded_regular_signatures[0].byte_range
    return bench.pdf[: found[2] + found[3]]


@dataclass(frozen=True)
class Damage:
    """`make`: the file; `finds`: checks that fail, with the sentence of each; `trust`, `digests`: what is known;
    `pdfsig`: whether it finds it as well, which looks at no certificate here and knows nothing of acts and records.
    """

    make: Callable[[Bench], bytes]
    finds: tuple[tuple[str, str], ...]
    trust: Callable[[Bench], Trust] = lambda bench: Trust((bench.own.certificate,), bench.authority.root)
    digests: tuple[str, str] = ("", "")
    pdfsig: bool = False


def stranger(bench: Bench) -> Trust:
    return Trust((own_authority(bench.folder / "stranger", "y", NOW)[0].certificate,), bench.authority.root)


def other_roots(bench: Bench) -> Trust:
    pem = x509.load_der_x509_certificate(bench.own.certificate).public_bytes(Encoding.PEM)
    return Trust((bench.own.certificate,), pem)


BOTH = (("borrower", "wrong.afterwards"), ("lender", "wrong.afterwards"))
DAMAGES = {
    "no PDF at all": Damage(lambda _: b"%PDF-1.7\n", (("form", "wrong.unreadable"),), pdfsig=True),
    "nobody signed it": Damage(lambda _: document(), (("form", "wrong.no_statement"),), pdfsig=True),
    "the lender did not sign it": Damage(unsigned_by_lender, (("form", "wrong.signers"),), pdfsig=True),
    "a byte of the document changed": Damage(
        lambda bench: turned(bench.pdf, bench.pdf.index(b"xpacket")),
        (("document", "wrong.first_part"), ("borrower", "wrong.changed"), ("lender", "wrong.changed")),
        pdfsig=True,
    ),
    "the PDF changed before it was signed": Damage(
        lambda bench: bench.signed(order(of=document() + b"\n")), (("document", "wrong.first_part"),)
    ),
    "it holds another document than she was shown": Damage(
        lambda bench: bench.pdf, (("document", "wrong.other_document"),), digests=("00" * 32, "")
    ),
    "a page changed in a later revision": Damage(
        lambda bench: rewritten(bench.pdf, "content"), (*BOTH, ("whole", "wrong.added")), pdfsig=True
    ),
    "something put behind the end": Damage(
        lambda bench: bench.pdf + b"\n% more\n", (("whole", "wrong.added"),), pdfsig=True
    ),
    "something put into the place of a signature": Damage(behind, (("lender", "wrong.behind"),), pdfsig=True),
    "a certificate that travels with it changed": Damage(certificate_turned, (("lender", "wrong.beside"),)),
    "signed by another key": Damage(by_another_key, (("lender", "wrong.key"),), pdfsig=True),
    "certificates of somebody else": Damage(
        lambda bench: bench.pdf,
        (("certificate of the borrower", "wrong.issuer"), ("certificate of the lender", "wrong.issuer")),
        trust=stranger,
    ),
    "a certificate expired when it signed": Damage(expired, (("certificate of the lender", "wrong.period"),)),
    "a certificate that is not for signatures": Damage(
        not_for_signatures, (("certificate of the lender", "wrong.usage"),)
    ),
    "signed after the last day to sign": Damage(
        lambda bench: bench.signed(order(signed_at=NOW + timedelta(days=5))), (("signing act", "wrong.late_act"),)
    ),
    "signed before the document was drawn up": Damage(
        lambda bench: bench.signed(order(signed_at=NOW - timedelta(days=400))), (("signing act", "wrong.early_act"),)
    ),
    "a certificate made for another act": Damage(other_act, (("signing act", "wrong.other_act"),)),
    "a time stamp changed": Damage(
        stamp_turned, (("certificate of the lender", "stamp.signature"), ("time", "stamp.signature"))
    ),
    "a time stamp of another authority": Damage(
        lambda bench: bench.pdf,
        tuple(
            (name, "stamp.certificate") for name in ("certificate of the borrower", "certificate of the lender", "time")
        ),
        trust=other_roots,
    ),
    "another sealed file than the one in the record": Damage(
        lambda bench: bench.plain, (("digest", "wrong.digest_other"),), digests=("", "00" * 32)
    ),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("damage")
    authority = Authority(folder / "tsa")
    pdf, plain = (sealer(folder, *by).seal(order()).pdf for by in ((authority,), ()))
    yield Bench(folder, authority, pdf, plain)
    authority.stop()


@pytest.mark.parametrize("which", DAMAGES)
def test_it_is_found_by_its_check(bench: Bench, which: str):
    damage = DAMAGES[which]
    found = examine(damage.make(bench), damage.trust(bench), now(), *damage.digests).checks
    assert [(one.name, one.key) for one in found if not one.well] == [
        (name, f"seal_check.{key}") for name, key in damage.finds
    ]
    assert pdfsig_finds_it_well(damage.make(bench), bench.folder) == (not damage.pdfsig)
    for one in found:
        said = [say(language, one.key, **one.facts) for language in LANGUAGES]
        assert all(said) and not any("{" in sentence for sentence in said)


def test_the_clean_files_are_well(bench: Bench):
    trust = Trust((bench.own.certificate,), bench.authority.root)
    assert examine(bench.pdf, trust, now(), sha256(document()).hexdigest(), sha256(bench.pdf).hexdigest()).well
    assert examine(bench.plain, trust, now()).well


def test_a_time_stamp_earlier_than_her_act(bench: Bench):
    late = order(signed_at=NOW + timedelta(hours=1))
    here = sealer(bench.folder, bench.authority)
    from forbear.adapters.sealer import _stamper

    stamper = _stamper(here._authority)
    pdf = here._signed(
        late.document, "borrower", here._who.borrower(late, sha256(late.statement).hexdigest()), late, stamper
    )
    pdf = here._signed(pdf, "lender", here._who.lender(late, ""), late, stamper)
    wrong = [one for one in examine(pdf, Trust(), now()).checks if not one.well]
    assert [(one.name, one.key) for one in wrong] == [("time", "seal_check.wrong.early")]


def row(which: str, damage: Damage) -> str:
    """A line of the table in the documentation."""
    checks = ", ".join(dict.fromkeys(name for name, _ in damage.finds))
    words = [
        "; ".join(
            dict.fromkeys(re.sub("{[a-z_]+}", "…", catalogue(to)[f"seal_check.{key}"]) for _, key in damage.finds)
        )
        for to in ("en", "zh")
    ]
    return f"| {which} | {checks}{', pdfsig' if damage.pdfsig else ''} | {words[0]} | {words[1]} |"


def test_the_documentation_has_every_row():
    said = DOCS.read_text("utf-8").splitlines()
    assert [line for line in (row(*one) for one in DAMAGES.items()) if line not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_it_in_both_languages(bench: Bench, tmp_path: Path, language: str, capsys):
    (tmp_path / "a.pdf").write_bytes(rewritten(bench.pdf, "turned"))
    assert main(["agreement", "verify", str(tmp_path / "a.pdf"), "--language", language]) == 1
    told = capsys.readouterr().out
    assert say(language, "seal_check.wrong.afterwards") in told and say(language, "seal_check.all_wrong") in told
    digest = sha256(bench.pdf).hexdigest()
    (tmp_path / "a.pdf").write_bytes(bench.pdf)
    right = ["agreement", "verify", str(tmp_path / "a.pdf"), "--sealed-sha256", digest.upper(), "--language", language]
    assert main(right) == 0
    assert digest in capsys.readouterr().out
    right[4] = "00" * 32
    assert main(right) == 1
    assert say(language, "seal_check.name.digest") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "value", "fault"),
    [
        ("--document-sha256", "abc", "--document-sha256 is 'abc'; a SHA-256 is 64 of the signs 0-9 and a-f"),
        ("--sealed-sha256", "g" * 64, "a SHA-256 is 64 of the signs 0-9 and a-f"),
        ("--roots", "a.pdf", "a.pdf holds no certificate in PEM"),
        ("--tsa-roots", "a.pdf", "a.pdf holds no certificate in PEM"),
        ("--roots", "nowhere.pem", "nowhere.pem cannot be read: No such file or directory"),
    ],
)
def test_what_it_is_held_against_makes_no_sense(
    bench: Bench, tmp_path: Path, option: str, value: str, fault: str, capsys
):
    """It is no fault of the file, and nothing is said of it."""
    (tmp_path / "a.pdf").write_bytes(bench.plain)
    given = value if "sha256" in option else str(tmp_path / value)
    assert main(["agreement", "verify", str(tmp_path / "a.pdf"), option, given]) == 2
    told = capsys.readouterr()
    assert told.out == "" and fault in told.err and told.err.count("\n") == 1
