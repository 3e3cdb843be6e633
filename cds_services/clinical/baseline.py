"""
What a result is compared with: the patient's own value from before treatment (protocol C.4 creatinine-rise, rulings 6, 29).

The median of the 12 months before the first dose; without any, the best result of the first 30 days after it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from cds_services.concepts import Concept
from cds_services.dates import add_months
from cds_services.events import Result
from cds_services.results import plain
from cds_services.rule import Case

BASELINE_MONTHS = 12  # calendar months before the first dose whose results form the baseline [impl]: protocol C.4 creatinine-rise
FIRST_DAYS = 30  # days after the first dose, where there is no result before it [impl]: protocol C.4, ruling 29


@dataclass(frozen=True)
class Baseline:
    """A patient's own normal: the number in the canonical unit, the results it is formed from, and how, in words."""

    number: Decimal
    results: tuple[Result, ...]
    how: str

    @property
    def unit(self) -> str:
        """The canonical unit of the number."""
        return self.results[0].unit

    @property
    def told(self) -> str:
        """A line for people."""
        return f"Baseline: {plain(self.number)} {self.unit} ({self.how})"

    def sent_in(self, units: Collection[str]) -> Decimal | None:
        """The baseline in a unit as it was sent, None where a result of it came in another (ruling 29)."""
        if any(one.sent_unit not in units for one in self.results):
            return None
        return median(one.sent_number for one in self.results)


def baseline(case: Case, concept: Concept, *, fallback: Callable[[Iterable[Decimal]], Decimal]) -> Baseline | None:
    """
    The baseline of an analyte; None without a dated first dose or without results to form it from.

    `fallback` is min where a rise is the danger (creatinine) and max where a fall is (hemoglobin). Preliminary results
    and values sent with a comparator form none.
    """
    first_dose = case.exposure.first_dose
    known = case.record.labs(concept)
    if first_dose is None or not known or known[0].when.first > first_dose + timedelta(days=FIRST_DAYS):  # the oldest is too late
        return None
    usable = [one for one in known if one.number is not None and not one.pending and not one.comparator]
    return _before_treatment(usable, first_dose) or _early(usable, first_dose, fallback)


def _before_treatment(results: list[Result], first_dose: date) -> Baseline | None:
    earliest = add_months(first_dose, -BASELINE_MONTHS)
    found = tuple(one for one in results if earliest <= one.when.last < first_dose)
    if not found:
        return None
    formed = f"the one result on {found[0].when}" if len(found) == 1 else f"median of {len(found)} results"
    return Baseline(median(one.number for one in found), found, f"{formed} in the {BASELINE_MONTHS} months before the first dose")


def _early(results: list[Result], first_dose: date, fallback: Callable[[Iterable[Decimal]], Decimal]) -> Baseline | None:
    latest = first_dose + timedelta(days=FIRST_DAYS)
    found = [one for one in results if first_dose <= one.when.first and one.when.last <= latest]
    if not found:
        return None
    number = fallback(one.number for one in found)
    chosen = next(one for one in found if one.number == number)
    which = "lowest" if fallback is min else "highest"
    return Baseline(number, (chosen,), f"{which} of the first {FIRST_DAYS} days after the first dose, on {chosen.when}; none before it")
