"""
Lymphocytes low after alemtuzumab.

Why it matters: lymphopenia is the drug's effect and no reason to interrupt; very low for long, or with new neurological
signs, it asks for vigilance for PML and other opportunistic infections.
Speaks while the newest count is under the limits below.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.onset import new_conditions, new_symptoms
from cds_services.clinical.onset import told as told_condition
from cds_services.dates import add_months
from cds_services.events import Condition, Result
from cds_services.record import total_order
from cds_services.results import below, judge_newest, lower, straddles, told, value
from cds_services.rule import (
    EXPOSED,
    INFO,
    PATIENT_VIEW,
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

INFO_BELOW = Decimal("0.5")  # 10*9/L, told in the prophylaxis card [impl]: protocol C.4
VERY_LOW_BELOW = Decimal("0.2")  # 10*9/L, a warning where it lasts [impl]: protocol C.4
VERY_LOW_MONTHS = 6  # calendar months, more than these [impl]: protocol C.4


def evaluate(case: Case) -> Outcome:
    found = judge_newest(case, c.LYMPHOCYTES, _indicator, lower)
    if found is None:
        return Silent("no readable count in the last 90 days")
    result, indicator = found
    if indicator is None:
        return Silent(lambda: f"{value(result)} on {result.when} is not low")
    run = _very_low_run(case, result)
    lasting = bool(run) and case.today > add_months(run[0].when.first, VERY_LOW_MONTHS)
    signs = (*new_symptoms(case, c.NEUROLOGICAL_SYMPTOM, c.FOCAL_DEFICIT), *new_conditions(case, c.PML, c.ENCEPHALITIS, undated=False))
    return Finding(
        indicator=WARNING if lasting or signs else INFO, evidence=evidence_of(result, *(run[:1] if lasting else ()), *signs),
        summary=f"Lymphocytes {value(result)} ×10⁹/L: expected after LEMTRADA, infection vigilance",
        found=_found(result, run[0].when.first if lasting else None, signs), meaning=_meaning(result, lasting, signs),
        advice=_advice(lasting, signs), short=f"lymphocytes {value(result)}",
        suggestions=(*((OrderTest(c.NEUROLOGY_REFERRAL),) if signs else ()),
                     *((OrderTest(c.INFECTIOUS_DISEASE_REFERRAL),) if lasting else ())))


def _indicator(one: Result) -> str | None:
    if not one.comparator and one.number >= INFO_BELOW:  # as most are
        return None
    return INFO if below(one, INFO_BELOW) or straddles(one, INFO_BELOW) else None


def _very_low_run(case: Case, current: Result) -> tuple[Result, ...]:
    """The unbroken run of counts below 0.2 that ends with the current one, oldest first; none from before the first dose."""
    first_dose = case.exposure.first_dose
    counts = [one for one in case.record.labs(c.LYMPHOCYTES)
              if not one.pending and one.when.last <= current.when.last and (first_dose is None or one.when.last >= first_dose)]
    run: list[Result] = []
    for one in sorted(counts, key=total_order, reverse=True):
        if not below(one, VERY_LOW_BELOW):
            break
        run.insert(0, one)
    return tuple(run)


def _found(result: Result, since: date | None, signs: tuple[Condition, ...]) -> tuple[str, ...]:
    lines = (f"Below {VERY_LOW_BELOW} without interruption since {since}",) if since else ()
    return (told(result), *lines, *(told_condition(one) for one in signs))


def _meaning(result: Result, lasting: bool, signs: tuple[Condition, ...]) -> str:
    parts = ["Lymphopenia is the expected effect of alemtuzumab and no reason to interrupt."]
    if lasting or signs:
        parts.append("Lasting, or with a new neurological sign: PML/opportunistic infection vigilance.")
    if result.comparator:
        parts.append(f"The value was sent with a comparator ({result.comparator}): the true count is not known.")
    return " ".join(parts)


def _advice(lasting: bool, signs: tuple[Condition, ...]) -> tuple[str, ...]:
    lines = ["Keep herpes prophylaxis as long as it is needed; fever and infection deserve a low threshold."]
    if signs:
        lines.append("Examine the new neurological sign now: relapse, or PML and other opportunistic infection.")
    if lasting:
        lines.append("Look for opportunistic infection; discuss with infectious diseases.")
    return tuple(lines)


DOSES = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"


def _count(number, name: str, facts: str = "", **expected) -> Example:
    return Example(name, timeline=f"{DOSES}2024-02-10  lab  lymphocytes {number} 10*9/L\n{facts}", **expected)


def _says(number) -> str:
    return f"Lymphocytes {number} ×10⁹/L: expected after LEMTRADA, infection vigilance"


EXAMPLES = (
    _count("0.49", "just below 0.5", info=_says("0.49"), says=("expected effect",)),
    _count("0.5", "exactly 0.5 is silent", silent="0.5 on 2024-02-10 is not low"),
    _count("0.19", "below 0.2 since a day more than six months", "2023-08-11  lab  lymphocytes 0.15 10*9/L", warning=_says("0.19"),
           says=("PML", "since 2023-08-11")),
    _count("0.19", "below 0.2 for six months to the day", "2023-08-12  lab  lymphocytes 0.15 10*9/L", info=_says("0.19")),
    _count("0.2", "exactly 0.2 now", "2023-08-01  lab  lymphocytes 0.15 10*9/L", info=_says("0.2")),
    _count("0.19", "risen to 0.2 in between", """
           2023-08-01  lab  lymphocytes 0.15 10*9/L
           2023-11-01  lab  lymphocytes 0.2 10*9/L""", info=_says("0.19")),
    _count("0.19", "very low before the first dose is not counted", "2023-03-01  lab  lymphocytes 0.15 10*9/L", info=_says("0.19")),
    _count("0.4", "with a new neurological sign", "2024-02-01  condition  neurological-new-symptom", warning=_says("0.4"),
           says=("Examine the new neurological sign",)),
    _count("0.4", "with a new hemiparesis", "2024-02-01  condition  focal-neurological-deficit", warning=_says("0.4")),
    _count("0.4", "a neurological sign from before the first dose", "2023-03-05  condition  neurological-new-symptom", info=_says("0.4")),
    _count("0.4", "a neurological sign that is resolved", "2024-02-01  condition  neurological-new-symptom clinical=resolved",
           info=_says("0.4")),
    _count("0.4", "a neurological sign that was refuted", "2024-02-01  condition  neurological-new-symptom verification=refuted",
           info=_says("0.4")),
    _count("0.4", "with PML on record", "2024-02-01  condition  pml", warning=_says("0.4"),
           says=("PML/opportunistic infection vigilance",)),
    _count("0.9", "a neurological sign with a normal count", "2024-02-01  condition  neurological-new-symptom", silent=True),
    _count("<0.5", "below 0.5 by comparator", info=_says("<0.5")),
    _count("<1", "below 1 by comparator leaves it open", info=_says("<1"), says=("comparator",)),
    _count(">0.6", "above 0.6 by comparator", silent=True),
    Example("400 per microliter are 0.4", timeline=f"{DOSES}2024-02-10  lab  lymphocytes 400 /uL", info=_says("0.4")),
    Example("91 days old", as_of="2024-05-11", timeline=f"{DOSES}2024-02-10  lab  lymphocytes 0.4 10*9/L", silent=True),
    Example("entered in error", timeline=f"{DOSES}2024-02-10  lab  lymphocytes 0.4 10*9/L status=entered-in-error", silent=True),
    Example("before the first dose it is baseline", timeline="""
            2024-02-11  dose  alemtuzumab-lemtrada 12 mg
            2024-02-10  lab   lymphocytes 0.4 10*9/L""", silent=True),
    Example("conditions could not be read: the count still speaks", timeline=f"{DOSES}2024-02-10  lab  lymphocytes 0.4 10*9/L",
            failed=("conditions",), info=_says("0.4")),
    Example("laboratory could not be read", timeline=DOSES, failed=("laboratory",), not_assessed=True),
)

RULE = Rule(
    id="lymphocyte-low",
    title="Lymphocytes low",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="prophylaxis",
    source=Citation(us="Infections", evidence="implementation choice", protocol="C.4 lymphocyte-low, ruling 21"),
    to_find=(c.LYMPHOCYTES,),
    to_soften=(c.NEUROLOGICAL_SYMPTOM, c.FOCAL_DEFICIT, c.PML, c.ENCEPHALITIS),
    card="prophylaxis",
    highest=WARNING,
    evaluate=evaluate,
    examples=EXAMPLES,
)
