"""
48 months of monitoring reached.

Why it matters: the label asks for tests until 48 months after the last dose, longer where it is clinically indicated;
immune thrombocytopenia and thyroid disease have appeared later.
Speaks in the first month after the end of the window. Abnormal results are judged for ever.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.dates import add_months
from cds_services.rule import EXPOSED, INFO, PATIENT_VIEW, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of

SHOWN_MONTHS = 1  # calendar months after the end of the window [impl]: protocol B.4, ruling 13


def evaluate(case: Case) -> Outcome:
    end = case.exposure.window_end
    if end is None or not case.exposure.watched:
        return Silent("the last dose is not known", settled=True)
    if case.today <= end:
        return Silent(lambda: f"monitoring runs until {end}", settled=True)
    if case.today > add_months(end, SHOWN_MONTHS):
        return Silent(f"monitoring ended {end}, more than a month ago", settled=True)
    return Finding(
        indicator=INFO, summary=f"48-month LEMTRADA monitoring ended {end}; longer if clinically indicated",
        evidence=evidence_of(case.exposure.latest_dose.event), found=(f"Last dose {case.exposure.last_dose}, 48 months until {end}",),
        meaning="Immune thrombocytopenia and thyroid disease have appeared after 48 months. Overdue tests are no longer counted.",
        advice=("Decide with the patient whether tests go on, and who looks at symptoms.",))


EXAMPLES = (
    Example("the day after 48 months", as_of="2027-03-07", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg",
            info="48-month LEMTRADA monitoring ended 2027-03-06; longer if clinically indicated"),
    Example("the last day of 48 months (E15)", as_of="2027-03-06", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg",
            silent="monitoring runs until 2027-03-06"),
    Example("a month after the end, the day itself", as_of="2027-04-06", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg",
            info="48-month LEMTRADA monitoring ended 2027-03-06; longer if clinically indicated"),
    Example("more than a month after the end", as_of="2027-04-07", timeline="2023-03-06  dose  alemtuzumab-lemtrada 12 mg", silent=True),
    Example("last dose on 29 February (E14)", as_of="2028-03-01", timeline="2024-02-29  dose  alemtuzumab-lemtrada 12 mg",
            info="48-month LEMTRADA monitoring ended 2028-02-29; longer if clinically indicated"),
    Example("infusions could not be read: a later one may have moved the end", as_of="2027-03-07", failed=("medicationAdministrations",),
            timeline="2023-03-06  statement  alemtuzumab-lemtrada status=completed", not_assessed=True),
    Example("last dose known to the month: its last day counts (E17)", as_of="2026-03-31",
            timeline="2022-03  dose  alemtuzumab-lemtrada 12 mg", silent="monitoring runs until 2026-03-31"),
    Example("last dose known to the year: its last day counts (E18)", as_of="2026-12-31",
            timeline="2022  dose  alemtuzumab-lemtrada 12 mg", silent="monitoring runs until 2026-12-31"),
    Example("a stopped infusion moves the end (E12)", as_of="2027-03-07", timeline="""
            2023-03-06  dose  alemtuzumab-lemtrada 12 mg
            2023-09-01  dose  alemtuzumab-lemtrada 2 mg status=stopped""", silent="monitoring runs until 2027-09-01"),
    Example("an infusion entered in error does not (E13)", as_of="2027-03-07", timeline="""
            2023-03-06  dose  alemtuzumab-lemtrada 12 mg
            2023-09-01  dose  alemtuzumab-lemtrada 12 mg status=entered-in-error""",
            info="48-month LEMTRADA monitoring ended 2027-03-06; longer if clinically indicated"),
)

RULE = Rule(
    id="surveillance-complete",
    title="48 months of monitoring reached",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="record",
    source=Citation(us="boxed warning, 5.1, 5.6, 5.8", evidence="label; display period implementation choice", protocol="B.4, C.6"),
    to_miss=(c.INFUSIONS,),
    to_soften=(c.ALEMTUZUMAB,),
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
