"""The case file of `forbear plan`: bytes in, a checked question out, or every fault of the file at once.

Strict on purpose: an amount is a text such as "1866.20", a key nobody knows is refused by name, nothing is guessed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from forbear.core.budget import Evidence, Household, Income, OtherDebt, Outgoing
from forbear.core.combinations import ABOUT
from forbear.core.joint import JointQuestion
from forbear.core.loan import DayCount, Loan
from forbear.core.money import LIMIT_MINOR
from forbear.core.plan import Cause, Request
from forbear.core.rules import Rulebook
from forbear.core.situation import PAUSE_KINDS, SETTLEMENT_KINDS, SHAPE_KINDS
from forbear.core.solver import Question
from forbear.core.statement import WISHES

AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
PERCENT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")
SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
PLACE = re.compile(r"[a-z]{2}(/[a-z0-9-]+)*")
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
CURRENCIES = ["AUD", "CNY", "EUR", "GBP", "USD"]
KINDS = sorted(
    {*WISHES, *PAUSE_KINDS, *SETTLEMENT_KINDS, *SHAPE_KINDS, *(about.name for about in ABOUT)}
    | {"lower-fees", "other-instalment", "other-programme"}
)
"""What a case may ask for: the wishes of the statement and their synonyms, and every measure of relief by its name."""
LOANS_MOST = 20
MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Which rulebook holds: country, sector, and the lender's own layer if there is one."""

    country: str
    sector: str
    lender: str | None


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case file, checked."""

    policy: Policy
    question: Question | JointQuestion


class FileAtFault(ValueError):
    """The file cannot be used; `lines` has one line a fault, each beginning with the field."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Fields:
    """One object of the file. Readers take their key out; what is left over at the end is unknown and refused."""

    def __init__(self, value: Any, where: str, faults: list[str]) -> None:
        self.where = where
        self.faults = faults
        self.left = dict(value) if isinstance(value, Mapping) else {}
        self.sound = isinstance(value, Mapping)
        if not self.sound:
            self.fault("", "an object is needed")

    def take(self, name: str, needed: bool = True) -> Any:
        """The raw value; MISSING, said once, when a needed key is not there. null counts as not given."""
        value = self.left.pop(name, MISSING)
        if value is None or value is MISSING:
            if needed and self.sound:
                self.fault(name, "is missing" if value is MISSING else "must not be null")
            return MISSING
        return value

    def amount(self, name: str, needed: bool = True, above_zero: bool = False) -> int | None:
        """Minor units from a decimal text in major units."""
        value = self.take(name, needed)
        if value is MISSING:
            return None
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            self.fault(name, f'{_shown(value)} is not an amount; write it as a text such as "1866.20"')
            return None
        whole, _, cents = value.partition(".")
        minor = int(whole) * 100 + int(cents.ljust(2, "0"))
        if minor >= LIMIT_MINOR:
            self.fault(name, f"{value} is too large; an amount is below {LIMIT_MINOR // 100}.00")
            return None
        if above_zero and minor == 0:
            self.fault(name, "must be above 0.00")
            return None
        return minor

    def rate(self, name: str) -> int | None:
        """Ppm from a decimal percentage between 0 and 100."""
        value = self.take(name)
        if value is MISSING:
            return None
        if not isinstance(value, str) or not PERCENT.fullmatch(value):
            self.fault(name, f'{_shown(value)} is not a percentage; write it as a text such as "23.76"')
            return None
        whole, _, places = value.partition(".")
        ppm = int(whole) * 10_000 + int(places.ljust(4, "0"))
        if ppm > 1_000_000:
            self.fault(name, f"{value} is above 100 % a year; a yearly percentage from 0 to 100 is needed")
            return None
        return ppm

    def count(self, name: str, least: int, most: int, needed: bool = True) -> int | None:
        """A whole number within bounds."""
        value = self.take(name, needed)
        if value is MISSING:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(name, f"{_shown(value)} is not a whole number from {least} to {most}")
            return None
        return value

    def day(self, name: str, needed: bool = True) -> date | None:
        """A date."""
        value = self.take(name, needed)
        if value is MISSING:
            return None
        try:
            if isinstance(value, str) and len(value) == 10:
                found = date.fromisoformat(value)
                if 1990 <= found.year <= 2200:
                    return found
        except ValueError:
            pass
        self.fault(name, f'{_shown(value)} is not a date; write it as "2026-03-02"')
        return None

    def month(self, name: str, needed: bool = True) -> str | None:
        """A month."""
        return self.text(name, MONTH, 'a month such as "2026-09"', needed)

    def text(self, name: str, shape: re.Pattern[str] | None, wanted: str, needed: bool = True) -> str | None:
        """A text of a shape, at most 200 characters."""
        value = self.take(name, needed)
        if value is MISSING:
            return None
        if (
            not isinstance(value, str)
            or not value.strip()
            or len(value) > 200
            or (shape and not shape.fullmatch(value))
        ):
            self.fault(name, f"{_shown(value)} is not {wanted}")
            return None
        return value

    def choice(self, name: str, options: list[str]) -> str | None:
        """One of a few words."""
        value = self.take(name)
        if value is MISSING:
            return None
        if value not in options:
            self.fault(name, f"{_shown(value)} is not known; one of {', '.join(options)}")
            return None
        return str(value)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.take(name)
        if value is not MISSING and not isinstance(value, bool):
            self.fault(name, f"{_shown(value)} is neither true nor false")
        return value is True

    def object(self, name: str, needed: bool = True) -> "Fields | None":
        """An object inside this one."""
        value = self.take(name, needed)
        if value is MISSING:
            return Fields({}, self._path(name), []) if needed else None
        return Fields(value, self._path(name), self.faults)

    def objects(self, name: str) -> list["Fields"]:
        """A list of objects; an absent list is a fault, an empty one is an answer."""
        value = self.take(name)
        if value is MISSING:
            return []
        if not isinstance(value, list) or len(value) > 1000:
            self.fault(name, "a list of objects is needed, at most 1000; [] when there is none")
            return []
        return [Fields(item, f"{self._path(name)}[{i}]", self.faults) for i, item in enumerate(value)]

    def end(self) -> None:
        """Refuse, by name, every key nobody took."""
        for name in self.left:
            self.fault(name, "this key is not known")

    def _path(self, name: str) -> str:
        return ".".join(part for part in (self.where, name) if part)

    def fault(self, name: str, problem: str) -> None:
        """Note what is wrong with a key; the empty name stands for the object itself."""
        path = self._path(name) or "the file"
        self.faults.append(f"{_line(path)}: {_line(problem)}")


