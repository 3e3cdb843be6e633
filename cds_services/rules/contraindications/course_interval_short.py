"""
Course planned, or given, less than twelve months after the one before.

Why it matters: courses are at least twelve months apart; effect and harm of a course go on for that long.
Speaks when alemtuzumab is planned too early, and on the chart in the first month after a course that came too early.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from cds_services import concepts as c
from cds_services.clinical.pretreatment import COMPLETES_WITHIN_DAYS, completed_course, start_line
from cds_services.dates import add_months, months_between
from cds_services.exposure import SUSPECTED, Course
from cds_services.record import Medication
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    EVERY_HOOK,
    INFO,
    PLANNED_OR_EXPOSED,
    WARNING,
    Case,
    Citation,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.contraindications.course_interval_short_examples import EXAMPLES

MINIMUM_MONTHS = 12  # calendar months between courses: US PI 2; SmPC 4.2; protocol C.1 course-interval-short
SHORT_DAYS = 30  # days too early up to which it is a warning [impl]: protocol C.1 course-interval-short
RESUMED_FROM, RESUMED_TO = 31, 180  # days after the last dose in which infusions may resume an interrupted course [impl]: protocol B.3
TOLD_MONTHS = 1  # calendar months after the first day of a course in which its interval is told on the chart [impl]: ruling 13


class Due(NamedTuple):
    """The next course: its number, the first day on which it may begin, the last dose before it."""

    number: int
    earliest: date
    last: date


def evaluate(case: Case) -> Outcome:
    if not case.exposure.exists:
        return Silent("no earlier dose found")
    if case.exposure.last_dose is None:
        return Silent("no infusion date is known: exposure-unconfirmed asks for it")
    start, due = _new_course(case), _due(case)
    if start is not None and start < due.earliest:
        return _too_early(case, start, due)
    if case.viewing and (told := _given_too_early(case)):
        return told
    return Silent(lambda: f"the next course may begin on {due.earliest}" if start is None else f"{start} is not before {due.earliest}")


def _new_course(case: Case) -> date | None:
    """P where the plan begins a new course; on the chart an order that began before the last dose was that course's own."""
    plan, last = case.plan, case.exposure.last_dose
    if plan is None or completed_course(case):
        return None
    if plan.drafted:
        return plan.start
    ahead = [one for one in plan.orders if (begun := _begun(one)) is None or begun > last]
    return max(min(one.when.first if one.when else case.today for one in ahead), case.today) if ahead else None


def _begun(order: Medication) -> date | None:
    if order.when is not None:
        return order.when.first
    return order.authored.last if order.authored is not None else None


def _due(case: Case) -> Due:
    """Course 2 counts from the first day of course 1, later ones from the last dose; a partial date is read as its last day (ruling 14)."""
    exposure = case.exposure
    course, last = exposure.current_course, exposure.last_dose
    if course is None:
        return Due(2, add_months(last, MINIMUM_MONTHS), last)
    unnumbered = last - course.last_day > timedelta(days=COMPLETES_WITHIN_DAYS)
    number = course.number + (2 if unnumbered else 1)
    return Due(number, add_months(course.first_day if number == 2 else last, MINIMUM_MONTHS), last)


def _too_early(case: Case, start: date, due: Due) -> Finding:
    short, months = (due.earliest - start).days, months_between(due.last, start)
    indicator = WARNING if short <= SHORT_DAYS else CRITICAL
    suspected = case.exposure.level == SUSPECTED
    latest = case.exposure.latest_dose
    resumed = RESUMED_FROM <= (start - due.last).days <= RESUMED_TO
    return Finding(
        indicator=indicator, overrides=CONTRAINDICATION_OVERRIDES if indicator == CRITICAL else None,
        summary=f"LEMTRADA course {due.number} planned {months} months after last dose; minimum is {MINIMUM_MONTHS}",
        evidence=evidence_of(*case.plan.orders, latest.event if latest else None),
        found=(f"Last dose {due.last}{_about(case)}; planned start {start}; earliest start {due.earliest}, {short} d later",
               *start_line(case)),
        meaning=_meaning(due.number) + (" The earlier course is suspected from an order alone: confirm its dates." if suspected else ""),
        advice=(f"Do not start before {due.earliest}, or record why.",
                *(("Resumed or new course? If it completes an interrupted one, say so in the order.",) if resumed else ())))


def _about(case: Case) -> str:
    dose = case.exposure.latest_dose
    partial = dose is not None and dose.start is not None and not dose.start.exact
    return f" (from {dose.start}, the latest day that it allows)" if partial else ""


def _meaning(number: int) -> str:
    base = "the first day of the first course" if number == 2 else "the last dose"
    return f"Course {number} is to begin no earlier than {MINIMUM_MONTHS} calendar months after {base}."


def _given_too_early(case: Case) -> Finding | None:
    """The latest course, where it came too early, in the first month after its first day."""
    courses = case.exposure.courses
    if len(courses) < 2 or case.today > add_months(courses[-1].first_day, TOLD_MONTHS):
        return None
    before, course = courses[-2], courses[-1]
    earliest = add_months(before.first_day if course.number == 2 else before.last_day, MINIMUM_MONTHS)
    return _retrospective(before, course, earliest) if course.first_day < earliest else None


def _retrospective(before: Course, course: Course, earliest: date) -> Finding:
    months, days = months_between(before.last_day, course.first_day), (course.first_day - before.last_day).days
    resumed = RESUMED_FROM <= days <= RESUMED_TO
    return Finding(
        indicator=INFO, summary=f"LEMTRADA course {course.number} given {months} months after last dose; minimum is {MINIMUM_MONTHS}",
        evidence=evidence_of(before.doses[-1].event, course.doses[0].event),
        found=(f"Last dose before {before.last_day}, first of the new course {course.first_day}, {days} d later; due from {earliest}",),
        meaning=_meaning(course.number),
        advice=("Resumed or new course? Say in the record which it is.",) if resumed else ("Confirm the dates in the record.",))


RULE = Rule(
    id="course-interval-short",
    title="Interval between courses too short",
    hooks=EVERY_HOOK,
    gate=PLANNED_OR_EXPOSED,
    band="contraindication",
    source=Citation(us="2", eu="4.2", evidence="label; grading implementation choice",
                    protocol="C.1 course-interval-short; B.3; ruling 14"),
    to_find=(c.ALEMTUZUMAB,),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
