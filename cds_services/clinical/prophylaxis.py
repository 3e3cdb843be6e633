"""
Herpes prophylaxis: which antivirals cover a day, and which CD4+ count decides whether it may stop (protocol C.5, D17).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cds_services import concepts as c
from cds_services.concepts import Concept
from cds_services.events import Medication, Result
from cds_services.results import at_least, below, newest
from cds_services.rule import Case

CD4_ENOUGH = Decimal(200)  # /uL, from it on prophylaxis may stop once the months have passed: US PI 2; protocol C.5, D17
SYSTEMIC = ("", "oral", "iv")  # a route that is not stated is read as the product's own; topical and ophthalmic never count


def cover(case: Case, day: date) -> tuple[Medication, ...]:
    """Active systemic antivirals of the record that cover the day."""
    return tuple(one for one in case.active_drugs(c.HERPES_ANTIVIRAL) if one.intent not in ("proposal", "plan") and covers(one, day))


def drafted_cover(case: Case, day: date) -> tuple[Medication, ...]:
    """Systemic antivirals among the drafts that cover the day; one without timing covers the course (ruling 17)."""
    return tuple(one for one in _drafts(case, c.HERPES_ANTIVIRAL) if one.status != "on-hold" and covers(one, day))


def _drafts(case: Case, concept: Concept) -> tuple[Medication, ...]:
    return tuple(one.event for one in case.drafted(concept) if isinstance(one.event, Medication))


def covers(one: Medication, day: date) -> bool:
    """True for a systemic antiviral that has begun by the day and has not ended before it."""
    systemic = one.route in SYSTEMIC and not one.of(c.TOPICAL_ANTIVIRAL)
    return systemic and (one.when is None or one.when.first <= day) and (one.end is None or one.end.last >= day)


def no_cover(case: Case, day: date) -> tuple[str, ...]:
    """Lines for the antivirals on record and among the drafts that do not count, each with why."""
    found = {one.reference: one for concept in (c.HERPES_ANTIVIRAL, c.TOPICAL_ANTIVIRAL)
             for one in (*case.record.drugs(concept, "request", "statement"), *_drafts(case, concept)) if one.status != "entered-in-error"}
    if not found:
        return ()
    counted = {one.reference for one in (*cover(case, day), *drafted_cover(case, day))}
    return tuple(f"{one.name}: {_why_not(one, day)}" for one in found.values() if one.reference not in counted)


def _why_not(one: Medication, day: date) -> str:
    if one.of(c.TOPICAL_ANTIVIRAL) or one.route not in SYSTEMIC:
        return "not systemic, does not count"
    if one.status not in ("active", "draft"):
        return f"status {one.status or 'not stated'}, does not count"
    if one.end is not None and one.end.last < day:
        return f"ended {one.end}"
    if one.when is not None and one.when.first > day:
        return f"begins {one.when}"
    return "not ordered as given"


def deciding_cd4(case: Case) -> Result | None:
    """
    The newest CD4+ count after the day of the last dose, the lowest of several that are equally new; None without one.

    Only a final count can show recovery; one of unknown status counts where it is low. A percentage never counts.
    """
    last_dose = case.exposure.last_dose
    if last_dose is None:
        return None
    counted = [one for one in case.record.labs(c.CD4) if one.when.first > last_dose and not one.pending
               and (one.done or below(one, CD4_ENOUGH))]
    return min(newest(counted), key=lambda one: one.number, default=None)


def recovered(count: Result) -> bool:
    """True where the count is 200 or more for certain."""
    return at_least(count, CD4_ENOUGH)


def months_are_over(case: Case) -> bool:
    """True where the label's months after the last dose have passed; the day itself still counts (ruling 12)."""
    return case.exposure.months_since(case.today, case.policy.antiviral_months)
