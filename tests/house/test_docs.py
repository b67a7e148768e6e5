"""Documents do not go stale: links lead somewhere, files and commands they name exist, each page has one title."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, name, none

DOCUMENTS = files("*.md")
FILE_ENDINGS = "py|md|toml|html|css|js|json|txt|typ|svg|png"
HOME_FOLDER = re.compile(r"(?<![\w.])/(?:home|root|Users)/\w+")
MADE_LATER = {".home", ".venv", "pyproject.toml"}


def titles(text: str) -> list[str]:
    """The titles of a page, outside of code blocks."""
    return re.findall(r"^# .+$", _prose(text), flags=re.MULTILINE)


def dead_links(text: str, folder: Path) -> Iterator[str]:
    """Relative links and pictures that lead to no file."""
    for target in re.findall(r"\]\(([^)\s]+)", _prose(text)):
        place = target.split("#")[0]
        if place and not re.match(r"[a-z]+:", place) and not (folder / place).exists():
            yield target


def missing_files(text: str) -> Iterator[str]:
    """Files of the project named in `code marks`, with their folder, that are not there."""
    for path in re.findall(rf"`((?:[\w.-]+/)+[\w.-]+\.(?:{FILE_ENDINGS}))`", _prose(text)):
        roots = (ROOT, ROOT / "forbear", ROOT / "forbear/rulebook")
        if path.split("/")[0] not in MADE_LATER and not any((root / path).exists() for root in roots):
            yield path


def missing_commands(text: str, known: set[str]) -> Iterator[str]:
    """`make` targets named that the Makefile does not have."""
    for target in re.findall(r"(?:^|`|\s)make ([a-z][a-z-]*)(?=`|$|\s)", "\n".join(_code(text)), flags=re.MULTILINE):
        if target not in known:
            yield target


def wrong_commands(text: str) -> Iterator[str]:
    """Lines for a shell that call `forbear` with words it does not take; <what a reader fills in> counts as given."""
    from forbear.config import cli

    for block in re.findall(r"^```sh$.*?^```", text, flags=re.MULTILINE | re.DOTALL):
        for line in re.findall(r"(?:^|[ /])forbear ([a-z].*)$", block.replace("\\\n", " "), flags=re.MULTILINE):
            words = shlex.split(re.split(r"\s#|\s[|&>]", re.sub(r"<[^>]*>", "X", line))[0])
            try:
                with redirect_stderr(StringIO()) as said:
                    assert words[0] in cli.COMMANDS, f"there is no command {words[0]}"
                    cli.parser_of(words[0]).parse_args(words)
            except (AssertionError, SystemExit) as no:
                yield f"forbear {line}: {said.getvalue().strip() or no}"


def targets() -> set[str]:
    """What the Makefile can make."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))


def _prose(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def _code(text: str) -> list[str]:
    blocks = re.findall(r"^```.*?^```", text, flags=re.MULTILINE | re.DOTALL)
    return blocks + re.findall(r"`[^`\n]+`", _prose(text))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_a_page_has_one_title_and_leads_nowhere_dead(path: Path):
    text = path.read_text("utf-8")
    assert len(titles(text)) == 1
    none(f"dead link: {link}" for link in dead_links(text, path.parent))
    none(f"no such file: {file}" for file in missing_files(text))
    none(f"no such target: make {target}" for target in missing_commands(text, targets()))
    none(wrong_commands(text))


def test_the_readme_names_the_commands_of_the_makefile():
    spoken = {"run", "test", "check", "fix", "bench", "docs", "screenshots"}
    assert spoken <= targets()
    for readme in ("README.md", "README.zh.md"):
        text = (ROOT / readme).read_text("utf-8")
        none(f"{readme} does not name make {target}" for target in sorted(spoken) if f"make {target}" not in text)


def test_the_verifier_in_a_bundle_is_as_short_as_they_say():
    lines = len((ROOT / "forbear/published/verify.py").read_text("utf-8").splitlines())
    assert lines < 300
    for readme in ("README.md", "README.zh.md"):
        assert re.search(rf"\b{lines} (lines|行)", (ROOT / readme).read_text("utf-8")), (
            f"{readme}: it has {lines} lines"
        )


def test_every_command_is_told_in_the_manual():
    from forbear.config.cli import COMMANDS

    manual = (ROOT / "docs/run.md").read_text("utf-8")
    none(f"docs/run.md does not name forbear {command}" for command in COMMANDS if f"forbear {command}" not in manual)


def test_every_setting_is_told_in_the_manual():
    manual = (ROOT / "docs/run.md").read_text("utf-8")
    sources = [path.read_text("utf-8") for path in files("forbear/*.py")]
    read = {found for source in sources for found in re.findall(r'"((?:FORBEAR|SMTP|DATABASE)_[A-Z_]+|PORT)"', source)}
    assert {"FORBEAR_HOME", "DATABASE_URL", "PORT"} <= read
    none(f"docs/run.md does not tell {variable}" for variable in sorted(read) if variable not in manual)


def test_no_file_names_a_path_of_somebodys_machine():
    """A clone stands anywhere; what is written in it leads to itself or to the public."""
    assert HOME_FOLDER.findall("see /" + "home/ann/notes") == ["/" + "home/ann"]
    for path in files("*"):
        if path.suffix not in (".png", ".parquet"):
            found = HOME_FOLDER.findall(path.read_text("utf-8", errors="replace"))
            none(f"{name(path)} names {folder}" for folder in found)


def test_stale_documents_are_seen(tmp_path: Path):
    (tmp_path / "there.md").write_text("# There")
    text = (
        "# One\n```\n# no title\n```\n[a](there.md#x) [b](gone.md) [c](https://example.org) `forbear/gone.py` `a/b`\n"
    )
    assert titles(text) == ["# One"]
    assert list(dead_links(text, tmp_path)) == ["gone.md"]
    assert list(missing_files(text + "`core/money.py` `forbear/core/money.py`")) == ["forbear/gone.py"]
    assert list(missing_commands("`make run` make nothing\n```\nmake gone\n```", {"run"})) == ["gone"]
    code = "```sh\n.venv/bin/forbear plan CASE.json  # a case\nforbear plan --json\nforbear pay | head\n```"
    assert [line.partition(":")[0] for line in wrong_commands(code)] == ["forbear plan --json", "forbear pay | head"]


def test_the_generated_pages_are_fresh():
    done = subprocess.run(
        [sys.executable, "tools/docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
