"""
Neutrophils low after alemtuzumab.

Why it matters: severe neutropenia, fatal in some, came within two months of an infusion, and autoimmune neutropenia later; with
fever it is an emergency.
Speaks when the newest count is under the limits below. It never stops speaking with time since the dose.
"""

from __future__ import annotations

from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.cell_lines import NEUTROPHILS_BELOW, low_line
from cds_services.clinical.fever import day_of, days_between, fevers
from cds_services.clinical.onset import told as told_condition
from cds_services.events import Condition, Result
from cds_services.results import below, judge_newest, lower, straddles, told, value
from cds_services.rule import (
    CRITICAL,
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
    Suggestion,
    evidence_of,
)
from cds_services.rules.abnormal_results.neutrophils_low_examples import EXAMPLES

CRITICAL_BELOW = Decimal("0.5")  # 10*9/L, severe neutropenia [impl]: protocol C.4
WARNING_BELOW = Decimal("1.0")  # 10*9/L, critical with fever [impl]: protocol C.4
EARLY_MONTHS = 2  # calendar months after an infusion in which severe neutropenia is described: US PI 5.9; protocol C.4
FEVER_WITHIN_DAYS = 14  # days between the fever and the count, or since the fever [impl]: protocol C.4 names none


def evaluate(case: Case) -> Outcome:
    fever = fevers(case)
    found = judge_newest(case, c.NEUTROPHILS, lambda one: _indicator(case, one, fever), lower)
    if found is None:
        return Silent("no readable count in the last 90 days")
    result, indicator = found
    if indicator is None:
        return Silent(lambda: f"{value(result)} on {result.when} is not low")
    near = _near(case, result, fever) if below(result, WARNING_BELOW) else None
    platelets = low_line(case, c.PLATELETS)
    return Finding(
        indicator=indicator, summary=f"Neutrophils {value(result)} ×10⁹/L ({result.when}) after LEMTRADA",
        evidence=evidence_of(result, near, platelets), meaning=_meaning(case, result, platelets), advice=_advice(case, indicator, near),
        found=(told(result), *((_line(near),) if near else ()), *((told(platelets),) if platelets else ())),
        suggestions=_suggestions(indicator), short=f"neutrophils {value(result)}")


def _indicator(case: Case, one: Result, fever: tuple) -> str | None:
    if not one.comparator and one.number >= NEUTROPHILS_BELOW:  # as most are
        return None
    if below(one, CRITICAL_BELOW) or (below(one, WARNING_BELOW) and _near(case, one, fever)):
        return CRITICAL
    if below(one, WARNING_BELOW) or straddles(one, WARNING_BELOW):
        return WARNING
    return INFO if below(one, NEUTROPHILS_BELOW) or straddles(one, NEUTROPHILS_BELOW) else None


def _near(case: Case, count: Result, fever: tuple) -> Result | Condition | None:
    """The latest fever that goes with the count: within 14 days of it, or in the last 14 days; None without one."""
    near = [one for one in fever if days_between(case, one, count) <= FEVER_WITHIN_DAYS or _lately(case, one)]
    return near[-1] if near else None


def _lately(case: Case, one: Result | Condition) -> bool:
    day = day_of(case, one)
    return day is None or (case.today - day).days <= FEVER_WITHIN_DAYS


def _line(one: Result | Condition) -> str:
    return told_condition(one) if isinstance(one, Condition) else told(one)


def _meaning(case: Case, result: Result, platelets: Result | None) -> str:
    parts = ["Neutropenia, autoimmune among others, is described after alemtuzumab."]
    if case.exposure.last_dose is not None and not case.exposure.months_since(result.when.first, EARLY_MONTHS):
        parts.append("Within two months after an infusion: severe, including fatal, neutropenia reported.")
    if platelets is not None and below(result, WARNING_BELOW):
        parts.append("Platelets are low as well: think of pancytopenia and hemophagocytic lymphohistiocytosis.")
    if result.comparator:
        parts.append(f"The value was sent with a comparator ({result.comparator}): the true count is not known.")
    return " ".join(parts)


def _advice(case: Case, indicator: str, fever: Result | Condition | None) -> tuple[str, ...]:
    lines = []
    if fever is not None:
        lines.append("Emergency: fever with neutropenia. Same-day assessment, blood cultures, antibiotics without waiting for results.")
    elif indicator == CRITICAL:
        lines.append("Confirm the count at once and contact hematology; look for infection.")
    elif indicator == WARNING:
        lines.append("Repeat the count within 7 days; fever is an emergency.")
    else:
        lines.append("Watch the count at the monthly control.")
    if case.plan is not None and not case.viewing and indicator != INFO:
        lines.append("Clarify this before the infusion.")
    return tuple(lines)


def _suggestions(indicator: str) -> tuple[Suggestion, ...]:
    if indicator == INFO:
        return ()
    if indicator == WARNING:
        return (OrderTest(c.CBC_PANEL),)
    return (OrderTest(c.CBC_PANEL, urgent=True), OrderTest(c.HEMATOLOGY_REFERRAL, urgent=True))


RULE = Rule(
    id="neutrophils-low",
    title="Neutrophils low",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="5.2, 5.9", evidence="label; limits implementation choice", protocol="C.4 neutrophils-low"),
    to_find=(c.NEUTROPHILS,),
    to_soften=(c.FEVER, c.TEMPERATURE, c.PLATELETS, c.CBC_PANEL, c.ORDERS),
    card="cytopenia",
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
