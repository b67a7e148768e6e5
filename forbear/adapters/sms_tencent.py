"""Text messages through Tencent Cloud (sms 2021-01-11, SendSms), signed here; its receipts and replies.

The signature is TC3-HMAC-SHA256 as cloud.tencent.com describes it ("signature method v3"). Only approved texts pass: a
message goes as the number of its template with what stands in the places {1}, {2}, ….
"""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from forbear.actions.ports import Clock, Message, Receipt, TextIn, Undelivered, Unreachable
from forbear.adapters.sms_http import Way, document, each
from forbear.adapters.sms_settings import Callback, Settings, TextUnapproved, approved
from forbear.core.sms import Fate, Gateway, signed

ENDPOINT = "https://sms.tencentcloudapi.com"
SERVICE, VERSION = "sms", "2021-01-11"
CONTENT_TYPE = "application/json; charset=utf-8"
NO_NUMBER = (
    "FailedOperation.PhoneNumberInBlacklist",
    "InvalidParameterValue.IncorrectPhoneNumber",
    "UnsupportedOperation.UnsupportedRegion",
)
"""Answers that are about the number and stay so."""
NO_MESSAGE = (
    "FailedOperation.ContainSensitiveWord",
    "FailedOperation.MissingSignature",
    "FailedOperation.SignatureIncorrectOrUnapproved",
    "FailedOperation.TemplateIncorrectOrUnapproved",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
    "FailedOperation.TemplateUnapprovedOrNotExist",
    "InvalidParameterValue.ContentLengthLimit",
    "InvalidParameterValue.TemplateParameterFormatError",
    "InvalidParameterValue.TemplateParameterLengthLimit",
)
"""Answers about the text, its template or signature: another try changes nothing, a person has to."""
GONE = ("MK:0001",)
"""Receipts that say that the number does not exist; carriers have words of their own: `wrong_number` adds them."""


class TencentSms:
    """The Messenger and the TextGateway of Tencent Cloud."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        own = settings.section("tencent")
        self._id, self._key = own.text("secret_id"), own.secret("secret_key")
        self._app, self._region = own.text("app_id"), own.text("region", "ap-guangzhou")
        self._way = Way(own.text("endpoint", ENDPOINT))
        self._templates, self._clock = settings.templates, clock
        self._gone = frozenset((*NO_NUMBER, *GONE, *own.names("wrong_number")))
        self._callback = Callback(settings)
        self.counting: Gateway = settings.counting

    def send(self, message: Message) -> str:
        try:
            template, facts = approved(self._templates, message.body)
        except TextUnapproved as no:
            raise Unreachable(str(no), code="unapproved") from None
        named = signed(message.body)[0]
        asked = {
            "PhoneNumberSet": [f"+86{message.to}" if not message.to.startswith("+") else message.to],
            "SmsSdkAppId": self._app,
            "SignName": self.counting.signature if named else self.counting.discreet_signature,
            "TemplateId": template.code,
            "TemplateParamSet": [value for _, value in sorted(facts, key=lambda one: _place(one[0]))],
            "SessionContext": message.reference,
        }
        body = json.dumps(asked, ensure_ascii=False).encode()
        status, answer = self._way.ask("POST", "/", self._headers("SendSms", body), body)
        return self._taken(status, document(answer))

    def _taken(self, status: int, found: Any) -> str:
        """The SerialNo, or the exception that says what to do."""
        told = _table(found.get("Response")) if isinstance(found, Mapping) else {}
        error, states = _table(told.get("Error")), told.get("SendStatusSet")
        one = _table(states[0]) if isinstance(states, list) and states else {}
        code = str(error.get("Code") or one.get("Code") or status)[:60]
        if code == "Ok" and one.get("SerialNo"):
            return str(one["SerialNo"]).replace(" ", "")[:120]
        said = f"Tencent Cloud answered {code}"
        if code in self._gone or code in NO_MESSAGE:
            raise Unreachable(said, code=code, number=code in self._gone)
        raise Undelivered(said)

    def _headers(self, action: str, body: bytes) -> dict[str, str]:
        now = self._clock.now()
        headers = {"content-type": CONTENT_TYPE, "host": self._way.host, "x-tc-action": action.lower()}
        return {
            "Content-Type": CONTENT_TYPE,
            "Host": self._way.host,
            "X-TC-Action": action,
            "X-TC-Version": VERSION,
            "X-TC-Region": self._region,
            "X-TC-Timestamp": str(int(now.timestamp())),
            "Authorization": authorization(self._id, self._key, SERVICE, int(now.timestamp()), headers, body),
        }

    # ---- what it tells us --------------------------------------------------------------------------------------

    def admits(self, secret: str, address: str) -> bool:
        return self._callback.admits(secret, address)

    def receipts(self, body: bytes) -> tuple[Receipt, ...]:
        """A list of {sid, report_status, errmsg, …}; sid is the SerialNo of the sending."""
        found = []
        for one in each(body):
            code = str(one.get("errmsg") or "")[:60]
            good = one.get("report_status") == "SUCCESS"
            fate = Fate.DELIVERED if good else Fate.REFUSED if code in self._gone else Fate.LOST
            if carrier := str(one.get("sid") or ""):
                found.append(Receipt(carrier=carrier[:120], fate=fate, code=code))
        return tuple(found)

    def texts(self, body: bytes) -> tuple[TextIn, ...]:
        """One {nationcode, mobile, text, sign, time, extend}, which has no id: sender, second and words make one."""
        return tuple(
            TextIn(
                id=_id(one),
                number=f"+{one['nationcode']}{one['mobile']}" if one.get("nationcode") else str(one["mobile"]),
                text=str(one.get("text") or ""),
                sent_at=_moment(one.get("time")),
            )
            for one in each(body)
            if one.get("mobile")
        )

    def answer(self) -> Mapping[str, object]:
        return {"result": 0, "errmsg": "OK"}


def _id(one: Mapping[str, Any]) -> str:
    told = repr([one.get(name) for name in ("mobile", "time", "text")])
    return f"tencent-{sha256(told.encode('utf-8', 'replace')).hexdigest()[:40]}"


def _place(name: str) -> tuple[int, str]:
    """{2} before {10}; names that are no numbers in the order of the alphabet behind them."""
    return (int(name), "") if name.isdigit() else (10_000, name)


def _moment(seconds: object) -> datetime | None:
    fits = isinstance(seconds, int) and 0 < seconds < 10**10
    return datetime.fromtimestamp(seconds, UTC) if fits else None  # type: ignore[arg-type]


def _table(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


# ---- the signature ---------------------------------------------------------------------------------------------


def authorization(id: str, key: str, service: str, timestamp: int, headers: Mapping[str, str], body: bytes) -> str:
    """The Authorization header of a POST to / at a time, with these headers (names in small letters) signed."""
    told = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
    request = "\n".join(("POST", "/", "", lines, told, sha256(body).hexdigest()))
    on = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    scope = f"{on}/{service}/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    made = f"TC3{key}".encode()
    for step in (on, service, "tc3_request"):
        made = hmac.new(made, step.encode(), sha256).digest()
    signature = hmac.new(made, to_sign.encode(), sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={told}, Signature={signature}"
