"""
Answers of screening tests: positive, negative or indeterminate, and which of several decides (protocol D "Type", ruling 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from cds_services.events import Result
from cds_services.results import above, judge, straddles
from cds_services.rule import CRITICAL, WARNING

POSITIVE, NEGATIVE, INDETERMINATE = "positive", "negative", "indeterminate"
ANSWERS = frozenset({POSITIVE, NEGATIVE, INDETERMINATE})
NOTHING = Decimal(0)  # copies/mL, above it a viral load is positive: protocol C.1 hiv-positive


def answer(one: Result) -> str:
    """
    What a test says; "" where its answer is not understood.

    A number is positive above zero; `<20` copies leaves open whether there are any, so it is indeterminate.
    """
    if one.number is None:
        return one.answer if one.answer in ANSWERS else ""
    if above(one, NOTHING):
        return POSITIVE
    return INDETERMINATE if straddles(one, NOTHING) else NEGATIVE


def deciding(results: Iterable[Result], *, alarming: str = CRITICAL) -> Result | None:
    """
    The newest test that gives an answer; of several equally new the positive, then the indeterminate one.

    A preliminary test decides only where it is positive and what it alarms of is critical (protocol D "Status").
    """
    grades = {POSITIVE: alarming, INDETERMINATE: WARNING}
    found = judge((one for one in results if answer(one)), lambda one: grades.get(answer(one)), _worse)
    return found[0] if found else None


def _worse(one: Result) -> Decimal:
    return Decimal((NEGATIVE, INDETERMINATE, POSITIVE).index(answer(one)))


def positive(one: Result | None) -> bool:
    """True where there is a test and it is positive."""
    return one is not None and answer(one) == POSITIVE


def negative(one: Result | None) -> bool:
    """True where there is a test and it is negative."""
    return one is not None and answer(one) == NEGATIVE