def read_case(content: bytes) -> Case:
    """The case in a file; FileAtFault with every fault found."""
    faults: list[str] = []
    root = Fields(json_object(content), "", faults)
    as_of = root.day("as_of")
    policy = policy_of(root)
    several = "loans" in root.left
    loans = _loans(root, as_of)
    cause, since, until, request = _statement(root)
    household = _household(root)
    root.end()
    if faults:
        raise FileAtFault(faults)
    assert policy is not None, "a file without faults has a policy"
    assert as_of is not None and loans, "a file without faults has a day and a loan"
    assert household is not None, "a file without faults has a household"
    asked: dict[str, Any] = {"cause": Cause(cause or ""), "since": since, "until": until, "request": request}
    if several:
        joint = JointQuestion(as_of=as_of, loans=tuple(loans), household=household, **asked)
        return Case(policy=policy, question=joint)
    return Case(policy=policy, question=Question(as_of=as_of, loan=loans[0], household=household, **asked))


def check_currency(case: Case, rules: Rulebook) -> None:
    """FileAtFault where the loan is in other money than its country's rulebook counts in."""
    held = rules.stack("currency")
    several = isinstance(case.question, JointQuestion)
    loans = case.question.loans if isinstance(case.question, JointQuestion) else (case.question.loan,)
    wrong = [
        f"{f'loans[{at}]' if several else 'loan'}.currency: {loan.currency} does not go with policy.country "
        f"{case.policy.country}; its rulebook counts in {held[-1].value}"
        for at, loan in enumerate(loans)
        if held and loan.currency != held[-1].value
    ]
    if wrong:
        raise FileAtFault(wrong)


