"""She writes in the chat and the guided bot answers, on a desk in memory."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from forbear.actions import bot
from forbear.actions.contact import open_case
from forbear.actions.conversation import Written, write_message
from forbear.actions.ports import Desk
from forbear.actions.record import By, Done, carry_out, load
from forbear.adapters.memory import memory_desk
from forbear.core import events as e
from forbear.core.contact import Actor, Auth, Channel, Role
from forbear.core.file import CaseFile
from forbear.town.book import made_up_book

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Ten in the morning at the desk."""
SATURDAY = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)
AGENT = Actor(Role.AGENT, "lin", Auth.STAFF)
ROWS = made_up_book(7, 40, date(2026, 3, 1))
WHOLE = {
    "zh": (
        *("想申请分期", "我失业了", "去年十二月", "大概三个月", "我要照顾两个老人", "成都，两个大人一个孩子"),
        *(
            "工资四千五，老公三千",
            "工资条和银行流水都有",
            "房租一千二，吃饭一千",
            "花呗欠5000，每月还500",
            "每月还800，分24个月",
        ),
    ),
    "en": (
        *("I'd like to apply", "I lost my job", "last December", "about three months", "I care for my two old parents"),
        *(
            "Chengdu, two adults and one child",
            "wages 4500 and my husband earns 3000",
            "both payslips and bank statements",
        ),
        *("rent 1200, food 1000", "I owe Huabei 5000 and pay 500 a month", "more time, 800 a month over 24 months"),
    ),
}
"""The whole statement, as she says it."""


@dataclass
class Chat:
    """A borrower in the chat."""

    at: datetime = MONDAY
    auth: Auth = Auth.CODE
    language: str = "zh"
    number: int = 3
    sent: int = 0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = memory_desk(at=self.at, rows=ROWS)
        self.row = ROWS[self.number]
        held = self.desk.loans.find(self.row.loan.contract)
        assert held is not None
        self.her = Actor(Role.BORROWER, held.borrower_id, self.auth)
        opened = open_case(self.desk, self.by("open"), loan_id=held.loan_id, language=self.language)
        assert isinstance(opened, Done)
        self.case_id = opened.case_id

    def by(self, key: str) -> By:
        return By(actor=self.her, channel=Channel.CHAT, key=key)

    @property
    def file(self) -> CaseFile:
        return load(self.desk, self.case_id)

    def writes(self, text: str) -> str:
        """She writes, and nobody has heard it yet; the message's id."""
        self.sent += 1
        name = f"m_{self.sent}"
        said = Written(text=text, message=name, calls_person=False)
        assert isinstance(write_message(self.desk, self.by(f"chat:{name}"), self.case_id, said), Done)
        return name

    def says(self, *texts: str) -> str:
        """She writes and the bot hears it; what it says to the last, "" for nothing."""
        for text in texts:
            before = len(self.bots)
            self.writes(text)
            bot.heard(self.desk, self.case_id)
        return "\n".join(self.bots[before:])

    @property
    def bots(self) -> list[str]:
        return [said.text for said in self.file.spoken if said.voice is e.Voice.BOT]

    def facts(self, kind: type) -> list[Any]:
        return [event.fact for event in self.file.events if isinstance(event.fact, kind)]

    def does(self, fact: e.Fact, actor: Actor = AGENT) -> None:
        by = By(actor=actor, channel=Channel.CHAT, key=f"desk:{self.file.case.seq}")
        assert isinstance(carry_out(self.desk, by, self.case_id, {}, lambda _: [fact]), Done)
