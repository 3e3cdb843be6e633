"""
Possible immune-mediated colitis after alemtuzumab.

Why it matters: immune-mediated colitis is described after alemtuzumab; diarrhea is easily waved through as a common side effect.
Speaks when colitis, or diarrhea or rectal bleeding by code, began after the first dose and is not over.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical import onset
from cds_services.rule import EXPOSED, PATIENT_VIEW, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of


def evaluate(case: Case) -> Outcome:
    found = (*onset.new_conditions(case, c.COLITIS, undated=False), *onset.new_symptoms(case, c.COLITIS_SYMPTOM))
    if not found:
        return Silent("no colitis with onset after the first dose")
    return Finding(
        indicator=WARNING, summary="Possible immune-mediated colitis after LEMTRADA", evidence=evidence_of(*found),
        found=tuple(onset.told(one) for one in found),
        meaning="Immune-mediated colitis is described after alemtuzumab; persistent diarrhea or blood in the stool needs a cause.",
        advice=("Evaluate promptly: stool tests to exclude infection, and referral to gastroenterology (no verified referral code).",),
        short="colitis")


DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
SPOKEN = "Possible immune-mediated colitis after LEMTRADA"

EXAMPLES = (
    Example("colitis after the first dose", timeline=f"{DOSE}2023-03-07  condition  colitis", warning=SPOKEN),
    Example("colitis on the day of the first dose", timeline=f"{DOSE}2023-03-06  condition  colitis", silent=True),
    Example("ulcerative colitis from before the first dose", silent="no colitis with onset after the first dose",
            timeline=f"{DOSE}2020-01-01  condition  colitis code=K51.90 system=http://hl7.org/fhir/sid/icd-10-cm recorded=2024-01-10"),
    Example("colitis in the month of the first dose, day not known", timeline=f"{DOSE}2023-03  condition  colitis", warning=SPOKEN),
    Example("colitis without a date does not count", timeline=f"{DOSE}-  condition  colitis", silent=True),
    Example("colitis resolved", timeline=f"{DOSE}2023-09-01  condition  colitis clinical=resolved", silent=True),
    Example("colitis that ended", timeline=f"{DOSE}2023-09-01  condition  colitis abated=2024-01-10", silent=True),
    Example("colitis refuted", timeline=f"{DOSE}2023-09-01  condition  colitis verification=refuted", silent=True),
    Example("colitis without a clinical status counts (E55)", warning=SPOKEN,
            timeline=f"{DOSE}2023-09-01  condition  colitis clinical=none"),
    Example("diarrhea by code", timeline=f"{DOSE}2024-02-01  condition  colitis-symptom", warning=SPOKEN, says=("Diarrhea",)),
    Example("diarrhea 90 days ago", timeline=f"{DOSE}2023-11-14  condition  colitis-symptom", warning=SPOKEN),
    Example("diarrhea 91 days ago", timeline=f"{DOSE}2023-11-13  condition  colitis-symptom", silent=True),
    Example("diarrhea from before the first dose", timeline=f"{DOSE}2023-03-05  condition  colitis-symptom recorded=2024-02-01",
            silent=True),
    Example("conditions could not be read", timeline=DOSE, failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="colitis-suspect",
    title="Possible immune-mediated colitis",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="5.16", evidence="label; 90 days for symptoms implementation choice", protocol="C.4 colitis-suspect"),
    to_find=(c.COLITIS, c.COLITIS_SYMPTOM),
    evaluate=evaluate,
    examples=EXAMPLES,
)
