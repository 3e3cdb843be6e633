"""
Possible autoimmune encephalitis after alemtuzumab.

Why it matters: autoimmune encephalitis after alemtuzumab is treatable, and deadly when it is taken for a relapse or a mood.
Speaks when encephalitis, by code or name, or a symptom of it by code (seizure, change of consciousness, mind or memory) began
after the first dose and is not over; critical when the next course is signed.
"""

from __future__ import annotations

import re

from cds_services import concepts as c
from cds_services.clinical import onset
from cds_services.clinical.diagnoses import over
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

NAMED = onset.naming(r"\bencephalitis\b", "encephalitis")
# Of the neurological symptoms those of encephalitis: memory, mind, consciousness, seizure (US PI 5.14), by name or ICD-10 code.
OF_THE_MIND = re.compile(
    r"mental|mind|memory|amnes|confus|disorient|deliri|cognit|psych|halluc|conscious|somnol|stupor|coma\b|seizure|convuls|epilep"
    r"|encephalopath|^(R40|R41|R56|G93)", re.IGNORECASE)


def evaluate(case: Case) -> Outcome:
    found = (*_diagnosed(case), *(one for one in onset.new_symptoms(case, c.NEUROLOGICAL_SYMPTOM) if OF_THE_MIND.search(one.name)))
    if not found:
        return Silent("no encephalitis with onset after the first dose")
    return Finding(
        indicator=CRITICAL if case.signing else WARNING, summary="Possible autoimmune encephalitis after LEMTRADA",
        evidence=evidence_of(*found), found=tuple(onset.told(one) for one in found),
        meaning="Autoimmune encephalitis is described after alemtuzumab: memory loss, altered mind, psychiatric change, seizures.",
        advice=("Withhold alemtuzumab.",
                "Evaluate now: neurology, MRI, EEG, cerebrospinal fluid, neural autoantibodies; exclude herpes and other infection."),
        suggestions=(*removals(case), OrderTest(c.NEUROLOGY_REFERRAL, urgent=True)), short="possible autoimmune encephalitis")


def _diagnosed(case: Case) -> tuple[Condition, ...]:
    """Encephalitis by code or name with an onset after the first dose, not over (ruling 41)."""
    found = {one.reference: one for one in (*case.record.conditions(c.ENCEPHALITIS), *onset.by_words(case, NAMED))}
    return tuple(one for one in found.values() if onset.began_after_first_dose(case, one, undated=False) and not over(one, case))


DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
DRAFT = "\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg"
SPOKEN = "Possible autoimmune encephalitis after LEMTRADA"

EXAMPLES = (
    Example("encephalitis after the first dose", timeline=f"{DOSE}2024-02-01  condition  encephalitis", warning=SPOKEN,
            suggests=("308474002",)),
    Example("encephalitis when the next course is selected", timeline=f"{DOSE}2024-02-01  condition  encephalitis{DRAFT}",
            hook="order-select", warning=SPOKEN),
    Example("encephalitis when the next course is signed", timeline=f"{DOSE}2024-02-01  condition  encephalitis{DRAFT}",
            hook="order-sign", critical=SPOKEN),
    Example("encephalitis by name alone", timeline=f"{DOSE}2024-02-01  condition  - text=Autoimmune_encephalitis", warning=SPOKEN),
    Example("a vaccination against encephalitis is none", silent=True,
            timeline=f"{DOSE}2024-02-01  condition  - text=Vaccination_against_Japanese_encephalitis"),
    Example("encephalitis on the day of the first dose", timeline=f"{DOSE}2023-03-06  condition  encephalitis",
            silent="no encephalitis with onset after the first dose"),
    Example("encephalitis on the day after", timeline=f"{DOSE}2023-03-07  condition  encephalitis", warning=SPOKEN),
    Example("acute disseminated encephalomyelitis from before treatment", silent=True,
            timeline=f"{DOSE}2015-04-01  condition  encephalitis code=G04.00 system=http://hl7.org/fhir/sid/icd-10-cm recorded=2024-01-05"),
    Example("encephalitis without a date does not count", timeline=f"{DOSE}-  condition  encephalitis", silent=True),
    Example("encephalitis resolved", timeline=f"{DOSE}2023-09-01  condition  encephalitis clinical=resolved", silent=True),
    Example("encephalitis refuted", timeline=f"{DOSE}2024-02-01  condition  encephalitis verification=refuted", silent=True),
    Example("altered mental status by code", timeline=f"{DOSE}2024-02-01  condition  neurological-new-symptom", warning=SPOKEN),
    Example("a gait disorder is no sign of encephalitis", silent=True,
            timeline=f"{DOSE}2024-02-01  condition  neurological-new-symptom code=20262006"),
    Example("altered mental status 91 days ago", timeline=f"{DOSE}2023-11-13  condition  neurological-new-symptom", silent=True),
    Example("conditions could not be read", timeline=DOSE, failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="encephalitis-suspect",
    title="Possible autoimmune encephalitis",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="5.14", evidence="label; 90 days for symptoms implementation choice", protocol="C.4 encephalitis-suspect"),
    to_find=(c.ENCEPHALITIS, c.NEUROLOGICAL_SYMPTOM),
    to_soften=(c.ORDERS,),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
