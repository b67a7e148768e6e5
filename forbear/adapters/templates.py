"""The texts an agreement can be printed by: those of this house, one of the lender's own, and every one used before.

A lender's own directory is named by its digest, so that a changed word is another template, and a copy of what was used
stays in the data directory: what was signed by it can be printed again for ever. Its form is told in docs/agreement.md.
"""

import logging
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

BYTES_MOST = 1_000_000
PACKAGE = re.compile(rb'"@[a-z]+/[^"]*"')
"""What a layout would fetch over the network, or from the machine it happens to run on."""
LAYOUT_FILE = "agreement.typ"
FILES = ("template.toml", "zh.toml", "en.toml", LAYOUT_FILE)
STANDARDS = ("a-3a", "ua-1")
"""PDF/A-3, since a statement is attached when it is signed, tagged for those who hear it."""
HOUSE = "cn-instalment-3"
"""What is printed by where the lender has no template of its own."""
LAYOUT = "cn-instalment-2"
"""Whose layout is used where a template has none and names none (`layout`): for ever, or its bytes would change."""


log = logging.getLogger(__name__)


class BadTemplate(ValueError):
    """A template that cannot be read; the text names the file and says what would be right."""


@dataclass(frozen=True)
class Sentence:
    """One sentence of a clause, or a block where it begins with @. `when`: the condition it is said on, "" always."""

    key: str
    says: str
    when: str = ""


@dataclass(frozen=True)
class Template:
    """`name` as agreements carry it; `clauses` in order; `words` by language: key → sentence or label; `files`: what it
    was read from, byte for byte.
    """

    name: str
    clauses: tuple[str, ...]
    words: Mapping[str, Mapping[str, Any]]
    layout: bytes
    standards: tuple[str, ...]
    fields: bool
    files: Mapping[str, bytes] = field(repr=False)

    def clause(self, language: str, clause: str) -> Iterator[Sentence]:
        """The sentences and blocks of a clause, in the order of the file; its title is none of them."""
        said = self.words[language].get(clause)
        for key, value in said.items() if isinstance(said, dict) else ():
            if key == "title":
                continue
            if isinstance(value, dict):
                yield Sentence(f"{clause}.{key}", value["says"], value["when"])
            else:
                yield Sentence(f"{clause}.{key}", value)

    def text(self, language: str, key: str) -> str:
        """A label or a title by its dotted key; KeyError."""
        found: Any = self.words[language]
        for part in key.split("."):
            found = found[part]
        return str(found)


class Templates:
    """`own`: the lender's directory, None for the house's; `kept`: where copies of those used are kept; `faults`: what
    is wrong with a text. One that was spoiled while this process runs is not used: the one before it goes on.
    """

    def __init__(
        self,
        own: Path | None = None,
        kept: Path | None = None,
        faults: Callable[[Template], Iterator[str]] = lambda _: iter(()),
    ) -> None:
        self._own, self._kept, self._faults = own, kept, faults
        self._last = read_template(own) if own else None

    def current(self) -> Template:
        """What new agreements are printed by; a copy of it is kept from now on."""
        if self._own is None:
            return named_in_house(HOUSE)
        try:
            template = read_template(self._own)
            if self._last is None or template.name != self._last.name:
                for fault in self._faults(template):
                    raise BadTemplate(fault)
            self._last = template
        except BadTemplate as fault:
            log.error("the text of agreements in %s cannot be used, the one before it goes on: %s", self._own, fault)
        assert self._last is not None, "what was read first"
        if self._kept is not None:
            _keep(self._last, self._kept / self._last.name)
        return self._last

    def named(self, name: str) -> Template:
        """The template an agreement was printed by; KeyError where there is none of that name."""
        if "+" not in name:
            return named_in_house(name)
        folder = self._kept / name if self._kept else None
        if folder is None or not folder.is_dir():
            raise KeyError(name)
        template = read_template(folder)
        if template.name != name:
            raise KeyError(f"{name}: what is kept of it was changed")
        return template


@cache
def named_in_house(name: str) -> Template:
    """One of this house's; KeyError."""
    folder = resources.files("forbear.agreements").joinpath(name)
    if not name or "/" in name or not folder.is_dir():
        raise KeyError(name)
    return _read({file: folder.joinpath(file).read_bytes() for file in FILES}, name)


def read_template(folder: Path) -> Template:
    """A lender's directory; raises BadTemplate. Its name is <name>+<the first 16 signs of its SHA-256>."""
    found = {file: _bytes(folder, file) for file in FILES}
    digest = sha256()
    for data in found.values():
        digest.update(len(data or b"").to_bytes(8) + (data or b""))
    files = {file: data for file, data in found.items() if data is not None}
    return _read(files, "", "+" + digest.hexdigest()[:16])


