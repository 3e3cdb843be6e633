"""
Possible progressive multifocal leukoencephalopathy (PML) after alemtuzumab.

Why it matters: PML is usually fatal or disabling; at its first sign the drug is withheld and the brain is examined.
Speaks when PML, by code or name, or a neurological symptom by code began after the first dose; critical when the next course is
signed. A focal deficit in the 72 hours after an infusion is told on the chart by stroke-warning-window.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical import onset
from cds_services.clinical.infusions import in_watch
from cds_services.clinical.plans import removals
from cds_services.record import Condition
from cds_services.rule import (
    CRITICAL,
    EVERY_HOOK,
    EXPOSED,
    WARNING,
    Case,
    Citation,
    Example,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)

NAMED = onset.naming(r"progressive multifocal leu[ck]oencephalopathy|\bPML\b", "encephalopathy", "pml")


def evaluate(case: Case) -> Outcome:
    diagnosed = _diagnosed(case)
    symptoms = tuple(one for one in onset.new_symptoms(case, c.NEUROLOGICAL_SYMPTOM) if not _stroke_sign(case, one))
    found = (*diagnosed, *symptoms)
    if not found:
        return Silent("no PML and no neurological symptom with onset after the first dose")
    return Finding(
        indicator=CRITICAL if case.signing else WARNING, summary="Possible PML: withhold LEMTRADA and evaluate",
        evidence=evidence_of(*found), found=tuple(onset.told(one) for one in found), meaning=_meaning(bool(diagnosed)),
        advice=("Withhold alemtuzumab.", "Evaluate now: neurology, MRI, and JC virus in cerebrospinal fluid where MRI suggests it."),
        suggestions=(*removals(case), OrderTest(c.NEUROLOGY_REFERRAL, urgent=True)), short="possible PML")


def _diagnosed(case: Case) -> tuple[Condition, ...]:
    """PML that may have begun after the first dose; its status does not matter, for PML is never done with."""
    found = {one.reference: one for one in (*case.record.conditions(c.PML), *onset.by_words(case, NAMED))}
    return tuple(one for one in found.values() if onset.began_after_first_dose(case, one))


def _stroke_sign(case: Case, one: Condition) -> bool:
    """True on the chart for a focal deficit of the hours in which stroke is watched for: PML does not come within days."""
    return case.viewing and one.of(c.FOCAL_DEFICIT) and in_watch(case, one.when)


def _meaning(diagnosed: bool) -> str:
    if diagnosed:
        return "PML is on record after alemtuzumab."
    return ("A neurological symptom coded after alemtuzumab can be a relapse of multiple sclerosis, and it can be the first sign of PML: "
            "alemtuzumab is withheld until PML is excluded.")


DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
DRAFT = "\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg"
SPOKEN = "Possible PML: withhold LEMTRADA and evaluate"

EXAMPLES = (
    Example("PML after the first dose", timeline=f"{DOSE}2024-02-01  condition  pml", warning=SPOKEN, suggests=("308474002",)),
    Example("PML when the next course is selected", timeline=f"{DOSE}2024-02-01  condition  pml{DRAFT}", hook="order-select",
            warning=SPOKEN),
    Example("PML when the next course is signed", timeline=f"{DOSE}2024-02-01  condition  pml{DRAFT}", hook="order-sign", critical=SPOKEN),
    Example("PML on the day of the first dose", timeline=f"{DOSE}2023-03-06  condition  pml",
            silent="no PML and no neurological symptom with onset after the first dose"),
    Example("PML on the day after", timeline=f"{DOSE}2023-03-07  condition  pml", warning=SPOKEN),
    Example("PML without a date is taken as after the first dose", timeline=f"{DOSE}-  condition  pml", warning=SPOKEN),
    Example("PML by name alone", timeline=f"{DOSE}2024-02-01  condition  - text=Progressive_multifocal_leukoencephalopathy",
            warning=SPOKEN),
    Example("PML provisional", timeline=f"{DOSE}2024-02-01  condition  pml verification=provisional", warning=SPOKEN,
            says=("provisional",)),
    Example("PML resolved is never done with", timeline=f"{DOSE}2023-09-01  condition  pml clinical=resolved", warning=SPOKEN),
    Example("PML refuted", timeline=f"{DOSE}2024-02-01  condition  pml verification=refuted", silent=True),
    Example("a neurological symptom by code", timeline=f"{DOSE}2024-02-01  condition  neurological-new-symptom", warning=SPOKEN,
            says=("first sign",)),
    Example("a neurological symptom when the next course is signed", hook="order-sign", critical=SPOKEN,
            timeline=f"{DOSE}2024-02-01  condition  neurological-new-symptom{DRAFT}"),
    Example("a neurological symptom from before the first dose", silent=True,
            timeline=f"{DOSE}2022-06-01  condition  neurological-new-symptom recorded=2024-02-01"),
    Example("a neurological symptom without a date does not count", timeline=f"{DOSE}-  condition  neurological-new-symptom", silent=True),
    Example("a focal deficit the day after an infusion is watched as a stroke", as_of="2023-03-08", silent=True,
            timeline=f"{DOSE}2023-03-07  condition  neurological-new-symptom code=87486003"),
    Example("a focal deficit of that time, once its 72 hours are over", as_of="2023-03-12", warning=SPOKEN,
            timeline=f"{DOSE}2023-03-07  condition  neurological-new-symptom code=87486003"),
    Example("a neurological symptom 90 days ago", timeline=f"{DOSE}2023-11-14  condition  neurological-new-symptom", warning=SPOKEN),
    Example("a neurological symptom 91 days ago", timeline=f"{DOSE}2023-11-13  condition  neurological-new-symptom", silent=True),
    Example("a neurological symptom that resolved", timeline=f"{DOSE}2024-02-01  condition  neurological-new-symptom clinical=resolved",
            silent=True),
    Example("conditions could not be read", timeline=DOSE, failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="pml-suspect",
    title="Possible PML",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="infection",
    source=Citation(us="Warnings, Progressive Multifocal Leukoencephalopathy", evidence="label; 90 days for symptoms implementation choice",
                    protocol="C.4 pml-suspect"),
    to_find=(c.PML, c.NEUROLOGICAL_SYMPTOM),
    to_soften=(c.ORDERS,),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
