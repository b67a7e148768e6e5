"""Rulebooks written for one test: a key, a value, a file a layer, and the faults that loading them finds."""

from datetime import date
from pathlib import Path

import pytest

from forbear.adapters.rulebook import RulebookAtFault, load_layers

ON = date(2026, 3, 2)
KEYS = """
[[key]]
key = "cap.annual_cost"
unit = "ppm"
tighter = "lower"
"""
CAP = """
[[param]]
key = "cap.annual_cost"
value = {value}
unit = "ppm"
from = {start}
force = "{force}"
source = {{ title = "{title}" }}
status = "V"
checked_on = 2026-01-01
"""


def cap(value="240_000", start="2020-01-01", force="regulatory", title="a text", **more):
    content = CAP.format(value=value, start=start, force=force, title=title)
    return content + "".join(f'{name} = "{value}"\n' for name, value in more.items())


def written(tmp_path: Path, **files: str) -> list[str]:
    """One file a layer; `base__key` is not a layer but base again, in another file."""
    for layer, content in files.items():
        name, _, file = layer.partition("__")
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / f"{file or 'rules'}.toml").write_text(content, "utf-8")
    return list(dict.fromkeys(layer.partition("__")[0] for layer in files))


def faults_of(tmp_path: Path, **files: str) -> list[str]:
    layers = written(tmp_path, **files)
    with pytest.raises(RulebookAtFault) as found:
        load_layers(tmp_path, layers, ON)
    return str(found.value).splitlines()


def of_key(unit: str, tighter: str, value: str, force: str = "regulatory", **more: str) -> tuple[str, str]:
    """The keys and a param of a key named `x` of a unit."""
    keys = f'key = [ {{ key = "x", unit = "{unit}", tighter = "{tighter}" }} ]\n'
    return keys, cap(value, force=force, **more).replace("cap.annual_cost", "x").replace('"ppm"', f'"{unit}"')
