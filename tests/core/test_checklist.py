"""The checklist as the shipped rulebook has it, what is not asked twice, and every fault its data can have."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forbear.adapters.rulebook import RulebookAtFault, example_fault, examples, load_layers, load_rulebook
from forbear.core.checklist import NEEDS, Circumstances, checklist, circumstances, not_asked, still_shown
from forbear.core.evidence import Held
from forbear.core.household import Evidence, Household, Income, Outgoing
from forbear.core.plan import Cause, Request
from forbear.core.rules import Fault, Rulebook
from forbear.core.statement import Statement
from forbear.web.text import papers_for, why_asked
from forbear.words import known

SHIPPED = Path(__file__).parents[2] / "forbear" / "rulebook"
ON = date(2026, 3, 2)
CN = load_rulebook("cn", "consumer-finance", "example", ON)
WAGES = Income(source="wages", evidence=Evidence.D, monthly_minor=480000)


def names(case: Circumstances, rules: Rulebook = CN, held: tuple[str, ...] = ()) -> list[str]:
    return [f"{item.name}{'?' if item.optional else ''}" for item in checklist(case, rules, held)]


def stated(**other: Any) -> Statement:
    home = Household(place="cn", adults=1, children=0, income=(WAGES,), outgoings=(), other_debts=())
    given = {
        "cause": Cause.JOB_LOSS,
        "since": None,
        "until": None,
        "story": "",
        "household": home,
        "request": Request(),
    }
    return Statement(**{**given, **other})


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_but_violence_has_its_papers_and_every_item_its_words(cause: Cause):
    items = checklist(Circumstances(cause=cause, spends=("medical",), requests=("settlement",)), CN)
    asked = [item for item in items if item.need == "cause"]
    assert [item.name for item in asked] == ([] if cause is Cause.FAMILY_VIOLENCE else [f"cause/{cause}"])
    assert [item.number for item in items] == list(range(1, len(items) + 1))
    assert [NEEDS.index(item.need) for item in items] == sorted(NEEDS.index(item.need) for item in items)
    for item in items:
        assert papers_for(item, "zh") and papers_for(item, "en") and why_asked(item, "zh") and why_asked(item, "en")
        assert known("zh", f"evidence.page.need.{item.need}") and known("en", f"desk.need.{item.need}")


def test_alternatives_and_reasons_are_said_in_plain_words():
    who, income, *_ = checklist(Circumstances(cause=Cause.JOB_LOSS), CN)
    assert papers_for(who, "zh") == "身份证（正反两面），或护照"
    assert papers_for(who, "en") == "an ID card (both sides), or a passport"
    assert papers_for(income, "zh").startswith("最近一个月的工资条，或最近三个月的银行、微信或支付宝流水，或纳税证明")
    assert papers_for(income, "en").startswith(
        "a payslip of the last month, or an account statement (bank, WeChat or Alipay) of the last three months, or a "
    )
    assert why_asked(who, "en") == "So that nobody but you can change your agreement."
    assert (who.sides, income.months) == ({"id-card": 2}, {"payslip": 1, "bank-statement": 3})
    assert why_asked(replace(who, reason=""), "en") == ""


def test_more_months_are_shown_in_china_where_much_is_owed():
    small, large = (Circumstances(cause=Cause.INCOME_CUT, owed_minor=owed) for owed in (19_999_999, 20_000_000))
    assert names(small)[1] == "income"
    assert names(large)[1] == "income/large"
    assert checklist(large, CN)[1].months == {"payslip": 3, "bank-statement": 6}
    assert names(large, load_rulebook("uk", "consumer-credit", None, ON))[1] == "income"


def test_what_a_statement_says_makes_the_circumstances():
    spent = (Outgoing(kind="rent", monthly_minor=1), Outgoing(kind="rent", monthly_minor=2))
    home = replace(stated().household, outgoings=spent)
    found = circumstances(stated(household=home, request=Request(kinds=("settlement",))), 5)
    assert found == Circumstances(cause=Cause.JOB_LOSS, requests=("settlement",), owed_minor=5, spends=("rent",))
    nobody_knows = replace(home, income=())
    assert circumstances(stated(household=nobody_knows, unsure=("income",)), 0).income is True
    assert circumstances(stated(household=nobody_knows), 0).income is False


def test_health_papers_stand_apart():
    health = {item.name: item.health for item in checklist(Circumstances(cause=Cause.ILLNESS), CN)}
    assert health == {"identity": False, "income": False, "cause/illness": True, "own-plan": False}


# ---- not asked twice

CASE = Circumstances(cause=Cause.ILLNESS)


def shown(name: str, on: date) -> dict[str, Held]:
    return {name: Held(name=name, need=name.partition("/")[0], by="case", on=on)}


@pytest.mark.parametrize(
    ("name", "on", "held"),
    [
        ("identity", date(2024, 3, 2), True),
        ("identity", date(2024, 3, 1), False),
        ("income", date(2025, 12, 2), True),
        ("income", date(2025, 12, 1), False),
        ("cause/illness", date(2025, 9, 3), True),
        ("cause/job-loss", ON, False),
        ("own-plan", ON, False),
    ],
)
def test_an_accepted_paper_is_not_asked_again_while_it_is_good(name: str, on: date, held: bool):
    found = not_asked(CASE, CN, shown(name, on), ON)
    assert [one.name for one in found] == ([name] if held else [])
    assert (name in names(CASE, held=tuple(one.name for one in found))) is (
        not held and name != "cause/job-loss" and name != "own-plan"
    )


def test_what_the_lender_holds_is_not_asked(tmp_path: Path):
    none = 'key = "desk.held_papers"\nvalue = ['
    rules = load_changed(tmp_path, "base/service.toml", none, f'{none}"identity"')
    assert not_asked(CASE, rules, {}, ON) == (Held(name="identity", need="identity", by="lender"),)
    assert names(CASE, rules, ("identity",)) == ["income", "cause/illness", "own-plan?"]


def test_papers_of_an_income_show_nothing_of_another_one():
    held = {**shown("income", ON), **shown("identity", ON)}
    same, less = stated(), stated(household=replace(stated().household, income=()))
    assert still_shown(held, same, same) == held
    assert list(still_shown(held, same, less)) == ["identity"]


# ---- faults


def load_changed(folder: Path, file: str, before: str, after: str) -> Rulebook:
    """The example lender's rules with one change; the folder then has them all."""
    shutil.copytree(SHIPPED, folder / "rules")
    path = folder / "rules" / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    return load_rulebook("cn", "consumer-finance", "example", ON, folder / "rules")


