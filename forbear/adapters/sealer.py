"""The Sealer port by pyHanko: PAdES signatures in the two fields of a printed agreement, hers first, then the lender's.

Her signature certifies the document and allows nothing after it but filling the other field; it covers the statement
of her act, attached in the same revision. Where a time-stamping authority is set, each signature carries its time; with
revocation data at hand, all that checking needs stands under an archive time stamp. What was made is looked at
(seal_check.py) before it is handed out. pyHanko is loaded when the first agreement is sealed.
"""

import asyncio
import json
import logging
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from forbear.actions.ports import TimestampAway, TimestampLies
from forbear.actions.signing_ports import Sealed, SealingAway, SealOrder, SealRefused
from forbear.adapters.glyphs import printable
from forbear.adapters.printer import font_files
from forbear.adapters.seal_check import Trust, examine, signed_by
from forbear.adapters.signing_keys import BadKey, SigningKey, revocation_list
from forbear.adapters.signing_settings import Signatories
from forbear.adapters.timestamps import TimestampAuthority, pem_certificates
from forbear.core.signatures import FIELDS, STATEMENT_FILE, Check, Issuer, Level, Seal
from forbear.words import say

log = logging.getLogger(__name__)


class PadesSealer:
    """Signs with the keys of `signatories`; `authority` gives the time, where there is one."""

    def __init__(self, signatories: Signatories, authority: TimestampAuthority | None = None) -> None:
        self._who, self._authority = signatories, authority

    @property
    def issuer(self) -> Issuer:
        return self._who.issuer

    def seal(self, order: SealOrder) -> Sealed:
        act = sha256(order.statement).hexdigest()
        stamper = _stamper(self._authority) if self._authority else None
        try:
            _prepared(order.document)
            pdf = self._signed(order.document, "borrower", self._valid(self._who.borrower(order, act)), order, stamper)
            pdf = self._signed(pdf, "lender", self._valid(self._who.lender(order, act)), order, stamper)
        except (TimestampAway, TimestampLies, BadKey) as error:
            raise SealingAway(str(error)) from error
        level = Level.B_T if self._authority else Level.B_B
        if level is Level.B_T and (archived := self._archived(pdf, order)):
            level, pdf = Level.B_LTA, archived
        found = examine(pdf, self.trust(order.at), order.at)
        if wrong := [one for one in found.checks if not one.well]:
            said = say("en", wrong[0].key, **wrong[0].facts)
            raise SealingAway(f"what was signed does not hold: {wrong[0].name}: {said}")
        borrower, lender = (signed_by(one) for one in found.signatures)
        seal = Seal(
            sha256=sha256(pdf).hexdigest(),
            size=len(pdf),
            document_sha256=sha256(order.document).hexdigest(),
            document_size=len(order.document),
            statement_sha256=act,
            sealed_at=order.at,
            borrower=borrower,
            lender=lender,
        )
        return Sealed(pdf=pdf, level=level, seal=seal)

    def _valid(self, key: SigningKey) -> SigningKey:
        """The key, unless a list at hand, be it old, names its certificate or one above; raises SealingAway."""
        settings = self._who.settings
        for file in settings.crls if settings else ():
            try:
                revoked = x509.load_der_x509_crl(_revocation_list(file))
            except (OSError, ValueError):
                continue  # told where it is needed
            for der in (key.certificate, *key.chain):
                found = x509.load_der_x509_certificate(der)
                named = revoked.get_revoked_certificate_by_serial_number(found.serial_number)
                if revoked.issuer == found.issuer and named is not None:
                    raise SealingAway(f"a certificate was revoked: {file.name} names {found.subject.rfc4514_string()}")
        return key

    def look(self, pdf: bytes, at: datetime, document_sha256: str, sealed_sha256: str) -> tuple[Check, ...]:
        return examine(pdf, self.trust(at), at, document_sha256, sealed_sha256).checks

    def trust(self, at: datetime) -> Trust:
        """Whom what is made here has to come from."""
        settings = self._who.settings
        roots = list(pem_certificates(settings.roots)) if settings and settings.roots else []
        return Trust(
            roots=(*[one.dump() for one in roots], self._who.own(at)[0].certificate),
            tsa_roots=self._authority.roots if self._authority else b"",
        )

    def _signed(self, pdf: bytes, field: str, key: SigningKey, order: SealOrder, stamper: Any) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import PdfSignatureMetadata, PdfSigner
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
        from pyhanko.sign.general import SigningError

        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        if field == FIELDS[0]:
            _attach(writer, order.statement)
        meta = PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=field == FIELDS[0],
            docmdp_permissions=MDPPerm.FILL_FORMS,
            name=order.borrower if field == FIELDS[0] else order.lender,
        )
        signer = PdfSigner(
            meta,
            _signer(key),
            timestamper=stamper,
            stamp_style=_stamp(_box(writer.prev, field), order.stamps[field]),
        )
        out = BytesIO()
        try:
            asyncio.run(_sign(signer, writer, order.at, out))
        except SigningError as error:
            raise SealRefused("signature", str(error)) from error
        return out.getvalue()

    def _archived(self, pdf: bytes, order: SealOrder) -> bytes | None:
        """With all that checking needs under an archive time stamp; None where revocation data is not at hand."""
        settings = self._who.settings
        if settings is None or not (settings.crls or settings.fetch) or self._authority is None:
            return None
        from pyhanko.sign.general import SigningError
        from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, RevokedError

        try:
            lists = [_current(file, order.at) for file in settings.crls]
            if self.issuer is Issuer.OWN:
                lists.append(revocation_list(self._who.own(order.at)[0], order.at, order.at + timedelta(days=7)))
            return asyncio.run(_archive(pdf, self._authority, self.trust(order.at), lists, settings.fetch, order))
        except RevokedError as error:
            raise SealingAway(f"a certificate was revoked: {error}") from error
        except (SigningError, PathBuildingError, PathValidationError, OSError, ValueError) as error:
            log.warning("no revocation data for an archive time stamp: %s: %s", type(error).__name__, error)
            return None


