"""What every request carries: the reader's language, the desk, and headers that keep a page to itself."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.encoding import escape_uri_path

from forbear.config import wiring
from forbear.words import LANGUAGES

Handler = Callable[[HttpRequest], HttpResponse]

_OWN = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "form-action 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
    )
)
POLICY = f"{_OWN}; frame-ancestors 'none'"
_DJANGO_LANGUAGES = {"zh": "zh-hans", "en": "en"}
_YEAR_SECONDS = 365 * 24 * 3600


class SecurityHeaders:
    """A page loads nothing from elsewhere, shows in no frame and, unless a view says otherwise, in no cache. A view
    whose page belongs in a frame of certain sites names them: `response.framed_by = ("https://www.lender.example",)`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if framed_by := getattr(response, "framed_by", ()):
            response.headers["Content-Security-Policy"] = f"{_OWN}; frame-ancestors {' '.join(framed_by)}"
        else:
            response.headers.setdefault("Content-Security-Policy", POLICY)
            response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class ReaderLanguage:
    """The language of the answer, by the cookie `lang`; a link to ?lang=en on any page sets it and keeps the page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("lang")
        if request.method == "GET" and wanted in LANGUAGES:
            return _switched(request, wanted)
        cookie = request.COOKIES.get("lang", "")
        language = cookie if cookie in LANGUAGES else LANGUAGES[0]
        request.LANGUAGE_CODE = _DJANGO_LANGUAGES[language]
        with translation.override(_DJANGO_LANGUAGES[language]):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-Hans" if language == "zh" else language)
        return response


def _switched(request: HttpRequest, language: str) -> HttpResponse:
    """Back to the same address without the parameter, so that a bookmark or a shared link fixes no language."""
    rest = [(key, value) for key, values in request.GET.lists() if key != "lang" for value in values]
    path = "/" + escape_uri_path(request.path.lstrip("/"))
    response = HttpResponseRedirect(f"{path}?{urlencode(rest)}" if rest else path)
    response.set_cookie("lang", language, max_age=_YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    return response


class TheDesk:
    """Sets `request.desk`, the one bundle through which views reach everything."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.desk = wiring.desk()  # type: ignore[attr-defined]
        return self.get_response(request)
