"""
Listeria precautions, and fever with a stiff neck.

Why it matters: Listeria infections, meningitis among them, came from 3 days to 8 months after alemtuzumab, some of them fatal;
avoiding or heating risk foods from before the first infusion on prevents them.
Speaks as advice from the order until 8 months after the last dose, and urgently where fever and a stiff neck or meningitis stand
on record in that time.
"""

from __future__ import annotations

from datetime import date

from cds_services import concepts as c
from cds_services.clinical.fever import days_between, fevers
from cds_services.clinical.onset import new_conditions
from cds_services.clinical.onset import told as told_condition
from cds_services.dates import add_months
from cds_services.events import Condition
from cds_services.results import told
from cds_services.rule import (
    CRITICAL,
    INFO,
    ORDER_SIGN,
    PATIENT_VIEW,
    PLANNED_OR_EXPOSED,
    Case,
    Citation,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.infection_prevention.listeria_precautions_examples import EXAMPLES

PRECAUTION_MONTHS = 8  # calendar months after the last dose, the latest case described [label cases, bound impl]: protocol C.5, D18
FEVER_WITHIN_DAYS = 30  # days between fever and stiff neck at most, so that an old fever is not counted [impl]: protocol C.5 names none
SUMMARY = "Listeria precautions: avoid or heat risk foods; fever or stiff neck is urgent"
US_ADVICE = ("Avoid, or adequately heat, foods that carry Listeria: deli meat, raw dairy, soft cheese, undercooked meat, fish or poultry. "
             "Start before the first infusion.")
EU_ADVICE = ("Avoid uncooked or undercooked meat, soft cheese and unpasteurized dairy from 2 weeks before to at least 1 month after the "
             "infusion; cases came until 8 months after.")


def evaluate(case: Case) -> Outcome:
    until = _until(case)
    over = until is not None and case.today > until
    if over and case.plan is None:
        return Silent(f"{PRECAUTION_MONTHS} months after the last dose ended {until}", settled=True)
    if not case.exposure.exists and case.plan is None:
        return Silent("no alemtuzumab given or ordered", settled=True)
    signs = _meningitis_with_fever(case) if case.exposure.exists and not over else ()
    last = () if until is None or over else (f"Last dose: {case.exposure.last_dose}; precautions until {until}",)
    return _urgent(case, signs, last) if signs else _advice(case, last)


def _until(case: Case) -> date | None:
    """The last day of the precautions, None where the last dose is not known."""
    last = case.exposure.last_dose
    return add_months(last, PRECAUTION_MONTHS) if last else None


def _meningitis_with_fever(case: Case) -> tuple:
    """Stiff neck or meningitis that is not over, and fever near it, after treatment began; empty where either is missing."""
    fever = fevers(case)
    for sign in reversed(new_conditions(case, c.NECK_STIFFNESS)):
        near = [one for one in fever if days_between(case, sign, one) <= FEVER_WITHIN_DAYS]
        if near:
            return (sign, near[-1])
    return ()


def _urgent(case: Case, signs: tuple, last_dose: tuple[str, ...]) -> Finding:
    return Finding(
        indicator=CRITICAL, summary=SUMMARY, evidence=evidence_of(*signs, _last_dose(case)),
        found=(*(_line(one) for one in signs), *last_dose),
        meaning="Fever with a stiff neck within 8 months of alemtuzumab may be Listeria meningitis, which can be fatal.",
        advice=("Send to emergency care now: blood cultures, lumbar puncture, treatment that covers Listeria before results are back.",),
        suggestions=(OrderTest(c.BLOOD_CULTURE, urgent=True), OrderTest(c.INFECTIOUS_DISEASE_REFERRAL, urgent=True)))


def _advice(case: Case, last_dose: tuple[str, ...]) -> Finding:
    policy = case.policy
    texts = (EU_ADVICE,) if policy.label == "SmPC" else (US_ADVICE,) if not policy.european else (US_ADVICE, EU_ADVICE)
    evidence = evidence_of(_last_dose(case)) or (case.plan.references if case.plan else ())
    return Finding(
        indicator=INFO, summary=SUMMARY, evidence=evidence, found=last_dose,
        meaning="Listeria infections, meningitis among them, came from 3 days to 8 months after alemtuzumab.",
        advice=(*texts, "Seek care at once for fever, stiff neck, headache or confusion."), short="Listeria precautions")


def _line(one) -> str:
    return told_condition(one) if isinstance(one, Condition) else told(one)


def _last_dose(case: Case):
    return case.exposure.latest_dose.event if case.exposure.latest_dose else None


RULE = Rule(
    id="listeria-precautions",
    title="Listeria precautions",
    hooks=(PATIENT_VIEW, ORDER_SIGN),
    gate=PLANNED_OR_EXPOSED,
    band="education",
    source=Citation(us="Infections", evidence="label; 8 months implementation choice, European weeks not re-read",
                    protocol="C.5 listeria-precautions, D18, ruling 21"),
    to_find=(c.NECK_STIFFNESS, c.FEVER, c.TEMPERATURE),
    card="education",
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
