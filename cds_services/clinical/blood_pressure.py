"""
Blood pressure as readings: systolic and diastolic of one moment together, and whether the newest is high (protocol C.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cds_services import concepts as c
from cds_services.events import Result, total_order
from cds_services.results import at_least, value
from cds_services.rule import Case

SYSTOLIC_HIGH = Decimal(160)  # mm[Hg], at or above it high [impl]: protocol C.1 cardiovascular-risk
DIASTOLIC_HIGH = Decimal(100)  # mm[Hg], at or above it high [impl]: protocol C.1 cardiovascular-risk
READING_DAYS = 30  # days back in which readings count [impl]: protocol C.1 cardiovascular-risk


@dataclass(frozen=True)
class Reading:
    """The values of one moment; of one day where no time was sent."""

    systolic: tuple[Result, ...]
    diastolic: tuple[Result, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """All its values."""
        return (*self.systolic, *self.diastolic)

    @property
    def count(self) -> int:
        """How many measurements it holds: more than one only where a day's measurements have no time."""
        return max(len(self.systolic), len(self.diastolic))

    @property
    def high(self) -> bool:
        """True where a value is at or above its limit; the worse one decides."""
        return any(at_least(one, SYSTOLIC_HIGH) for one in self.systolic) or any(at_least(one, DIASTOLIC_HIGH) for one in self.diastolic)

    @property
    def told(self) -> str:
        """172/104 mmHg (2024-02-10)."""
        highest = [max(part, key=lambda one: one.number, default=None) for part in (self.systolic, self.diastolic)]
        return f"{'/'.join(value(one) if one else '?' for one in highest)} mmHg ({self.results[0].when})"


def recent_readings(case: Case) -> tuple[Reading, ...]:
    """The readings of the last 30 days, oldest first."""
    groups: dict[object, list[Result]] = {}
    for one in sorted(case.record.labs(c.BLOOD_PRESSURE), key=total_order):
        if one.number is not None and not one.pending and case.age_in_days(one.when) <= READING_DAYS:
            groups.setdefault(one.when.instant or one.when.text, []).append(one)
    return tuple(_reading(group) for group in groups.values())


def _reading(group: Iterable[Result]) -> Reading:
    """Told apart by name or code; of values without either the higher is systolic."""
    systolic, diastolic, unnamed = [], [], []
    for one in group:
        name = one.name.lower()
        kind = diastolic if "diastolic" in name or "8462-4" in name else systolic if "systolic" in name or "8480-6" in name else unnamed
        kind.append(one)
    unnamed.sort(key=lambda one: -one.number)
    return Reading((*systolic, *unnamed[:1]), (*diastolic, *unnamed[1:]))
