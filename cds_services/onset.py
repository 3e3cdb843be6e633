"""
When a condition began, and whether it is still there: what is new after alemtuzumab (protocol B.5, C.4, rulings 22, 26, 41).

Of all days that a partial date allows, the one that leads to more safety action counts. The first dose itself is no onset
after it: a condition dated on that very day was there before, unless both are timed and it came later.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from cds_services.case import Case
from cds_services.concepts import Concept
from cds_services.dates import When
from cds_services.events import Condition

SYMPTOM_DAYS = 90  # days that a coded symptom counts, as a result does [impl]: protocol C.0 result.lookback, C.4 "coded symptom"

GOING_ON = frozenset({"", "active", "recurrence", "relapse"})
UNDECIDED = frozenset({"provisional", "differential", "unconfirmed"})
_DENIED = re.compile(r"\b(no|not|without|denies|negative for|family history|ruled out|excluded|screening|vaccin\w*|immuni[sz]\w*|exposure to)\b",
                     re.IGNORECASE)


def began_after_first_dose(case: Case, one: Condition, *, undated: bool = True) -> bool:
    """True where its onset, else its recorded date, may lie after the first dose; `undated` says what no date at all means."""
    first = case.exposure.first_dose
    if one.when is None:
        return undated
    if first is None:
        return True
    if one.when.exact and one.when.first == first:
        return _later_that_day(case, one.when)
    return one.when.last > first


def _later_that_day(case: Case, when: When) -> bool:
    starts = [dose.start.instant for dose in case.exposure.doses if dose.start and dose.start.instant and dose.start.first == when.first]
    return when.instant is not None and bool(starts) and when.instant > min(starts)


def ongoing(one: Condition, today: date) -> bool:
    """True where the record does not say that it is over: active or without status, and not abated before today."""
    if isinstance(one.abated, bool):
        return one.clinical in GOING_ON and not one.abated
    return one.clinical in GOING_ON and one.abated.last >= today


def undecided(one: Condition) -> bool:
    """True where the diagnosis is provisional, differential or unconfirmed (ruling 26)."""
    return one.verification in UNDECIDED


def new_conditions(case: Case, *concepts: Concept, undated: bool = True) -> tuple[Condition, ...]:
    """Conditions of the value sets that began after the first dose and are not over."""
    return tuple(one for one in case.record.conditions(*concepts)
                 if began_after_first_dose(case, one, undated=undated) and ongoing(one, case.today))


def new_symptoms(case: Case, *concepts: Concept, days: int = SYMPTOM_DAYS) -> tuple[Condition, ...]:
    """Coded symptoms that began after the first dose, are not over, and were told or began in the last days."""
    return tuple(one for one in new_conditions(case, *concepts, undated=False) if told_within(case, one, days))


def told_within(case: Case, one: Condition, days: int) -> bool:
    """True where it began or was recorded so many days ago at most; without any date it may have been."""
    return one.latest is None or one.latest.last >= case.today - timedelta(days=days)


def by_words(case: Case, pattern: re.Pattern[str]) -> tuple[Condition, ...]:
    """Conditions whose name says it, coded or not; what the name denies, or tells of the family or a vaccine, is none."""
    return tuple(one for one in case.record.all_conditions if pattern.search(one.name) and not _DENIED.search(one.name))


def told(one: Condition) -> str:
    """A line for people: name, date, and what is uncertain about it."""
    remarks = [one.verification] if undecided(one) else []
    if one.clinical not in GOING_ON:
        remarks.append(one.clinical)
    tail = f" ({', '.join(remarks)})" if remarks else ""
    return f"{one.name or 'condition'}: {one.when if one.when else 'no date on record, taken as after the first dose'}{tail}"
