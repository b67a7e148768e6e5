"""Text messages over HTTP against carriers on loopback that verify what they are sent."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forbear.actions.ports import Message, Receipt, TextIn, Undelivered, Unreachable
from forbear.adapters import sms_aliyun, sms_tencent
from forbear.adapters.memory import CountingIds, MovedClock
from forbear.adapters.sms_aliyun import AliyunSms
from forbear.adapters.sms_http import HttpSms
from forbear.adapters.sms_settings import Settings
from forbear.adapters.sms_tencent import TencentSms
from forbear.core.contact import Channel
from forbear.core.sms import Fate, sms_size
from tests.adapters import sms_peers as peers
from tests.contracts.bench import START

LETTER = Message(
    channel=Channel.SMS,
    to="19900001234",
    subject="",
    body="【示例消费金融有限公司】收到您的情况说明，谢谢。材料请在2026年3月9日前传上来。",
    reference="n_7f3k",
)
DISCREET = replace(LETTER, body="您有一条新信息，请登录查看。")
SECRET = "callback-secret-7f3k9"
SIGNED = {"signature": "示例消费", "discreet_signature": "服务通知"}


def settings(kind, url, **other):
    own = {
        "aliyun": {"key": peers.ALIYUN_KEY, "secret": peers.ALIYUN_SECRET, "endpoint": url},
        "tencent": {
            "secret_id": peers.TENCENT_ID,
            "secret_key": peers.TENCENT_KEY,
            "app_id": "1400006666",
            "endpoint": url,
        },
    }[kind]
    name = "${on}" if kind == "aliyun" else "{1}"
    templates = [
        {"code": "SMS_1", "text": f"收到您的情况说明，谢谢。材料请在{name}前传上来。"},
        {"code": "SMS_2", "text": "您有一条新信息，请登录查看。"},
    ]
    values = {"gateway": kind, "template": templates, kind: own | other.pop("own", {}), **SIGNED}
    return Settings(values | {"callback": {"secret": SECRET}} | other)


def gateway(kind, url, clock, **other):
    made = settings(kind, url, **other)
    return AliyunSms(made, clock, CountingIds("x")) if kind == "aliyun" else TencentSms(made, clock)


@pytest.fixture
def clock():
    return MovedClock(START)


@pytest.fixture(params=["aliyun", "tencent"])
def kind(request):
    return request.param


@pytest.fixture
def server(kind, clock):
    """A carrier that takes what is signed right; `server.code`: what it says of the message then."""
    now = [clock]

    def answer(request):
        fault = (peers.aliyun_fault if kind == "aliyun" else peers.tencent_fault)(request, now[0].now())
        if fault:
            return fault
        if kind == "aliyun":
            if running.code != "Ok":
                return 200, {"Code": running.code, "Message": "…", "RequestId": "8906582E"}
            return 200, {"Code": "OK", "Message": "OK", "RequestId": "873043ac", "BizId": "9006197469364984^0"}
        return peers.tencent_answer(request, running.code)

    with peers.carrier(answer) as running:
        running.code, running.clock = "Ok", now
        yield running


def test_the_example_of_alibaba_cloud_has_its_published_signature():
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    asked = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    query = sms_aliyun.canonical_query(asked)
    made = sms_aliyun.authorization("YourAccessKeyId", "YourAccessKeySecret", "POST", "/", query, headers)
    assert made == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_the_example_of_tencent_cloud_has_its_published_signature():
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    made = sms_tencent.authorization(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm", 1551113065, headers, body
    )
    assert made.endswith("Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")


def test_a_message_goes_as_its_approved_text_and_the_id_comes_back(kind, server, clock):
    sms = gateway(kind, server.url, clock)
    carrier = sms.send(LETTER)
    sms.send(DISCREET)
    if kind == "aliyun":
        assert carrier == "9006197469364984^0"
        assert peers.aliyun_sent(server.asked[0]) == {
            "PhoneNumbers": "19900001234",
            "SignName": "示例消费",
            "TemplateCode": "SMS_1",
            "TemplateParam": '{"on": "2026年3月9日"}',
            "OutId": "n_7f3k",
        }
        assert "TemplateParam" not in peers.aliyun_sent(server.asked[1])
        assert peers.aliyun_sent(server.asked[1])["SignName"] == "服务通知"
        assert peers.aliyun_sent(server.asked[1])["TemplateCode"] == "SMS_2"
    else:
        assert carrier == "5000:104571"
        assert json.loads(server.asked[0].body) == {
            "PhoneNumberSet": ["+8619900001234"],
            "SmsSdkAppId": "1400006666",
            "SignName": "示例消费",
            "TemplateId": "SMS_1",
            "TemplateParamSet": ["2026年3月9日"],
            "SessionContext": "n_7f3k",
        }
        assert json.loads(server.asked[1].body)["SignName"] == "服务通知"
    assert sms_size(LETTER.body, sms.counting).units == len(
        "【示例消费】收到您的情况说明，谢谢。材料请在2026年3月9日前传上来。"
    )


def test_a_wrong_key_a_changed_request_and_an_old_time_are_refused(kind, server, clock):
    name = {"aliyun": "secret", "tencent": "secret_key"}[kind]
    wrong = gateway(kind, server.url, clock, own={name: "another"})
    with pytest.raises(Undelivered, match=r"answered (SignatureDoesNotMatch|AuthFailure\.SignatureFailure)$"):
        wrong.send(LETTER)
    name = {"aliyun": "key", "tencent": "secret_id"}[kind]
    with pytest.raises(Undelivered, match=r"answered (InvalidAccessKeyId\.NotFound|AuthFailure\.SecretIdNotFound)$"):
        gateway(kind, server.url, clock, own={name: "nobody"}).send(LETTER)
    late = MovedClock(START + timedelta(hours=1))
    server.clock[0] = late
    with pytest.raises(Undelivered, match=r"answered (InvalidTimeStamp\.Expired|AuthFailure\.SignatureExpire)$"):
        gateway(kind, server.url, clock).send(LETTER)
    sms = gateway(kind, server.url, late)
    ask = sms._way.ask
    sms._way.ask = lambda method, path, headers, body: ask(
        method, path.replace("SMS_1", "SMS_9"), headers, body.replace(b"SMS_1", b"SMS_9")
    )
    with pytest.raises(Undelivered, match=r"answered (SignatureDoesNotMatch|AuthFailure\.SignatureFailure)$"):
        sms.send(LETTER)


def test_a_text_nobody_approved_is_not_sent_and_says_so(kind, server, clock):
    with pytest.raises(Unreachable, match="no approved text is this one") as caught:
        gateway(kind, server.url, clock).send(replace(LETTER, body="【示例消费金融有限公司】别的话。"))
    assert (caught.value.code, caught.value.number, server.asked) == ("unapproved", False, [])


CODES = {
    "aliyun": ("isv.BUSINESS_LIMIT_CONTROL", "isv.SMS_TEMPLATE_ILLEGAL", "isv.MOBILE_NUMBER_ILLEGAL"),
    "tencent": (
        "LimitExceeded.PhoneNumberDailyLimit",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.PhoneNumberInBlacklist",
    ),
}


def test_what_the_carrier_says_of_a_message_is_tried_again_or_not(kind, server, clock):
    sms, said = gateway(kind, server.url, clock), []
    for server.code in CODES[kind]:
        with pytest.raises(Undelivered) as caught:
            sms.send(LETTER)
        said.append((type(caught.value), getattr(caught.value, "number", None)))
        assert LETTER.to not in str(caught.value)
    assert said == [(Undelivered, None), (Unreachable, False), (Unreachable, True)]


@pytest.mark.parametrize(
    "answer", [(502, b"<html>"), (200, b"[]"), (200, b"{"), (200, b'{"Response": []}'), (200, b"1")]
)
def test_an_answer_that_nobody_understands_is_tried_again(kind, clock, answer):
    with peers.carrier(lambda request: answer) as server, pytest.raises(Undelivered) as caught:
        gateway(kind, server.url, clock).send(LETTER)
    assert not isinstance(caught.value, Unreachable)


def test_a_carrier_that_is_away_is_tried_again(kind, server, clock):
    sms = gateway(kind, server.url, clock)
    sms.send(LETTER)
    server.shutdown()
    server.server_close()
    sms._way.close()
    with pytest.raises(Undelivered, match="could not be reached: ConnectionRefusedError"):
        sms.send(LETTER)


def test_an_address_without_tls_is_for_this_machine_alone(kind, clock):
    with pytest.raises(ValueError, match="write https://"):
        gateway(kind, "http://sms.example.com", clock)


# ---- what they tell us -----------------------------------------------------------------------------------------


def test_receipts_of_alibaba_cloud(clock):
    sms = gateway("aliyun", "http://localhost:1", clock)
    one = {"phone_number": "19900001234", "send_time": "2026-03-02 10:00:00", "report_time": "2026-03-02 10:00:03"}
    told = [
        one | {"success": True, "err_code": "DELIVERED", "sms_size": "1", "biz_id": "9^0", "out_id": "n_1"},
        one | {"success": False, "err_code": "UNDELIV", "biz_id": "8^0"},
        one | {"success": False, "err_code": "MOBILE_IN_BLACK", "biz_id": "7^0"},
        one | {"success": False, "err_code": "UNDELIV"},
    ]
    assert sms.receipts(json.dumps(told).encode()) == (
        Receipt(carrier="9^0", fate=Fate.DELIVERED, code="DELIVERED"),
        Receipt(carrier="8^0", fate=Fate.LOST, code="UNDELIV"),
        Receipt(carrier="7^0", fate=Fate.REFUSED, code="MOBILE_IN_BLACK"),
    )
    up = {"phone_number": "19900001234", "send_time": "2026-03-02 10:00:00", "content": "好的", "sign_name": "示例消费"}
    assert sms.texts(json.dumps([up | {"dest_code": "1234", "sequence_id": 1234567890}, up]).encode()) == (
        TextIn(
            id="aliyun-1234567890", number="19900001234", text="好的", sent_at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
        ),
    )
    assert sms.answer() == {"code": 0, "msg": "接收成功"}


def test_receipts_of_tencent_cloud(clock):
    sms = gateway("tencent", "http://localhost:1", clock, own={"wrong_number": ["MB:1031"]})
    one = {"user_receive_time": "2026-03-02 10:00:03", "nationcode": "86", "mobile": "19900001234", "description": "…"}
    told = [
        one | {"report_status": "SUCCESS", "errmsg": "DELIVRD", "sid": "5000:1"},
        one | {"report_status": "FAIL", "errmsg": "UNDELIV", "sid": "5000:2"},
        one | {"report_status": "FAIL", "errmsg": "MB:1031", "sid": "5000:3"},
    ]
    assert [receipt.fate for receipt in sms.receipts(json.dumps(told).encode())] == [
        Fate.DELIVERED,
        Fate.LOST,
        Fate.REFUSED,
    ]
    up = {
        "nationcode": "86",
        "mobile": "19900001234",
        "text": "好的",
        "sign": "示例消费",
        "time": 1772416800,
        "extend": "1",
    }
    (text,) = sms.texts(json.dumps(up).encode())
    assert (text.number, text.text, text.sent_at) == ("+8619900001234", "好的", START)
    assert sms.texts(json.dumps(up).encode()) == (text,)
    assert sms.texts(json.dumps(up | {"time": "x" * 9}).encode())[0].sent_at is None
    assert sms.answer() == {"result": 0, "errmsg": "OK"}


@pytest.mark.parametrize("body", [b"", b"{", b"1", b"[1]", b"\xff", b"[" * 100_000])
def test_a_callback_that_is_none_is_a_value_error(kind, clock, body):
    sms = gateway(kind, "http://localhost:1", clock)
    for read in (sms.receipts, sms.texts):
        with pytest.raises(ValueError):  # noqa: PT011 (whatever is wrong with it)
            read(body)


def test_who_may_call_back(clock):
    open_to_all = gateway("aliyun", "http://localhost:1", clock)
    assert open_to_all.admits(SECRET, "203.0.113.7")
    assert not open_to_all.admits(SECRET + "x", "203.0.113.7")
    assert not open_to_all.admits("", "203.0.113.7")
    told = gateway("aliyun", "http://localhost:1", clock, callback={"secret": SECRET, "from": ["203.0.113.0/24"]})
    assert told.admits(SECRET, "203.0.113.7")
    assert not told.admits(SECRET, "198.51.100.7")
    assert not told.admits(SECRET, "")
    shut = gateway("aliyun", "http://localhost:1", clock, callback={})
    assert not shut.admits("", "203.0.113.7")


# ---- any gateway -----------------------------------------------------------------------------------------------

ANY = {
    "url": "",
    "headers": {"Authorization": "Bearer any"},
    "body": {"to": "{to}", "messages": [{"text": "{text}", "ref": "r-{reference}", "n": 1}]},
    "id": "data.0.id",
    "code": "error",
    "success": {"status": "200", "data.0.ok": "true"},
    "wrong_number": ["no-such-number"],
}
CALLBACK = {
    "receipt": {"id": "id", "state": "status", "delivered": ["sent"], "lost": ["failed"], "refused": ["barred"]},
    "text": {"id": "id", "from": "from", "text": "body"},
}


def any_gateway(url, **own):
    values = {"gateway": "http", "http": ANY | {"url": f"{url}/send?a=1"} | own, "callback": {"secret": SECRET}}
    return HttpSms(Settings(values | CALLBACK))


def test_any_gateway_by_its_file():
    with peers.carrier(lambda request: (200, {"data": [{"id": 77, "ok": True}]})) as server:
        sms = any_gateway(server.url)
        assert sms.send(replace(LETTER, body='„{to}" 你好\n😀')) == "77"
        asked = server.asked[0]
        assert (asked.command, asked.path, asked.headers["Authorization"]) == ("POST", "/send?a=1", "Bearer any")
        assert json.loads(asked.body) == {
            "to": "19900001234",
            "messages": [{"text": '„{to}" 你好\n😀', "ref": "r-n_7f3k", "n": 1}],
        }
        flat = {"body": {"to": "{to}", "text": "{text}"}}
        any_gateway(server.url, form="form", **flat).send(replace(LETTER, body="a&b=你"))
        assert server.asked[1].body == b"to=19900001234&text=a%26b%3D%E4%BD%A0"
        any_gateway(server.url, form="query", method="GET", **flat).send(replace(LETTER, body="a&b=你"))
        assert server.asked[2].path == "/send?a=1&to=19900001234&text=a%26b%3D%E4%BD%A0"
        assert server.asked[2].body == b""


@pytest.mark.parametrize(
    ("answer", "raised", "number"),
    [
        ((200, {"data": [{"id": 77, "ok": False}], "error": "busy"}), "busy", None),
        ((200, {"error": "no-such-number"}), "no-such-number", True),
        ((500, {"data": [{"id": 77, "ok": True}]}), "500", None),
        ((200, b"OK"), "200", None),
        ((302, b""), "302", None),
    ],
)
def test_what_any_gateway_answers(answer, raised, number):
    with peers.carrier(lambda request: answer) as server, pytest.raises(Undelivered, match=raised) as caught:
        any_gateway(server.url).send(LETTER)
    assert getattr(caught.value, "number", None) is number


def test_what_any_gateway_tells_us():
    sms = any_gateway("http://localhost:1")
    told = [
        {"id": 1, "status": "sent"},
        {"id": 2, "status": "queued"},
        {"id": 3, "status": "barred"},
        {"status": "sent"},
    ]
    assert sms.receipts(json.dumps(told).encode()) == (
        Receipt(carrier="1", fate=Fate.DELIVERED, code="sent"),
        Receipt(carrier="3", fate=Fate.REFUSED, code="barred"),
    )
    assert sms.texts(b'{"id": "a", "from": "+8619900001234", "body": "hi"}') == (
        TextIn(id="a", number="+8619900001234", text="hi"),
    )
