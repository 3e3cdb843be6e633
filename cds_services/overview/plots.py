"""
What the page plots, lists and replays: plain dataclasses, as in parts.py, with the same words for dates and references.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cds_services.assess import Assessment
from cds_services.case import Case
from cds_services.hooks import Card
from cds_services.overview.parts import Banner, Courses, Due, Surveillance

# ---- plots --------------------------------------------------------------------------------------------------------

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


# ---- checklist ----------------------------------------------------------------------------------------------------

OPEN, SETTLED, NOT_JUDGED, NOT_APPLICABLE = "open", "nothing open", "could not be judged", "does not apply"


@dataclass(frozen=True)
class Item:
    """One line of the pre-treatment checklist: rule, title, family (checklist or contraindications), state, indicator, words, lines."""

    rule: str
    title: str
    family: str
    state: str
    words: str
    indicator: str = ""
    found: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checklist:
    """The checklist for a treatment that begins on a day: of the standing order, else as if it began today."""

    start: date
    ordered: bool
    items: tuple[Item, ...]


# ---- what could not be seen ---------------------------------------------------------------------------------------

@dataclass(frozen=True)
class UnseenSource:
    """A source that was not read, was cut short, or that the EHR does not hold: key, words, state, why."""

    key: str
    words: str
    state: str
    why: str


@dataclass(frozen=True)
class UnseenRule:
    """A rule that could not be judged, and why."""

    rule: str
    title: str
    why: str


@dataclass(frozen=True)
class Unseen:
    """What could not be seen: sources, values that could not be read, rules that could not be judged, drugs that stay unknown."""

    sources: tuple[UnseenSource, ...] = ()
    values: tuple[Unplotted, ...] = ()
    rules: tuple[UnseenRule, ...] = ()
    drugs: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """True where everything could be seen."""
        return not (self.sources or self.values or self.rules or self.drugs)


# ---- replay -------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Said:
    """A finding of an earlier day: rule, title, indicator, summary."""

    rule: str
    title: str
    indicator: str
    summary: str


@dataclass(frozen=True)
class Replayed:
    """
    A day on which what the service would have said changes: all of its findings, and what appeared and went since the entry before.

    A finding whose indicator changes both appears (as it is now) and goes (as it was). `unjudged` counts the rules that
    could not be judged on that day.
    """

    day: date
    findings: tuple[Said, ...]
    appeared: tuple[Said, ...]
    gone: tuple[Said, ...]
    unjudged: int = 0


# ---- all of it ----------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Overview:
    """
    All that the page shows of one patient, as of `now`.

    `cards` are those of patient-view, in order. For a person recorded as deceased there are no cards, and no due dates,
    checklist, timeline or replay. `notes` are what must be said above all else: deceased, no alemtuzumab found, or exposure
    that could not be looked up.
    """

    now: datetime
    banner: Banner
    case: Case
    assessment: Assessment
    cards: tuple[Card, ...]
    courses: Courses
    surveillance: Surveillance
    plots: tuple[Plot, ...]
    due: Due
    checklist: Checklist
    unseen: Unseen
    replay: tuple[Replayed, ...]
    notes: tuple[str, ...] = ()
