"""Where things stand in a TOML file: tomllib gives values without positions, a fault needs line and column.

A scanner, not a parser: it runs over text that tomllib has already read, and only follows strings, comments and
brackets far enough to say where each table, each key's value and each row of a value begins.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property

BARE = re.compile(r"\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?|([A-Za-z0-9_.\"'-]+)\s*=\s*")
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\n\s*|.)", re.DOTALL)


class TablePlaces(Mapping[str, tuple[int, int]]):
    """Field → (line, column), both from 1, of one table. Worked out when first asked for: most files have no fault."""

    def __init__(self, places: "Places", table: str, index: int) -> None:
        self._places, self._table = places, (table, index)

    @cached_property
    def _held(self) -> dict[str, tuple[int, int]]:
        places = self._places
        return {field: places.at(offset) for field, offset in places.offsets.get(self._table, {}).items()}

    def __getitem__(self, field: str) -> tuple[int, int]:
        return self._held[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


class Places:
    """Offsets into one file's text. `of("param", 2)`: the places of the third [[param]].

    The empty field is the table itself, `value[1]` the second row of the field `value`.
    """

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")

    def of(self, table: str, index: int) -> TablePlaces:
        """Line and column of a table and its fields."""
        return TablePlaces(self, table, index)

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def inside(self, table: str, index: int, field: str, line: int, column: int) -> tuple[int, int]:
        """Line and column in the file of a line and column inside the text a field holds."""
        start = self.offsets.get((table, index), {}).get(field)
        if start is None or self.text[start] not in "\"'":
            return self.of(table, index).get(field) or self.of(table, index).get("") or (0, 0)
        held, offsets = string_at(self.text, start)
        lines = held.split("\n")
        place = sum(len(one) + 1 for one in lines[: max(line, 1) - 1]) + max(column, 1) - 1
        return self.at(offsets[min(place, len(held))])

    @cached_property
    def offsets(self) -> dict[tuple[str, int], dict[str, int]]:
        """(table, index) → field → offset."""
        text, offset, table = self.text, 0, ("", 0)
        counts: dict[str, int] = {}
        found_at: dict[tuple[str, int], dict[str, int]] = {table: {}}
        while offset < len(text):
            offset = _past_blank(text, offset)
            found = BARE.match(text, offset)
            if not found:
                offset = _line_end(text, offset) + 1
                continue
            header, key = found.groups()
            if header is None:
                name = key.strip("\"'")
                offset = self._value(found_at, table, name, found.end())
            elif text.startswith("[[", offset):
                table = (header, counts.get(header, 0))
                counts[header] = table[1] + 1
                found_at[table] = {"": offset}
                offset = found.end()
            else:
                # [param.source] belongs to the [[param]] before it.
                owner, _, field = header.partition(".")
                inner = (owner, counts.get(owner, 0) - 1)
                found_at.setdefault(inner, {}).setdefault(field, offset)
                table = (header, 0) if not field else (header, inner[1])
                found_at.setdefault(table, {"": offset})
                offset = found.end()
        return found_at

    def _value(
        self, found_at: dict[tuple[str, int], dict[str, int]], table: tuple[str, int], name: str, start: int
    ) -> int:
        """Note where a value and its rows begin; the offset after the line it ends on."""
        text, offset, depth, row = self.text, start, 0, 0
        places = found_at[table]
        places[name] = start
        while offset < len(text):
            sign = text[offset]
            if sign in "\"'":
                offset = _string_end(text, offset)
                continue
            if sign == "#":
                offset = _line_end(text, offset)
                continue
            if sign == "\n" and depth == 0:
                break
            if sign == "{" and depth == 1:
                places[f"{name}[{row}]"] = offset
                if table == ("", 0):
                    found_at[name, row] = {"": offset}
                row += 1
            depth += (sign in "[{") - (sign in "]}")
            offset += 1
        return offset + 1


def string_at(text: str, start: int) -> tuple[str, list[int]]:
    """The TOML string that begins at an offset, and the offset of each of its characters and of its end."""
    quote = text[start : start + 3] if text[start : start + 3] in ('"""', "'''") else text[start]
    end = _string_end(text, start) - len(quote)
    offset = start + len(quote)
    if len(quote) == 3 and text.startswith("\n", offset):
        offset += 1
    held, offsets = [], []
    while offset < end:
        escape = ESCAPE.match(text, offset) if quote[0] == '"' else None
        said = escape.group(1) if escape else text[offset]
        if not (escape and said.strip(" \t\n") == ""):
            held.append(_unescaped(said) if escape else said)
            offsets.append(offset)
        offset = escape.end() if escape else offset + 1
    return "".join(held), [*offsets, end]


def _unescaped(said: str) -> str:
    if said[0] in "uU" and len(said) > 1:
        return chr(int(said[1:], 16))
    return {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}.get(said, said)


def _string_end(text: str, start: int) -> int:
    """The offset after a string's closing quotes."""
    sign, three = text[start], text[start : start + 3] in ('"""', "'''")
    offset = start + (3 if three else 1)
    while offset < len(text):
        if text[offset] == "\\" and sign == '"':
            offset += 2
        elif three and text.startswith(sign * 3, offset):
            while text.startswith(sign, offset + 3):
                offset += 1
            return offset + 3
        elif not three and text[offset] in (sign, "\n"):
            return offset + 1
        else:
            offset += 1
    return len(text)


def _past_blank(text: str, offset: int) -> int:
    while offset < len(text) and text[offset] in " \t\n":
        offset += 1
    return offset


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end
