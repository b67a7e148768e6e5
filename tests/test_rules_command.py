"""`forbear rules`: check, explain, diff; exact sentences, and exit 2 with one line a fault where the input is wrong."""

import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from forbear.adapters.rulebooks import FiledRulebooks
from forbear.config import check, cli

SHIPPED = Path(__file__).parents[1] / "forbear" / "rulebook"
LATE_FEE = "中国人民银行 关于信用卡业务有关事项的通知 银发〔2016〕111号"
COURT = "最高人民法院 关于进一步加强金融审判工作的若干意见 法发〔2017〕22号"
CARD = "商业银行信用卡业务监督管理办法（银监会令2011年第2号）"


def run(capsys, *arguments: str) -> tuple[int, str, list[str]]:
    status = cli.main(["rules", *arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err.splitlines()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The shipped rulebook in a directory of its own."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "rules"))


def change(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(before) >= 1
    path.write_text(text.replace(before, after, 1), "utf-8")


# check


def test_the_shipped_rulebook_is_well(capsys):
    status, out, errors = run(capsys, "check", "--json")
    assert (status, errors) == (0, [])
    policies = {policy["policy"]: policy for policy in json.loads(out)["policies"]}
    assert set(policies) == {
        *("base", "au", "cn", "eu", "uk", "us"),
        *("au/consumer-credit", "eu/consumer-credit", "uk/consumer-credit", "us/consumer-credit", "us/mortgage"),
        *("cn/bank-card", "cn/consumer-finance", "cn/micro-lender"),
        *("au/consumer-credit/example", "eu/consumer-credit/example", "uk/consumer-credit/example"),
        *("us/consumer-credit/example", "us/mortgage/example"),
        *("cn/bank-card/example", "cn/consumer-finance/example", "cn/micro-lender/example"),
    }
    assert policies["cn/bank-card/example"]["predicates"] == 3
    assert all(policy["unverified"] < policy["values"] for policy in policies.values())
    assert len({policy["digest"] for policy in policies.values()}) == len(policies)


def test_a_lender_s_floor_without_a_place_is_refused_with_what_would_be_right(capsys, copied):
    floor = """
[[param]]
key = "budget.floor"
value = 200_000
unit = "minor"
from = 2026-01-01
force = "house"
source = { title = "Example lender: floor" }
status = "V"
checked_on = 2026-11-23
"""
    path = copied / "lender/example/floor.toml"
    path.write_text('under = ["cn/bank-card"]\n' + floor, "utf-8")
    assert run(capsys, "check", str(copied))[2] == [
        "lender/example/floor.toml:3:1: budget.floor: has no effect: cn/floor.toml has a value for cn, "
        'which is nearer; name the places it is for, such as scope = "cn"'
    ]


@pytest.mark.parametrize(
    ("file", "before", "after", "fault"),
    [
        (
            "cn/consumer-finance/plan.toml",
            "value = 200_000",
            "value = 250_000",
            "cn/consumer-finance/plan.toml:6:9: cap.annual_cost: 250000 loosens the regulatory value of cn/cost.toml; "
            "at most 240000",
        ),
        (
            "cn/bank-card/plan.toml",
            'key = "plan.term_max_months"\nexpect = 60',
            'key = "plan.term_max_months"\nexpect = 61',
            "cn/bank-card/plan.toml:*: plan.term_max_months: comes to 60, not 61",
        ),
        (
            "cn/lpr.toml",
            "signed_on = 2024-08-01\n",
            "",
            "cn/lpr.toml:*: lpr.1y: lpr.1y is chosen by the contract's date; ask rulebook.on(day, signed_on=…)"
            "; add signed_on",
        ),
        (
            "lender/example/own-rules.toml",
            "deferral_months <= 12",
            "deferral_month <= 12",
            "lender/example/own-rules.toml:*: first-payment-within-a-year: deferral_month is not known; "
            "did you mean deferral_months?",
        ),
        (
            "lender/example/own-rules.toml",
            "!request_kinds.exists(kind, kind in",
            "!request_kinds.exists(kind, request_kinds.exists(other, other == kind) && kind in",
            "lender/example/own-rules.toml:9:46: dispute-before-settlement: a loop inside a loop can run for "
            "too long; look at each list by itself",
        ),
    ],
)
def test_a_fault_of_a_directory_is_one_line_with_its_place(capsys, copied, file, before, after, fault):
    change(copied, file, before, after)
    status, out, errors = run(capsys, "check", str(copied))
    assert (status, out, len(errors)) == (2, "", 1)
    if "*" in fault:
        named, _, problem = fault.partition(":*: ")
        place, _, said = errors[0].removeprefix(f"{named}:").partition(": ")
        assert said == problem
        assert all(number.isdigit() for number in place.split(":"))
    else:
        assert errors == [fault]


def test_files_no_layer_reads_and_directories_that_are_none(capsys, copied):
    (copied / "cn" / "bank-card" / "old").mkdir()
    (copied / "cn" / "bank-card" / "old" / "plan.toml").write_text("", "utf-8")
    assert run(capsys, "check", str(copied)) == (
        2,
        "",
        [
            "cn/bank-card/old/plan.toml: -: no layer reads this file; put it in base/, <country>/, "
            "<country>/<sector>/ or lender/<name>/"
        ],
    )
    nowhere = copied / "nowhere"
    assert run(capsys, "check", str(nowhere)) == (2, "", [f"DIR: {nowhere} is not a directory"])


class Clock:
    def today(self) -> date:
        return date(2026, 3, 2)


@pytest.mark.parametrize(
    ("lender", "faults"),
    [
        (
            "example",
            [
                "cn/consumer-finance/plan.toml:6:9: cap.annual_cost: 250000 loosens the regulatory value of "
                "cn/cost.toml; at most 240000",
                "lender/example/own-rules.toml:9:19: dispute-before-settlement: exist() is not known; "
                "did you mean exists?",
            ],
        ),
        ("nobody", ["lender: 'nobody' has no rulebook; known: example"]),
    ],
)
def test_forbear_check_lists_each_fault_of_the_desk_s_rulebook(monkeypatch, copied, lender, faults):
    change(copied, "cn/consumer-finance/plan.toml", "value = 200_000", "value = 250_000")
    change(copied, "lender/example/own-rules.toml", "request_kinds.exists(", "request_kinds.exist(")
    rulebooks = FiledRulebooks("cn", "consumer-finance", lender, copied)
    monkeypatch.setattr("forbear.config.wiring.desk", lambda: SimpleNamespace(clock=Clock(), rulebooks=rulebooks))
    found = list(check._rulebook())
    assert found == faults


# explain


def test_explain_says_every_layer_s_value_and_which_decides(capsys):
    status, out, _ = run(capsys, "explain", "cn.cap.annual_cost", "--on", "2026-03-02")
    assert status == 0
    assert out.splitlines()[:11] == [
        "cap.annual_cost (What the plan costs a year): 20.00 %",
        "  The lowest layer with a value on 2026-03-02 decides: cn/consumer-finance.",
        "  Source: 监管窗口指导：消费金融公司综合融资成本（2025年10月） (house rule).",
        "  Seen: trade press; no published document.",
        "  Status V2: Taken from a secondary page. Last looked at on 2026-11-23.",
        "",
        "What each layer says on that day:",
        "  base                 none",
        "  cn                   24.00 % (国家金融监督管理总局 关于加强商业银行互联网助贷业务管理 金规〔2025〕9号; V2)",
        "  cn/consumer-finance  20.00 % (监管窗口指导：消费金融公司综合融资成本（2025年10月）; V2)  ← decides",
        "  lender/example       none",
    ]
    assert "  2017-08-04 – 2025-09-30  cn  24.00 % (V2)" in out.splitlines()
    assert "  cn/consumer-finance/plan.toml: cap.annual_cost on 2025-09-30 → 24.00 %" in out.splitlines()


def test_explain_by_the_contract_s_date_shows_the_parts(capsys):
    asked = ("explain", "cap.private", "--on", "2026-03-02")
    status, out, _ = run(capsys, *asked, "--signed-on", "2024-08-01", "--json")
    answer = json.loads(out)
    assert (status, answer["value"], answer["shown"], answer["why"]) == (
        0,
        134_000,
        "13.40 %",
        "Only cn has a value on 2024-08-01.",
    )
    worked = answer["decided_by"]["worked_out"]
    assert (worked["times"], worked["of"]["key"], worked["of"]["value"]) == (4, "lpr.1y", 33_500)
    assert (worked["of"]["from"], worked["of"]["status"]) == ("2024-07-22", "K")
    assert [row["value"]["value"] for row in answer["layers"] if row["decides"]] == [134_000]
    _, out, _ = run(capsys, *asked, "--signed-on", "2024-08-01")
    assert "  Worked out: 4 × lpr.1y 3.35 % (2024-07-22)." in out.splitlines()
    assert run(capsys, *asked) == (
        2,
        "",
        ["--signed-on: cap.private is chosen by the contract's date; give the day it was signed"],
    )


def test_explain_for_a_place_in_chinese(capsys):
    asked = ("explain", "budget.floor", "--on", "2026-03-02", "--place", "cn/sichuan/mianyang", "--language", "zh")
    status, out, _ = run(capsys, *asked)
    assert status == 0
    assert out.splitlines()[:5] == [
        "budget.floor (家庭至少留下的金额): 720.00 元",
        "  2026-03-02 以最近的地点为准：cn 的 cn/sichuan。",
        "  来源：最低生活保障标准（按人每月），依查封规定第3条作为保留的生活费用（法律）。",
        "  查阅：rounded, from knowledge; replace by the current local notice。",
        "  状态 K：尚未核实，需由专人确认。最近查看于 2026-11-23。",
    ]


def test_explain_a_table_and_a_predicate(capsys):
    _, out, _ = run(capsys, "explain", "budget.guideline", "--on", "2026-03-02", "--policy", "uk/consumer-credit")
    assert out.splitlines()[:5] == [
        "budget.guideline (What nobody is asked about, by person):",
        "      group communications-leisure, person first-adult, GBP 250.00",
        "      group communications-leisure, person further-adult, GBP 179.00",
        "      group communications-leisure, person child, GBP 87.00",
        "      group communications-leisure, person older-child, GBP 140.00",
    ]
    name = "principal-forgiven-from-91-days"
    status, out, _ = run(capsys, "explain", f"lender.example.predicate.{name}", "--on", "2026-03-02")
    assert (status, out.splitlines()[:4]) == (
        0,
        [
            f"lender.example.predicate.{name} looks at each plan; where this does not hold, the plan is refused:",
            "    forgiven_principal_minor == 0 || days_past_due >= 91",
            "  Principal is not forgiven before 91 days past due.",
            "  A plan that keeps the principal is possible.",
        ],
    )
    _, out, _ = run(capsys, "explain", name, "--on", "2019-12-31")
    assert out.splitlines()[0] == f"lender.example.predicate.{name} is not in force on 2019-12-31."


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["cap.anual_cost"], "RULE: cap.anual_cost is not known; did you mean cap.annual_cost?"),
        (["x.y.z"], "RULE: x.y.z is not known; docs/rules.md lists all there are"),
        (
            ["moratorium.days"],
            "RULE: moratorium.days has no value in cn/consumer-finance/example; --policy: there is one in uk, "
            "uk/consumer-credit",
        ),
        (
            ["budget.floor", "--policy", "uk/consumer-credit"],
            "RULE: budget.floor has no value in uk/consumer-credit; --place: there are uk",
        ),
        (
            ["plan.wait_days", "--on", "2019-12-31"],
            "--on: plan.wait_days has no value on 2019-12-31 in cn/consumer-finance/example; "
            "the first is from 2020-01-01",
        ),
        (["currency", "--policy", "fr/x"], "--policy: country: 'fr' has no rulebook; known: au, cn, eu, uk, us"),
        (
            ["currency", "--policy", "cn/bank-card/example/more"],
            "--policy: cn/bank-card/example/more has too many parts; write country/sector/lender, such as "
            "cn/consumer-finance/example",
        ),
        (["currency", "--rulebook", "nowhere"], "--rulebook: nowhere is not a directory"),
    ],
)
def test_what_cannot_be_explained_is_said_with_the_mend(capsys, arguments, fault):
    assert run(capsys, "explain", "--on", "2026-03-02", *arguments) == (2, "", [fault])


