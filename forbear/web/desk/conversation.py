"""The one conversation of a case at the desk: everything said either way, whatever the channel, and the answer to it.

The page asks every five seconds what is new since the case's seq it shows; what is being typed stays. What is typed is
kept as a draft. A form that was sent from a screen which lacks her newest words is shown again with them.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from forbear.actions.canned_replies import reply_for
from forbear.actions.conversation import ANSWER_BY, Written, answer, delivered, may_answer_by, write_message, write_note
from forbear.actions.drafts import draft_of, keep_draft
from forbear.actions.letters import preview
from forbear.actions.model_drafts import draft_reply
from forbear.actions.ports import Draft
from forbear.actions.record import By
from forbear.core.canned_replies import CannedReply, current
from forbear.core.contact import Channel
from forbear.core.conversation import since, undelivered
from forbear.core.file import CaseFile
from forbear.core.message_search import found_among, read_query
from forbear.core.notices import NoticeKind
from forbear.core.refusal import Refusal
from forbear.core.sms import sms_size
from forbear.web.access import desk_of, looked_ahead
from forbear.web.desk.calls import calls_of
from forbear.web.desk.contact_budget import glance
from forbear.web.desk.conversation_lines import SHOWN, lines_of
from forbear.web.desk.doors import WORKERS, by_staff, case_for_staff, may_work, staff_of, staff_required
from forbear.web.desk.evidence import as_download
from forbear.web.desk.page import Tried, case_page, sent_on, tab_address, tried_from
from forbear.web.templatetags.desk import reader_language, refused_in
from forbear.words import say

LINES_MOST = 100
"""Lines shown before "show all"."""
SUBJECT_MOST = 200


@staff_required()
@require_safe
def talk(request: HttpRequest, case_id: str) -> HttpResponse:
    """The conversation, filtered by channel or searched, and the fields to answer in."""
    return _talk(request, _taken(request, case_for_staff(request, case_id)))


def _talk(
    request: HttpRequest, file: CaseFile, tried: Tried | None = None, typed: dict[str, str] | None = None
) -> HttpResponse:
    """`typed`: what stands in the fields of the answer where no draft does."""
    desk, language = desk_of(request), reader_language()
    shown = request.GET.get("channel", "all")
    shown = shown if shown in SHOWN else "all"
    words = request.GET.get("words", "").strip()[:80]
    query = read_query(words) if words else None
    if query is None or isinstance(query, Refusal):
        lines = [(line, None) for line in lines_of(file, since(file), language, shown)]
    else:
        hits = {entry.seq: excerpt for entry, excerpt in found_among(since(file), query)}
        lines = [(line, hits[line.seq]) for line in lines_of(file, since(file), language, shown) if line.seq in hits]
    draft = draft_of(desk, staff_of(request), file.case.case_id) if may_work(request) else None
    standing = typed or (vars(draft) if draft else {})
    most = len(lines) if request.GET.get("all") == "1" else LINES_MOST
    text = preview(desk, file, NoticeKind.MESSAGE)
    return case_page(
        request,
        file,
        "messages",
        tried,
        template="conversation",
        lines=lines[:most],
        lines_more=max(len(lines) - most, 0),
        channels=SHOWN,
        channel=shown,
        words=words,
        words_fault=refused_in(language, query) if isinstance(query, Refusal) else "",
        ways=[way.value for way in ANSWER_BY if not may_answer_by(file, way)],
        replies=_replies(request, file),
        text=text,
        size=sms_size(text, desk.text_counting) if text else None,
        draft=draft if not typed else None,
        drafts=desk.language_model.there,
        drafted=bool(typed and typed.get("drafted")),
        standing={name: str(standing.get(name, "")) for name in ("text", "subject", "channel", "reply")},
        calls=calls_of(request, file),
        **glance(request, file),
        **_live(request, file.case.case_id),
    )


def _replies(request: HttpRequest, file: CaseFile) -> list[CannedReply]:
    """The replies in use, those in her language first."""
    replies = current(desk_of(request).canned_replies.all())
    return sorted(replies, key=lambda one: (one.language != file.case.language, one.name))


def _live(request: HttpRequest, case_id: str) -> dict[str, Any]:
    """Who else is writing, and a stamp of it for the live view."""
    writers = desk_of(request).drafts.writers(case_id)
    others = [writer for writer in writers if writer[0] != staff_of(request).id]
    return {"others": others, "stamp": sha256(repr(others).encode()).hexdigest()[:12]}


def _taken(request: HttpRequest, file: CaseFile) -> CaseFile:
    """The file after the desk has taken her messages, noted once, and only by somebody who answers them. A browser that
    looks ahead shows nobody anything, and a filter or a search not all of it.
    """
    case_id, actor, seq = file.case.case_id, staff_of(request), file.case.seq
    if not may_work(request) or request.method == "HEAD" or looked_ahead(request):
        return file
    if request.GET.get("channel", "all") != "all" or request.GET.get("words"):
        return file
    if not undelivered(file, actor.kind, seq):
        return file
    by = By(actor=actor, channel=Channel.WEB, key=f"desk:{actor.id}:taken:{case_id}:{seq}")
    delivered(desk_of(request), by, case_id, seq)
    return case_for_staff(request, case_id)


@staff_required()
@require_safe
def pull(request: HttpRequest, case_id: str, seen: int) -> HttpResponse:
    """What came or changed since the seq on the screen; 304 when that is nothing."""
    line, live = desk_of(request).cases.line(case_id), _live(request, case_id)
    if line is None:
        raise Http404
    if line.seq <= seen and request.GET.get("stamp") == live["stamp"]:
        return HttpResponse(status=304)
    file = _taken(request, case_for_staff(request, case_id))
    shown = request.GET.get("channel", "all")
    shown = shown if shown in SHOWN else "all"
    lines = lines_of(file, since(file, seen), reader_language(), shown)
    page = {
        "file": file,
        "case": file.case,
        "fresh_lines": [line for line in lines if line.seq > seen],
        "changed_lines": [line for line in lines if line.seq <= seen],
        "seen": file.case.seq,
        "channel": shown,
        "works": may_work(request),
        **live,
    }
    return render(request, "desk/parts/conversation_new.html", page)


@staff_required()
@require_safe
def raw(request: HttpRequest, case_id: str, blob: str) -> HttpResponse:
    """A message or a recording as it came, to be saved: bytes from outside are never shown as a page."""
    file = case_for_staff(request, case_id)
    mails = {one.raw for one in file.talk.spoken if one.channel is Channel.EMAIL}
    kept = {one.raw: one.message or one.raw for one in file.talk.spoken if one.raw}
    kept |= {name: f"{call.call}-{number}" for call in file.talk.calls for number, name in enumerate(call.blobs, 1)}
    if blob not in kept:
        raise Http404
    try:
        data = desk_of(request).vault.open(blob)
    except KeyError as gone:
        raise Http404 from gone
    ending = "eml" if blob in mails else "wav" if data.startswith(b"RIFF") else "bin"
    return as_download(data, "application/octet-stream", f"{kept[blob]}.{ending}")


# ---- answering -------------------------------------------------------------------------------------------------


@staff_required(WORKERS)
@require_POST
def write(request: HttpRequest, case_id: str) -> HttpResponse:
    """The answer's form: send it, put a kept reply into it, keep it as a draft, or throw the draft away."""
    file = case_for_staff(request, case_id)
    desk, act, address = desk_of(request), request.POST.get("act", "send"), tab_address(case_id, "messages")
    if act == "insert":
        return _insert(request, file)
    if act == "draft":
        return _drafted(request, file)
    if act == "drop":
        desk.drafts.drop(case_id, staff_of(request).id)
        messages.success(request, say(reader_language(), "conversation.desk.draft_dropped"))
        return HttpResponseRedirect(address)
    if act == "keep":
        kept = _keep(request, case_id)
        if isinstance(kept, Refusal):
            return _talk(request, file, tried_from(request, "message", kept))
        messages.success(request, say(reader_language(), "conversation.desk.draft_kept"))
        return HttpResponseRedirect(address)
    channel = _channel(request)
    by = replace(by_staff(request), channel=channel)
    given = _given(request)
    drafted = request.POST.get("drafted") == "yes"
    written = Written(
        text=given["text"],
        subject=given["subject"],
        reply=given["reply"],
        drafted=drafted,
        when_allowed=bool(request.POST.get("when_allowed")),
    )
    outcome = answer(desk, by, case_id, written)
    if isinstance(outcome, Refusal):
        _keep(request, case_id)
        file = _taken(request, case_for_staff(request, case_id))
        return _talk(request, file, tried_from(request, "message", outcome), given)
    return sent_on(request, outcome, address, "message")


