"""A lender's own text of agreements: every missing item is named, in both languages; what was used stays printable."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from forbear.adapters.printer import TypstPrinter, print_by
from forbear.adapters.template_check import ITEMS, LANGUAGES, printing_faults, template_faults
from forbear.adapters.template_trial import trial
from forbear.adapters.templates import HOUSE, BadTemplate, Templates, named_in_house, read_template
from forbear.config.cli import main
from tests.adapters.terms import some_terms
from tests.house.test_tone import faults as tone_faults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the house's text, to be changed."""
    return Path(shutil.copytree(str(resources.files("forbear.agreements").joinpath(HOUSE)), tmp_path / "own"))


def change(file: Path, how: Callable[[str], str]) -> None:
    before = file.read_text("utf-8")
    assert how(before) != before
    file.write_text(how(before), "utf-8")


def without(text: str, key: str) -> str:
    """The file without one sentence."""
    clause, _, name = key.partition(".")
    lines, inside, kept = text.splitlines(keepends=True), "", []
    for line in lines:
        inside = line.strip("[]\n") if line.startswith("[") else inside
        if not (inside == clause and line.startswith(f"{name} = ")):
            kept.append(line)
    return "".join(kept)


def test_the_house_s_own_text_passes():
    template = named_in_house(HOUSE)
    assert list(template_faults(template)) == []
    assert list(printing_faults(template)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_house_s_own_text_is_plain_and_kind(language: str):
    template = named_in_house(HOUSE)
    said = [one for clause in template.clauses for one in template.clause(language, clause)]
    assert [(one.key, fault) for one in said for fault in tone_faults(language, one.says)] == []
    keys = [{one.key for c in template.clauses for one in template.clause(to, c)} for to in LANGUAGES]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_missing_item_is_named(folder: Path, language: str):
    whole = (folder / f"{language}.toml").read_text("utf-8")
    for item in ITEMS:
        (folder / f"{language}.toml").write_text(without(whole, item.key), "utf-8")
        (fault,) = template_faults(read_template(folder))
        assert fault.startswith(f"{language}.toml: {item.name} is missing; write ")
    (folder / f"{language}.toml").write_text(whole, "utf-8")
    change(folder / "template.toml", lambda text: text.replace('  "limitation",\n', ""))
    assert len(list(template_faults(read_template(folder)))) == 4


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("zh.toml", "有 {grace} 天", "有 3 天", "days of grace is incomplete; late.grace does not mention {grace}"),
        ("en.toml", "{grace} days", "{graces} days", "mentions {graces}; it may mention"),
        ("zh.toml", "请留意：签署本协议，等于您再次确认这笔欠款。", "", "limitation.accepts says nothing"),
        ("en.toml", 'when = "waived", says = "There', 'when = "rate", says = "There', "has to be said when waived"),
        ("en.toml", 'no_breach = "', 'no_breach = { when = "sunny", says = "x" }\nother = "', "depends on 'sunny'"),
        ("zh.toml", '"@owed"', '"@owned"', "the debt by component is missing"),
        ("template.toml", '  "sign",\n', "", "the last of clauses has to be sign"),
        ("template.toml", '  "parties",\n', '  "parties",\n  "title",\n', "zh.toml: the clause title has no title"),
        ("template.toml", "fields = true", "fields = false", "without its two fields nobody can sign it"),
        ("template.toml", '["a-3a", "ua-1"]', '["ua-1"]', "standards lacks a-3a; write ['a-3a', 'ua-1']"),
        ("zh.toml", '"找谁"', '"找{whom}"', "contact.title mentions {whom}; it may mention account"),
        ("en.toml", 'due_on = "Due', 'due_on = "{due} Due', "table.due_on mentions {due}; it may mention"),
        ("en.toml", 'balance = "Principal left"', 'balance = ""', "the label table.balance is empty"),
        ("en.toml", '= "Page', '= {when = "rate", says = "a"}\nextra = "Page', "the label page depends on a condition"),
        ("zh.toml", "有 {grace} 天", "有 {grace:d} 天", "late.grace wants {grace} in a form of its own"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(folder: Path, file: str, old: str, new: str, fault: str):
    change(folder / file, lambda text: text.replace(old, new, 1))
    assert any(fault in one for one in template_faults(read_template(folder)))


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("template.toml", 'name = "x"', "clauses is missing"),
        ("template.toml", 'name = "a/b"\nclauses = ["sign"]', "name is missing"),
        ("en.toml", "= nothing", "en.toml: "),
        ("zh.toml", "[late]\ngrace = 3\n", "late.grace is no text"),
        ("zh.toml", '[late]\ngrace = "{grace"\n', "late.grace: "),
        ("template.toml", 'name = "x"\nclauses = ["sign"]\nstandards = "a-3a"', "standards is no list of texts"),
        ("template.toml", 'name = "x"\nclauses = ["sign"]\nstandards = 3', "standards is no list of texts"),
    ],
)
def test_what_cannot_be_read_is_told(folder: Path, file: str, text: str, fault: str):
    (folder / file).write_text(text, "utf-8")
    with pytest.raises(BadTemplate, match=fault):
        read_template(folder)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
