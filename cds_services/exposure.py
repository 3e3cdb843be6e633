"""
Was alemtuzumab given, which product, when: evidence -> doses, courses, last dose, surveillance window (protocol B).

Confirmed doses are administrations, reported ones are dated statements and dispenses, suspected ones are orders and
procedure texts. A suspected exposure never starts overdue counting alone; it counts for contraindications.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from cds_services import concepts as c
from cds_services.dates import add_months
from cds_services.events import Medication, Unreadable
from cds_services.policy import Policy
from cds_services.record import PatientRecord
from cds_services.treatment import (
    CAMPATH,
    CONFIRMED,
    FIRST_COURSE_DAYS,
    LATER_COURSE_DAYS,
    LEMTRADA,
    REPORTED,
    SAME_COURSE_DAYS,
    SUSPECTED,
    UNCLASSIFIED,
    Dose,
    Treatment,
    is_plan,
)

__all__ = [
    "CAMPATH", "CONFIRMED", "LEMTRADA", "REPORTED", "SUSPECTED", "UNCLASSIFIED", "Course", "Dose", "Exposure", "exposure_of", "is_plan",
]


_SAME_COURSE = timedelta(days=SAME_COURSE_DAYS)
_RANK = {CONFIRMED: 0, REPORTED: 1, SUSPECTED: 2}  # the better evidence first


class Course(msgspec.Struct, frozen=True):
    """Infusion days no more than 30 days apart: their doses, first and last day, days that count to schedule."""

    number: int
    doses: tuple[Dose, ...]
    days: tuple[date, ...]
    scheduled_days: tuple[date, ...]

    @property
    def first_day(self) -> date:
        """The day of its first infusion."""
        return self.days[0]

    @property
    def last_day(self) -> date:
        """The day of its last infusion."""
        return self.days[-1]

    @property
    def expected_days(self) -> int:
        """Five infusions in the first course, three in later ones."""
        return FIRST_COURSE_DAYS if self.number == 1 else LATER_COURSE_DAYS

    @property
    def running(self) -> bool:
        """True while an infusion of it is in progress."""
        return any(dose.event.status == "in-progress" for dose in self.doses)


class Exposure(msgspec.Struct, frozen=True):
    """
    What is known of a patient's treatment.

    `doses` are the dated or undated counted doses, oldest first; `level` the best evidence, empty where there is none;
    `first_dose` and `last_dose` are the earliest first and the latest last day; `window_end` the last day of
    surveillance. `missed` are infusions recorded as not done.
    """

    doses: tuple[Dose, ...] = ()
    level: str = ""
    product: str = ""
    courses: tuple[Course, ...] = ()
    first_dose: date | None = None
    last_dose: date | None = None
    window_end: date | None = None
    missed: tuple[Medication, ...] = ()
    campath: tuple[Dose, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def exists(self) -> bool:
        """True where there is any evidence that concerns multiple sclerosis or is not classified."""
        return bool(self.level)

    @property
    def dated(self) -> bool:
        """True where the last dose is known and confirmed or reported: only then is anything overdue."""
        return self.level in (CONFIRMED, REPORTED) and self.last_dose is not None

    @property
    def watched(self) -> bool:
        """True where overdue tests are counted: confirmed or reported evidence, dated or not."""
        return self.level in (CONFIRMED, REPORTED)

    @property
    def latest_dose(self) -> Dose | None:
        """The latest dose, None where there is none."""
        return self.doses[-1] if self.doses else None

    @property
    def current_course(self) -> Course | None:
        """The latest course."""
        return self.courses[-1] if self.courses else None

    def under_surveillance(self, day: date) -> bool:
        """True until the end of the window; an exposure without date keeps it open (B.5)."""
        return self.exists and (self.window_end is None or day <= self.window_end)

    def months_since(self, day: date, months: int) -> bool:
        """True where `months` calendar months have passed since the last dose: the day itself still counts as within."""
        return self.last_dose is not None and day > add_months(self.last_dose, months)


def exposure_of(record: PatientRecord, now: datetime, policy: Policy) -> Exposure:
    """The patient's exposure as of an instant of the site's zone."""
    treated, evidence = Treatment(record, now), record.drugs(c.ALEMTUZUMAB)
    given = [one for one in evidence if one.kind == "administration"]
    confirmed = [dose for one in given if (dose := treated.administration(one)) is not None]
    reported = [dose for one in evidence if one.kind in ("statement", "dispense") and (dose := treated.reported(one)) is not None]
    suspected = [dose for one in evidence if one.kind == "request" and (dose := treated.suspected(one)) is not None]
    suspected += treated.procedures()
    kept = _without_repeats(confirmed, [dose for dose in reported if dose.level == REPORTED])
    weaker = [*suspected, *[dose for dose in reported if dose.level == SUSPECTED]]
    ours = [dose for dose in kept if dose.product != CAMPATH] or [dose for dose in weaker if dose.product != CAMPATH]
    campath = tuple([dose for dose in [*kept, *weaker] if dose.product == CAMPATH or dose.event.of(c.CAMPATH)])
    missed = tuple([one for one in given if one.status == "not-done"])
    return _assembled(ours, campath, missed, tuple(treated.unreadable), now.date(), policy)


def _assembled(doses: list[Dose], campath: tuple[Dose, ...], missed: tuple[Medication, ...], unreadable: tuple[Unreadable, ...],
               today: date, policy: Policy) -> Exposure:
    if not doses:
        return Exposure(campath=campath, missed=missed, unreadable=unreadable)
    if doses[-1].level != CONFIRMED:  # those that are all confirmed stand in order already
        doses.sort(key=_in_order)
    dated = [dose for dose in doses if dose.start is not None]
    last = min(max(map(_latest_day, dated)), today) if dated else None
    levels, products = {dose.level for dose in doses}, {dose.product for dose in doses}
    return Exposure(
        doses=tuple(doses), level=min(levels, key=_RANK.__getitem__), product=LEMTRADA if LEMTRADA in products else UNCLASSIFIED,
        courses=_courses(doses), first_dose=min([dose.start.first for dose in dated], default=None), last_dose=last,
        window_end=add_months(last, policy.surveillance_months) if last else None,
        missed=missed, campath=campath, unreadable=unreadable)


def _in_order(dose: Dose) -> tuple[date, str, str]:
    start = dose.start
    return (start.first, start.text, dose.event.reference) if start is not None else (date.min, "", dose.event.reference)


def _latest_day(dose: Dose) -> date:
    """The last day of the dose: of a reported period its end, else the latest day its date allows (B.5)."""
    if dose.level == REPORTED and dose.end is not None:
        return max(dose.end.last, dose.start.last)
    return dose.start.last


def _without_repeats(confirmed: list[Dose], reported: list[Dose]) -> list[Dose]:
    """The same identifier, or the same day and amount from different sources, is one dose; the better evidence stays, and stands first."""
    kept: list[Dose] = []
    known: set[str] = set()
    for dose in (*sorted(confirmed, key=_in_order), *sorted(reported, key=_in_order)):
        identifiers = dose.event.identifiers
        if known.isdisjoint(identifiers) and (dose.level == CONFIRMED or not any(_same_day(dose, other) for other in kept)):
            kept.append(dose)
            known |= identifiers
    return kept


def _same_day(one: Dose, other: Dose) -> bool:
    """The same day and amount, told by another kind of source."""
    if one.level == other.level or one.day is None or other.day != one.day:
        return False
    return one.milligrams is None or other.milligrams is None or one.milligrams == other.milligrams


def _courses(doses: list[Dose]) -> tuple[Course, ...]:
    """Days that are known, clustered: a gap of more than 30 days begins a new course (B.3)."""
    groups: list[tuple[list[Dose], set[date], set[date]]] = []
    last = date.min
    for dose in doses:
        start = dose.start
        if start is None or start.first != start.last or dose.level == SUSPECTED:
            continue
        day, latest = start.first, _latest_day(dose)
        if not groups or day - last > _SAME_COURSE:
            groups.append(([], set(), set()))
            last = latest
        elif latest > last:
            last = latest
        members, days, scheduled = groups[-1]
        members.append(dose)
        days.add(day)
        days.add(latest)
        if dose.scheduled:
            scheduled.add(day)
    return tuple([Course(number, tuple(members), tuple(sorted(days)), tuple(sorted(scheduled)))
                  for number, (members, days, scheduled) in enumerate(groups, 1)])
