"""A paper that came is read in its turn: once, whole, by whoever can, and everything that goes wrong is told or tried
again. Pictures and what they show are doubles; the real reader is tested in tests/adapters/test_reading.py.
"""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest

from forbear.actions.agenda import READ_SECONDS, TRIES_MAX, work
from forbear.actions.evidence import receive_paper
from forbear.actions.ports import Desk, Lane, Looked, PageImage, Rendered, RendererAway
from forbear.actions.record import By, Done, carry_out, load
from forbear.adapters.memory import clock_of, memory_desk
from forbear.adapters.memory_papers import MemoryReader
from forbear.core import events as e
from forbear.core.contact import SYSTEM, Actor, Auth, Channel, Role
from forbear.core.events import PaperRead
from forbear.core.evidence import Item
from forbear.core.page_quality import Measured
from forbear.core.reading import Fault, FaultCode, Page, PaperKind
from tests.core.test_page_quality import GOOD
from tests.papers import draw

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CARD = draw(PaperKind.ID_CARD, 3, "two-pages").truth
ILLNESS = draw(PaperKind.DIAGNOSIS, 3).truth
AGENT = Actor(Role.AGENT, "lin", Auth.STAFF)


class Pictures:
    """A Renderer: a file's bytes after its mark are the names of its pages; each page's picture is its name."""

    def __init__(self) -> None:
        self.broken = 0

    def pages(self, data: bytes, mime: str) -> Rendered:
        if self.broken:
            self.broken -= 1
            raise RendererAway("killed")
        names = data.removeprefix(b"%PDF-").split(b",")
        if names == [b"locked"]:
            return Rendered(faults=(Fault(code=FaultCode.ENCRYPTED),))
        return Rendered(
            pages=tuple(
                PageImage(number=number, width=100, height=60, turned_degrees=0, jpeg=name)
                for number, name in enumerate(names, 1)
            )
        )


def shows(picture: bytes, truth: object, page: int, measured: Measured = GOOD) -> tuple[str, Looked]:
    lines = tuple(line for line in truth.lines if line.page == page)  # type: ignore[attr-defined]
    seen = truth.pages[page - 1]  # type: ignore[attr-defined]
    looked = Looked(
        page=Page(number=1, width=seen.width, height=seen.height, turned_degrees=90),
        lines=lines,
        measured=measured,
        picture=b"upright " + picture,
    )
    return sha256(picture).hexdigest(), looked


@pytest.fixture
def desk() -> Desk:
    blurred = shows(b"blurred", CARD, 1, Measured(**{**GOOD.__dict__, "sharpness": 100}))
    shown = dict([shows(b"front", CARD, 1), shows(b"back", CARD, 2), blurred, shows(b"ill", ILLNESS, 1)])
    made = memory_desk(at=AT, renderer=Pictures(), reader=MemoryReader(shown))
    items = (
        Item(number=1, need="identity", kinds=("id-card", "passport")),
        Item(number=2, need="cause", kinds=("diagnosis", "discharge-note"), health=True),
    )
    opened = e.CaseOpened(language="zh", keep_until_on=date(2026, 9, 1))
    asked = e.PapersAsked(count=2, optional=(), by_on=date(2026, 4, 1), items=items)
    agreed = e.ConsentGiven(to=e.Consent.CAUSE_PAPERS)
    by = By(actor=SYSTEM, channel=Channel.SYSTEM, key="open")
    assert isinstance(carry_out(made, by, "c_1", {}, lambda _: [opened, asked, agreed]), Done)
    return made


def send(desk: Desk, *files: bytes, item: int = 1) -> str:
    """Send a paper of these files; its id."""
    paper = ""
    for number, data in enumerate(files):
        by = By(actor=AGENT, channel=Channel.WEB, key=f"{item}:{number}:{data!r}")
        done = receive_paper(desk, by, "c_1", item=item, name="a.pdf", data=b"%PDF-" + data, paper=paper)
        assert isinstance(done, Done)
        paper = getattr(done.events[0].fact, "paper", "")
    return paper


def was_read(desk: Desk) -> list[PaperRead]:
    return [event.fact for event in desk.ledger.events("c_1") if isinstance(event.fact, PaperRead)]


def values(fact: PaperRead) -> dict[str, str]:
    assert fact.reading is not None
    return {field.name: field.value for field in fact.reading.fields}


def test_a_paper_of_several_files_is_read_once_as_a_whole(desk: Desk):
    paper = send(desk, b"front", b"back")
    assert was_read(desk) == []
    while work(desk):
        pass
    (fact,) = was_read(desk)
    assert fact.reading is not None
    assert (fact.paper, fact.legible, fact.reading.by, fact.reading.faults) == (paper, True, "machine", ())
    assert values(fact) == CARD.fields
    assert [(p.number, p.turned_degrees) for p in fact.reading.pages] == [(1, 90), (2, 90)]
    assert [desk.vault.open(p.image) for p in fact.reading.pages] == [b"upright front", b"upright back"]
    sent = load(desk, "c_1").paper(paper)
    assert sent is not None
    assert (sent.legible, sent.reading) == (True, fact.reading)


