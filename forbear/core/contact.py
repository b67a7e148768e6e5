"""Room 1, contact: who is asking, by which channel, how surely we know it, and about which contract."""

from dataclasses import dataclass
from enum import StrEnum

from forbear.core.refusal import Refusal


class Role(StrEnum):
    BORROWER = "borrower"
    AGENT = "agent"
    REVIEWER = "reviewer"
    POLICY_OWNER = "policy-owner"
    AUDITOR = "auditor"
    SYSTEM = "system"
    LENDER_CORE = "lender-core"


class Auth(StrEnum):
    """How the actor proved who she is. CALLER_TWO_FACTS: two facts about the debt, named to an agent by telephone;
    CALL_BACK: we called the number on file; APP: signed in with the lender, whose server says so; MAIL_ADDRESS:
    wrote from an address of the case, which is enough to be heard and never to be told anything; SENDER_NUMBER: the
    same of a text message from the number on file.
    """

    CODE = "otp-sms"
    CALL_BACK = "call-back"
    APP = "app-token"
    MAIL_ADDRESS = "mail-address"
    SENDER_NUMBER = "sender-number"
    CALLER_TWO_FACTS = "caller-2facts"
    STAFF = "staff"
    API_KEY = "api-key"
    NONE = "none"


class Channel(StrEnum):
    HOTLINE = "hotline"
    CHAT = "chat"
    EMAIL = "email"
    SMS = "sms"
    WEB = "web"
    SYSTEM = "system"


class Purpose(StrEnum):
    """Why somebody wants to reach her. COLLECTION: about what is overdue; CASE: the desk's own word on her application;
    NOTICE: a decision or a date she has to know; ANSWER: to an act of hers; CODE: a one-time code she asked for;
    LOCATE: somebody else is asked how to reach her, and told nothing.
    """

    COLLECTION = "collection"
    CASE = "case"
    NOTICE = "notice"
    ANSWER = "answer"
    CODE = "code"
    LOCATE = "locate"


@dataclass(frozen=True)
class Actor:
    """Who did it. `id` is an opaque id of a borrower (p_…) or a staff member, "" for the system itself."""

    kind: Role
    id: str = ""
    auth: Auth = Auth.NONE


SYSTEM = Actor(Role.SYSTEM)


@dataclass(frozen=True, kw_only=True)
class Party:
    """The borrower as the lender holds her, copied into the case when it opens; `id_number` masked as shown."""

    borrower_id: str
    name: str
    id_number_masked: str
    phone: str
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How she wants to be reached: `language` zh or en; `discreet`: no lender name and no debt in a text message;
    `night`: chat and mail that answer her may come in quiet hours; `unwanted`: channels we are to leave alone;
    `safe_from`, `safe_until`: hours of her day, such as "10:00", outside of which nobody may call or write, "" for
    none; `zone`: her place where it is not the lender's, such as "Asia/Urumqi".
    """

    language: str
    phone: str
    email: str | None = None
    discreet: bool = False
    night: bool = False
    unwanted: tuple[Channel, ...] = ()
    safe_from: str = ""
    safe_until: str = ""
    zone: str = ""


@dataclass(frozen=True, kw_only=True)
class ThirdParty:
    """Somebody who may speak for her: `relation` such as spouse, adviser, lawyer."""

    name: str
    relation: str
    phone: str = ""
    email: str = ""


TOUCHES_CASES = (Role.AGENT, Role.REVIEWER)


def may_work_on_cases(actor: Actor) -> Refusal | None:
    """Agents and reviewers work on cases; a policy owner writes rules and an auditor reads."""
    if actor.kind in TOUCHES_CASES and actor.auth is Auth.STAFF:
        return None
    return Refusal("desk.role", "contact.refusal.role", "contact.way_on.ask_agent")
