"""
Hemoglobin low, or fallen from the patient's own level, after alemtuzumab.

Why it matters: autoimmune hemolytic anemia, fatal in some, and pancytopenia are described; with low platelets it may be
thrombotic thrombocytopenic purpura.
Speaks when the newest hemoglobin is below 8 g/dL or 2 g/dL or more below the baseline; critical when another cell line is low too.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.baseline import Baseline
from cds_services.clinical.cell_lines import HEMOGLOBIN_LINE_BELOW, hemoglobin_baseline, low_hemoglobin, low_line, purpura_signs
from cds_services.events import Result
from cds_services.results import judge_newest, lower, straddles, told, value
from cds_services.rule import (
    CRITICAL,
    EXPOSED,
    PATIENT_VIEW,
    WARNING,
    Case,
    Citation,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.rules.abnormal_results.hemoglobin_low_examples import EXAMPLES


def evaluate(case: Case) -> Outcome:
    normal = hemoglobin_baseline(case)
    others = tuple(one for concept in (c.NEUTROPHILS, c.PLATELETS) if (one := low_line(case, concept)))
    found = judge_newest(case, c.HEMOGLOBIN, lambda one: _indicator(one, normal, others), lower)
    if found is None:
        return Silent("no readable hemoglobin in the last 90 days")
    result, indicator = found
    if indicator is None:
        return Silent(lambda: f"{value(result)} g/dL on {result.when} is not low and has not fallen by 2")
    signs = purpura_signs(case) if any(one.of(c.PLATELETS) for one in others) else ()
    formed_from = normal.results if normal else ()
    return Finding(
        indicator=indicator, summary=f"Hemoglobin {value(result)} g/dL ({result.when}): check for hemolysis or pancytopenia",
        evidence=evidence_of(result, *others, *signs, *formed_from), found=_found(result, normal, others, signs),
        meaning=_meaning(result, others, signs), advice=_advice(indicator), short=f"hemoglobin {value(result)}",
        suggestions=(OrderTest(c.CBC_PANEL, urgent=indicator == CRITICAL), OrderTest(c.LDH), OrderTest(c.BILIRUBIN),
                     OrderTest(c.HEMATOLOGY_REFERRAL, urgent=indicator == CRITICAL)))


def _indicator(one: Result, normal: Baseline | None, others: tuple[Result, ...]) -> str | None:
    if low_hemoglobin(one, normal):
        return CRITICAL if others else WARNING
    return WARNING if straddles(one, HEMOGLOBIN_LINE_BELOW) else None


def _found(result: Result, normal: Baseline | None, others: tuple[Result, ...], signs: tuple[Result, ...]) -> tuple[str, ...]:
    own = normal.told if normal else "No baseline found in the records available to this service"
    return (told(result), own, *(told(one) for one in (*others, *signs)))


def _meaning(result: Result, others: tuple[Result, ...], signs: tuple[Result, ...]) -> str:
    parts = ["Autoimmune hemolytic anemia and pancytopenia are described after alemtuzumab."]
    if others:
        parts.append("Two or more cell lines are low: think of pancytopenia, TTP and hemophagocytic lymphohistiocytosis (HLH).")
    if signs:
        parts.append("Low platelets with hemolysis or a risen creatinine: thrombotic thrombocytopenic purpura (TTP) is an emergency.")
    if result.comparator:
        parts.append(f"The value was sent with a comparator ({result.comparator}): the true value is not known.")
    return " ".join(parts)


def _advice(indicator: str) -> tuple[str, ...]:
    work_up = "Hemolysis work-up: LDH, bilirubin, reticulocytes, haptoglobin, direct antiglobulin test, blood film."
    if indicator == CRITICAL:
        return ("Same-day hematology; look for schistocytes on the film before any platelet transfusion.", work_up)
    return ("Repeat the blood count and look for bleeding.", work_up)


RULE = Rule(
    id="hemoglobin-low",
    title="Hemoglobin low",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="5.9, 5.13", evidence="label; limits implementation choice", protocol="C.4 hemoglobin-low, rulings 6, 29"),
    to_find=(c.HEMOGLOBIN,),
    to_soften=(c.NEUTROPHILS, c.PLATELETS, c.LDH, c.BILIRUBIN, c.CREATININE, c.CBC_PANEL, c.ORDERS),
    card="cytopenia",
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