def _current(file: Path, at: datetime) -> bytes:
    """A list of revoked certificates in DER; ValueError where it is none or out of date."""
    data = _revocation_list(file)
    until = x509.load_der_x509_crl(data).next_update_utc
    if until is not None and until < at:
        raise ValueError(f"{file} is out of date since {until:%Y-%m-%d}")
    return data


def _revocation_list(file: Path) -> bytes:
    """A list of revoked certificates in DER, from a file in DER or PEM; ValueError where it is none."""
    data = file.read_bytes()
    found = x509.load_pem_x509_crl(data) if data.startswith(b"-----") else x509.load_der_x509_crl(data)
    return found.public_bytes(Encoding.DER)


def _prepared(pdf: bytes) -> None:
    """Both fields are there and empty; raises SealRefused."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    try:
        there = {name: value for name, value, _ in enumerate_sig_fields(PdfFileReader(BytesIO(pdf)))}
    except (PdfError, ValueError, KeyError, TypeError) as error:
        raise SealRefused("document", f"it is no PDF that can be signed ({type(error).__name__})") from error
    for name in FIELDS:
        if name not in there:
            raise SealRefused("document", f"it has no signature field for the {name}")
        if there[name] is not None:
            raise SealRefused("signed twice", f"the field of the {name} is signed already")


async def _sign(signer: Any, writer: Any, at: Any, out: BytesIO) -> None:
    """What PdfSigner.async_sign_pdf does, at the time of our clock instead of the machine's."""
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = at
    size = await session.estimate_signature_container_size(None)
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=size)
    prepared, output = document.digest_tbs_document(output=out)
    attributes = PdfCMSSignedAttributes(signing_time=at)
    done = await document.perform_signature(prepared.document_digest, pdf_cms_signed_attrs=attributes)
    await done.post_signature_processing(output)


