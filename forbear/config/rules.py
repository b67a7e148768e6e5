"""The rulebook at a terminal: is it sound, why is a rule what it is on a day, what changed.

`forbear rules check [DIR]`, `forbear rules explain RULE --on DATE`, `forbear rules diff A B`. Nothing is written and no
database is needed. Input at fault: one line a fault on stderr, exit 2.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from forbear.adapters.rulebook import RulebookAtFault, all_faults, examples, load_layers, stacks
from forbear.config.rule_asked import POLICY, AtFault, currency_of, policy_of, root_of
from forbear.config.rule_explained import explained
from forbear.config.rule_words import as_json, readable
from forbear.core.rule_difference import Change, Direction, difference_in_files, difference_in_force
from forbear.core.rules import Param, Predicate, Rulebook, Status
from forbear.words import LANGUAGES, say


def add(subparsers: Any) -> None:
    """Add `rules` to the command's subcommands."""
    parser = subparsers.add_parser("rules", help="the rulebook: is it sound, why is a rule what it is, what changed")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|explain|diff")
    check = verbs.add_parser("check", help="every fault of every file, and every example held to its word")
    check.add_argument("directory", nargs="?", type=Path, metavar="DIR", help="a rulebook (the one shipped)")
    explain = verbs.add_parser("explain", help="what a rule is on a day, which layer decided, and why")
    explain.add_argument("rule", metavar="RULE", help="cap.annual_cost, or cn.cap.annual_cost as answers name it")
    explain.add_argument("--on", required=True, type=_day, metavar="DATE", help="the day of the decision: 2026-03-02")
    explain.add_argument("--place", default="", metavar="PLACE", help="where the household lives: cn/sichuan/chengdu")
    explain.add_argument("--policy", metavar="POLICY", help=f"country/sector/lender (the rule's own, or {POLICY})")
    diff = verbs.add_parser("diff", help="what changed between two directories, two policies, or two days of one")
    diff.add_argument("a", metavar="A", help="a directory, or a policy and a day: cn/bank-card@2025-09-30")
    diff.add_argument("b", metavar="B", help="the other one")
    for verb in (explain, diff):
        verb.add_argument("--signed-on", type=_day, metavar="DATE", help="the day the contract was signed")
        verb.add_argument("--rulebook", type=Path, metavar="DIR", help="a directory instead of the one shipped")
    for verb in (check, explain, diff):
        verb.add_argument("--json", action="store_true", help="print one JSON document")
        verb.add_argument("--language", choices=LANGUAGES, default="en", help="the language of the sentences")


def run(args: argparse.Namespace) -> int:
    """0 when the answer is on stdout; 2 when the input is at fault, and then nothing is on stdout."""
    try:
        document, lines = {"check": _check, "explain": explained, "diff": _diff}[args.verb](args)
    except AtFault as fault:
        for line in fault.lines:
            print(line, file=sys.stderr)
        return 2
    print(json.dumps(document, ensure_ascii=False, indent=1) if args.json else "\n".join(lines))
    return 0


