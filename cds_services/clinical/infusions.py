"""
Infusions as instants: how long ago one ended, and how long after one something happened (protocol B.3, C.5, E86).

Windows of hours are instants, never local clock time. An infusion known to its day alone lasts until 23:59; one without
an end lasts four hours from its start.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from cds_services import concepts as c
from cds_services.case import Case
from cds_services.dates import When, end_of, hours_between, start_of
from cds_services.exposure import CONFIRMED, SUSPECTED, Dose

OBSERVATION_HOURS = 2  # hours of observation after an infusion: US PI boxed warning, 5.2; protocol C.5 post-infusion-observation
WATCH_HOURS = 72  # hours after the end of any infusion, inclusive: US PI 5.2, 5.3 "within 3 days"; protocol D8, C.5, ruling 35
_LAST_DAYS = timedelta(days=5)  # three days of watching, an infusion that begins on the day before its end, a change of the clocks
LONGEST_REPORT = timedelta(days=30)  # days: a longer reported period is no infusion, its days are not known [impl]: protocol B.3


class Infusion(msgspec.Struct, frozen=True, gc=False):
    """An infusion, or a reported course of them: its dose, start and end as instants; `estimated` where no end is recorded."""

    dose: Dose
    start: datetime
    end: datetime
    estimated: bool

    def hours_since(self, now: datetime) -> float:
        """Hours since its end; 0 while it runs, or where its estimated end lies ahead."""
        return max(0.0, hours_between(self.end, now))

    def running(self, now: datetime) -> bool:
        """True where the record says that it is in progress and its end lies ahead."""
        return self.dose.event.status == "in-progress" and self.end > now

    @property
    def told(self) -> str:
        """A line for people: when it began and ended, and whether the end is estimated."""
        status = "" if self.dose.event.status in ("completed", "") else f" ({self.dose.event.status})"
        return f"Infusion of {self.dose.start}{status}: end {clock(self.end)}{', estimated' if self.estimated else ''}"


def later(instant: datetime, hours: int) -> datetime:
    """The instant so many hours later, in the same zone; clocks that are put forward or back do not count."""
    return (instant.astimezone(UTC) + timedelta(hours=hours)).astimezone(instant.tzinfo)


def clock(instant: datetime) -> str:
    """Day and time of the site's zone, for people."""
    return f"{instant:%Y-%m-%d %H:%M}"


def infusions_of(case: Case) -> tuple[Infusion, ...]:
    """The infusions whose day is known, given or reported, by their end."""
    return case.once(_infusions)


def any_infusion(case: Case) -> bool:
    """True where there is an infusion whose day is known; nearly always the first dose says it."""
    return any(dose.level == CONFIRMED and dose.day is not None for dose in case.exposure.doses) or bool(infusions_of(case))


def _infusions(case: Case) -> tuple[Infusion, ...]:
    zone = case.now.tzinfo
    found = []
    for dose in case.exposure.doses:
        ended = None if dose.level == SUSPECTED else dose.ended(zone)
        if ended is None:
            continue
        end, estimated = ended
        start = dose.start.instant or start_of(dose.start, zone)
        if dose.level == CONFIRMED or end - start <= LONGEST_REPORT:
            found.append(Infusion(dose, start, end if end > start else start, estimated))
    return tuple(sorted(found, key=lambda one: (one.end, one.dose.event.reference)))


def all_read(case: Case) -> bool:
    """True where what was given could be looked at to the end, so that no infusion can have been overlooked."""
    return not case.record.incomplete((c.INFUSIONS,))


def watched(case: Case) -> tuple[Infusion, ...]:
    """The infusions whose hours of watching still run, the last of them included; the latest infusion comes last."""
    return case.once(_watched)


def _watched(case: Case) -> tuple[Infusion, ...]:
    return tuple(one for one in lately(case) if one.hours_since(case.now) <= WATCH_HOURS)


def lately(case: Case) -> tuple[Infusion, ...]:
    """The infusions where a dose of the last days is among them, else none: no window of hours reaches further back."""
    return case.once(_lately)


def _lately(case: Case) -> tuple[Infusion, ...]:
    earliest = case.today - _LAST_DAYS
    for dose in case.exposure.doses:
        if (dose.start is not None and dose.start.last >= earliest) or (dose.end is not None and dose.end.last >= earliest):
            return infusions_of(case)
    return ()


def in_watch(case: Case, when: When | None) -> bool:
    """True where something may have begun since the start of an infusion whose hours of watching still run."""
    return when is not None and any(hours_after(one, when) is not None for one in watched(case))


def hours_after(infusion: Infusion, when: When) -> float | None:
    """Hours from the end of the infusion to something, the fewest that its date allows; None where it was before the infusion."""
    zone = infusion.end.tzinfo
    if end_of(when, zone) < infusion.start:
        return None
    return max(0.0, hours_between(infusion.end, start_of(when, zone)))


def fewest_hours(infusions: tuple[Infusion, ...], when: When | None) -> float | None:
    """Hours from the end of the nearest infusion before it; None without a date, or where no infusion was before it."""
    hours = [found for one in infusions if when is not None and (found := hours_after(one, when)) is not None]
    return min(hours, default=None)
