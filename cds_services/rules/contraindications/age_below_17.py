"""
Younger than 17 years.

Why it matters: LEMTRADA was not studied in children; its risks there are not known.
Speaks while LEMTRADA is ordered for a person under 17; it asks where the birth date is not on record.
"""

from __future__ import annotations

from cds_services.dates import months_between
from cds_services.rule import INFO, ORDER_HOOKS, ORDER_SIGN, PLANNED, WARNING, Case, Citation, Example, Finding, Outcome, Rule, Silent

YOUNGEST = 17  # years, below it LEMTRADA is not recommended: US PI 8.4; protocol C.1 age-below-17


def evaluate(case: Case) -> Outcome:
    born = case.record.patient.born
    if born is None:
        return Finding(
            indicator=INFO, summary=f"Birth date not on record: LEMTRADA is not recommended under {YOUNGEST} years",
            found=("Birth date: none on record",), advice=("Ask for the patient's age.",))
    age = months_between(born.last, case.today) // 12
    if age >= YOUNGEST:
        return Silent(f"{age} years old", settled=True)
    return Finding(
        indicator=WARNING, summary=f"Patient is {age}: LEMTRADA is not recommended under {YOUNGEST} years",
        evidence=(f"Patient/{case.record.patient.id}",), found=(f"Born {born}",),
        meaning=f"Safety and effect under {YOUNGEST} years are not established.",
        advice=("Confirm the age and the indication with a specialist in pediatric multiple sclerosis.",))


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
TOO_YOUNG = "Patient is 16: LEMTRADA is not recommended under 17 years"


def _born(name: str, day: str, *, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=f"{DRAFT}-  patient born={day}", **expected)


EXAMPLES = (
    _born("16 years (E87)", "2007-06-01", warning=TOO_YOUNG),
    _born("the day before the 17th birthday", "2007-02-13", warning=TOO_YOUNG),
    _born("the 17th birthday", "2007-02-12", silent="17 years old"),
    _born("9 years", "2014-06-01", warning="Patient is 9: LEMTRADA is not recommended under 17 years"),
    _born("born in a month: the youngest age counts", "2007-02", warning=TOO_YOUNG),
    _born("born in a year: the youngest age counts", "2007", warning=TOO_YOUNG),
    _born("born on a leap day, the day before", "2008-02-29", warning="Patient is 15: LEMTRADA is not recommended under 17 years"),
    _born("while the order is selected", "2007-06-01", hook="order-select", warning=TOO_YOUNG),
    _born("38 years", "1985-03-14", silent=True),
    _born("birth date not on record", "none", info="Birth date not on record: LEMTRADA is not recommended under 17 years"),
    _born("Europe: the same", "2007-06-01", jurisdiction="EU", warning=TOO_YOUNG),
    Example("conditions could not be read: the age stands", hook="order-sign", timeline=f"{DRAFT}-  patient born=2008-02-12",
            failed=("conditions",), warning="Patient is 16: LEMTRADA is not recommended under 17 years"),
    Example("on the chart it does not speak", hook="patient-view",
            timeline="2024-02-10  medication  alemtuzumab 12 mg\n-  patient born=2007-06-01", silent=True),
)

RULE = Rule(
    id="age-below-17",
    title="Younger than 17 years",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="contraindication",
    source=Citation(us="8.4", eu="4.2", evidence="label, section not re-read", protocol="C.1 age-below-17"),
    uses=("date of birth",),
    evaluate=evaluate,
    examples=EXAMPLES,
)
