"""
LEMTRADA REMS enrolment, United States.

Why it matters: LEMTRADA may be given only through its REMS; prescriber, patient, pharmacy and infusion site must be enrolled.
Speaks at every signing where the REMS applies: a record that does not name the enrolment says nothing about it.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.rule import INFO, ORDER_SIGN, PLANNED, Case, Citation, Example, Finding, Outcome, Rule, Silent

PHONE = "1-855-676-6326"


def evaluate(case: Case) -> Outcome:
    if not case.policy.rems:
        return Silent("no REMS in this jurisdiction", settled=True)
    return Finding(
        indicator=INFO, summary="Confirm LEMTRADA REMS enrolment of prescriber, patient and site", settled=True,
        evidence=case.plan.references,
        meaning="LEMTRADA is available only through its REMS. The record read here does not say whether the enrolment is done.",
        advice=(f"Confirm prescriber, patient, pharmacy and infusion site in the LEMTRADA REMS ({PHONE}).",))


ORDER = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
SUMMARY = "Confirm LEMTRADA REMS enrolment of prescriber, patient and site"

EXAMPLES = (
    Example("at signing", timeline=ORDER, info=SUMMARY, says=("1-855-676-6326",)),
    Example("at signing in the EU", jurisdiction="EU", timeline=ORDER, silent="no REMS in this jurisdiction"),
    Example("at signing where the strictest rules are in force", jurisdiction="strictest", timeline=ORDER, info=SUMMARY),
    Example("conditions could not be read: it needs none", timeline=ORDER, failed=("conditions",), info=SUMMARY),
    Example("while the drug is only selected", hook="order-select", timeline=ORDER, silent=True),
    Example("CAMPATH for leukemia", timeline="2020-01-01  condition  chronic-lymphocytic-leukemia code=92814006\n"
            "2024-02-12  draft  alemtuzumab-campath 30 mg", silent=True),
)

RULE = Rule(
    id="rems-enrolment",
    title="LEMTRADA REMS enrolment",
    hooks=(ORDER_SIGN,),
    gate=PLANNED,
    band="checklist",
    source=Citation(us="5.5", evidence="label", protocol="C.1 rems-enrolment, F"),
    to_soften=(c.MULTIPLE_SCLEROSIS, c.CLL),
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
