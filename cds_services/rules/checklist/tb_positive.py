"""
Positive tuberculosis screening without recorded treatment.

Why it matters: latent tuberculosis may become active when immunity is suppressed, and treatment before the course
prevents it.
Speaks, as part of the checklist, when the newest test is positive or latent tuberculosis is on record and no treatment
is found. Active tuberculosis is for active-infection.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import told as told_condition
from cds_services.clinical.serology import POSITIVE
from cds_services.clinical.tuberculosis import active, deciding, latent, reading, treatment
from cds_services.results import told
from cds_services.rule import (
    ORDER_HOOKS,
    PLANNED,
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


def evaluate(case: Case) -> Outcome:
    disease = active(case)
    if disease:
        return Silent("active tuberculosis is judged by active-infection", settled=True)
    newest = deciding(case)
    test = newest if newest is not None and reading(newest) == POSITIVE else None
    conditions = latent(case)
    if test is None and not conditions:
        return Silent("no positive tuberculosis screening found")
    treated = treatment(case)
    if treated:
        return Silent(f"treatment on record: {treated[-1].name}", settled=True)
    return Finding(
        indicator=WARNING, summary="Positive TB screening without recorded treatment", evidence=evidence_of(test, *conditions),
        found=(*((told(test),) if test else ()), *(told_condition(one) for one in conditions)),
        meaning="Latent tuberculosis is to be treated, by local guideline, before alemtuzumab is started.",
        advice=("Exclude active tuberculosis, refer for treatment, and record the treatment if it was given elsewhere.",),
        suggestions=(OrderTest(c.INFECTIOUS_DISEASE_REFERRAL),), short="positive TB screening")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
SUMMARY = "Positive TB screening without recorded treatment"
POSITIVE_TEST = DRAFT + "2024-02-01  lab  tb-igra positive\n"

EXAMPLES = (
    Example("a positive IGRA", timeline=POSITIVE_TEST, warning=SUMMARY, suggests=("306284005",)),
    Example("a positive IGRA of three years ago, never repeated", timeline=DRAFT + "2021-02-01  lab  tb-igra positive", warning=SUMMARY),
    Example("a newer negative test decides", timeline=POSITIVE_TEST + "2024-02-08  lab  tb-skin-test negative",
            silent="no positive tuberculosis screening found"),
    Example("an indeterminate test after it changes nothing", timeline=POSITIVE_TEST + "2024-02-08  lab  tb-igra indeterminate",
            warning=SUMMARY),
    Example("a skin test of 5 mm", timeline=DRAFT + "2024-02-01  lab  tb-skin-test 5 mm", warning=SUMMARY),
    Example("a skin test of 4 mm", timeline=DRAFT + "2024-02-01  lab  tb-skin-test 4 mm", silent=True),
    Example("the control well is no result (E63)", timeline=DRAFT + "2024-02-01  lab  tb-igra-control-not-a-result positive", silent=True),
    Example("latent tuberculosis on record", timeline=DRAFT + "2020-01-01  condition  tb-positive-or-latent", warning=SUMMARY),
    Example("latent tuberculosis refuted", silent=True,
            timeline=DRAFT + "2020-01-01  condition  tb-positive-or-latent verification=refuted"),
    Example("another patient's positive test", timeline=DRAFT + "2024-02-01  lab  tb-igra positive patient=other", silent=True),
    Example("treated", timeline=POSITIVE_TEST + "2024-02-05  medication  tb-treatment", silent=True),
    Example("treated in the past", timeline=POSITIVE_TEST + "2019-02-05  statement  tb-treatment status=completed", silent=True),
    Example("treatment that was stopped is none", timeline=POSITIVE_TEST + "2024-01-05  medication  tb-treatment status=stopped",
            warning=SUMMARY),
    Example("active tuberculosis: for active-infection", timeline=POSITIVE_TEST + "2024-02-03  condition  tb-active", silent=True),
    Example("medication orders refused: it speaks all the same", timeline=POSITIVE_TEST, failed=("medicationStatements",), warning=SUMMARY),
    Example("laboratory could not be read", timeline=DRAFT, failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="tb-positive",
    title="Positive tuberculosis screening, untreated",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="Infections", eu="4.4", evidence="label", protocol="C.2 tb-positive; rulings 5 and 36"),
    to_find=(c.TB_IGRA, c.TB_SKIN_TEST, c.TB_LATENT, c.TB_ACTIVE),
    to_soften=(c.TB_TREATMENT,),
    card="preTreatmentChecklist",
    evaluate=evaluate,
    examples=EXAMPLES,
)