def test_a_day_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["rules", "explain", "currency", "--on", "2026-02-30"])
    assert ended.value.code == 2
    assert "argument --on: '2026-02-30' is not a date; write it as 2026-03-02" in capsys.readouterr().err


# diff


def test_two_days_of_one_policy(capsys):
    sides = ("cn/consumer-finance@2025-09-30", "cn/consumer-finance@2025-10-01")
    status, out, _ = run(capsys, "diff", *sides)
    assert (status, out.splitlines()) == (
        0,
        [
            "changed  cap.annual_cost (tightened)",
            f"  - 24.00 %  (cn, 2017-08-04 – 2025-09-30; {COURT} 2; V2)",
            "  + 20.00 %  (cn/consumer-finance, 2025-10-01; 监管窗口指导：消费金融公司综合融资成本（2025年10月）; V2)",
        ],
    )
    _, out, _ = run(capsys, "diff", *reversed(sides), "--json")
    document = json.loads(out)
    assert (document["added"], document["removed"]) == ([], [])
    assert [(c["rule"], c["direction"], c["before"]["value"], c["after"]["value"]) for c in document["changed"]] == [
        ("cap.annual_cost", "loosened", 200_000, 240_000)
    ]
    assert document["a"]["on"] == "2025-10-01"
    assert document["a"]["digest"] == document["b"]["digest"]
    same = ("cn/consumer-finance@2026-01-01", "cn/consumer-finance@2026-01-02")
    assert run(capsys, "diff", *same) == (0, "Nothing differs.\n", [])