def _check(args: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    root = root_of(args.directory, "DIR")
    found = all_faults(root)
    if found:
        raise AtFault(*map(str, found))
    policies = []
    for stack in stacks(root):
        rules = load_layers(root, stack, date.max)
        policies.append(
            {
                "policy": "/".join([stack[-2], stack[-1].removeprefix("lender/")]) if len(stack) > 3 else stack[-1],
                "values": len(rules.params),
                "predicates": len(rules.compiled),
                "unverified": len([param for param in rules.params if param.status is Status.K]),
                "examples": sum(1 for layer in stack for _ in examples(root, layer)),
                "digest": rules.digest,
            }
        )
    lines = [say(args.language, "rules.check.policy", **policy) for policy in policies]
    return {"policies": policies}, lines


def _diff(args: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    folders = [Path(one) for one in (args.a, args.b)]
    if all(folder.is_dir() for folder in folders):
        before, after = (_whole(folder, name) for folder, name in zip(folders, "AB", strict=True))
        keys = {key: one for rules in (*before, *after) for key, one in rules.keys.items()}
        changes = difference_in_files(_held(before), _held(after), keys)
        sides = [{"directory": str(folder)} for folder in folders]
        params = [param for rules in (*before, *after) for param in rules.params if param.key == "currency"]
        money = {param.layer.split("/")[0]: str(param.value) for param in params}
    else:
        root = root_of(args.rulebook, "--rulebook")
        one, other = (_dated(root, args, name) for name in ("a", "b"))
        changes = difference_in_force(one, other)
        money = {layer.split("/")[0]: currency_of(rules) for rules in (one, other) for layer in rules.layers}
        sides = [
            {"policy": said, "on": rules.effective_on.isoformat(), "digest": rules.digest}
            for said, rules in ((args.a, one), (args.b, other))
        ]
    document: dict[str, Any] = {"a": sides[0], "b": sides[1], "added": [], "removed": [], "changed": []}
    for change in changes:
        document[_part(change)].append(_change(change, money, args.language))
    lines = [line for change in changes for line in _change_lines(change, money, args.language)]
    return document, lines or [say(args.language, "rules.diff.same")]


def _whole(folder: Path, name: str) -> list[Rulebook]:
    try:
        return [load_layers(folder, stack, date.max) for stack in stacks(folder)]
    except RulebookAtFault as error:
        raise AtFault(*(f"{name}: {fault}" for fault in error.faults)) from error


def _held(books: list[Rulebook]) -> Iterator[Param | Predicate]:
    for rules in books:
        yield from rules.params
        yield from (one.predicate for one in rules.compiled)


def _dated(root: Traversable, args: argparse.Namespace, name: str) -> Rulebook:
    policy, at, on = getattr(args, name).partition("@")
    where = name.upper()
    if not at:
        raise AtFault(f"{where}: {policy} is no directory; of a policy also say the day: {policy}@2026-03-02")
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise AtFault(f"{where}: {on!r} is not a date; write it as 2026-03-02") from error
    return policy_of(root, policy, where).on(day, args.signed_on)


def _part(change: Change) -> str:
    return "added" if change.before is None else "removed" if change.after is None else "changed"


def _change(change: Change, money: Mapping[str, str], language: str) -> dict[str, Any]:
    one = change.after or change.before
    assert one is not None, "a change has a side"
    named = one.name if isinstance(one, Predicate) else one.key
    said: dict[str, Any] = {"rule": named, "direction": change.direction.value}
    for name, rule in (("before", change.before), ("after", change.after)):
        said[name] = as_json(rule, money.get(rule.layer.split("/")[0], ""), language) if rule else None
    return said


def _change_lines(change: Change, money: Mapping[str, str], language: str) -> Iterator[str]:
    one = change.after or change.before
    assert one is not None, "a change has a side"
    if isinstance(one, Predicate):
        named = f"predicate {one.name}"
    else:
        named = f"{one.key} [{one.scope}]" if one.scope else one.key
    direction = say(language, f"rules.diff.direction.{change.direction}")
    yield say(language, f"rules.diff.{_part(change)}", rule=named, direction=direction).rstrip()
    sides = [_rows(rule, money, language) if rule else [] for rule in (change.before, change.after)]
    for sign, rule, own, other in (("-", change.before, *sides), ("+", change.after, *reversed(sides))):
        if rule:
            about = _about(rule, change.direction)
            rows = [row for row in own if row not in other] if len(own) > 1 else own
            yield f"  {sign} {rows[0]}  {about}" if len(own) == 1 else f"  {sign} {about}"
            yield from (f"  {sign}   {row}" for row in rows if len(own) > 1)


def _about(rule: Param | Predicate, direction: Direction) -> str:
    """Where a rule stands and comes from; where only that changed, all that is said about it."""
    said = [f"{rule.layer}, {rule.from_on}{f' – {rule.until_on}' if rule.until_on else ''}", str(rule.source)]
    if direction is Direction.SOURCE:
        said += [rule.source.seen or "-", rule.force, rule.status, rule.checked_on.isoformat()]
    else:
        said += [rule.status]
    return f"({'; '.join(said)})"


def _rows(rule: Param | Predicate, money: Mapping[str, str], language: str) -> list[str]:
    """What a rule says: one line, or a line a row of a table."""
    if isinstance(rule, Predicate):
        return [" ".join(rule.expression.split())]
    return readable(rule.value, rule.unit, money.get(rule.layer.split("/")[0], ""), language).split("\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2026-03-02") from error
