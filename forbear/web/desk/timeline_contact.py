"""The timeline's lines of room 1, contact: who came, what was said over every channel, calls, and what went out."""

from datetime import date

from forbear.actions.sections import rule_named
from forbear.core import events as e
from forbear.core.contact import Reach, ThirdParty
from forbear.core.file import CaseFile
from forbear.core.identity import masked_phone
from forbear.web.desk.timeline_parts import Told, erased, pairs, somebody
from forbear.web.templatetags.desk import moment, term_in
from forbear.words.format import day


def contact(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    """A fact of the room as a line; None for a fact of another room."""
    for part in (_case, _said, _chat, _called, _limits, _noticed):
        told = part(file, event, language)
        if told is not None:
            return told
    return None


def _case(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.CaseOpened(keep_until_on=until_on, contract=contract):
            return {"until": day(language, until_on)}, list(pairs(language, contract=contract)), ""
        case e.IdentityProved():
            return {"how": term_in(language, f"desk.auth.{event.actor.auth.value}")}, [], ""
        case e.ReachChosen(language=spoken, reach=reach):
            return {"language": term_in(language, f"desk.language.{spoken}")}, _reach(language, reach), ""
        case e.CaseClosed(why=why):
            return {"why": term_in(language, f"desk.closed.{why}")}, [], ""
    return None


def _reach(language: str, reach: Reach | None) -> list[tuple[str, str]]:
    if reach is None:
        return []
    unwanted = [term_in(language, f"desk.channel.{channel.value}") for channel in reach.unwanted]
    return list(
        pairs(
            language,
            phone=masked_phone(reach.phone),
            email=reach.email,
            discreet=term_in(language, f"desk.yes_no.{'yes' if reach.discreet else 'no'}"),
            unwanted="、".join(unwanted) if language == "zh" else ", ".join(unwanted),
            safe_hours=f"{reach.safe_from}–{reach.safe_until}" if reach.safe_from else None,
        )
    )


def _said(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.MessageWritten(text=text, subject=subject, sender=sender, papers=papers):
            sent_at = moment(event.occurred_at) if event.occurred_at else None
            count = str(len(papers)) if papers else None
            figures = pairs(language, sender=sender, subject=subject, written_at=sent_at, attached=count)
            return {}, list(figures), text or erased(language)
        case e.NoteWritten(text=text):
            return {}, [], text or erased(language)
        case e.PersonAsked(by_on=by_on, words=words):
            return {"by": day(language, by_on)}, [], words or ""
    return None


def _chat(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.HandedOver(why=why, position=position, expected_at=at, answer_by=channel):
            facts: dict[str, object] = {
                "why": term_in(language, f"desk.handover.{why.value}"),
                "position": position,
                "at": moment(at),
                "channel": term_in(language, f"desk.channel.{channel.value}"),
            }
            return facts, [], ""
    return None


def _called(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.CallBegun(call=call, direction=direction):
            facts: dict[str, object] = {"direction": term_in(language, f"desk.direction.{direction.value}")}
            return facts, _call(file, call, language), ""
        case e.CallEnded(call=call, connected=connected, seconds=seconds):
            lasted = pairs(language, seconds=str(seconds) if connected else None)
            result = {"result": term_in(language, f"desk.connected.{'yes' if connected else 'no'}")}
            return dict(result), [*_call(file, call, language), *lasted], ""
        case e.CallRecorded(seconds=seconds):
            return {"seconds": seconds}, [], ""
        case e.CallHeard():
            return {}, [], ""
    return None


def _call(file: CaseFile, call: str, language: str) -> list[tuple[str, str]]:
    """Which call it is: when it really began, with whom, and whether it was recorded."""
    found = next((one for one in file.talk.calls if one.call == call), None)
    if found is None:
        return []
    told = term_in(language, f"desk.yes_no.{'yes' if found.recorded else 'no'}")
    phone = masked_phone(found.number.removeprefix("+86")) if found.number else None
    return list(pairs(language, begun_at=moment(found.begun_at), phone=phone, recorded=told))


def _limits(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.ContactTried(channel=channel, connected=connected, by=by):
            facts: dict[str, object] = {
                "channel": term_in(language, f"desk.channel.{channel.value}"),
                "result": term_in(language, f"desk.connected.{'yes' if connected else 'no'}"),
            }
            return facts, list(pairs(language, agency=by or None)), ""
        case e.ContactRefused(channel=channel, rule=rule, next_at=next_at, by=by):
            facts = {"channel": term_in(language, f"desk.channel.{channel.value}")}
            later = moment(next_at) if next_at else None
            return (
                facts,
                list(pairs(language, rule=rule_named(language, rule) or rule, next_contact=later, agency=by or None)),
                "",
            )
        case e.ChannelFailed(channel=channel, why=why):
            return {"channel": term_in(language, f"desk.channel.{channel.value}"), "why": why}, [], ""
        case e.AuthorityFiled(until_on=until_on, party=party):
            return {"name": party.name if party else somebody(language)}, _authority(language, party, until_on), ""
        case e.AuthorityEnded(authority=authority):
            found = next((a for a in file.talk.authorities if a.authority == authority), None)
            return {"name": found.party.name if found and found.party else somebody(language)}, [], ""
    return None


def _authority(language: str, party: ThirdParty | None, until_on: date | None) -> list[tuple[str, str]]:
    until = day(language, until_on) if until_on else None
    return list(pairs(language, relation=party.relation if party else None, until=until))


def _noticed(file: CaseFile, event: e.Recorded, language: str) -> Told | None:
    match event.fact:
        case e.NoticeQueued(notice=notice, kind=kind, channel=channel, letter=letter):
            state = next((n.state for n in file.notices if n.notice == notice), "queued")
            facts: dict[str, object] = {
                "kind": term_in(language, f"desk.notice.{kind.value}"),
                "channel": term_in(language, f"desk.channel.{channel.value}"),
                "state": term_in(language, f"desk.notice_state.{state}"),
            }
            to = masked_phone(letter.to) if letter and "@" not in letter.to else (letter.to if letter else None)
            subject = letter.subject if letter and letter.subject else None
            return facts, list(pairs(language, to=to, subject=subject)), letter.body if letter else erased(language)
        case e.NoticeSent(notice=notice) | e.NoticeDelivered(notice=notice) | e.NoticeFailed(notice=notice):
            kind = next((n.kind.value for n in file.notices if n.notice == notice), "")
            tries = getattr(event.fact, "tries", 0)
            return {"kind": term_in(language, f"desk.notice.{kind}"), "tries": tries}, [], ""
    return None
