"""
No high-dose corticosteroid for the first three infusion days.

Why it matters: nearly everyone reacts to the infusions; a high dose of corticosteroid right before the first three of each course
makes the reactions milder.
Speaks at signing where no high-dose systemic corticosteroid covers infusion days 1 to 3, and on the chart until a week after the
course where an infusion of these days was given without.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.daily_dose import milligrams_a_day
from cds_services.clinical.infusions import all_read
from cds_services.clinical.pretreatment import completed_course, start_line
from cds_services.events import Medication
from cds_services.exposure import CONFIRMED, Course
from cds_services.results import plain
from cds_services.rule import (
    ORDER_SIGN,
    PATIENT_VIEW,
    PLANNED_OR_EXPOSED,
    WARNING,
    Case,
    Citation,
    Finding,
    OrderDrug,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.around_infusion.corticosteroid_premedication_missing_examples import EXAMPLES
from cds_services.schedule import NOT_FOUND

PREMEDICATED_DAYS = 3  # first infusion days of each course: US PI 2, 5.2; protocol D5
HIGH_DOSE = Decimal(500)  # mg of methylprednisolone a day, or its equivalent, and more [impl]: ruling 37
SUGGESTED = 1000  # mg of methylprednisolone a day, the dose of the trials: US PI 5.2; protocol D5, C.1
PRODUCT = "1743726"  # RxNorm methylprednisolone 1000 MG Injection: protocol C.1
SHOWN_DAYS = 7  # days after the latest infusion day, inclusive, on the chart [impl]: ruling 33
FRESH_DAYS = 90  # days since an active order without timing was written, in which it counts [impl]: as ruling 44 for alemtuzumab
EQUIVALENTS = (  # mg of methylprednisolone that 1 mg equals: usual equivalence of 4, 5, 0.75 and 20 mg [impl]: ruling 37
    (("methylprednisolone", "medrol", "6902", "1743725", "1743726", "1743729", "1743720", "1743704", "1357886", "H02AB04"), Decimal(1)),
    (("prednisone", "prednisolone", "8640", "8638"), Decimal("0.8")),
    (("dexamethasone", "3264"), Decimal(16) / 3),
    (("hydrocortisone", "5492"), Decimal("0.2")),
)


def evaluate(case: Case) -> Outcome:
    return _on_the_chart(case) if case.viewing else _at_signing(case)


# ---- what counts ------------------------------------------------------------------------------------------------

def _strength(one: Medication) -> Decimal | None:
    """Methylprednisolone, or its equivalent, in mg a day: by the dose stated, else by the product's strength; None where unknown."""
    if one.of(c.NOT_PREMEDICATION) or one.route in ("topical", "sc"):
        return None
    amount = milligrams_a_day(one, one.milligrams if one.milligrams is not None else one.strength)
    name = one.name.lower()
    ratio = next((ratio for words, ratio in EQUIVALENTS if any(word.lower() in name for word in words)), None)
    return None if amount is None or ratio is None else amount * ratio


def _high(steroids: tuple[Medication, ...]) -> bool:
    return sum((_strength(one) or Decimal(0) for one in steroids), Decimal(0)) >= HIGH_DOSE


def _steroids(one: Medication) -> str:
    amount = one.milligrams if one.milligrams is not None else one.strength
    dose = f"{plain(amount)} mg" if amount is not None else one.unit_problem or "dose not stated"
    if one.of(c.NOT_PREMEDICATION) or one.route in ("topical", "sc"):
        return f"{one.name}: {dose}, depot or local, does not count"
    strength = _strength(one)
    if strength is None:
        return f"{one.name}: {dose}, check equivalence to {HIGH_DOSE} mg of methylprednisolone"
    return f"{one.name}: {dose}, {'high dose' if strength >= HIGH_DOSE else f'less than {HIGH_DOSE} mg of methylprednisolone a day'}"


def _read(case: Case, source: str) -> bool:
    """True where the one source that the absence rests on was read: orders at signing, administrations on the chart."""
    return source not in case.record.incomplete((c.CORTICOSTEROID,))


# ---- at signing: what is ordered --------------------------------------------------------------------------------

def _at_signing(case: Case) -> Outcome:
    needed = _needed(case)
    if not needed:
        return Silent(f"the first {PREMEDICATED_DAYS} infusion days of the course are over", settled=True)
    steroids = _ordered(case)
    bare = _uncovered(case, needed, steroids)
    if not bare:
        return Silent(f"high-dose corticosteroid covers {', '.join(map(str, needed))}", settled=True)
    return Finding(
        indicator=WARNING, summary="No high-dose corticosteroid ordered for infusion days 1-3",
        evidence=(*case.plan.references, *evidence_of(*steroids)), settled=_read(case, c.REQUESTS),
        found=(*(f"{day}: no high-dose corticosteroid" for day in bare), *map(_steroids, steroids), *start_line(case)),
        meaning=MEANING, advice=ADVICE, suggestions=(_suggestion(bare),))


MEANING = "The label asks for high-dose corticosteroid immediately before the infusion on the first 3 days of each course."
ADVICE = (f"Order methylprednisolone {SUGGESTED} mg intravenously, or check equivalence of another agent.",
          "Consider an antihistamine and an antipyretic as well.")


