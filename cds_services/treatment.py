"""
One piece of evidence of alemtuzumab -> a Dose: does its status count, how sure is it, which product (protocol B.1, B.2).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

import msgspec

from cds_services import concepts as c
from cds_services.dates import When, end_of, start_of
from cds_services.events import Medication, Unreadable
from cds_services.record import PatientRecord

CONFIRMED, REPORTED, SUSPECTED = "confirmed", "reported", "suspected"
LEMTRADA, CAMPATH, UNCLASSIFIED = "LEMTRADA", "CAMPATH", "unclassified"

LEMTRADA_DOSE = Decimal("12")  # mg a day: US PI 2; protocol B.2
_NOTHING = Decimal(0)  # mg
LEMTRADA_RANGE = (Decimal("10.8"), Decimal("13.2"))  # mg, 12 mg with 10 % tolerance: protocol B.2
CAMPATH_DOSES = frozenset({Decimal(3), Decimal(10), Decimal(30)})  # mg, escalation of CAMPATH: protocol B.2
SAME_COURSE_DAYS = 30  # days between infusions of one course at most [impl]: protocol B.3
FIRST_COURSE_DAYS, LATER_COURSE_DAYS = 5, 3  # infusion days: US PI 2; SmPC 4.2; protocol B.3
INFUSION_HOURS = 4  # hours, where no end is recorded (label infusion length): protocol B.3
_INFUSION = timedelta(hours=INFUSION_HOURS)
EARLIEST_DOSE = date(2000, 1, 1)  # an administration before this is unreadable: protocol B.3
PLAN_DAYS = 90  # days after authoredOn that an order without stated days stays a plan [impl]: ruling 44
COUNTS_STOPPED = Decimal("10.8")  # mg, 90 % of 12 mg: a stopped infusion of this much counts to schedule (B.1)


_TRANSPLANT = re.compile(r"transplant|^(Z94|T86)\b", re.IGNORECASE)  # by name; by ICD-10 code where it has no display


class Dose(msgspec.Struct, frozen=True, gc=False):
    """One piece of evidence that alemtuzumab was given: when, how much, how sure, which product."""

    event: Medication
    level: str
    product: str
    start: When | None
    end: When | None
    milligrams: Decimal | None
    scheduled: bool
    uncertain: bool = False

    @property
    def reference(self) -> str:
        """The FHIR reference of the evidence."""
        return self.event.reference

    @property
    def day(self) -> date | None:
        """The infusion day, None where it is not known to the day."""
        start = self.start
        return start.first if start is not None and start.first == start.last else None

    def ended(self, zone) -> tuple[datetime, bool] | None:
        """The end of the infusion and whether it is estimated; None where its day is not known (B.3)."""
        start, end = self.start, self.end
        if start is None or start.first != start.last:
            return None
        if end is not None and end.exact:
            return end_of(end, zone), end.instant is None
        if start.instant is not None:
            return (start.instant.astimezone(UTC) + _INFUSION).astimezone(zone), True
        return end_of(start, zone), True


class Treatment:
    """Judges each piece of evidence against the statuses of B.1 and the products of B.2."""

    def __init__(self, record: PatientRecord, now: datetime):
        self.record, self.now, self.today = record, now, now.date()
        self.ms = bool(record.conditions(c.MULTIPLE_SCLEROSIS))
        self.unreadable: list[Unreadable] = []

    @cached_property
    def other_use(self) -> bool:
        """True where leukemia or a transplant is on record: what else alemtuzumab is given for."""
        return bool(self.record.conditions(c.CLL)) or any(
            _TRANSPLANT.search(one.name) for one in (*self.record.all_conditions, *self.record.all_procedures))

    def administration(self, one: Medication) -> Dose | None:
        """A dose that was given, None where its status, date or amount says that it was not."""
        status = one.status
        if status in ("not-done", "entered-in-error") or self._ahead(one) or not self._plausible(one):
            return None
        known = status in ("completed", "in-progress", "on-hold", "stopped")
        counts = status in ("completed", "in-progress") or (
            status == "stopped" and one.milligrams is not None and one.milligrams >= COUNTS_STOPPED)
        return Dose(one, CONFIRMED, self._product(one), one.when, one.end, one.milligrams, counts, uncertain=not known)

    def reported(self, one: Medication) -> Dose | None:
        status = one.status
        if status in ("not-taken", "intended", "entered-in-error", "cancelled", "declined", "preparation", "not-done"):
            return None
        if self._ahead(one) or not self._plausible(one):
            return None
        level = SUSPECTED if status == "unknown" or one.when is None else REPORTED
        return Dose(one, level, self._product(one), one.when, one.end, one.milligrams, scheduled=False)

    def suspected(self, one: Medication) -> Dose | None:
        if one.status not in ("active", "completed", "on-hold", "stopped", "ended") or one.do_not_perform:
            return None
        if one.intent in ("proposal", "plan") or is_plan(one, self.today):
            return None
        start = one.when or one.authored
        if start is not None and start.first > self.today:
            return None
        return Dose(one, SUSPECTED, self._product(one), start, one.end, one.milligrams, scheduled=False)

    def procedures(self) -> list[Dose]:
        found = []
        for one in self.record.procedures(c.ALEMTUZUMAB):
            event = Medication(reference=one.reference, concepts=one.concepts, name=one.name, when=one.when, status=one.status,
                               kind="procedure")
            found.append(Dose(event, SUSPECTED, self._product(event), one.when, None, None, scheduled=False))
        return found

    def _ahead(self, one: Medication) -> bool:
        when = one.when
        return when is not None and when.first >= self.today and start_of(when, self.now.tzinfo) > self.now

    def _plausible(self, one: Medication) -> bool:
        """A dose of zero or less, or before birth or 2000, is unreadable: told, and no exposure (B.1, B.3)."""
        born = self.record.patient.born
        reason = ""
        if one.milligrams is not None and one.milligrams <= _NOTHING:
            reason = "dose is not above zero"
        elif one.when is not None and (one.when.last < EARLIEST_DOSE or (born is not None and one.when.last < born.first)):
            reason = "dated before it was possible"
        if reason:
            sent = f"{one.milligrams.normalize():f} mg" if one.milligrams is not None else "dose"
            self.unreadable.append(Unreadable(one.reference, one.concepts, one.name, sent, one.when, reason))
        return not reason

    def _product(self, one: Medication) -> str:
        """LEMTRADA, CAMPATH or unclassified, for this patient (B.2, rulings 8)."""
        if one.of(c.LEMTRADA):
            return LEMTRADA
        if one.of(c.CAMPATH):
            return self._campath()
        if one.milligrams is not None and LEMTRADA_RANGE[0] <= one.milligrams <= LEMTRADA_RANGE[1] and one.route in ("", "iv"):
            if self.ms or not self.other_use:
                return LEMTRADA
        elif one.milligrams in CAMPATH_DOSES or one.route == "sc":
            return self._campath()
        if self.other_use and not self.ms:
            return CAMPATH
        return UNCLASSIFIED

    def _campath(self) -> str:
        """CAMPATH given to a person with MS is an exposure like LEMTRADA (B.2 3); without any diagnosis it is unclassified."""
        if self.ms:
            return LEMTRADA
        return CAMPATH if self.other_use else UNCLASSIFIED


def is_plan(one: Medication, today: date) -> bool:
    """True for an active order that lies ahead or is not over yet: a plan, no exposure (rulings 9 and 44)."""
    if one.status != "active" or one.do_not_perform:
        return False
    last = max((one.days[-1] if one.days else date.min), one.end.last if one.end else date.min)
    if last != date.min:
        return last >= today
    if one.when is not None and one.when.first > today:
        return True
    begun = one.authored or one.when
    return begun is not None and today <= begun.last + timedelta(days=PLAN_DAYS)