def test_two_policies(capsys):
    _, out, _ = run(
        capsys, "diff", "cn/consumer-finance/example@2026-01-01", "cn/bank-card@2026-01-01", "--language", "zh"
    )
    lines = out.splitlines()
    assert "新增 recording.keep_until" in lines
    assert f"  + settled  (cn/bank-card, 2011-01-13; {CARD} 70; V)" in lines
    assert "删去 predicate first-payment-within-a-year （放宽）" in lines
    assert "变更 plan.term_max_months （数值相同，来源不同）" in lines
    assert "变更 budget.floor_factor （放宽）" in lines


def test_contract_dated_values_are_compared_where_the_day_of_the_contract_is_given(capsys):
    sides = ("cn/micro-lender@2026-01-01", "cn/bank-card@2026-01-01")
    _, without, _ = run(capsys, "diff", *sides)
    _, given, _ = run(capsys, "diff", *sides, "--signed-on", "2026-01-01")
    assert "cap.new_contract" not in without
    assert "removed  cap.new_contract" in given.splitlines()


def test_two_directories(capsys, copied):
    assert run(capsys, "diff", str(SHIPPED), str(copied)) == (0, "Nothing differs.\n", [])
    change(copied, "cn/consumer-finance/plan.toml", "value = 200_000", "value = 180_000")
    change(copied, "uk/law.toml", "minor = 25_000", "minor = 26_000")
    change(copied, "cn/bank-card/plan.toml", 'seen = "from knowledge"', 'seen = "the text"')
    change(copied, "lender/example/own-rules.toml", "deferral_months <= 12", "deferral_months <= 6")
    _, out, _ = run(capsys, "diff", str(SHIPPED), str(copied))
    assert out.splitlines() == [
        "changed  penalty.bears_interest (same value, another source)",
        f"  - no  (cn/bank-card, 2017-01-01; {LATE_FEE}; from knowledge; regulatory; K; 2026-11-23)",
        f"  + no  (cn/bank-card, 2017-01-01; {LATE_FEE}; the text; regulatory; K; 2026-11-23)",
        "changed  cap.annual_cost (tightened)",
        "  - 20.00 %  (cn/consumer-finance, 2025-10-01; 监管窗口指导：消费金融公司综合融资成本（2025年10月）; V2)",
        "  + 18.00 %  (cn/consumer-finance, 2025-10-01; 监管窗口指导：消费金融公司综合融资成本（2025年10月）; V2)",
        "changed  predicate first-payment-within-a-year",
        "  - deferral_months <= 12  (lender/example, 2020-01-01; Example lender: relief policy; K)",
        "  + deferral_months <= 6  (lender/example, 2020-01-01; Example lender: relief policy; K)",
        "changed  budget.guideline",
        "  - (uk, 2020-01-01; Standard Financial Statement: spending guidelines; V2)",
        "  -   group communications-leisure, person first-adult, GBP 250.00",
        "  + (uk, 2020-01-01; Standard Financial Statement: spending guidelines; V2)",
        "  +   group communications-leisure, person first-adult, GBP 260.00",
    ]