ILLNESS = (
    '{ causes = ["illness"], requests = ["*"], owed_from = 0, income = "any", spends = ["*"], optional = false, '
    'reason = "cause-illness" }'
)


EXAMPLE = 'papers = { cause = "illness", income = true,'


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('scope = "cause/illness"', 'scope = "sickness"',
         "scope is the item: one of identity, income, no-income, cause, "),
        ('["illness"]', '["sickness"]', "row 1: 'sickness' is no cause; one of illness, job-loss, "),
        ('["illness"]', '["family-violence"]', "row 1: nobody is asked to prove violence; take it out"),
        ('["settlement"]', '["gift"]', "row 1: 'gift' is no request; one of longer-term, "),
        ('income = "some"', 'income = "much"', "row 1: income is one of any, some, none"),
        ('reason = "cause-illness"', 'reason = "because"',
         "row 1: there are no words for the reason because: evidence.page.reason.because"),
        ('kind = "diagnosis"', 'kind = "x-ray"',
         "row 1: there are no words for the paper x-ray: evidence.page.kind.x-ray"),
        ('"bank-statement", months = 3', '"bank-statement", months = 25', "row 2: months is 0 (any) to 24"),
        ("sides = 2", "sides = 3", "row 1: sides is 1 to 2"),
        ('kind = "passport"', 'kind = "id-card"', "id-card stands twice"),
        ('["family-violence"]', '["disaster"]', 'add "family-violence": nobody is asked to prove violence'),
        ('["family-violence"]', '["family-violence", "war"]', "'war' is no cause; one of illness, "),
        ('value = ["diagnosis",', 'value = ["x-ray",',
         "there are no words for the paper x-ray: evidence.page.kind.x-ray"),
        ('need = "cause", days', 'need = "proof", days', "need is one of identity, income, no-income, "),
        ('"cause/illness", "own-plan?"]', '"own-plan?"]',
         'comes to ["identity", "income", "cause/illness", "own-plan?"], not ["identity", "income", "own-plan?"]'),
        (EXAMPLE, EXAMPLE.replace("illness", "sickness"), "papers.cause: "),
        (EXAMPLE, EXAMPLE.replace("income", "wages"), "papers.wages: this key is not known"),
        (EXAMPLE, "papers = { income = true,", "papers is a table with a cause, such as"),
    ],
)  # fmt: skip
def test_every_fault_is_named_with_file_line_and_mend(tmp_path: Path, before: str, after: str, fault: str):
    file = "base/checklist.toml"
    place = (SHIPPED / file).read_text("utf-8").partition(before)[0].count("\n") + 1
    found = [one for one in faults(tmp_path, file, before, after) if one.file == file and fault in one.problem]
    assert found
    assert abs(found[0].line - place) <= 3


