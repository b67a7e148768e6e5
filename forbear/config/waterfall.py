"""`forbear waterfall NAME LOAN.json`: what a named waterfall makes of one loan, step by step, with its exact rows.

The file's shape is docs/waterfalls.md's. A file at fault is told as for `forbear plan`: a line a fault, exit status 2.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forbear.adapters.rulebook import RulebookAtFault, UnknownLayer, load_rulebook
from forbear.config.plan_file import FileAtFault
from forbear.config.waterfall_file import Asked, read_loan
from forbear.core.money import major, percent
from forbear.core.plan import Instalment, Plan
from forbear.core.present_value import Modification, flows_of, modification
from forbear.core.refusal import Refusal
from forbear.core.rules import NoRule, Rulebook
from forbear.core.waterfall import Outcome, Taken, named_waterfalls, run_waterfall, waterfall_of
from forbear.core.waterfall_rows import plan_of, told
from forbear.words import LANGUAGES, say

PARTS = ("principal", "interest", "penalty", "fees")


@dataclass(frozen=True, kw_only=True)
class Result:
    """Where the waterfall ended, its rows, and the value of the change; the last two None where it was refused."""

    outcome: Outcome | Refusal
    plan: Plan | None
    value: Modification | None
    rules: Rulebook


def add(subparsers: Any) -> None:
    """Add `waterfall` to the command's subcommands."""
    parser = subparsers.add_parser("waterfall", help="what a named waterfall makes of one loan, from a file")
    parser.add_argument("name", metavar="NAME", help="the waterfall, such as house, hamp or flex")
    parser.add_argument("loan", metavar="LOAN.json", help="the loan; - reads standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--rulebook", type=Path, metavar="DIR", help="a rulebook directory instead of the one shipped")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="the language of the sentences")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, run, print. 0 when the loan was answered, also where the answer is no; 2 when the input is at fault."""
    try:
        result = result_of(args.name, read_loan(_bytes(args.loan)), args.rulebook)
    except FileAtFault as error:
        for line in error.lines:
            print(line, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(document(args.name, result, args.language), ensure_ascii=True, indent=1))
    else:
        print("\n".join(sentences(result, args.language)))
    return 0


def result_of(name: str, asked: Asked, directory: Path | None = None) -> Result:
    """What the waterfall makes of a file; FileAtFault where there is no such policy or no such waterfall on the day."""
    policy = asked.policy
    if directory is not None and not directory.is_dir():
        raise FileAtFault([f"--rulebook: {directory} is not a directory"])
    try:
        rules = load_rulebook(policy.country, policy.sector, policy.lender, asked.as_of, directory)
        threshold_ppm = rules.integer("value.modification_threshold")
        if name not in named_waterfalls(rules):
            known = ", ".join(named_waterfalls(rules)) or "none"
            raise FileAtFault([f"NAME: there is no waterfall {name!r} on {asked.as_of}; there are: {known}"])
        outcome = run_waterfall(waterfall_of(name, rules), asked.before)
    except UnknownLayer as error:
        raise FileAtFault([f"policy.{error}"]) from error
    except RulebookAtFault as error:
        raise FileAtFault([f"--rulebook: {fault}" for fault in error.faults]) from error
    except NoRule as error:
        raise FileAtFault([f"as_of: {error}; choose a day it has one for"]) from error
    except ValueError as error:
        raise error if isinstance(error, FileAtFault) else FileAtFault([f"--rulebook: {error}"]) from error
    if isinstance(outcome, Refusal):
        return Result(outcome=outcome, plan=None, value=None, rules=rules)
    plan = plan_of(outcome, asked.as_of, asked.first_due_on)
    flows, denominator = flows_of(plan, asked.day_count)
    carrying = asked.before.owed.total_minor
    value = modification(carrying, flows, denominator, asked.effective_rate_ppm, threshold_ppm)
    return Result(outcome=outcome, plan=plan, value=value, rules=rules)


def document(name: str, result: Result, language: str) -> dict[str, Any]:
    """The result in the shape other systems read: amounts and percentages as decimal strings, dates ISO 8601."""
    rulebook = {"digest": result.rules.digest, "effective_on": result.rules.effective_on.isoformat()}
    outcome, plan, value = result.outcome, result.plan, result.value
    if isinstance(outcome, Refusal):
        refusal = {
            "rule": outcome.rule,
            "reason": say(language, outcome.reason, **outcome.facts),
            "what_would_change_it": say(language, outcome.way_on, **outcome.facts),
        }
        return {"waterfall": name, "steps": [], "refusals": [refusal], "rulebook": rulebook}
    assert plan is not None and value is not None, "a waterfall that was run has rows and a value"
    back = outcome.back_ratio_ppm
    return {
        "waterfall": name,
        "target": major(outcome.target_minor),
        "payment_before": major(outcome.before.payment_minor),
        "payment": major(outcome.terms.payment_minor),
        "reached": outcome.reached,
        "bound_by": list(outcome.bound_by),
        "steps": [_step(done, language) for done in outcome.steps],
        "annual_rate_percent": percent(outcome.terms.rate_ppm),
        "months": outcome.terms.months,
        "deferred": major(outcome.terms.deferred.total_minor),
        "trial_months": outcome.waterfall.trial_months,
        "back_ratio_percent": None if back is None else percent(back),
        "total": major(plan.total_minor),
        "annual_cost_percent": percent(plan.annual_cost_ppm),
        "first_due_on": plan.first_due_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "present_value": {
            "carrying": major(value.carrying_minor),
            "at_original_rate": major(value.present_value_minor),
            "change": major(value.change_minor),
            "change_percent": percent(value.change_ppm),
            "ten_percent": value.ten_percent,
        },
        "why": [say(language, why.key, **why.facts) for why in told(outcome)],
        "instalments": [_row(row) for row in plan.instalments],
        "refusals": [],
        "rulebook": rulebook,
    }


def sentences(result: Result, language: str) -> list[str]:
    """The result for a person at a terminal."""
    outcome = result.outcome
    if isinstance(outcome, Refusal):
        return [say(language, outcome.reason, **outcome.facts), "  " + say(language, outcome.way_on, **outcome.facts)]
    return [say(language, why.key, **why.facts) for why in told(outcome)]


def _step(done: Taken, language: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"step": done.step.value, "applied": not done.skipped, "payment": major(done.payment_minor)}
    if done.skipped:
        return shown | {"reason": say(language, done.skipped)}
    if done.rate_ppm is not None:
        shown["annual_rate_percent"] = percent(done.rate_ppm)
    if done.months is not None:
        shown["months"] = done.months
    if done.amount_minor:
        shown["amount"] = major(done.amount_minor)
    return shown | {"at_limit": done.at_limit}


def _row(row: Instalment) -> dict[str, str]:
    parts = {part: major(getattr(row, f"{part}_minor")) for part in PARTS}
    amount = major(row.amount_minor)
    return {"due_on": row.due_on.isoformat(), "amount": amount, **parts, "balance": major(row.balance_minor)}


def _bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise FileAtFault([f"{name}: cannot be read: {error.strerror}"]) from error
