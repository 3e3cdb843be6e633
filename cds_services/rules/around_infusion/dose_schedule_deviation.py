"""
Dose, days, route or frequency of LEMTRADA differ from its schedule.

Why it matters: 12 mg a day on 5 days, then on 3; more a day has caused serious reactions, and a missed dose is never made good
on the day of the next.
Speaks at signing where the order differs, and on the chart where the latest course had more on one day or fewer days.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.daily_dose import milligrams_a_day, times_a_day
from cds_services.clinical.infusions import all_read
from cds_services.clinical.pretreatment import completed_course, start_line
from cds_services.exposure import CONFIRMED, UNCLASSIFIED, Course, Dose
from cds_services.record import Medication
from cds_services.results import plain
from cds_services.rule import (
    CRITICAL,
    INFO,
    ORDER_SIGN,
    PATIENT_VIEW,
    PLANNED_OR_EXPOSED,
    WARNING,
    Case,
    Citation,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
    worst,
)
from cds_services.rules.around_infusion.dose_schedule_deviation_examples import EXAMPLES
from cds_services.treatment import CAMPATH_DOSES, FIRST_COURSE_DAYS, LATER_COURSE_DAYS, LEMTRADA_DOSE, LEMTRADA_RANGE
from cds_services.wording import listed

DOUBLE = Decimal(24)  # mg a day and more is critical [impl]: protocol C.1 dose-schedule-deviation, ruling 32
COURSES_TOLD_ABOVE = 2  # courses; a further one is told: US PI 2 as needed, SmPC 4.2 up to four in all; protocol C.1
ENDED_DAYS = 7  # days after the latest infusion day, after which a course is over [impl]: protocol C.1 dose-schedule-deviation PV
ROUTES = {"sc": "subcutaneous", "oral": "oral", "topical": "topical", "other": "not intravenous"}

LOWEST, HIGHEST = LEMTRADA_RANGE
Deviation = tuple[str, str]


def evaluate(case: Case) -> Outcome:
    return _on_the_chart(case) if case.viewing else _at_signing(case)


# ---- at signing: the order --------------------------------------------------------------------------------------

def _at_signing(case: Case) -> Outcome:
    orders = tuple(one for one in case.plan.orders if one.of(c.LEMTRADA) or not one.of(c.CAMPATH))
    if not orders:
        return Silent("a CAMPATH product is ordered: wrong-product speaks about it", settled=True)
    expected, deviations = _days(case, orders)
    found = (*_amounts(orders), *(one for order in orders for one in _manner(order)), *deviations)
    if not found:
        return Silent(f"12 mg a day on {expected} days", settled=True)
    indicator = worst(*(one for one, _ in found))
    loud = tuple(dict.fromkeys(words for one, words in sorted(found, key=lambda pair: pair[0] != CRITICAL) if one != INFO))
    words = loud or tuple(dict.fromkeys(words for _, words in found))
    start = "LEMTRADA order differs from" if loud else "LEMTRADA order to check against"
    return Finding(
        indicator=indicator, summary=listed(words, f"{start} {LEMTRADA_DOSE} mg/day x {expected}: "), settled=True,
        evidence=case.plan.references,
        found=(*(_told(one) for one in orders), *(words for _, words in found), *_history(case), *start_line(case)),
        meaning="LEMTRADA is 12 mg a day by intravenous infusion, on 5 days in the first course and on 3 in later ones.",
        advice=("Check dose, days and route before signing; missed doses are not given on the day of a scheduled dose.",))


def _amounts(orders: tuple[Medication, ...]) -> tuple[Deviation, ...]:
    """What is wrong with the amount a day; orders for the same day add up."""
    by_day: dict[object, Decimal] = {}
    found: list[Deviation] = []
    for one in orders:
        amount = milligrams_a_day(one, one.milligrams)
        if amount is None:
            problem = one.unit_problem
            found.append((WARNING, f"dose cannot be read ({problem})") if problem else (INFO, "dose not stated"))
            continue
        for day in one.days or (one.reference,):
            by_day[day] = by_day.get(day, Decimal(0)) + amount
    for amount in sorted(set(by_day.values()), reverse=True):
        if amount >= DOUBLE:
            found.append((CRITICAL, f"{plain(amount)} mg/day"))
        elif not LOWEST <= amount <= HIGHEST:
            found.append((WARNING, f"{plain(amount)} mg/day"))
    return tuple(found)


def _manner(one: Medication) -> tuple[Deviation, ...]:
    """Another route than intravenous, another frequency than daily."""
    found: list[Deviation] = []
    if one.route in ROUTES:
        found.append((WARNING, f"route {ROUTES[one.route]}" if one.route != "other" else ROUTES["other"]))
    times = times_a_day(one)
    if times is None:
        found.append((INFO, f"frequency to check ({one.frequency})"))
    elif times != 1:
        found.append((WARNING, f"not once a day ({one.frequency or f'{plain(times)} on one day'})"))
    return tuple(found)


def _days(case: Case, orders: tuple[Medication, ...]) -> tuple[str, tuple[Deviation, ...]]:
    """The days that are expected, in words, and how the order differs from them."""
    course = completed_course(case)
    given = set(course.scheduled_days) if course else set()
    named = {day for one in orders for day in one.days}
    days = sorted(named - given)
    count = len(days) if named else sum(one.count or 0 for one in orders)
    found: list[Deviation] = []
    if days and not course and (days[-1] - days[0]).days >= len(days):
        found.append((WARNING, "days not consecutive"))
    if course:
        expected = course.expected_days - len(course.scheduled_days)
        return str(expected), (*found, *_count(count, expected))
    if not any(dose.level == CONFIRMED for dose in case.exposure.doses):
        return f"{FIRST_COURSE_DAYS} or {LATER_COURSE_DAYS}", (*found, *_unknown_history(case, count))
    number = max(2, len(case.exposure.courses) + 1)
    if number > COURSES_TOLD_ABOVE:
        limit = "; the SmPC knows at most four" if case.policy.european and number > 4 else ""
        found.append((INFO, f"this is course {number}{limit}"))
    return str(LATER_COURSE_DAYS), (*found, *_count(count, LATER_COURSE_DAYS))


def _count(count: int, expected: int) -> tuple[Deviation, ...]:
    if not count:
        return ((INFO, "days not stated"),)
    return () if count == expected else ((WARNING, _in_words(count)),)


def _unknown_history(case: Case, count: int) -> tuple[Deviation, ...]:
    """Without any administration on record 5 and 3 may both be right (ruling 15)."""
    history = (INFO, "history not found" if all_read(case) else "history not read")
    if not count:
        return (INFO, "days not stated"), history
    return (INFO if count in (FIRST_COURSE_DAYS, LATER_COURSE_DAYS) else WARNING, _in_words(count)), history


def _in_words(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"


def _history(case: Case) -> tuple[str, ...]:
    course = completed_course(case)
    if course:
        return (f"Completes course {course.number}: {len(course.scheduled_days)} of {course.expected_days} infusions given, the last day "
                f"{course.last_day}",)
    return tuple(f"Course {one.number}: {one.first_day} to {one.last_day}, {_in_words(len(one.days))}" for one in case.exposure.courses)


def _told(one: Medication) -> str:
    dose = f"{plain(one.milligrams)} mg" if one.milligrams is not None else one.unit_problem or "dose not stated"
    days = f"{len(one.days)} days from {one.days[0]}" if one.days else f"{one.count} times" if one.count else "days not stated"
    return f"{one.name or 'alemtuzumab'}: {dose}, {one.route or 'route not stated'}, {days}{f', {one.frequency}' if one.frequency else ''}"


# ---- on the chart: the latest course ----------------------------------------------------------------------------

def _on_the_chart(case: Case) -> Outcome:
    course = case.exposure.current_course
    doses = tuple(one for one in course.doses if one.level == CONFIRMED and _ours(one)) if course else ()
    if not doses:
        return Silent("no course of confirmed infusions whose days are known", settled=all_read(case))
    high = _high_days(doses)
    if high:
        amount = max(high.values())
        day = next(one for one, found in high.items() if found == amount)
        indicator = CRITICAL if amount >= DOUBLE else WARNING
        return _course_finding(case, course, indicator, f"{plain(amount)} mg on {day}", doses)
    if course.running or (case.today - course.last_day).days <= ENDED_DAYS or len(course.scheduled_days) >= course.expected_days:
        return Silent(lambda: f"course {course.number}: {_in_words(len(course.scheduled_days))}, no day above {HIGHEST} mg",
                      settled=all_read(case))
    return _course_finding(case, course, INFO, f"{_in_words(len(course.scheduled_days))} given", doses)


def _ours(dose: Dose) -> bool:
    """False for a dose that looks like CAMPATH in a person whose product is not clear (B.2)."""
    return dose.product != UNCLASSIFIED or not (dose.event.of(c.CAMPATH) or dose.milligrams in CAMPATH_DOSES)


def _high_days(doses: tuple[Dose, ...]) -> dict[date, Decimal]:
    """Days whose infusions add up to more than 13.2 mg (B.3)."""
    totals: dict[date, Decimal] = {}
    for one in doses:
        if one.milligrams is not None:
            totals[one.day] = totals.get(one.day, Decimal(0)) + one.milligrams
    return {day: amount for day, amount in totals.items() if amount > HIGHEST}


def _course_finding(case: Case, course: Course, indicator: str, words: str, doses: tuple[Dose, ...]) -> Finding:
    near = timedelta(days=ENDED_DAYS)
    missed = tuple(one for one in case.exposure.missed
                   if one.when is not None and course.first_day - near <= one.when.first <= course.last_day + near)
    return Finding(
        indicator=indicator, settled=True, evidence=evidence_of(*(one.event for one in doses), *missed),
        summary=f"LEMTRADA course {course.number} differs from {LEMTRADA_DOSE} mg/day x {course.expected_days}: {words}",
        found=(*(f"{one.start}: {plain(one.milligrams) + ' mg' if one.milligrams is not None else 'dose not stated'}, "
                 f"{one.event.status or 'no status'}" for one in doses), *(f"{one.when}: not done" for one in missed)),
        meaning="The first course is 12 mg a day on 5 days, a later one on 3. Three days may be a later course of a longer history.",
        advice=("Check the record; where it is right, decide with the treating neurologist how the course is completed or watched.",))


RULE = Rule(
    id="dose-schedule-deviation",
    title="Dose or days differ from the schedule",
    hooks=(ORDER_SIGN, PATIENT_VIEW),
    gate=PLANNED_OR_EXPOSED,
    band="contraindication",
    source=Citation(us="2", eu="4.2", evidence="label; tolerance and indicators implementation choice",
                    protocol="B.3, C.1 dose-schedule-deviation; rulings 15, 31, 32"),
    to_find=(c.INFUSIONS,),
    to_soften=(c.MULTIPLE_SCLEROSIS, c.CLL),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
