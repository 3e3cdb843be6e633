"""
CAMPATH ordered for leukemia: not what this service watches.

Why it matters: silence must not look like a check that was passed.
Speaks when alemtuzumab is drafted that is not LEMTRADA, and leukemia without multiple sclerosis is on record.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import told
from cds_services.rule import INFO, ORDER_HOOKS, PLANNED, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of


def evaluate(case: Case) -> Outcome:
    drafts = [one for one in case.plan.orders if not one.of(c.LEMTRADA)]
    leukemia = case.record.conditions(c.CLL)
    if not drafts or case.record.conditions(c.MULTIPLE_SCLEROSIS):
        return Silent("LEMTRADA drafted, or multiple sclerosis on record", settled=True)
    if not leukemia:
        return Silent("no leukemia found")
    return Finding(
        indicator=INFO, summary="CAMPATH for CLL: this service covers LEMTRADA in MS only", evidence=evidence_of(*drafts, *leukemia),
        found=(*(f"Ordered: {one.name or 'alemtuzumab'}" for one in drafts), *(told(one) for one in leukemia)),
        meaning="An order for leukemia was not checked: prophylaxis, dose and monitoring follow the CAMPATH label.",
        advice=("Use the leukemia protocol.",))


SUMMARY = "CAMPATH for CLL: this service covers LEMTRADA in MS only"
MS, CLL = "2015-01-01  condition  multiple-sclerosis\n", "2015-01-01  condition  chronic-lymphocytic-leukemia\n"

EXAMPLES = (
    Example("CAMPATH for leukemia", timeline="2024-02-12  draft  alemtuzumab-campath 30 mg\n" + CLL, info=SUMMARY),
    Example("the ingredient alone in a person with leukemia", timeline="2024-02-12  draft  alemtuzumab 30 mg\n" + CLL, info=SUMMARY),
    Example("MS on record too: wrong-product speaks", timeline="2024-02-12  draft  alemtuzumab-campath 30 mg\n" + CLL + MS,
            silent="LEMTRADA drafted, or multiple sclerosis on record"),
    Example("LEMTRADA in a person with leukemia", timeline="2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n" + CLL, silent=True),
    Example("no leukemia", timeline="2024-02-12  draft  alemtuzumab-campath 30 mg\n", silent=True),
    Example("conditions could not be read", timeline="2024-02-12  draft  alemtuzumab-campath 30 mg\n", failed=("conditions",),
            not_assessed=True),
)

RULE = Rule(
    id="campath-out-of-scope",
    title="CAMPATH for leukemia",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="record",
    source=Citation(us="1", eu="4.1", evidence="label", protocol="C.6 campath-out-of-scope; B.2; ruling 10"),
    to_find=(c.CLL,),
    to_soften=(c.MULTIPLE_SCLEROSIS,),
    highest=INFO,
    leukemia_too=True,
    evaluate=evaluate,
    examples=EXAMPLES,
)