def json_object(content: bytes) -> Any:
    """The one JSON object in a file; FileAtFault where it is none, or says a key twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(names) != len(set(names)) else []
        if twice:
            raise FileAtFault([f"{_line(twice[0])}: this key is given twice in one object"])
        return dict(pairs)

    def constant(name: str) -> Any:
        raise FileAtFault([f"the file: {name} is not JSON"])

    try:
        text = content.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=once, parse_constant=constant)
    except UnicodeDecodeError as error:
        raise FileAtFault(["the file: is not UTF-8 text"]) from error
    except json.JSONDecodeError as error:
        raise FileAtFault([f"the file: is not JSON: {error.msg} in line {error.lineno}"]) from error
    except RecursionError as error:
        raise FileAtFault(["the file: is nested too deep"]) from error
    except ValueError as error:
        if isinstance(error, FileAtFault):
            raise
        raise FileAtFault(["the file: has a number too long to read"]) from error
    if not isinstance(value, dict):
        raise FileAtFault(["the file: a JSON object is needed"])
    return value


def policy_of(root: Fields) -> Policy | None:
    """Which rulebook a file asks for; None where it does not say."""
    fields = root.object("policy")
    assert fields is not None
    wanted = 'a name such as "consumer-finance"'
    country, sector = fields.text("country", SLUG, 'a country such as "cn"'), fields.text("sector", SLUG, wanted)
    lender = fields.text("lender", SLUG, 'a name such as "example"', needed=False)
    fields.end()
    return Policy(country=country, sector=sector, lender=lender) if country and sector else None


def _loans(root: Fields, as_of: date | None) -> list[Loan]:
    """The one loan of "loan", or those of "loans"."""
    if "loans" not in root.left:
        fields = root.object("loan")
        assert fields is not None
        one = _loan(fields, as_of)
        return [one] if one is not None else []
    if "loan" in root.left:
        root.left.pop("loan")
        root.fault("loan", 'give either "loan" or "loans"')
    start, items = len(root.faults), root.objects("loans")
    if len(root.faults) == start and not 1 <= len(items) <= LOANS_MOST:
        root.fault("loans", f"a list of 1 to {LOANS_MOST} loans is needed")
    found = [(fields, loan) for fields in items if (loan := _loan(fields, as_of)) is not None]
    for index, (fields, loan) in enumerate(found):
        if loan.contract in [other.contract for _, other in found[:index]]:
            fields.fault("contract", f"{_shown(loan.contract)} is given twice; each loan is named once")
    return [loan for _, loan in found]


def _loan(fields: Fields, as_of: date | None) -> Loan | None:
    start = len(fields.faults)
    if isinstance(fields.left.get("day_count"), str):
        fields.left["day_count"] = fields.left["day_count"].lower().replace("actual", "act")
    given: dict[str, Any] = {
        "contract": fields.text("contract", None, "a contract number"),
        "currency": fields.choice("currency", CURRENCIES),
        "signed_on": fields.day("signed_on"),
        "principal_minor": fields.amount("principal"),
        "interest_minor": fields.amount("interest"),
        "penalty_minor": fields.amount("penalty"),
        "fees_minor": fields.amount("fees"),
        "rate_ppm": fields.rate("annual_rate_percent"),
        "penalty_rate_ppm": fields.rate("penalty_rate_percent"),
        "day_count": fields.choice("day_count", [member.value for member in DayCount]),
        "oldest_unpaid_due_on": fields.day("oldest_unpaid_due_on", needed=False),
        "instalment_minor": fields.amount("instalment"),
        "instalments_left": fields.count("instalments_left", 0, 600),
        "due_day": fields.count("due_day", 1, 31),
    }
    fields.end()
    signed, oldest = given["signed_on"], given["oldest_unpaid_due_on"]
    if signed and as_of and signed > as_of:
        fields.fault("signed_on", f"{signed} is after as_of {as_of}")
    if oldest and signed and oldest < signed:
        fields.fault("oldest_unpaid_due_on", f"{oldest} is before signed_on {signed}")
    if oldest and as_of and oldest > as_of:
        fields.fault("oldest_unpaid_due_on", f"{oldest} is after as_of {as_of}; null when nothing is overdue")
    if given["instalments_left"] and given["instalment_minor"] == 0:
        fields.fault("instalment", "must be above 0.00 while instalments are left")
    if len(fields.faults) > start or not fields.sound or as_of is None or given["contract"] is None:
        return None
    return Loan(**given | {"day_count": DayCount(given["day_count"]), "as_of": as_of})


def _statement(root: Fields) -> tuple[str | None, date | None, date | None, Request]:
    fields = root.object("statement")
    assert fields is not None
    cause = fields.choice("cause", [member.value for member in Cause])
    since, until = fields.day("since", needed=False), fields.day("until", needed=False)
    if since and until and until < since:
        fields.fault("until", f"{until} is before since {since}")
    asked = fields.object("request", needed=False)
    fields.end()
    if asked is None:
        return cause, since, until, Request()
    kinds = asked.take("kinds", needed=False)
    if kinds is MISSING:
        kinds = []
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        asked.fault("kinds", 'a list of words is needed, such as ["longer-term"]')
        kinds = []
    for kind in kinds:
        if kind not in KINDS:
            near = get_close_matches(kind, KINDS, 1)
            meant = f"did you mean {near[0]}? " if near else ""
            asked.fault("kinds", f"{_shown(kind)} is not known; {meant}one of {', '.join(KINDS)}")
    request = Request(
        kinds=tuple(kinds),
        instalment_minor=asked.amount("instalment", needed=False, above_zero=True),
        months=asked.count("months", 1, 600, needed=False),
    )
    asked.end()
    return cause, since, until, request


def _household(root: Fields) -> Household | None:
    fields = root.object("household")
    assert fields is not None
    start = len(fields.faults)
    place = fields.text("place", PLACE, 'a place such as "cn/sichuan/chengdu"')
    adults, children = fields.count("adults", 1, 30), fields.count("children", 0, 30)
    income = []
    for item in fields.objects("income"):
        source = item.text("source", None, "a name of the source")
        grade = item.choice("evidence", [member.value for member in Evidence])
        income.append({"source": source, "evidence": grade} | _when(item))
    outgoings = []
    for item in fields.objects("outgoings"):
        outgoings.append({"kind": item.text("kind", None, "a name such as rent")} | _when(item))
    debts = []
    for item in fields.objects("other_debts"):
        debt: dict[str, Any] = {
            "creditor": item.text("creditor", None, "a name of the creditor"),
            "balance_minor": item.amount("balance"),
            "monthly_minor": item.amount("monthly"),
            "priority": item.flag("priority"),
        }
        item.end()
        debts.append(debt)
    fields.end()
    if len(fields.faults) > start or not fields.sound or place is None:
        return None
    graded = [Income(**{**item, "evidence": Evidence(item["evidence"])}) for item in income]
    return Household(
        place=place,
        adults=adults or 0,
        children=children or 0,
        income=tuple(graded),
        outgoings=tuple(Outgoing(**item) for item in outgoings),
        other_debts=tuple(OtherDebt(**debt) for debt in debts),
    )


def _when(item: Fields) -> dict[str, Any]:
    """Either every month, or one month with its amount; both or neither is a fault."""
    every = "monthly" in item.left
    once = "month" in item.left or "amount" in item.left
    if every == once:
        item.left = {}
        item.fault("monthly", 'give either "monthly", or "month" with "amount"')
        return {}
    found: dict[str, Any] = {"monthly_minor": item.amount("monthly")} if every else {}
    if once:
        found = {"month": item.month("month"), "amount_minor": item.amount("amount")}
    item.end()
    return found


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else text[:57] + "…"


def _line(text: str) -> str:
    """One line, whatever a key or a value held."""
    return "".join(c if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF else "?" for c in text)
