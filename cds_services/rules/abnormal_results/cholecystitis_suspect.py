"""
Possible acalculous cholecystitis after alemtuzumab.

Why it matters: acute cholecystitis without stones is described from within a day to two months after an infusion, and is easily
overlooked where no stones are seen.
Speaks when cholecystitis began on the day of an infusion or within two months after one, and is not over.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical import onset
from cds_services.clinical.diagnoses import over
from cds_services.dates import add_months
from cds_services.exposure import Dose
from cds_services.record import Condition
from cds_services.rule import EXPOSED, PATIENT_VIEW, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of

WINDOW_MONTHS = 2  # calendar months after an infusion in which it begins, the last day included: protocol C.4, label wording


def evaluate(case: Case) -> Outcome:
    found = [one for one in case.record.conditions(c.CHOLECYSTITIS) if not over(one, case) and _in_time(case, one)]
    if not found:
        return Silent("no cholecystitis within two months after an infusion")
    return Finding(
        indicator=WARNING, summary="Possible acalculous cholecystitis after LEMTRADA", evidence=evidence_of(*found),
        found=tuple(onset.told(one) for one in found),
        meaning="Acute acalculous cholecystitis is described from less than 24 hours to 2 months after an infusion.",
        advice=("Evaluate and treat promptly: abdominal imaging, liver tests, surgical opinion; it can be serious without stones.",),
        short="cholecystitis")


def _in_time(case: Case, one: Condition) -> bool:
    """True where it may have begun from the day of an infusion to two months after it; no date of either may be so too (B.5)."""
    dated = [dose for dose in case.exposure.doses if dose.start is not None]
    return one.when is None or not dated or any(_after(one, dose) for dose in dated)


def _after(one: Condition, dose: Dose) -> bool:
    latest = max(dose.start.last, dose.end.last) if dose.end else dose.start.last
    return one.when.last >= dose.start.first and one.when.first <= add_months(latest, WINDOW_MONTHS)


DOSES = "2023-12-04  dose  alemtuzumab 12 mg\n2023-12-08  dose  alemtuzumab 12 mg\n"
SPOKEN = "Possible acalculous cholecystitis after LEMTRADA"

EXAMPLES = (
    Example("three weeks after the course", timeline=f"{DOSES}2023-12-29  condition  cholecystitis", warning=SPOKEN),
    Example("on the day of an infusion", timeline=f"{DOSES}2023-12-04  condition  cholecystitis", warning=SPOKEN),
    Example("the day before the first infusion", timeline=f"{DOSES}2023-12-03  condition  cholecystitis",
            silent="no cholecystitis within two months after an infusion"),
    Example("two months after the last infusion, to the day", timeline=f"{DOSES}2024-02-08  condition  cholecystitis", warning=SPOKEN),
    Example("two months and a day after the last infusion", timeline=f"{DOSES}2024-02-09  condition  cholecystitis", silent=True),
    Example("in the month in which the two months end, day not known", timeline=f"{DOSES}2024-02  condition  cholecystitis",
            warning=SPOKEN),
    Example("after the first course, while a second was given since", timeline=f"""2022-10-03  dose  alemtuzumab 12 mg
            {DOSES}2022-11-20  condition  cholecystitis""", warning=SPOKEN),
    Example("coded K81.0", warning=SPOKEN,
            timeline=f"{DOSES}2023-12-29  condition  cholecystitis code=K81.0 system=http://hl7.org/fhir/sid/icd-10-cm"),
    Example("resolved", timeline=f"{DOSES}2023-12-29  condition  cholecystitis clinical=resolved", silent=True),
    Example("refuted", timeline=f"{DOSES}2023-12-29  condition  cholecystitis verification=refuted", silent=True),
    Example("without a date it may be so", timeline=f"{DOSES}-  condition  cholecystitis", warning=SPOKEN),
    Example("conditions could not be read", timeline=DOSES, failed=("conditions",), not_assessed=True),
)

RULE = Rule(
    id="cholecystitis-suspect",
    title="Possible acalculous cholecystitis",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="Warnings, Acute Acalculous Cholecystitis", evidence="label", protocol="C.4 cholecystitis-suspect"),
    to_find=(c.CHOLECYSTITIS,),
    evaluate=evaluate,
    examples=EXAMPLES,
)
