"""Line and column of what stands in a TOML file, whatever its strings and comments hold."""

import tomllib

import pytest

from forbear.adapters.toml_places import Places, string_at

FILE = '''# [[param]] key = "no"
key = [
  { key = "a", unit = "b" }, # {
  { key = "c" },
]
[[param]]
key = "x" # = "y"
value = [ { a = "}", b = [1, 2] },
  { a = "#" } ]
text = """
[[param]]
key = "z" """
[[predicate]]
name = 'n'
  [[param]]
  key = "y"
  [param.source]
  title = "t"
'''


def test_tables_fields_and_rows_have_places():
    places = Places(FILE)
    assert dict(places.of("key", 0)) == {"": (3, 3)}
    assert dict(places.of("key", 1)) == {"": (4, 3)}
    assert dict(places.of("param", 0)) == {
        "": (6, 1),
        "key": (7, 7),
        "value": (8, 9),
        "value[0]": (8, 11),
        "value[1]": (9, 3),
        "text": (10, 8),
    }
    assert dict(places.of("predicate", 0)) == {"": (13, 1), "name": (14, 8)}
    assert dict(places.of("param", 1)) == {"": (15, 3), "key": (16, 9), "source": (17, 3)}
    assert dict(places.of("param", 2)) == {}


@pytest.mark.parametrize(
    "written",
    [
        '"plain"',
        "'plain \\ not an escape'",
        '"\\"quoted\\" \\\\ \\u0041\\U0001F600\\n"',
        '"""\nfirst\n second "" third\\"""""',
        "'''\r\nfirst\r\n'second' '''",
        '"""one \\\n    two \\  \n\n  three"""',
        '""',
        '""""""',
    ],
)
def test_every_character_of_a_string_has_its_place(written):
    text = f"key = {written}\n".replace("\r\n", "\n")
    held, offsets = string_at(text, len("key = "))
    assert held == tomllib.loads(text)["key"]
    assert len(offsets) == len(held) + 1
    assert offsets == sorted(offsets)
    assert all(text[offset] in (sign, "\\") for sign, offset in zip(held, offsets, strict=False))
