"""`forbear story FILE`: tell a whole case from a file, on a desk in memory and a moved clock, and see it go as written.

Needs no database and changes nothing. tests/stories has examples; docs/stories.md says how one is written.
"""

import argparse
import sys
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Add `story` to the command's subcommands."""
    parser = subparsers.add_parser("story", help="tell a whole case from a file and see it go as written")
    parser.add_argument("file", type=Path, metavar="FILE", help="the story, such as tests/stories/illness.story")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when it goes as written, 1 with the line when it does not, 2 when the file cannot be read as a story."""
    from forbear.adapters.memory import memory_desk
    from forbear.town.stories import Broken, tell
    from forbear.town.story_text import Unreadable, read_story

    try:
        story = read_story(arguments.file.read_text("utf-8"))
        desk = memory_desk(at=story.begins_at, rows=story.rows)
    except (OSError, UnicodeDecodeError, Unreadable, StopIteration) as fault:
        print(f"{arguments.file}: {fault or 'nothing happens in it'}", file=sys.stderr)
        return 2
    print(story.title)
    try:
        for line in tell(story, desk):
            print(f"  {line}")
    except Broken as broken:
        print(f"{arguments.file}: {broken}", file=sys.stderr)
        return 1
    return 0