def _given(request: HttpRequest) -> dict[str, str]:
    """What stands in the answer's fields."""
    given = {name: request.POST.get(name, "") for name in ("text", "subject", "channel", "reply")}
    return {**given, "subject": " ".join(given["subject"].split())[:SUBJECT_MOST]}


def _channel(request: HttpRequest) -> Channel:
    """As chosen; SYSTEM, by which nobody answers, for what is no choice."""
    chosen = request.POST.get("channel", Channel.WEB.value)
    return Channel(chosen) if chosen in [way.value for way in ANSWER_BY] else Channel.SYSTEM


def _insert(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """The words of a kept reply after what is typed already."""
    given = _given(request)
    filled = reply_for(desk_of(request), file, request.POST.get("insert", ""))
    if isinstance(filled, Refusal):
        return _talk(request, file, tried_from(request, "message", filled), given)
    reply, words = filled
    typed = given["text"].strip()
    text = f"{typed}\n\n{words}" if typed else words
    standing = {**given, "text": text, "reply": reply.reference}
    _keep(request, file.case.case_id, standing)
    return _talk(request, file, None, standing)


def _drafted(request: HttpRequest, file: CaseFile) -> HttpResponse:
    """A draft of the language model in the field, for the agent to edit; nothing is sent, and what is says so."""
    desk, language, given = desk_of(request), reader_language(), _given(request)
    words = draft_reply(desk, by_staff(request), file.case.case_id)
    if isinstance(words, Refusal):
        return _talk(request, file, tried_from(request, "message", words), given)
    if not words:
        tried = replace(tried_from(request, "message"), message=say(language, "bot.draft.reply_none"))
        return _talk(request, file, tried, given)
    told = Tried("message", {}, message=say(language, "bot.draft.reply_note"), status=200)
    return _talk(request, file, told, {**given, "text": words, "drafted": "yes"})


@staff_required(WORKERS)
@require_POST
def keep(request: HttpRequest, case_id: str) -> HttpResponse:
    """What is typed, every few seconds, by the page's script: nothing to show."""
    case_for_staff(request, case_id)
    kept = _keep(request, case_id)
    return HttpResponse(status=422 if isinstance(kept, Refusal) else 204)


def _keep(request: HttpRequest, case_id: str, standing: dict[str, str] | None = None) -> Draft | Refusal | None:
    desk, channel, given = desk_of(request), _channel(request), standing or _given(request)
    draft = Draft(
        case_id=case_id,
        staff=staff_of(request).id,
        text=given["text"],
        subject=given["subject"],
        channel=channel if channel in ANSWER_BY else Channel.WEB,
        reply=given["reply"],
        at=desk.clock.now(),
    )
    return keep_draft(desk, by_staff(request), draft)


@staff_required(WORKERS)
@require_POST
def note(request: HttpRequest, case_id: str) -> HttpResponse:
    """A note for the desk; ticked, what was said to her on the telephone, which answers her wish for a person."""
    case_for_staff(request, case_id)
    by, text = by_staff(request, seen=False), request.POST.get("text", "")
    if request.POST.get("called"):
        told = Written(text=text, happened=bool(request.POST.get("happened")))
        outcome = write_message(desk_of(request), replace(by, channel=Channel.HOTLINE), case_id, told)
    else:
        outcome = write_note(desk_of(request), by, case_id, text)
    if isinstance(outcome, Refusal):
        return _talk(request, case_for_staff(request, case_id), tried_from(request, "note", outcome))
    return sent_on(request, outcome, tab_address(case_id, "messages"), "note")
