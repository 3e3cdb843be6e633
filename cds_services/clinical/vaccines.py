"""
Vaccines given, against the planned start of a course: how many days before it (protocol C.1, B.5, D15).
"""

from __future__ import annotations

from datetime import date, timedelta

from cds_services.events import Immunization
from cds_services.rule import Case

BEFORE_COURSE = 42  # days from a vaccine to the first infusion at least; exactly 42 passes: US PI 2 and Infections; protocol D15


def given_on(case: Case, one: Immunization) -> date | None:
    """The latest day that its date allows, clamped to today where the date is partial; None where it has no readable date."""
    if one.when is None:
        return None
    if one.when.exact:
        return one.when.first
    return max(one.when.first, min(one.when.last, case.today))


def days_before(case: Case, one: Immunization) -> int | None:
    """Days from the vaccine to P, negative where it is dated after P; None where it has no readable date."""
    day = given_on(case, one)
    return None if day is None else (case.planned_start - day).days


def earliest_start(day: date) -> date:
    """The first day on which a course may begin after a vaccine of that day."""
    return day + timedelta(days=BEFORE_COURSE)


def told(case: Case, one: Immunization) -> str:
    """A line for people: vaccine, date as it was written, days before the planned start."""
    name, days = one.name or "vaccine", days_before(case, one)
    if days is None:
        return f"{name}: date unreadable ({one.words})" if one.words else f"{name}: no date"
    about = "" if one.when.exact else f", read as {given_on(case, one)}"
    place = f"{days} d before the planned start" if days >= 0 else f"{-days} d after the planned start"
    return f"{name} on {one.when}{about}: {place} {case.planned_start}"
