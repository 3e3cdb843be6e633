"""
LEMTRADA exposure on record without infusion dates.

Why it matters: without the date of the last infusion nobody can tell which tests are due, nor until when.
Speaks when orders, undated statements or procedure texts alone point to alemtuzumab, or no dose has a date.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.rule import EVERY_HOOK, RECORD, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent

MOST_LINES = 5  # pieces of evidence that are listed [impl]: readability of the card


def evaluate(case: Case) -> Outcome:
    exposure = case.exposure
    if not exposure.exists:
        return Silent("no exposure on record", settled=True)
    if exposure.dated:
        return Silent(lambda: f"{exposure.level} doses, last on {exposure.last_dose}", settled=True)
    evidence = [dose.event for dose in exposure.doses[:MOST_LINES]]
    return Finding(
        indicator=WARNING, summary="LEMTRADA exposure on record without infusion dates: confirm dates", settled=True,
        evidence=tuple(one.reference for one in evidence),
        found=tuple(f"{one.name or 'alemtuzumab'} ({one.kind}, {one.status or 'no status'}, {one.when or one.authored or 'no date'})"
                    for one in evidence),
        meaning=("Surveillance is taken as open until the dates are known." if exposure.watched else
                 "Tests are not counted as overdue until infusions are recorded; abnormal results are judged meanwhile."),
        advice=("Ask when and where the infusions were given, and record them as administrations.",))


EXAMPLES = (
    Example("a completed order alone", timeline="2023-03-06  medication  alemtuzumab-lemtrada status=completed",
            warning="LEMTRADA exposure on record without infusion dates: confirm dates"),
    Example("an administration without any date", timeline="-  dose  alemtuzumab-lemtrada 12 mg",
            warning="LEMTRADA exposure on record without infusion dates: confirm dates"),
    Example("a statement without a date", timeline="-  statement  alemtuzumab-lemtrada status=completed",
            warning="LEMTRADA exposure on record without infusion dates: confirm dates"),
    Example("a statement in words, with a date", timeline="2021-05-01  statement  - text=Lemtrada_x2_abroad_2021 status=completed",
            silent="reported doses, last on 2021-05-01"),
    Example("a confirmed dose beside the order", timeline="""
            2023-03-01  medication  alemtuzumab-lemtrada status=completed
            2023-03-06  dose        alemtuzumab-lemtrada 12 mg""", silent="confirmed doses, last on 2023-03-06"),
    Example("a statement of a drug not taken", timeline="2023-03-06  statement  alemtuzumab-lemtrada status=not-taken", silent=True),
    Example("an active order whose start lies ahead is a plan",
            timeline="2024-02-10  medication  alemtuzumab-lemtrada start=2024-03-01", silent=True),
    Example("administrations could not be read", timeline="2023-03-06  medication  alemtuzumab-lemtrada status=completed",
            failed=("medicationAdministrations",), warning="LEMTRADA exposure on record without infusion dates: confirm dates"),
)

RULE = Rule(
    id="exposure-unconfirmed",
    title="Exposure without infusion dates",
    hooks=EVERY_HOOK,
    gate=RECORD,
    band="record",
    source=Citation(us="boxed warning", evidence="implementation choice", protocol="B.1, B.5, C.6; rulings 9 and 30"),
    to_find=(c.ALEMTUZUMAB,),
    evaluate=evaluate,
    examples=EXAMPLES,
)
