"""
Screening tests before a course that the label does not demand: what a missing one is told as (C.0 baseline.maxAge, ruling 18).
"""

from __future__ import annotations

from cds_services.clinical.pretreatment import last_dated, ordered, placed, start_line
from cds_services.concepts import Concept
from cds_services.events import Result
from cds_services.results import told
from cds_services.rule import INFO, Case, Finding, OrderTest, evidence_of


def missing(case: Case, results: tuple[Result, ...], *, summary: str, short: str, meaning: str, advice: str, test: Concept,
            orders: tuple[OrderTest, ...] = (), lines: tuple[str, ...] = ()) -> Finding:
    """The checklist line of a screening test that is not there, with the last one, what is pending and what is ordered."""
    last = last_dated(one for one in results if not one.pending)
    pending = tuple(f"Pending: {told(one)}" for one in results if one.pending)
    found = f"Last: {told(last)}" if last is not None else f"{test.title}: none found in the records available to this service"
    return Finding(
        indicator=INFO, summary=summary, short=short, meaning=meaning, advice=(advice,), evidence=evidence_of(last),
        found=(*lines, found, *pending, *ordered(placed(case, test)), *start_line(case)), suggestions=orders or (OrderTest(test),))
