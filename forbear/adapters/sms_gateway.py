"""The gateway of text messages that the settings name."""

from forbear.actions.ports import Clock, Ids
from forbear.adapters.smpp import Smpp
from forbear.adapters.sms_aliyun import AliyunSms
from forbear.adapters.sms_http import HttpSms
from forbear.adapters.sms_settings import Settings
from forbear.adapters.sms_tencent import TencentSms


def gateway(settings: Settings, clock: Clock, ids: Ids) -> AliyunSms | TencentSms | HttpSms | Smpp:
    """Nothing is asked of anybody yet; ValueError where the settings lack something, with what is missing."""
    match settings.kind:
        case "aliyun":
            return AliyunSms(settings, clock, ids)
        case "tencent":
            return TencentSms(settings, clock)
        case "http":
            return HttpSms(settings)
    return Smpp(settings, clock)