@pytest.mark.parametrize("file", ["zh.toml", "agreement.typ"])
def test_another_encoding_is_named(folder: Path, file: str, encoding: str, capsys: pytest.CaptureFixture[str]):
    (folder / file).write_text((folder / file).read_text("utf-8"), encoding)
    assert main(["agreement", "check", str(folder)]) == 2
    assert re.search(rf"{file} is not UTF-8 from byte [0-9,]+ on; save it as UTF-8", capsys.readouterr().err)


def test_the_mark_that_an_editor_puts_before_utf_8_harms_nothing(folder: Path):
    for file in ("template.toml", "zh.toml", "en.toml", "agreement.typ"):
        (folder / file).write_text((folder / file).read_text("utf-8"), "utf-8-sig")
    template = read_template(folder)
    assert list(template_faults(template)) == [] and list(printing_faults(template)) == []


LEFT_OUT = {
    "all clauses but the last": (
        "in part.sections.enumerate()",
        "in part.sections.slice(-1).enumerate()",
        "zh",
        "双方",
    ),
    "the list of payments": (
        "..rows.flatten()",
        "..(if block_.widths.first() == 0 { () } else { rows.flatten() })",
        "zh",
        "500.00",
    ),
    "the head of the record": ("text(font: (sans,), size: 8pt, block_.text)", "[]", "zh", "c3a9" * 16),
    "the text that prevails": ("in data.parts.enumerate()", "in (data.parts.first(),).enumerate()", "en", "双方"),
    "the sheets of others": ("in data.sheets {", "in () {", "zh", "担保人同意书"),
}


@pytest.mark.parametrize("which", LEFT_OUT)
def test_a_layout_that_leaves_out_what_the_text_says_is_told(folder: Path, which: str, capsys):
    old, new, language, missing = LEFT_OUT[which]
    change(folder / "agreement.typ", lambda text: text.replace(old, new, 1))
    assert main(["agreement", "check", str(folder)]) == 2
    assert f"agreement.typ: in {language} it leaves out {missing!r}" in capsys.readouterr().err


def test_the_command_ends_with_2_and_names_them(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["agreement", "check", str(folder)]) == 0
    assert f"all {len(ITEMS)} required items" in capsys.readouterr().out
    change(folder / "en.toml", lambda text: without(text, "evidence.accepted"))
    assert main(["agreement", "check", str(folder)]) == 2
    assert "en.toml: that the record is evidence is missing" in capsys.readouterr().err
    assert main(["agreement", "check", str(folder / "nowhere")]) == 2


LAYOUTS = {
    "syntax": ("#let x = (", "it cannot be printed in zh: unclosed delimiter"),
    "outside": ('#read("../../../etc/passwd")', "would escape the project root"),
    "absolute": ('#read("/etc/passwd")', "it cannot be printed in zh: file not found"),
    "program": ('#plugin("x.wasm")', "it cannot be printed in zh: file not found"),
    "loop": ("#while true {}", "it cannot be printed in zh: condition is always true"),
    "call": ("#let f(x) = f(x + 1)\n#f(1)", "it cannot be printed in zh: maximum function call depth exceeded"),
    "package": ('#import "@preview/cetz:0.2.2"', "takes in @preview/cetz:0.2.2 from outside; a layout stands alone"),
    "no fields": ("#set document(title: [x])\nx", "it cannot be printed in zh: the layout has places to sign for []"),
}


