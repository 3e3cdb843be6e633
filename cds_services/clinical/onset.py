"""
Which conditions are new after alemtuzumab: onset against the first dose, and names that say it (protocol B.5, C.4, rulings 26, 41).

Of all days that a partial date allows, the one that leads to more safety action counts. The day of the first dose is no onset
after it: what is dated on that day was there before, unless both are timed and it came later.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cds_services.clinical.diagnoses import OVER, age, over, uncertain
from cds_services.concepts import Concept
from cds_services.dates import When
from cds_services.events import Condition
from cds_services.rule import Case

SYMPTOM_DAYS = 90  # days that a coded symptom counts, as a result does [impl]: protocol C.0 result.lookback, C.4 "coded symptom"

_DENIED = re.compile(
    r"\b(no|not|without|denies|negative for|family history|ruled out|excluded|screening|vaccin\w*|immuni[sz]\w*|exposure to)\b",
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


def new_conditions(case: Case, *concepts: Concept, undated: bool = True) -> tuple[Condition, ...]:
    """Conditions of the value sets that began after the first dose and are not over."""
    found = case.record.conditions(*concepts)
    return found and tuple(one for one in found if began_after_first_dose(case, one, undated=undated) and not over(one, case))


def new_symptoms(case: Case, *concepts: Concept, days: int = SYMPTOM_DAYS) -> tuple[Condition, ...]:
    """Coded symptoms that began after the first dose, were told in the last days, and are not over."""
    found = new_conditions(case, *concepts, undated=False)
    return found and tuple(one for one in found if told_within(case, one, days))


def told_within(case: Case, one: Condition, days: int) -> bool:
    """True where it began or was recorded so many days ago at most; without any date it may have been (B.5)."""
    since = age(one, case)
    return since is None or since <= days


class Naming(NamedTuple):
    """
    How a name says it: a pattern, and pieces in small letters of which every name that it matches holds at least one.

    Where no name on the record holds a piece, none needs the closer look.
    """

    pattern: re.Pattern[str]
    pieces: tuple[str, ...]


def naming(pattern: str, *pieces: str) -> Naming:
    """A pattern without regard to capitals, and its pieces."""
    return Naming(re.compile(pattern, re.IGNORECASE), pieces)


def by_words(case: Case, said: Naming) -> tuple[Condition, ...]:
    """Conditions whose name says it, coded or not; what the name denies, or tells of the family or a vaccine, is none."""
    names = case.once(_names)
    if names.isascii() and not [piece for piece in said.pieces if piece in names]:  # other alphabets have more than two cases
        return ()
    return tuple(one for one in case.record.all_conditions if said.pattern.search(one.name) and not _DENIED.search(one.name))


def _names(case: Case) -> str:
    """The names of all conditions, in small letters."""
    return "\n".join([one.name for one in case.record.all_conditions]).lower()


def told(one: Condition) -> str:
    """A line for people: name, date, and what is uncertain about it."""
    remarks = [one.verification] if uncertain(one) else []
    if one.clinical in OVER:
        remarks.append(one.clinical)
    if one.when is not None and not one.when.exact:
        remarks.append("the latest day that the date allows is taken")
    tail = f" ({', '.join(remarks)})" if remarks else ""
    return f"{one.name or 'condition'}: {one.when or 'no date on record, taken as after the first dose'}{tail}"
