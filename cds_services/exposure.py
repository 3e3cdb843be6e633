"""
Was alemtuzumab given, which product, when: evidence -> doses, courses, last dose, surveillance window (protocol B).

Confirmed doses are administrations, reported ones are dated statements and dispenses, suspected ones are orders and
procedure texts. A suspected exposure never starts overdue counting alone; it counts for contraindications.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from cds_services import concepts as c
from cds_services.dates import When, add_months, end_of, start_of
from cds_services.policy import Policy
from cds_services.record import Medication, PatientRecord, Unreadable

CONFIRMED, REPORTED, SUSPECTED = "confirmed", "reported", "suspected"
LEMTRADA, CAMPATH, UNCLASSIFIED = "LEMTRADA", "CAMPATH", "unclassified"

LEMTRADA_DOSE = Decimal("12")  # mg a day: US PI 2; protocol B.2
LEMTRADA_RANGE = (Decimal("10.8"), Decimal("13.2"))  # mg, 12 mg with 10 % tolerance: protocol B.2
CAMPATH_DOSES = frozenset({Decimal(3), Decimal(10), Decimal(30)})  # mg, escalation of CAMPATH: protocol B.2
SAME_COURSE_DAYS = 30  # days between infusions of one course at most [impl]: protocol B.3
FIRST_COURSE_DAYS, LATER_COURSE_DAYS = 5, 3  # infusion days: US PI 2; SmPC 4.2; protocol B.3
INFUSION_HOURS = 4  # hours, where no end is recorded (label infusion length): protocol B.3
EARLIEST_DOSE = date(2000, 1, 1)  # an administration before this is unreadable: protocol B.3
PLAN_DAYS = 90  # days after authoredOn that an order without stated days stays a plan [impl]: ruling 44
COUNTS_STOPPED = Decimal("10.8")  # mg, 90 % of 12 mg: a stopped infusion of this much counts to schedule (B.1)


@dataclass(frozen=True)
class Dose:
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
        return self.start.first if self.start and self.start.exact else None

    def ended(self, zone) -> tuple[datetime, bool] | None:
        """The end of the infusion and whether it is estimated; None where its day is not known (B.3)."""
        if self.start is None or not self.start.exact:
            return None
        if self.end is not None and self.end.instant is not None:
            return self.end.instant, False
        if self.start.instant is not None:
            return self.start.instant + timedelta(hours=INFUSION_HOURS), True
        return end_of(self.start, zone), True


@dataclass(frozen=True)
class Course:
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


@dataclass(frozen=True)
class Exposure:
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
    treated = _Treatment(record, now)
    confirmed = [dose for one in record.drugs(c.ALEMTUZUMAB, "administration") if (dose := treated.administration(one))]
    reported = [dose for one in record.drugs(c.ALEMTUZUMAB, "statement", "dispense") if (dose := treated.reported(one))]
    suspected = [dose for one in record.drugs(c.ALEMTUZUMAB, "request") if (dose := treated.suspected(one))]
    suspected += treated.procedures()
    kept = _without_repeats([*confirmed, *(dose for dose in reported if dose.level == REPORTED)])
    weaker = [*suspected, *(dose for dose in reported if dose.level == SUSPECTED)]
    doses = kept or weaker
    ours = tuple(dose for dose in doses if dose.product != CAMPATH)
    campath = tuple(dose for dose in [*kept, *weaker] if dose.event.of(c.CAMPATH) or dose.product == CAMPATH)
    missed = tuple(one for one in record.drugs(c.ALEMTUZUMAB, "administration") if one.status == "not-done")
    return _assembled(ours, campath, missed, tuple(treated.unreadable), now.date(), policy)


def _assembled(doses, campath, missed, unreadable, today: date, policy: Policy) -> Exposure:
    if not doses:
        return Exposure(campath=campath, missed=missed, unreadable=unreadable)
    doses = tuple(sorted(doses, key=_in_order))
    dated = [dose for dose in doses if dose.start is not None]
    last = max((min(_latest_day(dose), today) for dose in dated), default=None)
    first = min((dose.start.first for dose in dated), default=None)
    return Exposure(
        doses=doses, level=min((dose.level for dose in doses), key=(CONFIRMED, REPORTED, SUSPECTED).index),
        product=LEMTRADA if any(dose.product == LEMTRADA for dose in doses) else UNCLASSIFIED,
        courses=_courses(doses), first_dose=first, last_dose=last,
        window_end=add_months(last, policy.surveillance_months) if last else None,
        missed=missed, campath=campath, unreadable=unreadable)


def _in_order(dose: Dose) -> tuple:
    return (dose.start.first if dose.start else date.min, dose.start.text if dose.start else "", dose.reference)


def _latest_day(dose: Dose) -> date:
    """The last day of the dose: of a reported period its end, else the latest day its date allows (B.5)."""
    if dose.level == REPORTED and dose.end is not None:
        return max(dose.end.last, dose.start.last)
    return dose.start.last


class _Treatment:
    """Judges each piece of evidence against the statuses of B.1 and the products of B.2."""

    def __init__(self, record: PatientRecord, now: datetime):
        self.record, self.now, self.today = record, now, now.date()
        self.ms = bool(record.conditions(c.MULTIPLE_SCLEROSIS))
        self.other_use = bool(record.conditions(c.CLL)) or any(
            "transplant" in one.name.lower() for one in (*record.all_conditions, *record.all_procedures))
        self.unreadable: list[Unreadable] = []

    def administration(self, one: Medication) -> Dose | None:
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
        return one.when is not None and start_of(one.when, self.now.tzinfo) > self.now

    def _plausible(self, one: Medication) -> bool:
        """A dose of zero or less, or before birth or 2000, is unreadable: told, and no exposure (B.1, B.3)."""
        born = self.record.patient.born
        reason = ""
        if one.milligrams is not None and one.milligrams <= 0:
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


def _without_repeats(doses: list[Dose]) -> list[Dose]:
    """The same identifier, or the same day and amount from different sources, is one dose; the better evidence stays."""
    kept: list[Dose] = []
    for dose in sorted(doses, key=lambda one: ((CONFIRMED, REPORTED, SUSPECTED).index(one.level), _in_order(one))):
        if not any(_same(dose, other) for other in kept):
            kept.append(dose)
    return kept


def _same(one: Dose, other: Dose) -> bool:
    if one.event.identifiers & other.event.identifiers:
        return True
    if one.level == other.level or one.day is None:
        return False
    inside = other.day == one.day or (one.level == REPORTED and one.end is None and other.day == one.day)
    return inside and (one.milligrams is None or other.milligrams is None or one.milligrams == other.milligrams)


def _courses(doses: tuple[Dose, ...]) -> tuple[Course, ...]:
    """Days that are known, clustered: a gap of more than 30 days begins a new course (B.3)."""
    groups: list[list[Dose]] = []
    for dose in (one for one in doses if one.day is not None and one.level != SUSPECTED):
        if groups and (dose.day - _last_day(groups[-1])).days <= SAME_COURSE_DAYS:
            groups[-1].append(dose)
        else:
            groups.append([dose])
    return tuple(_course(number, group) for number, group in enumerate(groups, 1))


def _last_day(group: list[Dose]) -> date:
    return max(_latest_day(dose) for dose in group)


def _course(number: int, group: list[Dose]) -> Course:
    days = {dose.day for dose in group} | {_latest_day(dose) for dose in group}
    scheduled = {dose.day for dose in group if dose.scheduled}
    return Course(number, tuple(group), tuple(sorted(days)), tuple(sorted(scheduled)))
