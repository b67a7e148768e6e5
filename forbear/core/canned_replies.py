"""Replies that a desk keeps to use again: named, in a language, with holes, every change a version of its own.

A reply promises nothing by itself: what is a day, an amount or a date comes through a hole from the case and the
rulebook, so that no kept sentence can go stale or give away what nobody decided.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from forbear.core.contact import Actor, Auth, Role
from forbear.core.refusal import Refusal
from forbear.core.tone import BANNED, Fault, phrases_in, tone_faults

TEXT_MOST = 2000
NAME = re.compile(r"[^\W_][\w-]{0,39}")
"""A name: letters of any writing, digits and hyphens, at most forty."""
HOLES = (
    *("name", "contract", "lender", "phone", "link", "by", "answer_by", "papers_by", "decide_by", "call_by"),
    *("appeal_by", "sign_by", "stay_until", "next_on", "next_amount", "due_amount"),
)
"""What a reply may leave to the case (actions/letters.py: mentioned). `by`: the case's next deadline."""
WRITERS = (Role.REVIEWER, Role.POLICY_OWNER)
PROMISES = (
    *(
        "保证",
        "承诺",
        "一定能",
        "一定会",
        "肯定会",
        "肯定能",
        "全部免除",
        "免除全部",
        "一笔勾销",
        "停止计息",
        "不计利息",
    ),
    *("不上征信", "不影响征信", "不会影响您的征信", "已经批准", "已批准", "必须同意"),
    *("guarantee", "we promise", "will be approved", "is approved", "will certainly", "waive all", "write off"),
    *("written off", "no more interest", "stop charging", "will not affect your credit", "won't affect your credit"),
)
"""What only a decision or the rulebook may say."""
_FIGURE = re.compile(
    r"(?<![下上第每同某])[0-9０-９一二两三四五六七八九十百千万半.,]+\s*(?:元|块钱|[%％]|折|个?工作日|个?小时|天|日|周|个?星期|个月|年|期)"
    r"|(?:cny|rmb|yuan|[¥￥$])\s*[0-9]"
    r"|\b(?:[0-9][0-9.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half)[\s-]*"
    r"(?:%|per ?cent|yuan|cny|(?:working |business |calendar )?(?:hour|day|week|month|year|instalment|payment)s?\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class CannedReply:
    """One version of a reply. Versions of a name count from 1 over its languages, so that name@version is one text;
    an empty `text` says that the reply is used no more.
    """

    name: str
    version: int
    language: str
    text: str
    by: str
    at: datetime

    @property
    def reference(self) -> str:
        """How the record names it."""
        return f"{self.name}@{self.version}"


def may_write_replies(actor: Actor) -> Refusal | None:
    """Reviewers and policy owners keep replies; everybody at the desk may read them."""
    if actor.kind in WRITERS and actor.auth is Auth.STAFF:
        return None
    return Refusal("canned.role", "conversation.refusal.canned_role", "conversation.way_on.canned_role")


def reply_faults(language: str, text: str) -> tuple[Fault, ...]:
    """All that keeps a text from being a reply: its tone, promises, written-out figures, holes that nobody fills."""
    spoken = re.sub(r"{[^{}]*}", " ", text)
    other = "en" if language == "zh" else "zh"
    found = [*tone_faults(language, text), *phrases_in(spoken, BANNED[other])]
    found += [Fault("promise", one.what) for one in phrases_in(spoken, PROMISES)]
    found += [Fault("figure", one[0].strip()) for one in _FIGURE.finditer(spoken)]
    found += [Fault("hole", name) for name in re.findall(r"{([^{}]*)}", text) if name not in HOLES]
    if re.search(r"[{}]", spoken):
        found.append(Fault("brace"))
    return tuple(dict.fromkeys(found))


def filled(reply: CannedReply, facts: Mapping[str, str]) -> str | Refusal:
    """The words of a reply for one case; refused where the case has nothing for one of its holes."""
    names = re.findall(r"{([^{}]*)}", reply.text)
    if missing := next((name for name in names if not facts.get(name)), None):
        said = {"reply": reply.reference, "hole": missing}
        return Refusal("canned.hole", "conversation.refusal.canned_hole", "conversation.way_on.canned_hole", facts=said)
    return re.sub(r"{([^{}]*)}", lambda hole: facts[hole[1]], reply.text)


def current(replies: Iterable[CannedReply]) -> tuple[CannedReply, ...]:
    """The newest version of each name and language that is still in use, by name."""
    newest: dict[tuple[str, str], CannedReply] = {}
    for reply in sorted(replies, key=lambda one: one.version):
        newest[reply.name, reply.language] = reply
    return tuple(newest[key] for key in sorted(newest) if newest[key].text)


def next_version(replies: Iterable[CannedReply], name: str) -> int:
    """The version that a change of this name makes."""
    return max((one.version for one in replies if one.name == name), default=0) + 1


def versions(replies: Iterable[CannedReply], name: str, language: str) -> Iterator[CannedReply]:
    """All versions of a reply in a language, newest first."""
    found = [one for one in replies if one.name == name and one.language == language]
    return iter(sorted(found, key=lambda one: -one.version))