def test_a_page_that_comes_later_has_the_whole_paper_read_again(desk: Desk):
    paper = send(desk, b"front")
    work(desk)
    by = By(actor=AGENT, channel=Channel.WEB, key="later")
    receive_paper(desk, by, "c_1", item=1, name="b.pdf", data=b"%PDF-back", paper=paper)
    work(desk)
    first, second = was_read(desk)
    assert first.reading is not None
    assert first.reading.faults == (Fault(code=FaultCode.BACK_MISSING),)
    assert values(second) == CARD.fields


def test_a_bad_page_is_told_with_its_number(desk: Desk):
    send(desk, b"back,blurred")
    work(desk)
    (fact,) = was_read(desk)
    assert fact.reading is not None
    assert (fact.legible, fact.reading.faults) == (False, (Fault(code=FaultCode.BLURRED, page=2),))


def test_a_file_that_cannot_be_opened_is_told(desk: Desk):
    send(desk, b"locked")
    work(desk)
    (fact,) = was_read(desk)
    assert fact.reading is not None
    assert (fact.legible, fact.reading.faults, fact.reading.pages) == (False, (Fault(code=FaultCode.ENCRYPTED),), ())


def test_another_paper_than_the_one_asked_for_is_told_where_the_item_is_plain(desk: Desk):
    send(desk, b"ill")
    send(desk, b"front,back", item=2)
    work(desk)
    other, any_paper = (fact.reading for fact in was_read(desk))
    assert other is not None
    assert any_paper is not None
    assert other.faults == (Fault(code=FaultCode.OTHER_KIND),)
    assert any_paper.faults == ()


def test_a_page_no_machine_reads_is_a_persons_and_its_picture_is_kept(desk: Desk):
    send(desk, b"front,handwritten")
    work(desk)
    (fact,) = was_read(desk)
    assert fact.reading is not None
    assert (fact.legible, fact.reading.by, fact.reading.fields) == (True, "person", ())
    assert [desk.vault.open(p.image) for p in fact.reading.pages] == [b"upright front", b"handwritten"]


@pytest.mark.parametrize(
    ("item", "data", "retention"), [(2, b"ill", "health"), (2, b"x", "health"), (1, b"x", "finance")]
)
def test_pictures_live_no_longer_than_the_paper(desk: Desk, item: int, data: bytes, retention: str):
    send(desk, data, item=item)
    kept: list[str] = []
    keep = desk.vault.keep
    desk.vault.keep = lambda case, of, bytes: kept.append(of) or keep(case, of, bytes)  # type: ignore
    work(desk)
    assert kept == [retention]


def test_what_was_cut_off_is_tried_again_and_recorded_once(desk: Desk):
    send(desk, b"front,back")
    desk.renderer.broken = 1  # type: ignore[attr-defined]
    work(desk)
    desk.reader.away = True  # type: ignore[attr-defined]
    clock_of(desk).advance(minutes=1)
    work(desk)
    assert was_read(desk) == []
    desk.reader.away = False  # type: ignore[attr-defined]
    clock_of(desk).advance(minutes=1)
    assert work(desk) == 1
    assert len(was_read(desk)) == 1


def test_a_worker_that_died_after_recording_records_nothing_again(desk: Desk):
    send(desk, b"front,back")
    done = desk.agenda.done
    desk.agenda.done = lambda item: None  # type: ignore[method-assign]
    work(desk)
    desk.agenda.done = done  # type: ignore[method-assign]
    asked = desk.reader.asked  # type: ignore[attr-defined]
    clock_of(desk).advance(seconds=READ_SECONDS)
    assert work(desk) == 1
    assert (len(was_read(desk)), desk.reader.asked) == (1, asked)  # type: ignore[attr-defined]


def test_what_fails_for_the_last_time_goes_to_a_person(desk: Desk):
    send(desk, b"front")
    desk.renderer.broken = TRIES_MAX  # type: ignore[attr-defined]
    for _ in range(TRIES_MAX):
        work(desk)
        clock_of(desk).advance(hours=5)
    (fact,) = was_read(desk)
    assert fact.reading is not None
    assert (fact.legible, fact.reading.by) == (True, "person")
    assert [given.kind for given in desk.agenda.given_up()] == ["read"]


def test_an_erased_paper_is_not_read(desk: Desk):
    send(desk, b"ill", item=2)
    desk.ledger.forget("c_1", "health")  # type: ignore[attr-defined]
    assert work(desk) == 1
    assert was_read(desk) == []


def test_messages_do_not_wait_for_a_reading(desk: Desk):
    send(desk, b"front")
    assert work(desk, lane=Lane.REST) == 0
    assert work(desk, 1, lane=Lane.READING) == 1
    assert desk.agenda.next_due_at() is None
    assert len(was_read(desk)) == 1


def test_while_a_page_is_read_nobody_else_takes_the_paper(desk: Desk):
    send(desk, b"front,back")
    seen: list[datetime | None] = []
    read = desk.reader.read
    desk.reader.read = lambda p, n: seen.append(desk.agenda.next_due_at()) or read(p, n)  # type: ignore
    work(desk)
    assert seen == [AT + timedelta(seconds=READ_SECONDS)] * 2
