"""Carriers of text messages on loopback: they rebuild the signature from what arrived, as the provider documents it.

Written from the providers' descriptions, not from our adapters; each answers in the provider's own shape of errors.
"""

import hmac
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    command: str
    path: str
    headers: Message
    body: bytes
    server: ThreadingHTTPServer


class Carrier(BaseHTTPRequestHandler):
    """`server.answer(request) -> (status, document)`; every request is kept in `server.asked`."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, self.headers, body, self.server)
        self.server.asked.append(asked)
        status, found = self.server.answer(asked)
        data = found if isinstance(found, bytes) else json.dumps(found, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST

    def log_message(self, *_):
        pass


@contextmanager
def carrier(answer):
    """A server; `url` and `asked` on it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Carrier)
    server.answer, server.asked, server.url = answer, [], f"http://127.0.0.1:{server.server_address[1]}"
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# ---- Alibaba Cloud ---------------------------------------------------------------------------------------------

ALIYUN_KEY, ALIYUN_SECRET = "LTAI5tExample", "a secret of Alibaba Cloud"
MINUTES = 15


def aliyun_fault(request, now):
    """None, or (status, document) of what the gateway says of a request that is not signed as it should be."""
    headers = {name.lower(): value.strip() for name, value in request.headers.items()}
    kind, _, rest = headers.get("authorization", "").partition(" ")
    told = dict(part.split("=", 1) for part in rest.split(",")) if kind == "ACS3-HMAC-SHA256" else {}
    if set(told) != {"Credential", "SignedHeaders", "Signature"}:
        return _aliyun(400, "IncompleteSignature", "The request signature does not conform to Aliyun standards.")
    names = told["SignedHeaders"].split(";")
    needed = {"host", *(name for name in headers if name.startswith("x-acs-"))}
    if names != sorted(names) or not needed <= set(names):
        return _aliyun(400, "IncompleteSignature", "Every x-acs- header and host have to be signed, in order.")
    if told["Credential"] != ALIYUN_KEY:
        return _aliyun(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if abs((now - at).total_seconds()) > MINUTES * 60:
        return _aliyun(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
    if headers["x-acs-content-sha256"] != sha256(request.body).hexdigest():
        return _aliyun(400, "SignatureDoesNotMatch", "The body is not the one that was signed.")
    path = urlsplit(request.path)
    pairs = sorted(parse_qsl(path.query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = "\n".join(
        [request.command, path.path, query, lines, told["SignedHeaders"], headers["x-acs-content-sha256"]]
    )
    to_sign = "ACS3-HMAC-SHA256\n" + sha256(canonical.encode()).hexdigest()
    right = hmac.new(ALIYUN_SECRET.encode(), to_sign.encode(), sha256).hexdigest()
    if not hmac.compare_digest(right, told["Signature"]):
        return _aliyun(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
    seen = request.server.__dict__.setdefault("nonces", set())
    if headers["x-acs-signature-nonce"] in seen:
        return _aliyun(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
    seen.add(headers["x-acs-signature-nonce"])
    if (headers["x-acs-action"], headers["x-acs-version"]) != ("SendSms", "2017-05-25"):
        return _aliyun(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
    return None


def _aliyun(status, code, message):
    return status, {"RequestId": "F655A8D5", "HostId": "dysmsapi.aliyuncs.com", "Code": code, "Message": message}


def aliyun_sent(request):
    """The parameters of a request that was taken."""
    return dict(parse_qsl(urlsplit(request.path).query))


# ---- Tencent Cloud ---------------------------------------------------------------------------------------------

TENCENT_ID, TENCENT_KEY = "AKIDExample", "a key of Tencent Cloud"


def tencent_fault(request, now):
    """None, or what the gateway says; it answers faults with 200 as well."""
    headers = {name.lower(): value.strip() for name, value in request.headers.items()}
    kind, _, rest = headers.get("authorization", "").partition(" ")
    told = dict(part.strip().split("=", 1) for part in rest.split(",")) if kind == "TC3-HMAC-SHA256" else {}
    if set(told) != {"Credential", "SignedHeaders", "Signature"}:
        return _tencent("AuthFailure.InvalidAuthorization", "The Authorization header is not as the standard has it.")
    id, on, service, end = told["Credential"].split("/")
    names = told["SignedHeaders"].split(";")
    if names != sorted(names) or not {"content-type", "host"} <= set(names):
        return _tencent("AuthFailure.InvalidAuthorization", "content-type and host have to be signed, in order.")
    if id != TENCENT_ID:
        return _tencent("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
    at = int(headers["x-tc-timestamp"])
    if abs(now.timestamp() - at) > 300:
        return _tencent("AuthFailure.SignatureExpire", "Timestamp is expired.")
    lines = "".join(f"{name}:{headers[name].lower()}\n" for name in names)
    digest = sha256(request.body).hexdigest()
    canonical = "\n".join([request.command, "/", "", lines, told["SignedHeaders"], digest])
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    to_sign = f"TC3-HMAC-SHA256\n{at}\n{day}/sms/tc3_request\n{sha256(canonical.encode()).hexdigest()}"
    key = ("TC3" + TENCENT_KEY).encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    right = hmac.new(key, to_sign.encode(), sha256).hexdigest()
    if (on, service, end) != (day, "sms", "tc3_request") or not hmac.compare_digest(right, told["Signature"]):
        return _tencent("AuthFailure.SignatureFailure", "The provided credentials could not be validated.")
    if (headers["x-tc-action"], headers["x-tc-version"]) != ("SendSms", "2021-01-11") or not headers["x-tc-region"]:
        return _tencent("InvalidAction", "The request action is invalid.")
    return None


def _tencent(code, message):
    return 200, {"Response": {"Error": {"Code": code, "Message": message}, "RequestId": "ed93f3cb"}}


def tencent_answer(request, code="Ok", serial="5000:104571"):
    """What became of the one number of a request that was taken."""
    number = json.loads(request.body)["PhoneNumberSet"][0]
    one = {"SerialNo": serial, "PhoneNumber": number, "Fee": 1, "SessionContext": "", "Code": code, "Message": code}
    return 200, {"Response": {"SendStatusSet": [one | {"IsoCode": "CN"}], "RequestId": "a0aabda6"}}
