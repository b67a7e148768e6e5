"""`forbear rules explain`: what a rule is on a day, every layer's value, which decides and why, its sources."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from typing import Any

from forbear.actions.sections import rule_named
from forbear.adapters.rulebook import Example, examples, load_layers, stacks
from forbear.config.rule_asked import POLICY, AtFault, currency_of, policy_of, root_of
from forbear.config.rule_words import as_json, readable, working
from forbear.core.checklist import ONE_OF, WHEN
from forbear.core.rules import NoContractDate, NoRule, Param, Predicate, Rulebook
from forbear.words import say


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What is to be explained, for whom."""

    rules: Rulebook
    root: Traversable
    key: str
    place: str
    language: str

    @property
    def currency(self) -> str:
        """The money of the policy's country."""
        return currency_of(self.rules)


def explained(args: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """The explanation as one document and as lines; AtFault where there is nothing to explain."""
    root = root_of(args.rulebook, "--rulebook")
    args.policy = args.policy or _policy_named(args.rule, root)
    rules = policy_of(root, args.policy, "--policy").on(args.on, args.signed_on)
    key = _without_layer(args.rule, rules, root)
    asked = _Asked(rules=rules, root=root, key=key, place=args.place, language=args.language)
    predicates = [c.predicate for c in rules.compiled if key in (c.predicate.name, f"predicate.{c.predicate.name}")]
    if predicates:
        return _explain_predicate(asked, predicates)
    try:
        param = rules.param(key, args.place)
    except NoContractDate as error:
        raise AtFault(
            f"--signed-on: {error.key} is chosen by the contract's date; give the day it was signed"
        ) from error
    except NoRule as error:
        raise AtFault(_no_rule(asked, args)) from error
    document = {
        "rule": key,
        "policy": args.policy,
        "on": args.on.isoformat(),
        "signed_on": args.signed_on.isoformat() if args.signed_on else None,
        "place": args.place,
        "value": as_json(param, asked.currency, asked.language)["value"],
        "unit": param.unit,
        "shown": _shown(asked, param),
        "why": _why(asked, param),
        "decided_by": as_json(param, asked.currency, asked.language),
        "layers": [_layer(asked, layer) for layer in rules.layers],
        "history": [as_json(one, asked.currency, asked.language) for one in _history(asked)],
        "examples": [_example(example) for example in _examples(asked)],
        "rulebook": {"digest": rules.digest, "effective_on": rules.effective_on.isoformat()},
    }
    return document, _lines(asked, param, document)


def _explain_predicate(asked: _Asked, predicates: list[Predicate]) -> tuple[dict[str, Any], list[str]]:
    language = asked.language
    held = [p for p in predicates if p.in_force(asked.rules.effective_on)]
    document = {
        "rule": predicates[-1].rule,
        "on": asked.rules.effective_on.isoformat(),
        "in_force": bool(held),
        "predicates": [as_json(p, asked.currency, language) for p in predicates],
        "examples": [_example(example) for example in _examples(asked)],
        "rulebook": {"digest": asked.rules.digest, "effective_on": asked.rules.effective_on.isoformat()},
    }
    lines = []
    for one in predicates:
        says = say(language, f"rules.explain.predicate.{one.scope.value}", rule=one.rule)
        if not one.in_force(asked.rules.effective_on):
            lines += [say(language, "rules.explain.predicate.not_on", rule=one.rule, on=asked.rules.effective_on)]
        lines += [says, *(f"    {line}" for line in one.expression.strip().splitlines())]
        lines += [f"  {one.reason[language]}", f"  {one.way_on[language]}", *_about(one, language)]
    return document, [*lines, *_example_lines(asked)]


def _lines(asked: _Asked, param: Param, document: dict[str, Any]) -> list[str]:
    """The explanation for a person at a terminal."""
    language, name = asked.language, rule_named(asked.language, asked.key)
    lines = [*_spread(f"{asked.key}{f' ({name})' if name else ''}:", document["shown"]), f"  {document['why']}"]
    if worked := working(param, asked.currency, language):
        lines += [f"  {say(language, 'rules.explain.worked_out', working=worked)}"]
    lines += [*_about(param, language), "", say(language, "rules.explain.layers")]
    width = max(map(len, asked.rules.layers))
    for row in document["layers"]:
        mark = f"  ← {say(language, 'rules.explain.decides')}" if row["decides"] else ""
        value = row["value"]
        source = f" ({value['source']['title']} {value['source']['article']}".rstrip() if value else ""
        said = f"{source}; {value['status']})" if value else ""
        lines += _spread(f"  {row['layer'].ljust(width)} ", row["shown"], f"{said}{mark}")
    lines += ["", say(language, "rules.explain.history")]
    for one in _history(asked):
        span = f"{one.from_on} – {one.until_on or ''}".ljust(23)
        place = f" [{one.scope}]" if one.scope else ""
        lines += _spread(f"  {span}  {one.layer}{place} ", _shown(asked, one), f" ({one.status})")
    return [*lines, *_example_lines(asked)]


def _spread(before: str, shown: str, after: str = "") -> list[str]:
    """One line; a table begins on the next, a row a line."""
    rows = shown.split("\n")
    return [f"{before} {shown}{after}"] if len(rows) == 1 else [f"{before}{after}", *(f"      {row}" for row in rows)]


def _about(rule: Param | Predicate, language: str) -> list[str]:
    """Where a rule comes from, who stands behind it, how far it was checked."""
    source = rule.source
    seen = say(language, "rules.explain.seen", seen=source.seen) if source.seen else ""
    checked = say(language, f"rules.status.{rule.status.value}")
    force = say(language, f"rules.force.{rule.force}")
    return [
        f"  {say(language, 'rules.explain.source', source=str(source), force=force)}",
        *([f"  {seen}"] if seen else []),
        f"  {say(language, 'rules.explain.checked', status=rule.status.value, says=checked, on=rule.checked_on)}",
    ]


def _layer(asked: _Asked, layer: str) -> dict[str, Any]:
    """What a layer says at the nearest place it names, and whether that decides."""
    decides = asked.rules.param(asked.key, asked.place)
    held = [p for p in _in_force(asked) if p.layer == layer]
    near = max(held, key=lambda p: len(p.scope), default=None)
    shown = _shown(asked, near) if near else say(asked.language, "rules.value.none")
    place = f" [{near.scope}]" if near and near.scope else ""
    return {
        "layer": layer,
        "shown": f"{shown}{place}",
        "decides": near is not None and (near.layer, near.scope) == (decides.layer, decides.scope),
        "value": as_json(near, asked.currency, asked.language) if near else None,
    }


def _in_force(asked: _Asked) -> Iterator[Param]:
    """The values of the key in force at the place or around it, worked out."""
    place = asked.place
    while True:
        yield from (p for p in asked.rules.stack(asked.key, place) if p.scope == place)
        if not place:
            return
        place = place.rpartition("/")[0]


def _why(asked: _Asked, param: Param) -> str:
    """Which of several values decides, in a sentence."""
    held = list(_in_force(asked))
    facts = {"layer": param.layer, "place": param.scope, "on": (asked.rules.signed_on or asked.rules.effective_on)}
    if len(held) == 1:
        return say(asked.language, "rules.explain.why.only", **facts)
    if any(other.scope != param.scope for other in held):
        return say(asked.language, "rules.explain.why.place", **facts)
    return say(asked.language, "rules.explain.why.lowest", **facts)


def _history(asked: _Asked) -> list[Param]:
    """Every value of the key for the place or around it, oldest first."""
    places = {asked.place[:end] for end, sign in enumerate(asked.place + "/") if sign == "/"} | {""}
    held = [p for p in asked.rules.params if p.key == asked.key and p.scope in places]
    return sorted(held, key=lambda p: (p.from_on, asked.rules.layers.index(p.layer), p.scope))


def _examples(asked: _Asked) -> list[Example]:
    name = asked.key.removeprefix("predicate.")
    held = [e for layer in asked.rules.layers for e in examples(asked.root, layer)]
    papers = asked.key in (WHEN, ONE_OF)
    return [
        e for e in held if e.key == asked.key or (e.predicate and e.predicate == name) or (papers and bool(e.papers))
    ]


def _example(example: Example) -> dict[str, Any]:
    said: dict[str, Any] = {"file": example.entry.file.path, "expect": example.expect}
    if example.predicate:
        return said | {"facts": dict(example.facts)}
    days = {"on": example.on, "signed_on": example.signed_on}
    if example.papers:
        said |= {"papers": dict(example.papers)}
    return said | {name: day.isoformat() for name, day in days.items() if day} | {"place": example.scope}


def _example_lines(asked: _Asked) -> list[str]:
    lines = []
    for example in _examples(asked):
        facts = ", ".join(f"{name} = {value}" for name, value in example.facts.items())
        lines += [f"  {example.entry.file.path}: {facts or example.named} → {_plain(asked, example)}"]
    return ["", say(asked.language, "rules.explain.examples"), *lines] if lines else []


def _plain(asked: _Asked, example: Example) -> str:
    key = asked.rules.keys.get(example.key)
    return readable(example.expect, key.unit if key else "flag", asked.currency, asked.language).replace("\n", "; ")


def _shown(asked: _Asked, param: Param) -> str:
    return readable(param.value, param.unit, asked.currency, asked.language)


def _no_rule(asked: _Asked, args: argparse.Namespace) -> str:
    """Why there is nothing to explain: no such name, not in this policy, or not on this day."""
    if asked.key not in asked.rules.keys:
        near = get_close_matches(asked.key, asked.rules.keys, 1)
        mend = f"did you mean {near[0]}?" if near else "docs/rules.md lists all there are"
        return f"RULE: {args.rule} is not known; {mend}"
    held = _history(asked)
    if held:
        by_contract = asked.rules.keys[asked.key].basis == "contract-date"
        option, on = ("--signed-on", args.signed_on) if by_contract else ("--on", args.on)
        return f"{option}: {asked.key} has no value on {on} in {args.policy}; the first is from {held[0].from_on}"
    others = [
        "/".join(stack[-1:])
        for stack in stacks(asked.root)
        if 1 < len(stack) < 4 and any(p.key == asked.key for p in load_layers(asked.root, stack, args.on).params)
    ]
    held_for = f" for {args.place}" if args.place else ""
    where = f"--policy: there is one in {', '.join(others) or 'none'}"
    if places := _places(asked):
        where = f"--place: there are {places}"
    return f"RULE: {asked.key} has no value in {args.policy}{held_for}; {where}"


def _places(asked: _Asked) -> str:
    return ", ".join(sorted({p.scope for p in asked.rules.params if p.key == asked.key and p.scope}))


def _policy_named(rule: str, root: Traversable) -> str:
    """The policy of the layer a rule is named with: cn/bank-card for cn.bank-card.plan.term_max_months."""
    named = [stack[-1] for stack in stacks(root) if len(stack) == 3 and rule.startswith(_prefix(stack[-1]))]
    countries = [stack[-1] for stack in stacks(root) if len(stack) == 2 and rule.startswith(_prefix(stack[-1]))]
    country, _, usual = POLICY.partition("/")
    return (named or [one for one in countries if one != country] or [f"{country}/{usual}"])[0]


def _prefix(layer: str) -> str:
    return f"{layer.replace('/', '.')}."


def _without_layer(rule: str, rules: Rulebook, root: Traversable) -> str:
    """A rule as answers name it (cn.cap.annual_cost, lender.example.relief.ladder.penalty) without layer and part."""
    for layer in sorted({layer for stack in stacks(root) for layer in stack}, key=len, reverse=True):
        rule = rule.removeprefix(_prefix(layer))
    while rule not in rules.keys and rule.rpartition(".")[0] in rules.keys:
        rule = rule.rpartition(".")[0]
    return rule
