"""
What must be done before a planned course: which results serve it, and what an order placed changes (protocol C.2).

Ages count back from P, the planned start. A draft that completes an unfinished course is no new course: there they
count back from that course's first day (rulings 31, 43). What was done before an earlier course does not serve a new one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cds_services.concepts import Concept
from cds_services.events import Event, Order
from cds_services.exposure import CONFIRMED, Course
from cds_services.rule import Case

COMPLETES_WITHIN_DAYS = 30  # days after the last dose in which the missing infusions are no new course [impl]: protocol B.3, ruling 31


def unfinished(course: Course) -> bool:
    """True where fewer infusions are confirmed than the course should have; a course known by report alone is taken as finished."""
    confirmed = any(dose.level == CONFIRMED for dose in course.doses)
    return confirmed and len(course.scheduled_days) < course.expected_days


def completed_course(case: Case) -> Course | None:
    """The unfinished course that the plan completes; None where it begins a new one."""
    course = case.exposure.current_course
    if case.plan is None or course is None or not unfinished(course):
        return None
    return course if 0 <= (case.plan.start - course.last_day).days <= COMPLETES_WITHIN_DAYS else None


def counted_back_from(case: Case) -> date:
    """The day from which ages count back."""
    course = completed_course(case)
    return course.first_day if course else case.planned_start


def _previous_end(case: Case) -> date | None:
    """The last day of the course before the planned one, None where there is none with days that are known."""
    courses = case.exposure.courses[:-1] if completed_course(case) else case.exposure.courses
    return courses[-1].last_day if courses else None


def serves(case: Case, event: Event, days: int) -> bool:
    """True where the event, at its earliest possible day, is recent enough, not after P, and after any earlier course."""
    if event.when is None:
        return False
    day, previous = event.when.first, _previous_end(case)
    if day > case.planned_start or (previous is not None and day <= previous):
        return False
    return (counted_back_from(case) - day).days <= days


def serving(case: Case, events: Iterable[Event], days: int) -> Event | None:
    """The newest of the events that serves; None where none does."""
    return max((one for one in events if serves(case, one, days)), key=lambda one: one.when.first, default=None)


def last_dated(events: Iterable[Event]) -> Event | None:
    """The newest event that has a date, whether or not it serves."""
    return max((one for one in events if one.when is not None), key=lambda one: (one.when.first, one.reference), default=None)


def age(case: Case, event: Event) -> str:
    """When something was done and how long before the planned start, for people."""
    return f"{event.when}, {(counted_back_from(case) - event.when.first).days} d before the course"


def placed(case: Case, *concepts: Concept) -> Order | None:
    """An order already placed for one of the tests (C.0, ruling 46)."""
    return next((order for one in concepts if (order := case.placed(one)) is not None), None)


def ordered(order: Order | None) -> tuple[str, ...]:
    """The line that tells of an order already placed."""
    return (f"Ordered, not resulted: {order.name or order.reference} ({order.authored or 'no date'})",) if order else ()


def start_line(case: Case) -> tuple[str, ...]:
    """What the card says where no order names a start."""
    return () if case.plan is None or case.plan.stated else ("Start date not given, today assumed.",)
