"""Room 3, what a paper says: a machine reads what came, so that she learns at once whether it will do.

A due thing, `read`, made in the transaction that receives a page. Pictures are made of the file, read one by one, kept
in the vault beside it; what was read is one fact. Killed anywhere, it is done again from the start and recorded once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from forbear.actions.ports import Desk, Due, Reader, Renderer
from forbear.actions.record import By, Decision, Done, carry_out, load
from forbear.core import events as e
from forbear.core.evidence import Item, PaperFacts
from forbear.core.file import CaseFile
from forbear.core.page_quality import Measured, judged
from forbear.core.paper import faults_of, read_paper
from forbear.core.reading import Fault, Line, Page, PaperKind, Reading
from forbear.core.refusal import Refusal


class Eyes(Protocol):
    """What it takes to look at a file; the desk has it."""

    @property
    def renderer(self) -> Renderer: ...

    @property
    def reader(self) -> Reader: ...


@dataclass(frozen=True)
class Sight:
    """Eyes of one's own, without a desk."""

    renderer: Renderer
    reader: Reader


def reading_due(desk: Desk, case_id: str, came: e.PaperReceived) -> tuple[Due, ...]:
    """What becomes due with a page that came, in the same transaction."""
    body: dict[str, str | int] = {"paper": came.paper, "page": came.page}
    key = f"read:{came.paper}:{came.page}"
    return (Due(key=key, kind="read", due_at=desk.clock.now(), case_id=case_id, body=body),)


def read_paper_sent(
    desk: Desk, by: By, case_id: str, paper: str, page: int, go_on: Callable[[], None] = lambda: None
) -> Done | Refusal | None:
    """Read all pages of a paper that came so far; None where nothing is to be read: it was read, more pages came after
    `page` (which are due themselves), or it was erased. `go_on` is called before each page, which may take a minute.

    Raises RendererAway and ReaderAway, and what the vault raises, when it is to be tried again.
    """
    file = load(desk, case_id)
    files = _to_read(file, paper, page)
    if not files:
        return None
    look = _Look()
    for facts in files:
        try:
            data = desk.vault.open(facts.blob)
        except KeyError:  # its key was destroyed: there is nothing to read and nothing to tell
            return None
        go_on()
        look.take(desk, data, facts.mime, go_on)
    reading, legible = look.verdict()
    if look.by_machine and reading.pages:
        reading = replace(reading, faults=faults_of(reading, _wanted(file, paper), desk.clock.today()))
    health = reading.health or any(facts.health for facts in files)
    kept = [desk.vault.keep(case_id, "health" if health else "finance", picture) for picture in look.pictures]
    pages = tuple(replace(p, image=blob) for p, blob in zip(reading.pages, kept, strict=True))
    if file.party is not None:
        looks = [p.look for p in pages if p.look]
        desk.marks.enter(case_id, file.party.borrower_id, paper, [facts.sha256 for facts in files], looks)
    reading = replace(reading, pages=pages, about=tuple(look.about))
    return _record(desk, by, case_id, paper, page, reading, legible)


def leave_to_person(desk: Desk, by: By, case_id: str, paper: str, page: int) -> Done | Refusal | None:
    """Reading failed for the last time: whoever waits for a verdict hears that a person looks at it."""
    if not _to_read(load(desk, case_id), paper, page):
        return None
    return _record(desk, by, case_id, paper, page, Reading(kind=PaperKind.UNKNOWN, pages=(), by="person"), True)


def _record(desk: Desk, by: By, case_id: str, paper: str, page: int, reading: Reading, legible: bool) -> Done | Refusal:
    def decide(file: CaseFile) -> Decision:
        if not _to_read(file, paper, page):
            return ()
        return [e.PaperRead(paper=paper, legible=legible, reading=reading)]

    # What is asked is the paper as it stands; what comes of it may differ from one try to the next by a blob's name.
    return carry_out(desk, by, case_id, {"read": paper, "page": page}, decide)


def _to_read(file: CaseFile, paper: str, page: int) -> tuple[PaperFacts, ...]:
    """The files of a paper in the order of its pages; () where there is nothing to do for this page."""
    came: dict[int, e.PaperReceived] = {}
    last = 0
    for recorded in file.events:
        if isinstance(recorded.fact, e.PaperReceived) and recorded.fact.paper == paper:
            came[recorded.fact.page] = recorded.fact
            last = recorded.fact.page
        elif isinstance(recorded.fact, e.PaperRead) and recorded.fact.paper == paper:
            last = 0
    facts = [came[number].facts for number in sorted(came)]
    known = tuple(one for one in facts if one is not None)
    return known if last == page and len(known) == len(facts) else ()


@dataclass
class _Look:
    """What was seen of a paper so far, over all its files."""

    pages: list[Page] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    measured: dict[int, Measured] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    about: list[tuple[str, str]] = field(default_factory=list)

    def take(self, eyes: Eyes, data: bytes, mime: str, go_on: Callable[[], None]) -> None:
        """Read the pages of one file."""
        rendered = eyes.renderer.pages(data, mime)
        before = len(self.pages)
        self.about += rendered.about
        self.faults += [replace(fault, page=fault.page and before + fault.page) for fault in rendered.faults]
        for image in rendered.pages:
            go_on()
            number = len(self.pages) + 1
            looked = eyes.reader.read(image.jpeg, number)
            if looked is None:
                self.pages.append(Page(number=number, width=image.width, height=image.height))
                self.pictures.append(image.jpeg)
                continue
            self.pages.append(looked.page)
            self.pictures.append(looked.picture)
            self.lines += looked.lines
            self.measured[number] = looked.measured

    @property
    def by_machine(self) -> bool:
        """Whether a machine read every page; one it could not is a person's, and with it the whole paper."""
        return len(self.measured) == len(self.pages)

    def verdict(self) -> tuple[Reading, bool]:
        """What the pages say, and whether it can be trusted; read by a person where the machine did not read all."""
        pages = tuple(self.pages)
        if not self.by_machine:
            return Reading(kind=PaperKind.UNKNOWN, pages=pages, faults=tuple(self.faults), by="person"), True
        if not pages:
            return Reading(kind=PaperKind.UNKNOWN, pages=(), faults=tuple(self.faults)), False
        reading, legible = judged(read_paper(self.lines, pages), self.measured)
        return replace(reading, faults=(*self.faults, *reading.faults)), legible


def _wanted(file: CaseFile, paper: str) -> frozenset[PaperKind]:
    """The kinds that were asked for; none where no machine knows some of them, so that any may be right."""
    item = _item_of(file, paper)
    known = {kind.value for kind in PaperKind if kind is not PaperKind.UNKNOWN}
    if item is None or not set(item.kinds) <= known:
        return frozenset()
    return frozenset(PaperKind(kind) for kind in item.kinds)


def _item_of(file: CaseFile, paper: str) -> Item | None:
    sent = next((p for p in file.papers if p.paper == paper), None)
    return next((item for item in file.items if sent and item.number == sent.item), None)


def look_at(eyes: Eyes, data: bytes, mime: str) -> tuple[Reading, bool]:
    """Read a file that belongs to no case, keeping nothing: what `forbear papers read` shows. Raises RendererAway."""
    look = _Look()
    look.take(eyes, data, mime, lambda: None)
    return look.verdict()
