"""What a tool measured, kept between two marks of a page of docs/."""

from pathlib import Path


def keep_between(page: Path, marks: tuple[str, str], text: str, section: str = "") -> None:
    """Put a text between the marks. `section`: the heading and words under which a page gets them that has none yet."""
    whole = page.read_text("utf-8")
    if marks[0] not in whole:
        assert section, f"{page} has no {marks[0]}"
        whole = f"{whole.rstrip()}\n\n{section}\n\n{marks[0]}\n{marks[1]}\n"
    before, _, rest = whole.partition(marks[0])
    told, after = text.strip("\n"), rest.partition(marks[1])[2]
    page.write_text(f"{before}{marks[0]}\n{told}\n{marks[1]}{after}", "utf-8")
