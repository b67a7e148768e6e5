"""Settings in a TOML file. What makes no sense is a ValueError that names the place and says what would be right."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def read_toml(file: Path) -> dict[str, Any]:
    """The file's tables; raises ValueError, which names the file."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file} is no TOML: {error}.") from None


class Section:
    """A table of the file with a name for complaints."""

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self.name, self.values = name, values
        self._at = f"[{name}] " if name else ""

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it has to be there."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise ValueError(f'{self._at}{key} is missing or no text; write {key} = "…".')
        return value.strip()

    def secret(self, key: str) -> str:
        """A text, or the first line of the file that <key>_file names."""
        if f"{key}_file" not in self.values:
            return self.text(key)
        file = Path(self.text(f"{key}_file"))
        try:
            return file.read_text("utf-8").strip()
        except OSError as error:
            raise ValueError(f"{self._at}{key}_file is {file}; it cannot be read: {error.strerror}.") from None

    def choice(self, key: str, those: Sequence[str], default: str) -> str:
        value = self.text(key, default)
        if value not in those:
            raise ValueError(f"{self._at}{key} is {value!r}; write one of {', '.join(those)}.")
        return value

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"{self._at}{key} is no whole number from {least} to {most}.")
        return value

    def names(self, key: str) -> list[str]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ValueError(f'{self._at}{key} is no list of texts; write {key} = ["…", "…"].')
        return value

    def table(self, key: str, default: Mapping[str, str] | None = None) -> dict[str, str]:
        value = self.values.get(key, default or {})
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise ValueError(f'{self._at}{key} is no table of texts; write {key} = {{name = "…"}}.')
        return dict(value)

    def tree(self, key: str) -> dict[str, Any]:
        value = self.values.get(key)
        if not isinstance(value, dict):
            raise ValueError(f"{self._at}{key} is missing: write [{self.name}.{key}] and what is in it.")
        return value