def _suggestion(days: tuple[date, ...]) -> OrderDrug:
    return OrderDrug(c.CORTICOSTEROID, PRODUCT, f"Order methylprednisolone {SUGGESTED} mg IV on infusion days 1-{PREMEDICATED_DAYS}",
                     f"{SUGGESTED} mg intravenously immediately before LEMTRADA, to be edited", SUGGESTED, "iv", days=days, besides=True)


def _needed(case: Case) -> tuple[date, ...]:
    """The days of the order that are among the first three of the whole course (ruling 31)."""
    course = completed_course(case)
    given = course.days if course else ()
    count = max(0, PREMEDICATED_DAYS - len(given))
    planned = [day for day in case.plan.days if day not in given] or [case.plan.start + timedelta(days=n) for n in range(count)]
    return tuple(planned[:count])


def _ordered(case: Case) -> tuple[Medication, ...]:
    """Corticosteroids among the drafts and the active orders."""
    drafts = [one.event for concept in (c.CORTICOSTEROID, c.NOT_PREMEDICATION) for one in case.drafted(concept)]
    active = [one for concept in (c.CORTICOSTEROID, c.NOT_PREMEDICATION) for one in case.active_drugs(concept)
              if one.intent not in ("proposal", "plan")]
    found = {one.reference: one for one in (*drafts, *active) if isinstance(one, Medication) and one.status != "on-hold"}
    return tuple(found.values())


def _uncovered(case: Case, needed: tuple[date, ...], steroids: tuple[Medication, ...]) -> tuple[date, ...]:
    """The days that no high dose covers; where no start is stated any days of the right number do."""
    bare = tuple(day for day in needed if not _high(tuple(one for one in steroids if _covers(case, one, day))))
    if bare and not case.plan.stated:
        named = sorted({day for one in steroids for day in one.days})
        covered = [day for day in named if _high(tuple(one for one in steroids if _covers(case, one, day)))]
        return () if len(covered) >= len(needed) else bare
    return bare


def _covers(case: Case, one: Medication, day: date) -> bool:
    """True where it is ordered for the day; a draft without timing covers the course that is ordered with it (ruling 17)."""
    if one.days:
        return day in one.days
    if one.when is None and one.end is None:
        return one.kind == "draft" or (one.authored is not None and (case.today - one.authored.last).days <= FRESH_DAYS)
    return (one.when is None or one.when.first <= day) and (one.end is None or one.end.last >= day)


# ---- on the chart: what was given -------------------------------------------------------------------------------

def _on_the_chart(case: Case) -> Outcome:
    course = case.exposure.current_course
    days = _infusion_days(course)[:PREMEDICATED_DAYS] if course else ()
    if not days:
        return Silent("no course of confirmed infusions whose days are known", settled=all_read(case))
    if (case.today - course.last_day).days > SHOWN_DAYS:
        return Silent(lambda: f"the latest infusion day {course.last_day} is more than {SHOWN_DAYS} days ago", settled=all_read(case))
    bare = [(number, day) for number, day in enumerate(days, 1) if not _high(_given(case, course, day))]
    if not bare:
        return Silent("high-dose corticosteroid was given before every infusion of days 1 to 3", settled=all_read(case))
    infusions = [one.event for one in course.doses if one.day in [day for _, day in bare]]
    numbers = ", ".join(str(number) for number, _ in bare)
    return Finding(
        indicator=WARNING, summary=f"No high-dose corticosteroid given before the infusion of day{'s' if len(bare) > 1 else ''} {numbers}",
        evidence=evidence_of(*infusions), settled=_read(case, c.ADMINISTRATIONS),
        found=(*(f"{day} (day {number}): no high-dose corticosteroid at or before its start {NOT_FOUND}" for number, day in bare),
               *(_steroids(one) for _, day in bare for one in _given(case, course, day))),
        meaning=MEANING,
        advice=(*(ADVICE if len(days) < PREMEDICATED_DAYS else ()), "Watch for a reaction; record the corticosteroid where it was given."))


def _infusion_days(course: Course) -> tuple[date, ...]:
    """The days of confirmed infusions."""
    return tuple(sorted({one.day for one in course.doses if one.level == CONFIRMED}))


def _given(case: Case, course: Course, day: date) -> tuple[Medication, ...]:
    """Corticosteroids given on the local day at or before the start of its first infusion."""
    starts = [one.start.instant for one in course.doses if one.day == day and one.start.instant is not None]
    begun = min(starts, default=None)
    return tuple(one for one in case.record.drugs(c.CORTICOSTEROID, "administration")
                 if one.status in ("completed", "in-progress") and one.when is not None and one.when.exact and one.when.first == day
                 and (begun is None or one.when.instant is None or one.when.instant <= begun))


RULE = Rule(
    id="corticosteroid-premedication-missing",
    title="Corticosteroid premedication missing",
    hooks=(ORDER_SIGN, PATIENT_VIEW),
    gate=PLANNED_OR_EXPOSED,
    band="prophylaxis",
    source=Citation(us="2, 5.2", eu="4.2, 4.4", evidence="label; high dose and display period implementation choice",
                    protocol="D5, C.1 corticosteroid-premedication-missing; rulings 17, 31, 33, 37"),
    to_find=(c.INFUSIONS,),
    to_miss=(c.CORTICOSTEROID,),
    to_soften=(c.NOT_PREMEDICATION, c.MULTIPLE_SCLEROSIS, c.CLL),
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