def _bytes(folder: Path, file: str) -> bytes | None:
    """A file of a lender's directory; None where it has no layout of its own."""
    try:
        with (folder / file).open("rb") as opened:
            data = opened.read(BYTES_MOST + 1)
    except FileNotFoundError:
        if file != LAYOUT_FILE:
            raise BadTemplate(f"{folder} has no {file}") from None
        return None
    except OSError as error:
        raise BadTemplate(f"{file}: it cannot be read: {error.strerror}") from None
    if len(data) > BYTES_MOST:
        raise BadTemplate(f"{file} is too large; a text of agreements takes at most {BYTES_MOST:,} bytes a file")
    _text(file, data)
    if file == LAYOUT_FILE and (found := PACKAGE.search(data)):
        name = found[0].decode("utf-8", "replace").strip('"')
        raise BadTemplate(f"{file} takes in {name} from outside; a layout stands alone, so write what it needs into it")
    return data


def _text(file: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")  # some editors put a mark before it that says so
    except UnicodeDecodeError as error:
        raise BadTemplate(f"{file} is not UTF-8 from byte {error.start:,} on; save it as UTF-8") from None


def _read(files: Mapping[str, bytes], name: str, mark: str = "") -> Template:
    about, words = _toml(files, "template.toml"), {one: _toml(files, f"{one}.toml") for one in ("zh", "en")}
    clauses, standards = about.get("clauses"), about.get("standards", list(STANDARDS))
    if not isinstance(clauses, list) or not clauses or not all(isinstance(one, str) for one in clauses):
        raise BadTemplate(
            'template.toml: clauses is missing; write clauses = ["parties", …], in the order they are read'
        )
    if not isinstance(about.get("name"), str) or not _plain(about["name"]):
        raise BadTemplate('template.toml: name is missing; write name = "our-agreement": letters, digits and hyphens')
    if not isinstance(standards, list) or not all(isinstance(one, str) for one in standards):
        raise BadTemplate(f"template.toml: standards is no list of texts; write standards = {list(STANDARDS)}")
    for language, said in words.items():
        _shapes(f"{language}.toml", said)
    return Template(
        name=name or about["name"] + mark,
        clauses=tuple(clauses),
        words=words,
        layout=_layout(files, str(about.get("layout", LAYOUT))),
        standards=tuple(standards),
        fields=about.get("fields", True) is True,
        files=files,
    )


def _layout(files: Mapping[str, bytes], house: str) -> bytes:
    """Its own, or the one of this house that it names."""
    if LAYOUT_FILE in files:
        return files[LAYOUT_FILE]
    found = resources.files("forbear.agreements").joinpath(house, LAYOUT_FILE)
    if not found.is_file() or "/" in house:
        raise BadTemplate(f"template.toml: there is no layout {house!r}; write layout = {HOUSE!r}, or leave it out")
    return found.read_bytes()


def _plain(name: str) -> bool:
    return 0 < len(name) <= 60 and all(char.isascii() and (char.isalnum() or char == "-") for char in name)


def _toml(files: Mapping[str, bytes], file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(file, files[file]))
    except tomllib.TOMLDecodeError as error:
        raise BadTemplate(f"{file}: {error}") from None


def _shapes(file: str, words: Mapping[str, Any], path: str = "") -> None:
    """Texts, tables of texts, and sentences with a condition; nothing else, and every brace closed."""
    for key, value in words.items():
        at = f"{path}{key}"
        if isinstance(value, dict) and not {"when", "says"} & set(value) and not path:
            _shapes(file, value, f"{at}.")
            continue
        if isinstance(value, dict):
            if set(value) != {"when", "says"} or not all(isinstance(one, str) for one in value.values()):
                raise BadTemplate(f'{file}: {at} is no sentence; write {key} = {{ when = "waived", says = "…" }}')
            value = value["says"]
        if not isinstance(value, str):
            raise BadTemplate(f'{file}: {at} is no text; write {key} = "…"')
        try:
            list(Formatter().parse(value))
        except ValueError as error:
            raise BadTemplate(f"{file}: {at}: {error}") from None


def _keep(template: Template, into: Path) -> None:
    """A copy of what was read under its name, whole or not at all; several processes may start at once."""
    if into.is_dir():
        return
    into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = into.with_name(f".{into.name}-{os.getpid()}-{os.urandom(4).hex()}")
    draft.mkdir(mode=0o700)
    for file, data in template.files.items():
        (draft / file).write_bytes(data)
    try:
        draft.rename(into)
    except OSError:
        shutil.rmtree(draft)
