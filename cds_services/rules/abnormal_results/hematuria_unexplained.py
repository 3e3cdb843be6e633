"""
Unexplained hematuria after alemtuzumab.

Why it matters: blood in the urine is the first sign of anti-GBM disease, and it can be a bleeding sign of immune
thrombocytopenia or acquired hemophilia.
Speaks when the newest of microscopy and strip shows blood. An infection, menstruation, a procedure or a catheter lowers the
card to info and never removes it; once creatinine has risen they are ignored.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over, uncertain
from cds_services.clinical.renal import Rise, blood_in_urine, creatinine_rise, days_apart
from cds_services.dates import When, parse_when
from cds_services.record import Event, Result
from cds_services.results import told
from cds_services.rule import (
    EVERY_HOOK,
    EXPOSED,
    INFO,
    WARNING,
    Case,
    Citation,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.abnormal_results.hematuria_unexplained_examples import EXAMPLES

INFECTION_DAYS = 14  # days that a urinary infection or positive culture explains blood, back from today and around the result [impl]: C.4
MENSTRUATION_DAYS = 7  # days that a menstruation explains blood, back from today and around the result [impl]: protocol C.4
PROCEDURE_DAYS = 14  # days that a urological procedure explains blood, back from today and around the result [impl]: protocol C.4
NOTHING_GREW = ("no growth", "no significant", "negative", "sterile", "contamin", "mixed", "normal flora", "indeterminate", "pending")


def evaluate(case: Case) -> Outcome:
    found = blood_in_urine(case)
    if found is None:
        return Silent(lambda: _no_blood(case))
    result, indicator = found
    if indicator == INFO:
        return _trace(result)
    rise = creatinine_rise(case)
    explained = _explanations(case, result)
    if explained and rise is None:
        return _explained(result, explained)
    return _unexplained(result, rise, explained)


def _no_blood(case: Case) -> str:
    newest = max((one for concept in (c.URINE_RBC, c.URINE_BLOOD_STRIP) if (one := case.record.latest(concept))),
                 key=lambda one: one.when.last, default=None)
    return f"{newest.when}: no blood in the urine" if newest else "no readable urine result"


def _unexplained(result: Result, rise: Rise | None, explained: tuple[Event, ...]) -> Finding:
    lines = [told(result)]
    if rise:
        lines.append(f"Creatinine has risen: {told(rise.result)}")
    lines += [f"Not taken as an explanation, for creatinine has risen: {_named(one)}" for one in explained]
    return Finding(
        indicator=WARNING, summary=f"Unexplained hematuria ({result.when}) after LEMTRADA: check for anti-GBM nephropathy",
        evidence=evidence_of(result, rise.result if rise else None, *explained), found=tuple(lines), meaning=_meaning(result),
        advice=("Repeat urinalysis with microscopy, creatinine and protein:creatinine ratio; refer to nephrology.",
                "Exclude bleeding: platelets, and aPTT for acquired hemophilia A.",
                "With coughing up blood, breathlessness or rising creatinine: immediate evaluation for anti-GBM disease."),
        suggestions=(OrderTest(c.URINALYSIS_PANEL), OrderTest(c.CREATININE), OrderTest(c.UPCR), OrderTest(c.CBC_PANEL), OrderTest(c.APTT),
                     OrderTest(c.NEPHROLOGY_REFERRAL)),
        short="hematuria")


def _meaning(result: Result) -> str:
    parts = ["Blood in the urine can be anti-GBM disease, immune thrombocytopenia or acquired hemophilia A."]
    if result.comparator:
        parts.append(f"The value was sent with a comparator ({result.comparator}): the true value is not known.")
    return " ".join(parts)


def _explained(result: Result, explained: tuple[Event, ...]) -> Finding:
    return Finding(
        indicator=INFO, summary=f"Hematuria ({result.when}) after LEMTRADA, possibly explained: repeat urinalysis in 1-2 weeks",
        evidence=evidence_of(result, *explained), found=(told(result), *(f"Possible explanation: {_named(one)}" for one in explained)),
        meaning="An explanation on record makes nephropathy less likely and does not exclude it.",
        advice=("Repeat in 1–2 weeks, with microscopy.", "Check platelets and creatinine."),
        suggestions=(OrderTest(c.URINALYSIS_PANEL), OrderTest(c.CREATININE)), short="hematuria, possibly explained")


def _trace(result: Result) -> Finding:
    return Finding(
        indicator=INFO, summary=f"Trace of blood in urine ({result.when}) after LEMTRADA: repeat with microscopy",
        evidence=evidence_of(result), found=(told(result),), meaning="A trace on the strip is not hematuria until red cells are counted.",
        advice=("Repeat the urinalysis with microscopy.",), suggestions=(OrderTest(c.URINALYSIS_PANEL),), short="trace of blood in urine")


# ---- explanations -----------------------------------------------------------------------------------------------

def _explanations(case: Case, result: Result) -> tuple[Event, ...]:
    """What could explain the blood: each close to the result, and recent enough that no repeat is due yet."""
    infections = [one for one in case.record.conditions(c.URINARY_TRACT_INFECTION)
                  if not uncertain(one) and _fresh(case, result, one.when, INFECTION_DAYS)]
    cultures = [one for one in case.record.labs(c.URINE_CULTURE)
                if one.done and _grew(one) and _fresh(case, result, one.when, INFECTION_DAYS)]
    menses = [one for one in (*case.record.conditions(c.MENSTRUATION), *case.record.labs(c.MENSTRUATION))
              if _fresh(case, result, _began(case, one), MENSTRUATION_DAYS)]
    procedures = [one for one in case.record.procedures(c.UROLOGICAL_PROCEDURE) if _fresh(case, result, one.when, PROCEDURE_DAYS)]
    catheters = [one for one in case.record.conditions(c.UROLOGICAL_PROCEDURE) if not uncertain(one) and not over(one, case)]
    return (*infections, *cultures, *menses, *procedures, *catheters)


def _fresh(case: Case, result: Result, when: When | None, days: int) -> bool:
    """The earliest day that a date allows counts: an explanation makes for less action (B.5)."""
    return when is not None and case.age_in_days(when) <= days and days_apart(when, result.when) <= days


def _began(case: Case, one: Event) -> When | None:
    """A menstruation's date: of "last menstrual period" the value, else the date of the entry."""
    if not isinstance(one, Result):
        return one.when
    try:
        return parse_when(one.answer, case.now.tzinfo)
    except ValueError:
        return None


def _grew(one: Result) -> bool:
    words = one.answer.lower()
    return bool(words) and not any(none in words for none in NOTHING_GREW)


def _named(one: Event) -> str:
    return told(one) if isinstance(one, Result) else f"{one.name}, {one.when or 'no date'}"


RULE = Rule(
    id="hematuria-unexplained",
    title="Hematuria without explanation",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="renal-pulmonary",
    source=Citation(us="5.7, 5.6, 5.15", evidence="label; limits implementation choice", protocol="C.4 hematuria-unexplained"),
    to_find=(c.URINE_RBC, c.URINE_BLOOD_STRIP),
    to_soften=(c.CREATININE, c.URINARY_TRACT_INFECTION, c.URINE_CULTURE, c.MENSTRUATION, c.UROLOGICAL_PROCEDURE, c.URINALYSIS_PANEL,
               c.ORDERS),
    card="renal",
    evaluate=evaluate,
    examples=EXAMPLES,
)
