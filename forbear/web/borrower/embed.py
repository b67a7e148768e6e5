"""The chat in a frame on the lender's own website: `/chat.js` draws the button there, `/embed` is what the frame shows.

Browsers give a frame no cookies, and the lender's domain gets none of ours: whoever proved who she is inside the frame
holds a signed token in the page's memory and sends it in a header. Before that nothing of any case is told.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from forbear.actions import chat as verbs
from forbear.actions.bot import general, greet
from forbear.actions.bot_told import told
from forbear.actions.contact import CODE_MINUTES, Proved, ask_code, prove
from forbear.actions.handover import take_over
from forbear.actions.record import By
from forbear.core.codes import DIGITS
from forbear.core.contact import Auth, Channel
from forbear.core.identity import check_id_number
from forbear.core.refusal import Refusal
from forbear.web import talk
from forbear.web.access import Person, desk_of
from forbear.web.borrower.contact import CONTRACT_MAX, WORDS_MAX, address_of, her_case
from forbear.web.borrower.page import press, show, why_not, words
from forbear.web.talk import Side
from forbear.web.text import reader_language

GENERAL_AN_HOUR = 60
"""Questions from one address."""
TOKEN_SECONDS = 1800
"""A frame that is silent for so long proves itself again, as a page of her site does (web/access.py: IDLE)."""
TOKEN_HEADER = "X-Chat-Token"  # noqa: S105 (the name of a header)
LANGUAGE_HEADER = "X-Chat-Language"
_SALT = "embedded-chat"
_LANGUAGES = {"zh": "zh-hans", "en": "en"}

View = Callable[..., HttpResponse]


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """/chat.js: what the lender's page loads. It may be kept by browsers for an hour."""
    found = finders.find("forbear/chat.js") if not staticfiles_storage.exists("forbear/chat.js") else None
    if found:
        with open(found, "rb") as file:
            body = file.read()
    else:
        with staticfiles_storage.open("forbear/chat.js") as stored:
            body = stored.read()
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def frame(request: HttpRequest, language: str) -> HttpResponse:
    """What the frame shows: general words, the way to prove who she is, and then the chat."""
    desk = desk_of(request)
    if language not in _LANGUAGES or not desk.embed_origins:
        raise Http404
    with translation.override(_LANGUAGES[language]):
        response = show(
            request,
            "embed",
            title=words("chat.page.title"),
            digits=DIGITS,
            minutes=CODE_MINUTES,
            maximum=WORDS_MAX,
            language=language,
            origins=" ".join(desk.embed_origins),
            site=desk.address,
        )
    response.framed_by = desk.embed_origins  # type: ignore[attr-defined]
    return response


def _spoken(view: View) -> View:
    """In the frame's language; without cookies there is nothing a foreign page could borrow, so no CSRF token."""

    @csrf_exempt
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not desk_of(request).embed_origins:
            raise Http404
        language = _LANGUAGES.get(request.headers.get(LANGUAGE_HEADER, ""), "zh-hans")
        with translation.override(language):
            return view(request, *args, **kwargs)

    return page


