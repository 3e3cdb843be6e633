"""
What the page plots: plain dataclasses, as in parts.py, with the same words for dates and references.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Point:
    """
    One value: `number` in the unit of its series with its comparator ("<", ">" or ""), `sent` as it came with its unit.

    `low` and `high` are its own limits in the unit of the series; `outside` is "low" or "high" where it lies beyond them
    for certain; `flags` are the laboratory's (L, HH ...); `status` is FHIR's, and `done` False where it does not count as
    done (preliminary, or without a status); `instant` is known only where a time was sent.
    """

    when: str
    day: date
    instant: datetime | None
    number: Decimal
    comparator: str
    sent: str
    name: str
    reference: str
    status: str
    done: bool = True
    low: Decimal | None = None
    high: Decimal | None = None
    outside: str = ""
    flags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A threshold or a baseline to draw: the number in the unit of its series, what it means, and where it stands."""

    number: Decimal
    words: str
    source: str


@dataclass(frozen=True)
class Band:
    """A reference range to draw: its limits (None where one is open), and whose range it is, in words."""

    low: Decimal | None
    high: Decimal | None
    words: str


@dataclass(frozen=True)
class Series:
    """The values of one analyte in one unit, oldest first, with the lines to draw beside them."""

    title: str
    unit: str
    points: tuple[Point, ...] = ()
    thresholds: tuple[Line, ...] = ()
    baseline: Line | None = None
    band: Band | None = None


@dataclass(frozen=True)
class Unplotted:
    """A value that is no point of the plot: as sent, when, and why; `unreadable` False for words and grades that were understood."""

    name: str
    when: str
    day: date | None
    sent: str
    reason: str
    reference: str
    unreadable: bool


@dataclass(frozen=True)
class Plot:
    """One plot: a stable name, its title, one or two series (each with its own axis), infusion days, and what is not plotted."""

    name: str
    title: str
    series: tuple[Series, ...]
    infusions: tuple[date, ...]
    unplotted: tuple[Unplotted, ...] = ()
    incomplete: str = ""

    @property
    def empty(self) -> bool:
        """True where there is no point at all; `incomplete` says whether that could be looked up."""
        return not any(one.points for one in self.series)
