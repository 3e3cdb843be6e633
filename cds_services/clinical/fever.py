"""
Fever after treatment began: readings of body temperature, and fever by code (ruling 22).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cds_services import concepts as c
from cds_services.case import Case
from cds_services.clinical.onset import new_conditions
from cds_services.events import Condition, Event, Result
from cds_services.results import at_least

FEVER_FROM = Decimal("38.0")  # Cel, at or above it a temperature is fever [impl]: protocol C.1 active-infection, C.4 neutrophils-low


def temperatures(case: Case, degrees: Decimal = FEVER_FROM) -> tuple[Result, ...]:
    """Readings of at least so many degrees Celsius since the day of the first dose, oldest first."""
    first_dose = case.exposure.first_dose
    return tuple(one for one in case.record.labs(c.TEMPERATURE)
                 if not one.pending and at_least(one, degrees) and (first_dose is None or one.when.last >= first_dose))


def fevers(case: Case) -> tuple[Result | Condition, ...]:
    """Fever since the day of the first dose: readings from 38.0 degrees on, and fever by code that is not over."""
    return (*temperatures(case), *new_conditions(case, c.FEVER))


def day_of(case: Case, event: Event) -> date | None:
    """
    The day of a sign or a result, None where it has no date.

    Of a condition the later of onset and recorded date (ruling 3); of a partial date its latest day, not after today.
    """
    when = event.latest if isinstance(event, Condition) else event.when
    return None if when is None else min(when.last, case.today)


def days_between(case: Case, one: Event, other: Event) -> int:
    """Days between two events; none where one of them has no date, which may have been at the same time."""
    days = day_of(case, one), day_of(case, other)
    return 0 if None in days else abs((days[0] - days[1]).days)
