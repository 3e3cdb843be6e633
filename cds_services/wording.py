"""
Words for people: names from the record cleaned and shortened, sentences that fit a card's summary, Markdown escaped.

A summary has fewer than 140 characters; names are shortened with "…", numbers never (protocol C.7, spec section 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_SUMMARY = 139  # UTF-16 code units: spec C2 "fewer than 140 characters"
SHORTEST_NAME = 12  # characters that a shortened name keeps at least
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e]+")
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), *((mark, f"\\{mark}") for mark in "\\`*_[]()#|~!"))  # & and \ before their own
_MARKUP_IN_NAMES = re.compile(r"<[A-Za-z/!?][^<>]{0,400}>|<(?=[A-Za-z/!?])|[\[\]`\\]")


def length(text: str) -> int:
    """The length in UTF-16 code units, as JavaScript clients count it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def clean(name: str) -> str:
    """A name from the record without control characters, markup or repeated blanks."""
    return " ".join(_MARKUP_IN_NAMES.sub(" ", _printable(name)).split())


def fit(before: str, name: str, after: str = "") -> str:
    """before + name + after in at most 139 characters; the name alone is shortened, at a word where one is near."""
    name = clean(name)
    room = LONGEST_SUMMARY - length(before) - length(after)
    return f"{before}{shortened(name, max(room, SHORTEST_NAME))}{after}"


def shortened(text: str, room: int) -> str:
    """The text in at most `room` characters, ended by "…" where it was cut, never within a number."""
    if length(text) <= room:
        return text
    cut = text[: room - 1]
    while length(cut) > room - 1:
        cut = cut[:-1]
    at_word = cut.rfind(" ")
    if at_word > room // 2:
        cut = cut[:at_word]
    elif cut[-1:].isdigit():
        cut = cut.rstrip("0123456789.,")
    return cut.rstrip(" ,;:(-") + "…"


def listed(names: Iterable[str], before: str = "", after: str = "", separator: str = ", ") -> str:
    """before + as many names as fit + after; "+n more" where some do not fit."""
    names = [clean(name) for name in names]
    for shown in range(len(names), 0, -1):
        more = f"{separator}+{len(names) - shown} more" if shown < len(names) else ""
        text = f"{before}{separator.join(names[:shown])}{more}{after}"
        if length(text) <= LONGEST_SUMMARY:
            return text
    return fit(before, names[0] if names else "", after)


def escaped(text: str) -> str:
    """Text from the record as it may stand in Markdown: no control characters, no markup, no HTML."""
    return all_escaped((text,))[0]


def all_escaped(texts: Iterable[str]) -> list[str]:
    """Some texts escaped in one go, which costs little more than one of them."""
    whole = "\n".join([_one_line(one) for one in texts])
    for mark, written in _ESCAPES:
        if mark in whole:
            whole = whole.replace(mark, written)
    return whole.split("\n")


def _one_line(text: str) -> str:
    """The text without repeated blanks or control characters, which most texts have none of."""
    if text.isprintable() and "  " not in text and text == text.strip():
        return text
    return " ".join(_CONTROL.sub(" ", text).split())


def _printable(text: str) -> str:
    """The text with blanks for control characters, which most texts have none of."""
    return text if text.isprintable() else _CONTROL.sub(" ", text)
