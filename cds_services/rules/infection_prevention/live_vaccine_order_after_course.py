"""
Live vaccine ordered after, or shortly before, alemtuzumab.

Why it matters: lymphocytes stay low for a year and longer after a course; a live vaccine can then cause the disease
that it should prevent. The label gives no end, so it is never passed over while surveillance runs.
Speaks when a live vaccine is drafted for a person who was given alemtuzumab, or will be given it within 42 days.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cds_services import concepts as c
from cds_services.clinical.prophylaxis import CD4_ENOUGH, deciding_cd4, recovered
from cds_services.clinical.vaccines import BEFORE_COURSE
from cds_services.dates import add_months
from cds_services.record import Medication, Result
from cds_services.results import below, newest, plain, told
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    LEVEL,
    LIVE_VACCINE,
    ORDER_HOOKS,
    WARNING,
    Case,
    Citation,
    DeleteDraft,
    Draft,
    Finding,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.infection_prevention.live_vaccine_order_after_course_examples import EXAMPLES
from cds_services.wording import fit

RECENT_MONTHS = 12  # calendar months after the last dose in which a live vaccine is critical [impl]: protocol C.1
LYMPHOCYTES_LOW = Decimal("1.0")  # 10*9/L, below it low where the result states no limit of its own [impl]: protocol C.1 "below range"


class Reason(NamedTuple):
    """Why a live vaccine should not be given, how strongly, and the date of the course that it is about."""

    indicator: str
    words: str
    about: date | None


def evaluate(case: Case) -> Outcome:
    found = sorted(((draft, reasons) for draft in case.vaccines if (reasons := _reasons(case, draft))),
                   key=lambda pair: -max(LEVEL[one.indicator] for one in pair[1]))
    if not found:
        looked = not case.record.incomplete((c.INFUSIONS,))
        return Silent("no alemtuzumab given, nor planned within 42 days" if not case.exposure.exists else
                      "surveillance has ended and lymphocytes are not low", settled=looked and not case.exposure.exists)
    return _finding(case, found)


def _finding(case: Case, found: list[tuple[Draft, list[Reason]]]) -> Finding:
    names = [one.event.name or "live vaccine" for one, _ in found]
    first = max(found[0][1], key=lambda one: LEVEL[one.indicator])
    about = first.about or "date unknown"
    latest = case.exposure.latest_dose
    return Finding(
        indicator=first.indicator, summary=fit("Do not give live vaccine ", names[0], f": LEMTRADA given or planned {about}"),
        evidence=evidence_of(*(one.event for one, _ in found), latest.event if latest else None, deciding_cd4(case)),
        found=(*dict.fromkeys(one.words for _, several in found for one in several),
               *(f"Also ordered: {name}" for name in names[1:])),
        meaning="No live vaccine is to be given after a course, nor within 6 weeks before one. The label gives no end to this; "
                "BCG, oral typhoid and live cholera vaccine are counted with the live viral ones.",
        advice=("Do not give it. Where protection is needed, ask for a vaccine that is not live; its effect may be reduced.",),
        suggestions=tuple(DeleteDraft(one.reference, f"Remove the draft of {one.event.name or 'the live vaccine'} ({one.reference})")
                          for one, _ in found),
        overrides=CONTRAINDICATION_OVERRIDES if first.indicator == CRITICAL else None)


def _reasons(case: Case, draft: Draft) -> list[Reason]:
    """The strongest first; the earliest day of the vaccine counts after a course, the latest one before a course (B.5)."""
    first, last = _days(case, draft)
    given = _after(case, first) if case.exposure.exists else []
    planned = [Reason(CRITICAL, f"LEMTRADA is planned for {start}, {BEFORE_COURSE} days must lie between", start)
               for start in sorted(set(_starts(case))) if (start - last).days < BEFORE_COURSE]
    return sorted([*given, *planned[:1]], key=lambda one: -LEVEL[one.indicator])


def _days(case: Case, draft: Draft) -> tuple[date, date]:
    """The earliest and the latest day for which the vaccine is drafted, not before today; today where none is named."""
    event = draft.event
    if isinstance(event, Medication):
        named = (event.when.first, event.when.last) if event.when else (case.today, case.today)
    else:
        named = (event.occurrence[0], event.occurrence[0]) if event.occurrence else (case.today, case.today)
    return max(named[0], case.today), max(named[1], case.today)


def _starts(case: Case) -> list[date]:
    """When alemtuzumab is planned: by drafts, selected or not, and by active orders that are not over."""
    drafted = [max(one.event.when.first, case.today) if one.event.when else case.today
               for one in case.drafted(c.ALEMTUZUMAB) if isinstance(one.event, Medication)]
    return [*drafted, case.standing.start] if case.standing else drafted


def _after(case: Case, day: date) -> list[Reason]:
    last, until = case.exposure.last_dose, case.exposure.window_end
    watched, found = case.exposure.under_surveillance(day), []
    if last is None:
        found.append(Reason(CRITICAL, "LEMTRADA was given, the date of the last infusion is not known", None))
    elif day < add_months(last, RECENT_MONTHS):
        found.append(Reason(CRITICAL, f"Last LEMTRADA infusion {last}, less than {RECENT_MONTHS} months before the vaccine", last))
    count = deciding_cd4(case)
    if count is not None and below(count, CD4_ENOUGH):
        found.append(Reason(CRITICAL, f"{told(count)}: below {plain(CD4_ENOUGH)}/uL", last))
    elif watched and (count is None or not recovered(count)):
        found.append(Reason(CRITICAL, "CD4+ count since the last infusion not known", last))
    if watched and last is not None:
        found.append(Reason(WARNING, f"Last LEMTRADA infusion {last}; surveillance runs until {until}", last))
    return [*found, *(Reason(WARNING, f"{told(one)}: lymphocytes below range", last) for one in _low_lymphocytes(case))]


def _low_lymphocytes(case: Case) -> tuple[Result, ...]:
    """The newest lymphocyte count, where it lies below its own limit."""
    counts = newest(one for one in case.record.labs(c.LYMPHOCYTES) if not one.pending)
    return tuple(one for one in counts if below(one, one.low if one.low is not None else LYMPHOCYTES_LOW))[:1]


RULE = Rule(
    id="live-vaccine-order-after-course",
    title="Live vaccine ordered after a course",
    hooks=ORDER_HOOKS,
    gate=LIVE_VACCINE,
    band="vaccine",
    source=Citation(us="2, Infections", eu="4.4", evidence="label; months and CD4+ limit implementation choice",
                    protocol="C.1 live-vaccine-order-after-course; D15"),
    to_find=(c.ALEMTUZUMAB, c.CD4, c.LYMPHOCYTES),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
