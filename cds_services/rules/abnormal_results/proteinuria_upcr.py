"""
Protein in the urine after alemtuzumab.

Why it matters: glomerular nephropathy, anti-GBM disease among it, shows as protein in the urine before the kidney fails.
Speaks when the newest protein:creatinine ratio is above the limit, or when a strip or an albumin:creatinine ratio asks for one
and none has been done since.
"""

from __future__ import annotations

from msgspec.structs import replace

from cds_services import concepts as c
from cds_services.clinical.pregnancies import pregnancy_of
from cds_services.clinical.renal import (
    RATIO_CRITICAL,
    albumin_ratio,
    doubled_with_blood,
    hematuria,
    protein_on_strip,
    protein_ratio,
    ratio_before,
)
from cds_services.record import Result
from cds_services.results import above, told, value
from cds_services.rule import (
    CRITICAL,
    EVERY_HOOK,
    EXPOSED,
    WARNING,
    Case,
    Citation,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
    one_step_lower,
)
from cds_services.rules.abnormal_results.proteinuria_upcr_examples import EXAMPLES

MEANING = "Protein in the urine can be the first sign of glomerular nephropathy after alemtuzumab."


def evaluate(case: Case) -> Outcome:
    ratio, strip, albumin = protein_ratio(case), protein_on_strip(case), albumin_ratio(case)
    if ratio is not None:
        finding = _high(case, *ratio)
    elif strip is not None:
        finding = _needed(case, strip, f"Protein on the urine strip ({strip.when}) after LEMTRADA: UPCR needed")
    elif albumin is not None:
        finding = _needed(case, albumin, f"Urine albumin:creatinine {value(albumin)} mg/g ({albumin.when}) after LEMTRADA: UPCR needed")
    else:
        return Silent("no protein in the urine that calls for action")
    return _in_pregnancy(case, finding)


def _high(case: Case, result: Result, indicator: str) -> Finding:
    previous, blood = ratio_before(case, result), hematuria(case)
    urgent = indicator == CRITICAL
    lines = [told(result)]
    if previous:
        lines.append(f"Before: {told(previous)}")
    if blood:
        lines.append(f"Hematuria: {told(blood)}")
    return Finding(
        indicator=indicator, summary=f"Urine protein:creatinine {value(result)} mg/g ({result.when}) after LEMTRADA",
        evidence=evidence_of(result, previous, blood), found=tuple(lines), meaning=_meaning(case, result),
        advice=(("Evaluate at once with nephrology: creatinine, urine microscopy." if urgent else
                 "Evaluate: creatinine, urine microscopy, repeat the ratio; refer to nephrology."),
                "With rising creatinine, coughing up blood or breathlessness: immediate evaluation for anti-GBM disease."),
        suggestions=(OrderTest(c.CREATININE, urgent=urgent), OrderTest(c.URINALYSIS_PANEL, urgent=urgent), OrderTest(c.UPCR, urgent=urgent),
                     OrderTest(c.NEPHROLOGY_REFERRAL, urgent=urgent)),
        short=f"protein:creatinine {value(result)} mg/g")


def _meaning(case: Case, result: Result) -> str:
    parts = [MEANING]
    if not above(result, RATIO_CRITICAL) and doubled_with_blood(case, result):
        parts.append("The ratio has at least doubled, and there is blood in the urine.")
    if result.comparator:
        parts.append(f"The value was sent with a comparator ({result.comparator}): the true value is not known.")
    return " ".join(parts)


def _needed(case: Case, result: Result, summary: str) -> Finding:
    """A test that asks for the ratio: a warning, one step lower where the ratio is already ordered (C.0)."""
    placed = case.placed(c.UPCR)
    lines = [told(result)]
    if not result.of(c.URINE_PROTEIN_STRIP):
        lines.append("An albumin:creatinine ratio is no protein:creatinine ratio.")
    if placed is not None:
        lines.append(f"Ordered, not resulted: {placed.name or c.UPCR.title} ({placed.authored or 'no date'})")
    return Finding(
        indicator=one_step_lower(WARNING) if placed else WARNING, summary=summary, evidence=evidence_of(result, placed), found=tuple(lines),
        meaning=MEANING, advice=("UPCR needed: order a urine protein:creatinine ratio; no final one since was found.",),
        suggestions=(OrderTest(c.UPCR),), short="UPCR needed")


def _in_pregnancy(case: Case, finding: Finding) -> Finding:
    if pregnancy_of(case) is None:
        return finding
    return replace(finding, advice=(*finding.advice, "Pregnancy is on record: think of pre-eclampsia, and of the urinary tract."))


RULE = Rule(
    id="proteinuria-upcr",
    title="Protein in the urine",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="renal-pulmonary",
    source=Citation(us="5.7", evidence="not re-read (strip); limits implementation choice", protocol="C.4 proteinuria-upcr"),
    to_find=(c.UPCR, c.URINE_PROTEIN_STRIP, c.UACR),
    to_soften=(c.URINE_RBC, c.URINE_BLOOD_STRIP, c.PREGNANCY, c.PREGNANCY_STATUS, c.PREGNANCY_TEST, c.PREGNANCY_ENDED, c.CREATININE,
               c.URINALYSIS_PANEL, c.ORDERS),
    card="renal",
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
