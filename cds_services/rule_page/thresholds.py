"""
The named numbers of a rule with unit, meaning, evidence and source, read from the comment that stands on their line.

A line reads `NAME = value  # unit, meaning [evidence]: source`; a table of numbers may have such a comment on each row.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cds_services.concepts import Concept
from cds_services.results import plain
from cds_services.rule import Rule
from cds_services.rule_page.reach import Source, reached_by, source_of

RANKS = frozenset({("cds_services.finding", "LEVEL")})  # an order of words, no threshold

# Units as the comments begin with them, the longer before the shorter.
UNITS = tuple(sorted((
    "10*9/L", "g/dL", "mg/dL", "g/L", "umol/L", "mg/g", "mg/mmol", "ng/mL", "U/L", "/uL", "mIU/L", "mIU/mL", "m[IU]/L", "m[IU]/mL",
    "Cel", "mm[Hg]", "mmHg", "mm", "mg a day", "mg", "mL", "s", "%", "percent", "times", "ratio", "plus-score", "red cells /HPF",
    "red cells /uL", "calendar months", "months", "days", "hours", "weeks", "years", "doses a day", "doses", "infusion days",
    "first infusion days", "infusions", "courses", "such readings", "readings", "low cell lines", "cell lines", "criteria", "features",
    "pieces", "lines", "drugs", "decimal places",
), key=len, reverse=True))
_UNIT = re.compile(rf"({'|'.join(map(re.escape, UNITS))})(?![A-Za-z*/])")
_TAGGED = re.compile(r"\[((?!IU\]|Hg\])[^\]]+)\]")
EVIDENCE = {
    "impl": "implementation choice", "cons": "consensus", "recall": "label, not re-read", "not re-read": "label, not re-read",
    "L-US": "US label", "L-EU": "EU label", "label": "label",
}


@dataclass(frozen=True)
class Threshold:
    """One named number: where it stands, its value, and what its line says about it; shared ones serve several rules."""

    name: str
    module: str
    value: str
    unit: str
    meaning: str
    evidence: str
    source: str
    shared: bool = False


@dataclass(frozen=True)
class Remark:
    """A comment taken apart."""

    unit: str
    meaning: str
    evidence: str
    source: str


def thresholds_of(rule: Rule) -> tuple[Threshold, ...]:
    """The numbers that decide a rule: its own first, then those of the shared modules that its logic reaches."""
    own = rule.evaluate.__module__
    found = [one for place in reached_by(rule).numbers if place not in RANKS for one in _thresholds(*place, shared=place[0] != own)]
    return tuple(sorted(found, key=lambda one: one.shared))


def _thresholds(module: str, name: str, *, shared: bool) -> Iterator[Threshold]:
    source = source_of(module)
    value, node = getattr(source.module, name), source.assigned[name]
    rows = list(_rows(value, node.value, source))
    for row, number, comment in rows or [("", value, source.comment(node))]:
        remark = remark_of(comment)
        yield Threshold(f"{name.lower().replace('_', ' ')} {row}".strip(), module, written(number), remark.unit, remark.meaning,
                        remark.evidence, remark.source, shared)


def _rows(value: Any, written_as: ast.expr | None, source: Source) -> Iterator[tuple[str, Any, str]]:
    """The rows of a table that has a comment on each of them."""
    if not isinstance(value, dict) or not isinstance(written_as, ast.Dict) or written_as.lineno == written_as.end_lineno:
        return
    for (key, number), node in zip(value.items(), written_as.values, strict=False):
        if source.comment(node):
            yield (key.title if isinstance(key, Concept) else str(key)), number, source.comment(node)


def remark_of(comment: str) -> Remark:
    """Unit, meaning, evidence and source of a comment; what it does not say is empty."""
    tag = next(iter(_TAGGED.finditer(comment)), None)
    if tag is not None:
        text, source = comment[: tag.start()].strip(), comment[tag.end():].lstrip(": ").strip()
    else:
        text, _, source = comment.rpartition(": ")
    unit = _UNIT.match(text)
    meaning = text[unit.end():] if unit else text
    return Remark(unit[1] if unit else "", meaning.strip(" ,:"), _evidence(tag[1] if tag else "", source), source)


def _evidence(tag: str, source: str) -> str:
    """The protocol's tag in words; without one, "label" where the source is a label's text."""
    if not tag:
        return "label" if re.match(r"US PI|SmPC", source) else ""
    return ", ".join(EVIDENCE.get(one.strip(), one.strip()) for one in tag.split(","))


def written(value: Any) -> str:
    """A number or a collection of numbers, for people."""
    if isinstance(value, timedelta):
        return f"{value.days}" if value.days and not value.seconds else f"{value.total_seconds() / 3600:g}"
    if isinstance(value, dict):
        return "; ".join(f"{key.title if isinstance(key, Concept) else key} {written(one)}" for key, one in value.items())
    if isinstance(value, tuple | frozenset):
        return ", ".join(written(one) for one in (sorted(value) if isinstance(value, frozenset) else value))
    return plain(value) if isinstance(value, Decimal) else str(value)
