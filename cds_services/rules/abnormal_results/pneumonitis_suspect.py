"""
Possible pneumonitis after alemtuzumab.

Why it matters: pneumonitis is described after alemtuzumab, hypersensitivity pneumonitis and fibrosis among it.
Speaks when pneumonitis, or breathlessness by code, began after the first dose and is not over; breathlessness beside a renal
change is told by renal-pulmonary-emergency.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical import onset
from cds_services.clinical.renal import CODED_DAYS, renal_changes
from cds_services.record import Condition
from cds_services.rule import EXPOSED, PATIENT_VIEW, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of


def evaluate(case: Case) -> Outcome:
    found = (*onset.new_conditions(case, c.PNEUMONITIS), *_breathless(case))
    if not found:
        return Silent("no pneumonitis with onset after the first dose")
    return Finding(
        indicator=WARNING, summary="Possible pneumonitis after LEMTRADA", evidence=evidence_of(*found),
        found=tuple(onset.told(one) for one in found),
        meaning="Pneumonitis is described after alemtuzumab: breathlessness, cough, wheezing, chest pain or tightness, coughing up blood.",
        advice=("Evaluate promptly: oxygen saturation and chest imaging; exclude infection and alveolar hemorrhage.",
                "With hematuria or rising creatinine: immediate evaluation for anti-GBM disease."),
        short="pneumonitis")


def _breathless(case: Case) -> tuple[Condition, ...]:
    """Breathlessness by code; beside a renal change the newer is part of an emergency that has a critical card of its own."""
    symptoms = onset.new_symptoms(case, c.DYSPNEA)
    if not symptoms or not renal_changes(case):
        return symptoms
    return tuple(one for one in symptoms if not onset.told_within(case, one, CODED_DAYS))


DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
SPOKEN = "Possible pneumonitis after LEMTRADA"

EXAMPLES = (
    Example("pneumonitis after the first dose", timeline=f"{DOSE}2023-03-07  condition  pneumonitis", warning=SPOKEN),
    Example("pneumonitis on the day of the first dose", timeline=f"{DOSE}2023-03-06  condition  pneumonitis",
            silent="no pneumonitis with onset after the first dose"),
    Example("pneumonitis without a date is taken as after the first dose", timeline=f"{DOSE}-  condition  pneumonitis", warning=SPOKEN),
    Example("pneumonitis resolved", timeline=f"{DOSE}2023-09-01  condition  pneumonitis clinical=resolved", silent=True),
    Example("pneumonitis refuted", timeline=f"{DOSE}2023-09-01  condition  pneumonitis verification=refuted", silent=True),
    Example("pneumonitis provisional", timeline=f"{DOSE}2023-09-01  condition  pneumonitis verification=provisional", warning=SPOKEN,
            says=("provisional",)),
    Example("breathlessness by code", timeline=f"{DOSE}2024-02-01  condition  dyspnea", warning=SPOKEN),
    Example("breathlessness with hematuria is told as an emergency", silent=True,
            timeline=f"{DOSE}2024-02-01  condition  dyspnea\n2024-02-05  lab  urine-rbc-microscopy 10 /[HPF]"),
    Example("pneumonitis with hematuria", warning=SPOKEN,
            timeline=f"{DOSE}2024-02-01  condition  pneumonitis\n2024-02-05  lab  urine-rbc-microscopy 10 /[HPF]"),
    Example("breathlessness 91 days ago", timeline=f"{DOSE}2023-11-13  condition  dyspnea", silent=True),
    Example("six years after the dose it still speaks", as_of="2029-02-12", timeline=f"{DOSE}2029-02-01  condition  pneumonitis",
            warning=SPOKEN),
    Example("conditions could not be read", timeline=DOSE, failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="pneumonitis-suspect",
    title="Possible pneumonitis",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="Warnings, Pneumonitis", evidence="label; 90 days for symptoms implementation choice",
                    protocol="C.4 pneumonitis-suspect"),
    to_find=(c.PNEUMONITIS, c.DYSPNEA),
    to_soften=(c.CREATININE, c.URINE_RBC, c.URINE_BLOOD_STRIP, c.HEMATURIA, c.KIDNEY_FAILURE),
    evaluate=evaluate,
    examples=EXAMPLES,
)