async def _archive(
    pdf: bytes, authority: TimestampAuthority, trust: Trust, lists: list[bytes], fetch: bool, order: SealOrder
) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
    from pyhanko.sign.validation.dss import async_add_validation_info

    for number in range(len(FIELDS)):
        reader, out = PdfFileReader(BytesIO(pdf)), BytesIO()
        context = trust.context(order.at, lists=lists, fetch=fetch)
        await async_add_validation_info(reader.embedded_regular_signatures[number], context, output=out)
        pdf = out.getvalue()
    writer, out = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    context = trust.context(order.at, lists=lists, fetch=fetch)
    stamper = PdfTimeStamper(_stamper(authority), field_name="archive")
    before = TimestampDSSContentSettings(update_before_ts=True, include_vri=False)
    await stamper.async_timestamp_pdf(writer, "sha256", context, dss_settings=before, output=out)
    return out.getvalue()


def _signer(key: SigningKey) -> Any:
    """pyHanko's view of a key of ours."""
    from asn1crypto import x509
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class OfOurs(Signer):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            assert digest_algorithm == "sha256", "keys sign over SHA-256"
            return bytes(512) if dry_run else key.sign(data)

    own, *chain = (x509.Certificate.load(one) for one in (key.certificate, *key.chain))
    return OfOurs(signing_cert=own, cert_registry=SimpleCertificateStore.from_certs(chain))


def _stamper(authority: TimestampAuthority) -> Any:
    """pyHanko's view of our authority; every token was looked at before pyHanko sees it."""
    from asn1crypto import cms
    from pyhanko.sign.timestamps.api import TimeStamper

    class OfOurs(TimeStamper):
        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
            stamp = await asyncio.to_thread(authority.stamp, message_digest, md_algorithm)
            return cms.ContentInfo.load(stamp.token)

    return OfOurs()


def _attach(writer: Any, statement: bytes) -> None:
    """The statement of her act as an associated file (PDF/A-3, ISO 19005-3 annex E)."""
    from pyhanko.pdf_utils import embed, generic
    from pyhanko.pdf_utils.generic import pdf_name

    data = embed.EmbeddedFileObject.from_file_data(
        writer, statement, mime_type="application/json", params=embed.EmbeddedFileParams(embed_checksum=False)
    )
    spec = embed.FileSpec(STATEMENT_FILE, file_name=STATEMENT_FILE, embedded_data=data, description="Signing act")
    embed.embed_file(writer, spec)
    tree = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    reference = tree.raw_get(len(tree) - 1)
    reference.get_object()["/AFRelationship"] = pdf_name("/Data")
    writer.mark_update(reference)
    writer.root["/AF"] = generic.ArrayObject([reference])
    writer.update_root()


def _box(reader: Any, field: str) -> tuple[float, float]:
    """Width and height of a field, in points."""
    from pyhanko.sign.fields import enumerate_sig_fields

    found = next(ref.get_object() for name, _, ref in enumerate_sig_fields(reader) if name == field)
    left, low, right, high = (float(one) for one in found["/Rect"])
    return abs(right - left), abs(high - low)


def _stamp(box: tuple[float, float], lines: tuple[str, ...]) -> Any:
    """The visible stamp, set by Typst like the agreement itself."""
    from pyhanko.pdf_utils.content import ImportedPdfPage
    from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, SimpleBoxLayoutRule
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.stamp.static import StaticStampStyle

    data = json.dumps(printable({"width": box[0], "height": box[1], "lines": list(lines)}), ensure_ascii=False)
    page = typst.compile(_stamp_template(), font_paths=font_files(), sys_inputs={"data": data}, format="pdf")

    class Drawn(ImportedPdfPage):
        def render(self) -> bytes:
            form = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(page)))
            self.resources.xobject["/Stamp"] = form
            self.box = BoxConstraints(width=box[0], height=box[1])
            return b"/Stamp Do"

    fit = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN)
    return StaticStampStyle(background=Drawn(""), border_width=0, background_layout=fit)


@cache
def _stamp_template() -> bytes:
    return resources.files("forbear.adapters").joinpath("seal_stamp.typ").read_bytes()
