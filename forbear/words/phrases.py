"""What people mean by what they type, in every language: phrases/<language>.toml, as plain data.

core/hearing.py makes a lexicon of it; a lender's own turns of phrase are added in those files.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from forbear.words import LANGUAGES


@cache
def phrases() -> Mapping[str, Mapping[str, Any]]:
    """The phrases by language."""
    folder = resources.files("forbear").joinpath("phrases")
    return {to: tomllib.loads(folder.joinpath(f"{to}.toml").read_text("utf-8")) for to in LANGUAGES}
