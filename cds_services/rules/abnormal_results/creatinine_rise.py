"""
Creatinine risen after alemtuzumab.

Why it matters: anti-GBM disease and other glomerular nephropathies come up to 40 months after the last dose; found early they
can be treated, found late they cost the kidney.
Speaks when the newest creatinine stands 30 percent or 0.3 mg/dL above the patient's own baseline; without a baseline, above the
laboratory's limit. It never stops speaking with time since the dose.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.renal import Rise, creatinine_rise
from cds_services.record import Event, Result
from cds_services.results import plain, told, value
from cds_services.rule import (
    CRITICAL,
    EVERY_HOOK,
    EXPOSED,
    Case,
    Citation,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.abnormal_results.creatinine_rise_examples import EXAMPLES


def evaluate(case: Case) -> Outcome:
    rise = creatinine_rise(case)
    if rise is None:
        return Silent(lambda: _not_risen(case.record.latest(c.CREATININE)))
    urgent = rise.indicator == CRITICAL
    return Finding(
        indicator=rise.indicator, summary=_summary(rise), evidence=evidence_of(rise.result, *_formed_from(rise), *rise.urine),
        found=_found(rise), meaning=_meaning(rise), advice=_advice(case, rise), short=f"creatinine {value(rise.result)} mg/dL",
        suggestions=(OrderTest(c.CREATININE, urgent=urgent), OrderTest(c.URINALYSIS_PANEL, urgent=urgent), OrderTest(c.UPCR, urgent=urgent),
                     OrderTest(c.NEPHROLOGY_REFERRAL, urgent=urgent)))


def _not_risen(newest: Result | None) -> str:
    return f"{value(newest)} mg/dL on {newest.when} has not risen from its baseline" if newest else "no readable creatinine"


def _summary(rise: Rise) -> str:
    change = f"+{rise.percent}% from baseline" if rise.baseline else "no baseline"
    return f"Creatinine {value(rise.result)} mg/dL, {change}, after LEMTRADA: check for nephropathy"


def _formed_from(rise: Rise) -> tuple:
    return rise.baseline.results if rise.baseline else ()


def _found(rise: Rise) -> tuple[str, ...]:
    limit = f"the laboratory's limit is {plain(rise.result.high)} mg/dL" if rise.result.high is not None else ""
    own = rise.baseline.told if rise.baseline else f"No baseline found in the records available to this service; {limit}"
    return (told(rise.result), own, *(_line(one) for one in rise.urine))


def _line(one: Event) -> str:
    return told(one) if isinstance(one, Result) else f"{one.name}: on record {one.when}"


def _meaning(rise: Rise) -> str:
    parts = ["Glomerular nephropathy, anti-GBM disease among it, is described after alemtuzumab."]
    if rise.urine:
        parts.append("With blood or protein in the urine a raised creatinine needs immediate evaluation.")
    if rise.result.comparator:
        parts.append(f"The value was sent with a comparator ({rise.result.comparator}): the true value is not known.")
    return " ".join(parts)


def _advice(case: Case, rise: Rise) -> tuple[str, ...]:
    lines = []
    if not case.viewing:
        lines.append("Do not start the infusion before the rise is explained.")
    if rise.indicator == CRITICAL:
        lines.append("Evaluate today: repeat creatinine, urine with microscopy and protein:creatinine ratio, and call nephrology.")
    else:
        lines.append("Repeat creatinine with urine microscopy and protein:creatinine ratio; refer to nephrology if it is confirmed.")
    lines.append("With hematuria, coughing up blood or breathlessness: immediate evaluation for anti-GBM disease.")
    return tuple(lines)


RULE = Rule(
    id="creatinine-rise",
    title="Creatinine risen",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="renal-pulmonary",
    source=Citation(us="5.7", evidence="not re-read (30 percent); implementation choice after KDIGO", protocol="C.4 creatinine-rise"),
    to_find=(c.CREATININE,),
    to_soften=(c.URINE_RBC, c.URINE_BLOOD_STRIP, c.URINE_PROTEIN_STRIP, c.UPCR, c.UACR, c.PROTEINURIA, c.URINALYSIS_PANEL, c.ORDERS),
    card="renal",
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