@pytest.mark.parametrize(
    ("sides", "fault"),
    [
        (
            ["cn/bank-card", "cn/bank-card@2026-01-01"],
            "A: cn/bank-card is no directory; of a policy also say the day: cn/bank-card@2026-03-02",
        ),
        (["cn/bank-card@2026-01-01", "cn/bank-card@soon"], "B: 'soon' is not a date; write it as 2026-03-02"),
        (
            ["cn/bank-card@2026-01-01", "cn/cards@2026-01-01"],
            "B: sector: 'cards' has no rulebook; known: bank-card, consumer-finance, micro-lender",
        ),
    ],
)
def test_what_cannot_be_compared_is_said_with_the_mend(capsys, sides, fault):
    assert run(capsys, "diff", *sides) == (2, "", [fault])


def test_a_directory_at_fault_is_not_compared(capsys, copied):
    change(copied, "cn/consumer-finance/plan.toml", "value = 200_000", "value = 250_000")
    status, out, errors = run(capsys, "diff", str(SHIPPED), str(copied))
    assert (status, out) == (2, "")
    assert errors == [
        "B: cn/consumer-finance/plan.toml:6:9: cap.annual_cost: 250000 loosens the regulatory value of cn/cost.toml; "
        "at most 240000"
    ]


@pytest.mark.parametrize(
    ("rule", "policy"),
    [
        ("cn.bank-card.plan.term_max_months", "cn/bank-card"),
        ("us.mortgage.plan.term_max_months", "us/mortgage"),
        ("uk.moratorium.days", "uk"),
        ("cn.cap.annual_cost", "cn/consumer-finance/example"),
        ("lender.example.relief.ladder.penalty", "cn/consumer-finance/example"),
    ],
)
def test_a_rule_named_with_its_layer_is_explained_there(capsys, rule, policy):
    status, out, errors = run(capsys, "explain", rule, "--on", "2026-03-02", "--json")
    answer = json.loads(out)
    assert (status, errors, answer["policy"]) == (0, [], policy)
    assert answer["decided_by"]["rule"] == rule.removesuffix(".penalty") or policy.endswith("example")


def test_a_contract_older_than_the_rule_is_said_to_be(capsys):
    asked = ("cap.private", "--on", "2026-03-02", "--signed-on", "2020-08-19", "--policy", "cn/bank-card")
    fault = "--signed-on: cap.private has no value on 2020-08-19 in cn/bank-card; the first is from 2020-08-20"
    assert run(capsys, "explain", *asked) == (2, "", [fault])