@pytest.mark.parametrize("which", LAYOUTS)
def test_a_layout_that_does_what_it_must_not_is_told_in_a_sentence(folder: Path, which: str, capsys):
    layout, said = LAYOUTS[which]
    (folder / "agreement.typ").write_text(layout, "utf-8")
    assert main(["agreement", "check", str(folder)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert said in told[0] and all(len(line) < 500 for line in told)


@pytest.mark.parametrize(
    ("layout", "limit", "said"),
    [
        (
            "#for i in range(10000) { for j in range(10000) { for k in range(100) {} } }",
            "seconds",
            "a loop that goes on",
        ),
        ('#let x = "x" * 4000000\n#for i in range(12) { x = x + x }', "memory", "something that grows too large"),
    ],
)
def test_a_layout_that_never_ends_or_grows_is_stopped(folder: Path, layout: str, limit: str, said: str):
    (folder / "agreement.typ").write_text(layout, "utf-8")
    (told,) = trial(folder, seconds=2 if limit == "seconds" else 60)
    assert said in told


def test_a_file_of_ten_megabytes_and_a_layout_nobody_knows(folder: Path, capsys: pytest.CaptureFixture[str]):
    change(folder / "template.toml", lambda text: text.replace("cn-instalment-3", "cn-instalment-9"))
    (folder / "agreement.typ").unlink()
    assert main(["agreement", "check", str(folder)]) == 2
    assert "there is no layout 'cn-instalment-9'; write layout = 'cn-instalment-3'" in capsys.readouterr().err
    (folder / "zh.toml").write_bytes(b"#" * 10_000_000)
    assert main(["agreement", "check", str(folder)]) == 2
    assert "zh.toml is too large; a text of agreements takes at most 1,000,000 bytes a file" in capsys.readouterr().err


def test_a_layout_cannot_tell_the_day_it_is_printed_on(folder: Path):
    layout = (folder / "agreement.typ").read_text("utf-8")
    (folder / "agreement.typ").write_text(layout + "\n#datetime.today().display()\n", "utf-8")
    (folder / "a.pdf").write_bytes(print_by(read_template(folder), some_terms(issued_on=date(2021, 7, 9)), "zh"))
    said = subprocess.run(["pdftotext", "a.pdf", "-"], cwd=folder, capture_output=True, check=True).stdout.decode()
    assert "2021-07-09" in said


def test_a_text_spoiled_while_we_run_is_not_used(folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    templates = Templates(folder, tmp_path / "kept", template_faults)
    first = templates.current().name
    good = (folder / "zh.toml").read_text("utf-8")
    for bad in ("[late", without(good, "limitation.accepts")):
        (folder / "zh.toml").write_text(bad, "utf-8")
        assert templates.current().name == first
    assert "limitation.accepts" in caplog.text and "the one before it goes on" in caplog.text
    (folder / "zh.toml").write_text(good.replace("找谁", "有问题找谁"), "utf-8")
    assert templates.current().name != first
    (folder / "zh.toml").write_text(good, "utf-8")
    assert templates.current().name == first


def test_a_text_spoiled_before_it_was_used_the_first_time_is_printed_as_it_was_read(folder: Path, tmp_path: Path):
    templates = Templates(folder, tmp_path / "kept", template_faults)
    good = read_template(folder)
    (folder / "zh.toml").write_text("[late", "utf-8")
    assert templates.current().name == good.name
    printed = TypstPrinter(templates).agreement(some_terms(template=good.name), "zh")
    assert printed == print_by(good, some_terms(template=good.name), "zh")


def test_the_copy_that_is_kept_is_what_was_read_though_the_text_changes_at_that_moment(folder: Path, tmp_path: Path):
    def meanwhile(_: object) -> list[str]:
        change(folder / "zh.toml", lambda text: text + "# saved once more\n")
        return []

    templates = Templates(folder, tmp_path / "kept", meanwhile)  # type: ignore[arg-type]
    change(folder / "zh.toml", lambda text: text.replace("找谁", "有问题找谁"))
    name = templates.current().name
    assert Templates(None, tmp_path / "kept").named(name).name == name


def test_what_was_used_stays_printable_after_the_text_was_changed(folder: Path, tmp_path: Path):
    templates = Templates(folder, tmp_path / "kept")
    first = templates.current().name
    assert first.startswith("cn-instalment-3+")
    terms = some_terms(template=first)
    printed = TypstPrinter(templates).agreement(terms, "zh")
    change(folder / "zh.toml", lambda text: text.replace("找谁", "有问题找谁"))
    second = templates.current().name
    assert second != first
    shutil.rmtree(folder)
    later = TypstPrinter(Templates(None, tmp_path / "kept"))
    assert later.agreement(terms, "zh") == printed
    assert later.agreement(replace(terms, template=second), "zh") != printed
    change(tmp_path / "kept" / first / "zh.toml", lambda text: text.replace("找谁", "谁"))
    with pytest.raises(KeyError, match="what is kept of it was changed"):
        later.agreement(terms, "zh")