@_spoken
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Contract and ID-card number; the answer is the same whoever it is."""
    contract = request.POST.get("contract", "").strip()[:CONTRACT_MAX].upper()
    number = check_id_number(request.POST.get("id_number", "").strip()[:CONTRACT_MAX])
    if not contract:
        return _fault("contract", words("contact.page.fault.contract"))
    if isinstance(number, Refusal):
        return _fault("id_number", why_not(number))
    sent = ask_code(desk_of(request), contract=contract, id_number=number, address=address_of(request))
    if isinstance(sent, Refusal):
        return _fault("", why_not(sent), status=429)
    return JsonResponse({"challenge": sent.challenge})


@_spoken
@require_POST
def question(request: HttpRequest) -> HttpResponse:
    """A general question of somebody we do not know: what the bot says to anybody. Nothing of it is kept."""
    desk, given = desk_of(request), request.POST.get("question", "").strip()[:WORDS_MAX]
    if not given:
        return _fault("question", words("contact.refusal.empty"))
    if not desk.limits.take(f"general:{address_of(request)}", desk.clock.now(), GENERAL_AN_HOUR, 3600):
        return _fault("", words("contact.refusal.too_many"), status=429)
    language = reader_language()
    return JsonResponse({"answer": told(desk, language, general(desk, given))})


@_spoken
@require_POST
def proof(request: HttpRequest) -> HttpResponse:
    """The code; with it she is in, and the token of this frame is hers."""
    given = "".join(request.POST.get("code", "").split())[:20]
    proved = prove(desk_of(request), challenge=request.POST.get("challenge", "")[:64], code=given)
    if isinstance(proved, Refusal):
        return _fault("code", words("contact.page.fault.code_wrong"))
    return _let_in(request, proved, Auth.CODE)


@_spoken
@require_POST
def handed(request: HttpRequest) -> HttpResponse:
    """A hand-over token of the lender's page, where she is signed in."""
    proved = take_over(desk_of(request), request.POST.get("token", ""))
    return _fault("", why_not(proved), 403) if isinstance(proved, Refusal) else _let_in(request, proved, Auth.APP)


def _let_in(request: HttpRequest, proved: Proved, auth: Auth) -> HttpResponse:
    person = Person(proved.borrower_id, proved.loan_id, auth)
    case_id = her_case(request, person, Channel.CHAT)
    greet(desk_of(request), case_id, proved=True)
    return JsonResponse({"token": _token(person, case_id), "case": case_id})


def _with_token(view: View) -> View:
    """Behind the token: the person and her case."""

    @_spoken
    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        try:
            held = signing.loads(request.headers.get(TOKEN_HEADER, ""), salt=_SALT, max_age=TOKEN_SECONDS)
        except signing.BadSignature:
            return _fault("", words("site.page.again.line"), status=401)
        person, desk = Person(held["id"], held["loan"], Auth(held["auth"])), desk_of(request)
        line = desk.cases.line(held["case"])
        if line is None or line.borrower_id != person.borrower_id:
            raise Http404
        response = view(request, person, Side(desk=desk, line=line))
        response.headers[TOKEN_HEADER] = _token(person, held["case"])
        return response

    return page


@_with_token
@require_safe
def pull(request: HttpRequest, person: Person, side: Side) -> HttpResponse:
    """What came after ?after=."""
    return talk.pulled(request, side)


@_with_token
@require_safe
def wake(request: HttpRequest, person: Person, side: Side) -> HttpResponse:
    """The stream that says when there is something to pull."""
    return talk.watched(side)


@_with_token
@require_POST
def post(request: HttpRequest, person: Person, side: Side) -> HttpResponse:
    """She writes."""
    given = request.POST.get("words", "")
    sent_at = talk.sent_at(request, side.desk.clock.now())
    key = f"chat:{side.case_id}:{press(request)}"
    by = By(actor=person.actor, channel=Channel.CHAT, key=key, occurred_at=sent_at)
    return talk.taken(request, side, verbs.post(side.desk, by, side.case_id, given))


@_with_token
@require_POST
def typing(request: HttpRequest, person: Person, side: Side) -> HttpResponse:
    """She is typing."""
    return talk.typed(side)


@_with_token
@require_POST
def seen(request: HttpRequest, person: Person, side: Side) -> HttpResponse:
    """The frame has shown everything up to `after`."""

    def see(after: int) -> Any:
        by = verbs.seen_by(person.actor, side.case_id, after, Channel.CHAT)
        return verbs.seen(side.desk, by, side.case_id, after)

    return talk.shown(request, side, see)


def _token(person: Person, case_id: str) -> str:
    held = {"id": person.borrower_id, "loan": person.loan_id, "auth": person.auth.value, "case": case_id}
    return signing.dumps(held, salt=_SALT)


def _fault(field: str, said: str, status: int = 422) -> HttpResponse:
    return JsonResponse({"field": field, "error": said}, status=status)
