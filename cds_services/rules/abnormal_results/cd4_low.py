"""
CD4+ count low after alemtuzumab.

Why it matters: below 200 cells a microliter herpes prophylaxis must go on, and no live vaccine may be given.
Speaks, as a line of the prophylaxis card, while the newest count is below 200. A percentage is never read as a count.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.prophylaxis import CD4_ENOUGH
from cds_services.events import Result
from cds_services.results import below, judge_newest, lower, straddles, told, value
from cds_services.rule import EXPOSED, INFO, PATIENT_VIEW, Case, Citation, Example, Finding, Outcome, Rule, Silent, evidence_of


def evaluate(case: Case) -> Outcome:
    found = judge_newest(case, c.CD4, _indicator, lower)
    if found is None:
        return Silent("no readable count in the last 90 days")
    result, indicator = found
    if indicator is None:
        return Silent(lambda: f"{value(result)}/uL on {result.when} is not low")
    meaning = "Below 200/µL opportunistic infections are more likely; the count rises again over months."
    if result.comparator:
        meaning += f" The value was sent with a comparator ({result.comparator}): the true count is not known."
    return Finding(
        indicator=INFO, summary=f"CD4+ {value(result)}/uL ({result.when}): keep herpes prophylaxis, no live vaccines",
        evidence=evidence_of(result), found=(told(result),), meaning=meaning,
        advice=("Go on with herpes prophylaxis, give no live vaccine, repeat the count monthly until it is 200/µL or more.",),
        short=f"CD4+ {value(result)}/uL")


def _indicator(one: Result) -> str | None:
    return INFO if below(one, CD4_ENOUGH) or straddles(one, CD4_ENOUGH) else None


DOSES = "2023-11-06  dose  alemtuzumab-lemtrada 12 mg\n"


def _count(number, name: str, unit: str = "/uL", **expected) -> Example:
    return Example(name, timeline=f"{DOSES}2024-02-10  lab  cd4-count {number} {unit}", **expected)


def _says(number) -> str:
    return f"CD4+ {number}/uL (2024-02-10): keep herpes prophylaxis, no live vaccines"


EXAMPLES = (
    _count(199, "one below 200", info=_says(199)),
    _count(200, "exactly 200 is silent", silent="200/uL on 2024-02-10 is not low"),
    _count("<10", "below 10 by comparator", info=_says("<10")),
    _count("<250", "below 250 by comparator leaves it open", info=_says("<250"), says=("comparator",)),
    _count(">500", "above 500 by comparator", silent=True),
    _count("0.19", "0.19 in 10*9/L is 190", unit="10*9/L", info=_says(190)),
    _count("0.21", "0.21 in 10*9/L is 210 (E68)", unit="10*9/L", silent=True),
    _count(18, "a percentage is no count (E68)", unit="%", silent="no readable count in the last 90 days"),
    Example("the percentage's own code is no count", timeline=f"{DOSES}2024-02-10  lab  cd4-percent-do-not-use-as-count 18 %", silent=True),
    Example("a newer count clears it", timeline=f"""{DOSES}
            2024-01-10  lab  cd4-count 90 /uL
            2024-02-10  lab  cd4-count 240 /uL""", silent=True),
    Example("two counts of one day: the lower decides", timeline=f"""{DOSES}
            2024-02-10  lab  cd4-count 240 /uL
            2024-02-10  lab  cd4-count 190 /uL""", info=_says(190)),
    Example("preliminary waits for the final count", timeline=f"{DOSES}2024-02-10  lab  cd4-count 90 /uL status=preliminary", silent=True),
    Example("entered in error", timeline=f"{DOSES}2024-02-10  lab  cd4-count 90 /uL status=entered-in-error", silent=True),
    Example("91 days old", as_of="2024-05-11", timeline=f"{DOSES}2024-02-10  lab  cd4-count 90 /uL", silent=True),
    Example("before the first dose it is baseline", timeline="""
            2024-02-11  dose  alemtuzumab-lemtrada 12 mg
            2024-02-10  lab   cd4-count 180 /uL""", silent=True),
    Example("laboratory could not be read", timeline=DOSES, failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="cd4-low",
    title="CD4+ count low",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="prophylaxis",
    source=Citation(us="2, Infections", evidence="label", protocol="C.4 cd4-low"),
    to_find=(c.CD4,),
    card="prophylaxis",
    highest=INFO,
    evaluate=evaluate,
    examples=EXAMPLES,
)
