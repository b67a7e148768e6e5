"""The file that FORBEAR_SMS names: which gateway sends text messages, its keys, its approved texts (docs/sms.md).

TOML. What makes no sense is a ValueError that names the place in the file and says what would be right; no message of
it holds a secret.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from forbear.adapters.settings_file import Section, read_toml
from forbear.core.receipt import without_receipt
from forbear.core.sms import Gateway, signed

GATEWAYS = ("aliyun", "tencent", "http", "smpp")
CHINESE = ("aliyun", "tencent")
"""They count every text as UCS-2 and put the signature before it themselves."""
SECRET_LEAST = 20


class TextUnapproved(Exception):
    """No approved text is this one; a carrier that passes approved texts alone would not pass it."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """A text that the carrier approved, under its `code`. `text` as approved, its places written ${name} or {1};
    `names`: the places in order; `pattern`: what fits it; `fixed`: how many signs are always the same.
    """

    code: str
    text: str
    names: tuple[str, ...]
    pattern: re.Pattern[str] = field(repr=False)
    fixed: int


class Settings(Section):
    """The whole file. `kind`: one of GATEWAYS; `counting`: how its texts are counted and signed."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__("", values)
        known = {"gateway", "signature", "discreet_signature", "callback", "template", "receipt", "text", *GATEWAYS}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"{unknown[0]} is nothing that stands in this file; it knows {', '.join(sorted(known))}.")
        self.kind = self.choice("gateway", GATEWAYS, "")
        self.templates = tuple(_templates(values.get("template", [])))
        names = {key: self.text(key, "") for key in ("signature", "discreet_signature")}
        if self.kind in CHINESE and not all(names.values()):
            raise ValueError(
                "signature and discreet_signature are both needed: the carrier passes no text without one."
            )
        self.counting = Gateway(gsm=None, **names) if self.kind in CHINESE else Gateway(**names)

    def section(self, name: str) -> Section:
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise ValueError(f"{name} is no table; write [{name}].")
        return Section(name, value)


def read_settings(file: Path) -> Settings:
    """Raises ValueError, which names the file's place at fault."""
    return Settings(read_toml(file))


# ---- approved texts --------------------------------------------------------------------------------------------

_PLACE = re.compile(r"\$\{(\w+)\}|\{(\w+)\}")


def _templates(given: Any) -> list[Template]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ValueError("template is no list of tables; write [[template]] before each.")
    return [_template(Section(f"template {n}", one)) for n, one in enumerate(given, start=1)]


def _template(own: Section) -> Template:
    text = own.text("text")
    names, pattern, fixed, begun = [], "", 0, 0
    for found in _PLACE.finditer(text):
        before, name = text[begun : found.start()], found[1] or found[2]
        if name in names:
            raise ValueError(f"[{own.name}] text has the place {name} twice; a carrier takes each once.")
        names.append(name)
        pattern += f"{re.escape(before)}(.+?)"
        fixed, begun = fixed + len(before), found.end()
    pattern, fixed = pattern + re.escape(text[begun:]), fixed + len(text[begun:])
    return Template(
        code=own.text("code"), text=text, names=tuple(names), pattern=re.compile(pattern, re.DOTALL), fixed=fixed
    )


def approved(templates: Sequence[Template], body: str) -> tuple[Template, tuple[tuple[str, str], ...]]:
    """The approved text that a message is, the one with most fixed signs first, and what stands in its places.

    What goes out is then word for word what the record holds. Where only the text without its receipt was approved it
    goes out so: a message matters more than its receipt. Raises TextUnapproved.
    """
    whole = signed(body)[1]
    for rest in dict.fromkeys((whole, without_receipt(whole))):
        for template in sorted(templates, key=lambda one: -one.fixed):
            if found := template.pattern.fullmatch(rest):
                return template, tuple(zip(template.names, found.groups(), strict=True))
    raise TextUnapproved("no approved text is this one; have it approved and add it as [[template]]")


# ---- who may call back -----------------------------------------------------------------------------------------


class Callback:
    """[callback] of the file: the secret part of our address, and where the carrier calls from (`from`, may be left
    out). Carriers do not sign what they tell us, so whoever does not know the address is nobody.
    """

    def __init__(self, settings: Settings) -> None:
        own = settings.section("callback")
        self._secret = own.secret("secret") if {"secret", "secret_file"} & set(own.values) else ""
        if self._secret and (len(self._secret) < SECRET_LEAST or not re.fullmatch(r"[A-Za-z0-9_-]+", self._secret)):
            raise ValueError(f"[callback] secret has fewer than {SECRET_LEAST} signs or others than A-Z a-z 0-9 - _.")
        try:
            self._networks = [ip_network(one, strict=False) for one in own.names("from")]
        except ValueError as error:
            raise ValueError(f"[callback] from: {error}; write networks such as 203.0.113.0/24.") from None

    def admits(self, secret: str, address: str) -> bool:
        """Nobody as long as no secret is set."""
        if not self._secret or not compare_digest(self._secret.encode(), secret.encode()):
            return False
        try:
            caller = ip_address(address)
        except ValueError:
            return not self._networks
        return not self._networks or any(caller in network for network in self._networks)