def faults(folder: Path, file: str, before: str, after: str) -> list[Fault]:
    try:
        load_changed(folder, file, before, after)
        root = folder / "rules"
        rules = load_layers(root, ["base"], ON)
        return [fault for example in examples(root, "base") if (fault := example_fault(example, rules))]
    except RulebookAtFault as error:
        return list(error.faults)


def test_an_item_without_papers_is_at_fault_and_a_lender_may_drop_or_add_one(tmp_path: Path):
    shutil.copytree(SHIPPED, tmp_path / "rules")
    own = tmp_path / "rules" / "lender" / "example" / "papers.toml"
    dated = (
        'from = 2020-01-01\nforce = "house"\nsource = { title = "Example" }\nstatus = "K"\nchecked_on = 2026-11-27\n'
    )
    when = 'unit = "table(causes,requests,owed_from,income,spends,optional,reason)"\n'
    drop = f'[[param]]\nkey = "papers.when"\nscope = "own-plan"\nvalue = []\n{when}{dated}'
    add = f'[[param]]\nkey = "papers.when"\nscope = "cause/illness/long"\nvalue = [\n  {ILLNESS},\n]\n{when}{dated}'
    own.write_text(drop + add, "utf-8")
    with pytest.raises(RulebookAtFault) as caught:
        load_rulebook("cn", "consumer-finance", "example", ON, tmp_path / "rules")
    assert str(caught.value) == (
        "lender/example/papers.toml:14:9: papers.when[cause/illness/long]: no paper shows cause/illness/long; "
        "give papers.one_of of the same scope"
    )
    rows = 'value = [{ kind = "discharge-note", months = 0, sides = 1 }]\n'
    papers = f'[[param]]\nkey = "papers.one_of"\nscope = "cause/illness/long"\n{rows}'
    own.write_text(drop + add + papers + f'unit = "table(kind,months,sides)"\n{dated}', "utf-8")
    rules = load_rulebook("cn", "consumer-finance", "example", ON, tmp_path / "rules")
    assert names(CASE, rules) == ["identity", "income", "cause/illness/long"]


def test_no_layer_makes_health_papers_ordinary_ones(tmp_path: Path):
    shutil.copytree(SHIPPED, tmp_path / "rules")
    own = tmp_path / "rules" / "lender" / "example" / "papers.toml"
    own.write_text(
        '[[param]]\nkey = "papers.health_kinds"\nvalue = ["diagnosis"]\nunit = "list"\nfrom = 2026-01-01\n'
        'force = "house"\nsource = { title = "Example" }\nstatus = "K"\nchecked_on = 2026-11-27\n',
        "utf-8",
    )
    with pytest.raises(RulebookAtFault, match=r"loosens the statutory value of cn/checklist\.toml; add "):
        load_rulebook("cn", "consumer-finance", "example", ON, tmp_path / "rules")
