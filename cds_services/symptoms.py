"""
Symptoms and fever after treatment began: Conditions, Observations of category symptom or exam, temperatures (rulings 22, 40).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cds_services import concepts as c
from cds_services.concepts import Concept
from cds_services.events import Condition, Event, Result
from cds_services.results import at_least
from cds_services.rule import Case

FEVER_FROM = Decimal("38.0")  # Cel, at or above it a temperature is fever [impl]: protocol C.1 active-infection, C.4 neutrophils-low
OVER = frozenset({"resolved", "inactive", "remission"})


def day_of(case: Case, event: Event) -> date | None:
    """
    The day of a symptom or a temperature as the rules count it, None where it has no date.

    Of a condition the later of onset and recorded date (ruling 3); of a partial date its latest day, not after today.
    """
    when = event.latest if isinstance(event, Condition) else event.when
    return None if when is None else min(when.last, case.today)


def over(case: Case, condition: Condition) -> bool:
    """True where the condition is resolved, inactive or has an end that has passed."""
    if condition.clinical in OVER or condition.abated is True:
        return True
    return bool(condition.abated) and condition.abated.last <= case.today


def symptoms(case: Case, *concepts: Concept, days: int | None = None, even_over: bool = False) -> tuple[Condition, ...]:
    """
    Symptoms of the concepts since the day of the first dose, at most so many days old, oldest first.

    Without a date a symptom counts while its status says that it is active. One that is over counts only if asked for.
    """
    return tuple(one for one in case.record.conditions(*concepts) if _in_time(case, one, days) and (even_over or not over(case, one)))


def _in_time(case: Case, one: Condition, days: int | None) -> bool:
    day = day_of(case, one)
    if day is None:
        return one.clinical in ("active", "recurrence", "relapse")
    first_dose = case.exposure.first_dose
    if first_dose is not None and day < first_dose:
        return False
    return days is None or (case.today - day).days <= days


def temperatures(case: Case, degrees: Decimal = FEVER_FROM) -> tuple[Result, ...]:
    """Readings of at least so many degrees Celsius since the day of the first dose, oldest first."""
    first_dose = case.exposure.first_dose
    return tuple(one for one in case.record.labs(c.TEMPERATURE)
                 if not one.pending and at_least(one, degrees) and (first_dose is None or one.when.last >= first_dose))


def fevers(case: Case) -> tuple[Result | Condition, ...]:
    """Fever since the day of the first dose: readings from 38.0 degrees on, and fever by code that is not over."""
    return (*temperatures(case), *symptoms(case, c.FEVER))
