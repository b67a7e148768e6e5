"""Everything held of a case, given out as one sealed bundle: the seal first, then a checkpoint, then the file.

The seal is a fact and the last event in the bundle. Twice the same command is one seal, and gives the same bundle as
long as nothing in it was erased meanwhile. What a bundle is: core/bundle.py; who checks it with what: docs/bundle.md.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from forbear.actions.bundle_contents import Contents, contents
from forbear.actions.bundle_zip import Bundle, Part, Spoilt
from forbear.actions.log import have_signed
from forbear.actions.ports import Desk, LogBroken, TimestampAway, TimestampLies
from forbear.actions.record import By, Decision, carry_out
from forbear.core import bundle as b
from forbear.core.bundle_facts import CaseExported
from forbear.core.chain import canonical
from forbear.core.checkpoint import BadNote, parse_note, read_checkpoint, read_vkey
from forbear.core.contact import Auth, Role
from forbear.core.file import CaseFile
from forbear.core.refusal import Refusal

MAY_EXPORT = (Role.REVIEWER, Role.AUDITOR)
"""Of the desk: whoever answers for decisions, and whoever looks at the house. Both say why."""
REASON_LEAST, REASON_MOST = 4, 1000
BYTES_MOST, FILES_MOST = 2_000_000_000, 19_000
"""What one plain zip holds that every tool reads, and every verifier here takes (adapters/bundle_reader.py)."""


@dataclass(frozen=True)
class Exported:
    """A bundle to be written (actions/bundle_zip.py: zipped), and the event that seals it."""

    bundle: Bundle
    seq: int


def export(desk: Desk, by: By, case_id: str, *, reason: str = "", since: str = "") -> Exported | Refusal:
    """Seal the case as it stands and make its bundle. `since`: a checkpoint kept from earlier, to which the bundle
    then has a proof.
    """
    made: list[Contents] = []
    if since and not _begins(desk, since):
        return Refusal("bundle.since", "bundle.refusal.since", where="since")

    def decide(file: CaseFile) -> Decision:
        if refusal := _may_not(by, file, reason):
            return refusal
        made[:] = [contents(desk, case_id, file.case.seq + 1)]
        if sum(part.held.size for part in made[0].parts) > BYTES_MOST or len(made[0].parts) > FILES_MOST:
            return Refusal("bundle.big", "bundle.refusal.big", "bundle.way_on.big", facts={"most": FILES_MOST})
        digest, files = made[0].digest, len(made[0].parts)
        told = reason.strip() if by.actor.kind is not Role.BORROWER else None
        return [CaseExported(head=file.case.seq + 1, files=files, content=digest, reason=told or None)]

    try:
        outcome = carry_out(desk, by, case_id, {"export": reason, "since": since}, decide)
        if isinstance(outcome, Refusal):
            return outcome
        if outcome.case_id != case_id:
            return Refusal("record.key", "record.refusal.key_reused", "record.way_on.reload")
        seal = outcome.events[0]
        assert isinstance(seal.fact, CaseExported), "an export is its seal"
        if outcome.replayed:
            made = [contents(desk, case_id, seal.seq)]
        if not made or made[0].digest != seal.fact.content:
            return Refusal("bundle.changed", "bundle.refusal.changed", "bundle.way_on.anew")
        return Exported(_bundle(desk, case_id, seal.seq, made[0], since), seal.seq)
    except Spoilt as fault:
        return Refusal("bundle.spoilt", "bundle.refusal.spoilt", "bundle.way_on.operator", facts={"what": str(fault)})
    except LogBroken as fault:
        return Refusal("bundle.log", "bundle.refusal.log", "bundle.way_on.operator", facts={"what": str(fault)})


def _begins(desk: Desk, since: str) -> bool:
    """Whether the kept checkpoint is one of this log that is not newer than it."""
    try:
        kept = read_checkpoint(parse_note(since).body)
    except BadNote:
        return False
    return kept.origin == desk.log_key.origin and 0 < kept.size <= desk.ledger.size()


def _may_not(by: By, file: CaseFile, reason: str) -> Refusal | None:
    actor = by.actor
    if actor.kind is Role.BORROWER:
        if actor.auth in (Auth.CODE, Auth.APP) and file.events:
            return None
        return Refusal("bundle.hers", "bundle.refusal.hers", "bundle.way_on.code")
    if actor.kind is not Role.SYSTEM and (actor.kind not in MAY_EXPORT or actor.auth is not Auth.STAFF):
        return Refusal("bundle.role", "bundle.refusal.role", "bundle.way_on.role")
    if not REASON_LEAST <= len(reason.strip()) <= REASON_MOST:
        return Refusal("bundle.reason", "bundle.refusal.reason", where="reason", facts={"most": REASON_MOST})
    return None


def _bundle(desk: Desk, case_id: str, seq: int, made: Contents, since: str) -> Bundle:
    """The bag around the contents: proofs of every event up to the seal, trust, tags and manifests."""
    bodies = [body for body, _ in desk.ledger.bodies(case_id)[: seq + 1]]
    leaves = [event.leaf for event in desk.ledger.events(case_id)[: seq + 1]]
    sealed = desk.ledger.disclosures(case_id).get(seq, ())
    if not sealed:
        raise Spoilt("the seal was erased while the bundle was made")
    shown = [*made.shown, *({"seq": seq, "disclosure": text} for text in sealed)]
    parts = [*made.parts, *_proofs(desk, bodies, leaves, since), _part(b.DISCLOSURES, b.json_lines(shown))]
    payload = {part.name: part.held for part in parts}
    info = b.bag_info(payload, case_id=case_id, log=desk.log_key.origin, at=b.at_of(bodies[-1]))
    tags = [_part("bag-info.txt", info), _part("bagit.txt", b.BAGIT)]
    tags.append(_part("manifest-sha256.txt", b.manifest(payload)))
    tags.append(_part(b.TAG_MANIFEST, b.manifest({part.name: part.held for part in tags})))
    return Bundle(case_id, (*reversed(tags), *sorted(parts, key=lambda part: part.name)))


def _proofs(desk: Desk, bodies: Sequence[bytes], leaves: Sequence[int], since: str) -> list[Part]:
    """The events, a checkpoint cut now, and where each event stands under it."""
    note = desk.log.checkpoint()
    size = read_checkpoint(parse_note(note).body).size
    _attested(desk, note, size)
    whole, paths = desk.log.at(size), desk.log.inclusions(leaves, size)
    trust = {"log": _signer(desk, note), "witnesses": _witnesses(desk, whole)}
    parts = [
        _part(b.EVENTS, b.event_lines(bodies)),
        _part(b.INCLUSION, b.inclusion_lines(leaves, paths)),
        _part(b.CHECKPOINT, note.encode()),
        _part(b.TRUST, canonical(trust) + b"\n"),
    ]
    if cosigned := whole.removeprefix(note):
        parts.append(_part(b.COSIGNATURES, cosigned.encode()))
    if token := desk.log.token(size):
        parts.append(_part(b.TOKEN, token))
        if above := _authorities(desk, token):
            parts.append(_part(b.TOKEN_CA, above))
    if since:
        old = read_checkpoint(parse_note(since).body).size
        steps = desk.log.consistency(old, size)
        parts.append(_part(b.CONSISTENCY, b.consistency_text(old, steps)))
    return parts


def _signer(desk: Desk, note: str) -> str:
    """The public key that signed our note; another may have taken its place since."""
    by = parse_note(note).signatures[0].key_hash
    return next(vkey for vkey in desk.log_key.own() if read_vkey(vkey).hash == by)


def _attested(desk: Desk, note: str, size: int) -> None:
    """The checkpoint of an export is stamped and cosigned at once, where somebody does that and answers."""
    have_signed(desk)
    if not desk.log.token(size):
        with suppress(TimestampAway, TimestampLies):
            if token := desk.timestamps.stamp(note.encode()):
                desk.log.attest(size, "tsa", token, desk.clock.now())


def _authorities(desk: Desk, token: bytes) -> bytes:
    """The chain above a token, for whoever checks it with other tools; b"" where it is not known."""
    with suppress(TimestampLies):
        return desk.timestamps.authorities(token)
    return b""


def _witnesses(desk: Desk, note: str) -> list[str]:
    """The keys of the witnesses we know that signed this note."""
    signed = {(one.name, one.key_hash) for one in parse_note(note).signatures}
    known = [(witness.vkey, read_vkey(witness.vkey)) for witness in desk.witnesses]
    return [vkey for vkey, key in known if (key.name, key.hash) in signed]


def _part(name: str, data: bytes) -> Part:
    return Part(name, b.held(data), data)
