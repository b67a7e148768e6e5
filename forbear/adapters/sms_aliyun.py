"""Text messages through Alibaba Cloud (Dysmsapi 2017-05-25, SendSms), signed here; its receipts and replies.

The signature is ACS3-HMAC-SHA256 as help.aliyun.com describes it ("V3 request structure and signature"). A carrier in
China passes approved texts alone, so a message goes as the code of its template with what stands in the places.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from forbear.actions.ports import ZONE, Clock, Ids, Message, Receipt, TextIn, Undelivered, Unreachable
from forbear.adapters.sms_http import Way, document, each
from forbear.adapters.sms_settings import Callback, Settings, TextUnapproved, approved
from forbear.core.sms import Fate, Gateway, signed

ENDPOINT = "https://dysmsapi.aliyuncs.com"
VERSION = "2017-05-25"
NO_NUMBER = ("isv.MOBILE_NUMBER_ILLEGAL",)
"""Answers that are about the number and stay so."""
NO_MESSAGE = (
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.INVALID_JSON_PARAM",
    "isv.INVALID_PARAMETERS",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.PARAM_NOT_SUPPORT_URL",
    "isv.SMS_SIGNATURE_ILLEGAL",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
    "isv.SMS_SIGN_ILLEGAL",
    "isv.SMS_TEMPLATE_ILLEGAL",
    "isv.TEMPLATE_MISSING_PARAMETERS",
    "isv.TEMPLATE_PARAMS_ILLEGAL",
)
"""Answers about the text, its template or signature: another try changes nothing, a person has to."""
GONE = ("INVALID_NUMBER", "MOBILE_IN_BLACK", "MOBILE_NOT_ON_SERVICE", "USER_REJECT", "MK:0001")
"""Receipts that say that the number does not exist, is barred or wants nothing; `wrong_number` adds others."""


class AliyunSms:
    """The Messenger and the TextGateway of Alibaba Cloud."""

    def __init__(self, settings: Settings, clock: Clock, ids: Ids) -> None:
        own = settings.section("aliyun")
        self._key, self._secret = own.text("key"), own.secret("secret")
        self._way = Way(own.text("endpoint", ENDPOINT))
        self._templates, self._clock, self._ids = settings.templates, clock, ids
        self._gone = frozenset((*NO_NUMBER, *GONE, *own.names("wrong_number")))
        self._callback = Callback(settings)
        self.counting: Gateway = settings.counting

    def send(self, message: Message) -> str:
        try:
            template, facts = approved(self._templates, message.body)
        except TextUnapproved as no:
            raise Unreachable(str(no), code="unapproved") from None
        named = signed(message.body)[0]
        query = {
            "PhoneNumbers": message.to,
            "SignName": self.counting.signature if named else self.counting.discreet_signature,
            "TemplateCode": template.code,
            "OutId": message.reference,
        }
        if facts:
            query["TemplateParam"] = json.dumps(dict(facts), ensure_ascii=False)
        written = canonical_query(query)
        headers = self._headers("SendSms", written)
        status, answer = self._way.ask("POST", f"/?{written}", headers, b"")
        return self._taken(status, document(answer))

    def _taken(self, status: int, found: Any) -> str:
        """The BizId, or the exception that says what to do."""
        code = str(found.get("Code") or status)[:60] if isinstance(found, Mapping) else str(status)
        if code == "OK" and found.get("BizId"):
            return str(found["BizId"]).replace(" ", "")[:120]
        said = f"Alibaba Cloud answered {code}"
        if code in self._gone or code in NO_MESSAGE:
            raise Unreachable(said, code=code, number=code in self._gone)
        raise Undelivered(said)

    def _headers(self, action: str, query: str) -> dict[str, str]:
        now = self._clock.now().astimezone(UTC)
        headers = {
            "host": self._way.host,
            "x-acs-action": action,
            "x-acs-content-sha256": sha256(b"").hexdigest(),
            "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self._ids.new("x"),
            "x-acs-version": VERSION,
        }
        return headers | {"Authorization": authorization(self._key, self._secret, "POST", "/", query, headers)}

    # ---- what it tells us --------------------------------------------------------------------------------------

    def admits(self, secret: str, address: str) -> bool:
        return self._callback.admits(secret, address)

    def receipts(self, body: bytes) -> tuple[Receipt, ...]:
        """SmsReport: a list of {biz_id, success, err_code, …}."""
        found = []
        for one in each(body):
            code = str(one.get("err_code") or "")[:60]
            fate = Fate.DELIVERED if one.get("success") is True else Fate.REFUSED if code in self._gone else Fate.LOST
            if carrier := str(one.get("biz_id") or ""):
                found.append(Receipt(carrier=carrier[:120], fate=fate, code=code))
        return tuple(found)

    def texts(self, body: bytes) -> tuple[TextIn, ...]:
        """SmsUp: a list of {sequence_id, phone_number, content, send_time, …}; times are Beijing's."""
        return tuple(
            TextIn(
                id=f"aliyun-{one['sequence_id']}"[:120],
                number=str(one.get("phone_number") or ""),
                text=str(one.get("content") or ""),
                sent_at=beijing(one.get("send_time")),
            )
            for one in each(body)
            if one.get("sequence_id") not in (None, "")
        )

    def answer(self) -> Mapping[str, object]:
        return {"code": 0, "msg": "接收成功"}


def beijing(text: object) -> datetime | None:
    """A time such as 2026-03-02 10:00:00 at the carrier's place; None for anything else."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
    except ValueError:
        return None


# ---- the signature ---------------------------------------------------------------------------------------------


def canonical_query(query: Mapping[str, str]) -> str:
    """Names in order, everything but letters, digits and -_.~ written as %XX of its UTF-8."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query))


def authorization(key: str, secret: str, method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """The Authorization header of a request with these headers, which hold the hash of its body."""
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    told = ";".join(names)
    request = "\n".join((method, path, query, lines, told, headers["x-acs-content-sha256"]))
    to_sign = f"ACS3-HMAC-SHA256\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={told},Signature={signature}"
