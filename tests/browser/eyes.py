"""What every page must be, whoever looks at it: accessible, within the screen, light, in one language."""

import re
from collections.abc import Callable
from typing import Any

PAGE_BYTES_MAX = 100_000
NARROW, PHONE = 320, 390
_SIZES = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter((e) => e.initiatorType !== 'xmlhttprequest').map((e) => [e.name, e.encodedBodySize])"""
_OVERFLOW = """() => [...document.querySelectorAll('body *')]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter((e) => !e.closest('.scroll, .unseen, .skip, svg') && getComputedStyle(e).position !== 'absolute')
    .map((e) => e.tagName.toLowerCase() + (e.className ? '.' + e.className : ''))"""
_CONTRAST = """() => axe.run(document, {runOnly: ['color-contrast']}).then((found) => found.violations.flatMap(
    (fault) => fault.nodes.map((node) => `${location.pathname} ${node.target.join(' ')} ${node.failureSummary}`)))"""
_WORDS = """() => [...document.querySelectorAll('main, header, footer')].map((part) => part.innerText).join('\\n')"""
_LATIN_ALLOWED = re.compile(
    r"English|Forbear|PDF|JPG|PNG|HEIC|WebP|PAdES|SHA-256|self-made signing authority|\b[0-9a-f]{32,}\b|HC-\S+|"
    r"[\w.-]+\.(?:png|pdf|csv|json)"
)

_HAN_ALLOWED = re.compile("中文|示例消费金融有限公司")
"""The lender's name as its certificate has it is no word of a language."""


class Eyes:
    """`look(page)` fails with all that is wrong with the page at once."""

    def __init__(self, axe: Callable[[Any], list[str]]) -> None:
        self._axe = axe

    def look(self, page: Any, *, language: str = "", bytes_max: int = PAGE_BYTES_MAX) -> None:
        """`language`: the one it must be in; "" where somebody's own words make it a mixture."""
        faults = self._axe(page) + overflow(page)
        if (heavy := weight(page)) > bytes_max:
            faults.append(f"{page.url} weighs {heavy} bytes")
        if language:
            faults += strangers(page, language)
        assert faults == [], "\n".join(faults)

    def everything(self, page: Any, widths: tuple[int, ...], *, night: bool) -> list[str]:
        """All that is wrong by day, and the contrast by night where asked."""
        faults = self._axe(page) + overflow(page, widths)
        if not night:
            return faults
        page.emulate_media(color_scheme="dark")
        faults += [f"by night: {fault}" for fault in page.evaluate(_CONTRAST)]
        page.emulate_media(color_scheme="light")
        return faults


def weight(page: Any) -> int:
    """The bytes of the page and of everything it loads, as they travel."""
    sizes = dict(map(tuple, page.evaluate(_SIZES)))
    assert len(sizes) >= 3, "a page and its sheets"
    return int(sum(sizes.values()))


def overflow(page: Any, widths: tuple[int, ...] = (NARROW, PHONE)) -> list[str]:
    """What makes the page wider than the screen, at each width; the page is left at the width it came with."""
    found, size = [], page.viewport_size
    for width in widths:
        page.set_viewport_size({"width": width, "height": size["height"]})
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{page.url} is {wide} wide on {width}: {page.evaluate(_OVERFLOW)[:6]}")
    page.set_viewport_size(size)
    return found


def strangers(page: Any, language: str) -> list[str]:
    """Words of the other language on a page that is in one."""
    text = page.evaluate(_WORDS)
    if language == "zh":
        found = re.findall(r"[A-Za-z]{3,}", _LATIN_ALLOWED.sub("", text))
    else:
        found = re.findall(r"[\u3400-\u9fff]+", _HAN_ALLOWED.sub("", text))
    return [f"{page.url} speaks another language: {word}" for word in dict.fromkeys(found)]
