"""
Earlier CAMPATH exposure before LEMTRADA.

Why it matters: both are alemtuzumab; their effects on the immune system last for years and add up.
Speaks when LEMTRADA is drafted and CAMPATH was given, reported or ordered before.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.rule import INFO, ORDER_HOOKS, PLANNED, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of

MOST_LINES = 5  # doses that are listed [impl]: readability of the card


def evaluate(case: Case) -> Outcome:
    doses = case.exposure.campath
    if not doses:
        return Silent("no earlier CAMPATH found")
    more = (f"and {len(doses) - MOST_LINES} more",) if len(doses) > MOST_LINES else ()
    return Finding(
        indicator=INFO, summary="Earlier CAMPATH exposure: additive, long-lasting immune effects",
        evidence=evidence_of(*(one.event for one in doses)),
        found=(*(f"{one.event.name or 'CAMPATH'}: {one.start or 'no date'} ({one.level})" for one in doses[-MOST_LINES:]), *more),
        meaning="LEMTRADA holds the same active substance as CAMPATH; immune effects add up and last long.",
        advice=("Consider the whole exposure to alemtuzumab, and why CAMPATH was given.",))


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n2015-01-01  condition  multiple-sclerosis\n"
SUMMARY = "Earlier CAMPATH exposure: additive, long-lasting immune effects"
CLL = "2015-01-01  condition  chronic-lymphocytic-leukemia\n"

EXAMPLES = (
    Example("CAMPATH for leukemia years ago", timeline=DRAFT + CLL + "2018-03-01  dose  alemtuzumab-campath 30 mg", info=SUMMARY),
    Example("CAMPATH given for MS", timeline=DRAFT + "2018-03-01  dose  alemtuzumab-campath 12 mg", info=SUMMARY),
    Example("CAMPATH ordered, no infusion on record", timeline=DRAFT + "2018-03-01  medication  alemtuzumab-campath status=completed",
            info=SUMMARY),
    Example("leukemia alone on record, LEMTRADA drafted", info=SUMMARY,
            timeline="2024-02-12  draft  alemtuzumab-lemtrada 12 mg\n" + CLL + "2018-03-01  dose  alemtuzumab-campath 30 mg"),
    Example("CAMPATH drafted for leukemia is out of scope", silent=True,
            timeline="2024-02-12  draft  alemtuzumab-campath 30 mg\n" + CLL + "2018-03-01  dose  alemtuzumab-campath 30 mg"),
    Example("LEMTRADA alone", timeline=DRAFT + "2018-03-01  dose  alemtuzumab-lemtrada 12 mg", silent="no earlier CAMPATH found"),
    Example("CAMPATH entered in error",
            timeline=DRAFT + "2018-03-01  dose  alemtuzumab-campath 30 mg status=entered-in-error", silent=True),
    Example("CAMPATH not taken", timeline=DRAFT + "2018-03-01  statement  alemtuzumab-campath status=not-taken", silent=True),
    Example("administrations could not be read", timeline=DRAFT, failed=("medicationAdministrations",), not_assessed=True),
)

RULE = Rule(
    id="prior-campath-exposure",
    title="Earlier CAMPATH exposure",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="Products with the same active ingredient", eu="4.4", protocol="C.1 prior-campath-exposure; B.2"),
    to_find=(c.ALEMTUZUMAB,),
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
