"""
Baseline skin examination missing before alemtuzumab.

Why it matters: melanoma has followed alemtuzumab; the skin is examined before treatment and every year.
Speaks, as part of the checklist, when no examination of the skin, nor visit to dermatology, was completed in the year
before the planned start. A referral is never an examination.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.pretreatment import age, last_dated, ordered, placed, serving, start_line
from cds_services.clinical.surveillance import skin_examinations
from cds_services.rule import (
    ORDER_HOOKS,
    PLANNED,
    Case,
    Citation,
    Example,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
    one_step_lower,
)

EXAM_DAYS = 365  # days before the planned start [impl]: protocol C.0 baseline.maxAge


def evaluate(case: Case) -> Outcome:
    exams = skin_examinations(case, c.SKIN_EXAM)
    served = serving(case, exams, EXAM_DAYS)
    if served:
        return Silent(f"examined on {served.when}", settled=True)
    order, last = placed(case, c.DERMATOLOGY_REFERRAL, c.SKIN_EXAM), last_dated(exams)
    indicator = case.policy.skin_exam_indicator
    return Finding(
        indicator=one_step_lower(indicator) if order else indicator, summary="Baseline skin examination not found",
        evidence=evidence_of(last, order),
        found=((f"Last: {last.name}, {age(case, last)} (at most {EXAM_DAYS} d)",) if last else
               ("None found in the records available to this service",)) + (*ordered(order), *start_line(case)),
        meaning="The skin is to be examined for melanoma before treatment and every year. A referral is no examination.",
        advice=("Examine the skin before the first infusion, or record the examination if it was done elsewhere.",),
        suggestions=() if order else (OrderTest(c.DERMATOLOGY_REFERRAL, "308472003"),), short="skin examination")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
SUMMARY = "Baseline skin examination not found"
VISIT = {"resourceType": "Encounter", "id": "visit", "status": "finished", "subject": {"reference": "Patient/example"},
         "class": {"code": "AMB"}, "period": {"start": "2023-12-01", "end": "2023-12-01"},
         "serviceType": {"coding": [{"system": "http://snomed.info/sct", "code": "394582007", "display": "Dermatology"}]}}
FINDING = {"resourceType": "Observation", "id": "skin", "status": "final", "subject": {"reference": "Patient/example"},
           "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "exam"}]}],
           "code": {"coding": [{"system": "http://loinc.org", "code": "8709-8"}]}, "effectiveDateTime": "2023-12-01",
           "valueString": "No suspicious lesion"}

EXAMPLES = (
    Example("examined 365 days before", timeline=DRAFT + "2023-02-12  procedure  skin-exam", silent="examined on 2023-02-12"),
    Example("examined 366 days before", timeline=DRAFT + "2023-02-11  procedure  skin-exam", warning=SUMMARY, suggests=("308472003",)),
    Example("a month alone is read as its first day", timeline=DRAFT + "2023-02  procedure  skin-exam", warning=SUMMARY),
    Example("nothing on record", timeline=DRAFT, warning=SUMMARY),
    Example("an examination that is still going on", warning=SUMMARY,
            timeline=DRAFT + "2024-02-10  procedure  skin-exam status=in-progress"),
    Example("an examination that was not done", timeline=DRAFT + "2024-02-10  procedure  skin-exam status=not-done", warning=SUMMARY),
    Example("a visit to dermatology", timeline=DRAFT, resources=(VISIT,), silent=True),
    Example("a planned visit to dermatology", timeline=DRAFT, resources=({**VISIT, "status": "planned"},), warning=SUMMARY),
    Example("findings of the skin as an observation", timeline=DRAFT, resources=(FINDING,), silent=True),
    Example("a referral is no examination: one step lower (E70)", timeline=DRAFT + "2024-02-10  order  referral-dermatology", info=SUMMARY),
    Example("a referral of 15 days ago", timeline=DRAFT + "2024-01-28  order  referral-dermatology", warning=SUMMARY),
    Example("EU: no formal requirement", timeline=DRAFT, jurisdiction="EU", info=SUMMARY),
    Example("strictest: as in the US", timeline=DRAFT, jurisdiction="strictest", warning=SUMMARY),
    Example("from before an earlier course", warning=SUMMARY,
            timeline=DRAFT + "2023-06-01  procedure  skin-exam\n" + "".join(
                f"2023-07-0{day}  dose  alemtuzumab-lemtrada 12 mg\n" for day in range(1, 6))),
    Example("procedures could not be read", timeline=DRAFT, failed=("procedures",), not_assessed=True),
    Example("encounters refused, an examination is on record", timeline=DRAFT + "2024-02-01  procedure  skin-exam",
            failed=("encounters",), silent=True),
)

RULE = Rule(
    id="skin-exam-missing",
    title="Baseline skin examination missing",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="boxed warning, 5.4", eu="4.4", evidence="label, EU not re-read; age implementation choice",
                    protocol="C.2 skin-exam-missing; D6, D7; F"),
    to_miss=(c.SKIN_EXAM, c.DERMATOLOGY),
    to_soften=(c.ORDERS,),
    card="preTreatmentChecklist",
    evaluate=evaluate,
    examples=EXAMPLES,
)
