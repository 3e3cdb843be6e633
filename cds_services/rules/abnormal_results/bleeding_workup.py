"""
Bleeding, or a prolonged aPTT, after alemtuzumab.

Why it matters: acquired hemophilia A shows as spontaneous bleeding with a long aPTT, while platelets and INR are normal; immune
thrombocytopenia bleeds as well.
Speaks when a bleeding sign of the last 30 days is on record, or when the newest aPTT is prolonged without an anticoagulant.
"""

from __future__ import annotations

from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over
from cds_services.clinical.onset import told as told_condition
from cds_services.clinical.onset import told_within
from cds_services.clinical.renal import since_first_dose
from cds_services.events import Condition, Event, Result
from cds_services.results import above, below, higher, judge_newest, lower, told
from cds_services.rule import (
    CRITICAL,
    EXPOSED,
    PATIENT_VIEW,
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
from cds_services.rules.abnormal_results.bleeding_workup_examples import EXAMPLES

SIGN_DAYS = 30  # days that a coded bleeding sign counts [impl]: protocol C.4
APTT_CRITICAL = Decimal("1.5")  # times the laboratory's upper limit, more is critical [impl]: protocol C.4
PLATELETS_CRITICAL_BELOW = Decimal(50)  # 10*9/L beside a bleeding sign or a long aPTT, critical [impl]: protocol C.4


def evaluate(case: Case) -> Outcome:
    signs = _signs(case)
    long_aptt = _newest(case, c.APTT, _is_long, higher)
    blood_thinners = _anticoagulants(case)
    if not signs and long_aptt is not None and blood_thinners:
        return Silent(f"aPTT prolonged on {long_aptt.when}, explained by {blood_thinners[0].name}")
    if not signs and long_aptt is None:
        return Silent(f"no bleeding sign in {SIGN_DAYS} days, no prolonged aPTT")
    platelets = _newest(case, c.PLATELETS, lambda one: below(one, PLATELETS_CRITICAL_BELOW), lower)
    very_long = long_aptt is not None and above(long_aptt, APTT_CRITICAL * long_aptt.high)
    indicator = CRITICAL if very_long or platelets is not None else WARNING
    events = tuple(one for one in (*signs, long_aptt, platelets) if one is not None)
    return Finding(
        indicator=indicator, summary="Bleeding after LEMTRADA: CBC and coagulation panel with aPTT",
        evidence=evidence_of(*events, *blood_thinners), found=_found(events, blood_thinners), meaning=_meaning(long_aptt, platelets),
        advice=_advice(indicator), suggestions=_suggestions(indicator, long_aptt), short="bleeding work-up")


def _signs(case: Case) -> tuple[Condition, ...]:
    """Bleeding and hematuria by code since the first dose, over or not; one without a date while it is not over."""
    return tuple(one for one in case.record.conditions(c.BLEEDING, c.HEMATURIA)
                 if since_first_dose(case, one.latest) and told_within(case, one, SIGN_DAYS) and (one.latest or not over(one, case)))


def _newest(case: Case, concept, is_abnormal, worse) -> Result | None:
    """The newest result in the look-back, where it is abnormal."""
    found = judge_newest(case, concept, lambda one: CRITICAL if is_abnormal(one) else None, worse)
    return found[0] if found and found[1] else None


def _is_long(one: Result) -> bool:
    return one.number is not None and one.high is not None and above(one, one.high)


def _anticoagulants(case: Case) -> tuple[Event, ...]:
    """Active heparin or anticoagulants, by order, statement or a condition that says so."""
    drugs = (*case.active_drugs(c.ANTICOAGULANT), *case.active_drugs(c.HEPARIN))
    return (*drugs, *(one for one in case.record.conditions(c.ANTICOAGULANT) if not over(one, case)))


def _found(events: tuple[Event, ...], blood_thinners: tuple[Event, ...]) -> tuple[str, ...]:
    lines = tuple(told_condition(one) if isinstance(one, Condition) else told(one) for one in events)
    return (*lines, *dict.fromkeys(f"Anticoagulant on record: {one.name}" for one in blood_thinners))


def _meaning(long_aptt: Result | None, platelets: Result | None) -> str:
    parts = ["Acquired hemophilia A and immune thrombocytopenia are described; a normal INR or platelet count does not exclude hemophilia."]
    if long_aptt is not None:
        parts.append(f"aPTT is above the laboratory's limit of {long_aptt.high.normalize():f} s.")
    if platelets is not None:
        parts.append("Platelets are below 50: bleeding may become life-threatening.")
    return " ".join(parts)


def _advice(indicator: str) -> tuple[str, ...]:
    if indicator == CRITICAL:
        return ("Same-day hematology; avoid injections, invasive procedures and antiplatelet drugs.",
                "CBC and coagulation panel with aPTT now; mixing study and factor VIII where aPTT is long.")
    return ("CBC and coagulation panel with aPTT; mixing study and factor VIII where aPTT is long.",)


def _suggestions(indicator: str, long_aptt: Result | None) -> tuple[OrderTest, ...]:
    urgent = indicator == CRITICAL
    tests = (c.CBC_PANEL, c.APTT, c.PT_INR, *((c.FACTOR_VIII,) if long_aptt is not None else ()))
    return (*(OrderTest(one, urgent=urgent) for one in tests), *((OrderTest(c.HEMATOLOGY_REFERRAL, urgent=True),) if urgent else ()))


RULE = Rule(
    id="bleeding-workup",
    title="Bleeding or prolonged aPTT",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="bleeding",
    source=Citation(us="5.15", evidence="label; limits implementation choice", protocol="C.4 bleeding-workup, D10, ruling 40"),
    to_find=(c.BLEEDING, c.HEMATURIA, c.APTT),
    to_soften=(c.PLATELETS, c.ANTICOAGULANT, c.HEPARIN, c.CBC_PANEL, c.PT_INR, c.FACTOR_VIII, c.ORDERS),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
