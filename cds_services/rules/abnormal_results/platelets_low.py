"""
Platelets low after alemtuzumab.

Why it matters: immune thrombocytopenia can appear months to years after a course, and it was fatal before monthly counts.
Speaks when the newest count is under the limits below, or has halved. It never stops speaking with time since the dose.
"""

from __future__ import annotations

from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.cell_lines import PLATELETS_BELOW, purpura_signs
from cds_services.events import Result
from cds_services.results import before, below, judge_newest, lower, straddles, told, value
from cds_services.rule import (
    CRITICAL,
    EVERY_HOOK,
    PLANNED_OR_EXPOSED,
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
from cds_services.rules.abnormal_results.platelets_low_examples import EXAMPLES

EMERGENCY_BELOW = Decimal(30)  # 10*9/L, bleeding risk, same-day haematology [impl, ITP convention]: protocol C.4
HIGH_RISK_BELOW = Decimal(50)  # 10*9/L [impl, ITP convention]: protocol C.4
CRITICAL_BELOW = Decimal(100)  # 10*9/L, confirm at once [impl, ITP convention]: protocol C.4; US PI 5.6
FALL = Decimal("0.5")  # ratio to the previous count, recheck at once [cons]: Belgian ITP consensus, protocol G S9
FALL_WITHIN_DAYS = 120  # days between the two counts [impl]: protocol C.4
EARLY_FALL_DAYS = 14  # days after an infusion in which a mild fall is described [impl]: protocol C.4


def evaluate(case: Case) -> Outcome:
    if not case.exposure.exists and case.viewing:
        return Silent("no exposure", settled=True)
    counts = case.record.labs(c.PLATELETS)
    found = judge_newest(case, c.PLATELETS, lambda one: _indicator(case, one, counts), lower)
    if found is None:
        return Silent("no readable count in the last 90 days")
    result, indicator = found
    if indicator is None:
        return Silent(lambda: f"{value(result)} on {result.when} is not low")
    previous = before(counts, result, within_days=FALL_WITHIN_DAYS)
    signs = purpura_signs(case) if below(result, CRITICAL_BELOW) else ()
    return Finding(
        indicator=indicator, summary=_summary(case, result), evidence=evidence_of(result, previous, *signs),
        found=tuple(told(one) for one in (result, previous, *signs) if one), meaning=_meaning(case, result, signs),
        advice=_advice(case, result),
        suggestions=(OrderTest(c.CBC_PANEL, urgent=True), OrderTest(c.HEMATOLOGY_REFERRAL, urgent=below(result, HIGH_RISK_BELOW))),
        short=f"platelets {value(result)}")


def _indicator(case: Case, one, counts) -> str | None:
    if below(one, CRITICAL_BELOW):
        return CRITICAL
    if not case.exposure.exists:
        return None
    if below(one, PLATELETS_BELOW) or straddles(one, PLATELETS_BELOW):
        return WARNING
    own_limit = one.low
    if own_limit is not None and below(one, own_limit):
        return WARNING
    previous = before(counts, one, within_days=FALL_WITHIN_DAYS)
    if previous is not None and not one.comparator and one.number <= FALL * previous.number:
        return WARNING
    return None


def _summary(case: Case, result) -> str:
    if not case.exposure.exists:
        return f"Platelets {value(result)} ×10⁹/L ({result.when}): do not start LEMTRADA"
    return f"Platelets {value(result)} ×10⁹/L ({result.when}) after LEMTRADA: possible immune thrombocytopenia"


def _meaning(case: Case, result: Result, signs: tuple[Result, ...]) -> str:
    parts = ["Immune thrombocytopenia is described months to years after alemtuzumab; it can be fatal by bleeding."]
    if case.record.conditions(c.ITP):
        parts.append("Immune thrombocytopenia is already on the record.")
    if case.record.conditions(c.BLEEDING):
        parts.append("A bleeding sign is on the record: bleeding makes it urgent whatever the count.")
    if signs:
        parts.append("Low platelets with hemolysis or a risen creatinine: thrombotic thrombocytopenic purpura (TTP) is an emergency.")
    if _soon_after_infusion(case, result):
        parts.append("Within 14 days after an infusion a mild early fall is described; it does not explain a deep one.")
    if result.comparator:
        parts.append(f"The value was sent with a comparator ({result.comparator}): the true count is not known.")
    return " ".join(parts)


def _soon_after_infusion(case: Case, result: Result) -> bool:
    days = ((result.when.last - dose.day).days for dose in case.exposure.doses if dose.day is not None)
    return any(0 <= since <= EARLY_FALL_DAYS for since in days)


def _advice(case: Case, result: Result) -> tuple[str, ...]:
    lines = []
    if case.plan is not None and not case.viewing and below(result, CRITICAL_BELOW):
        lines.append("Do not start the infusion.")
    if below(result, EMERGENCY_BELOW):
        lines.append("Emergency: bleeding risk. Same-day haematology; look for bleeding, avoid injections and antiplatelet drugs.")
    elif below(result, CRITICAL_BELOW):
        lines.append("Confirm at once, contact haematology.")
    elif below(result, PLATELETS_BELOW):
        lines.append("Repeat the count within 7 days.")
    else:
        lines.append("Repeat immediately to exclude clumping: the count has at least halved, or is below the laboratory's own limit.")
    if "clump" in result.comment.lower():
        lines.append("The laboratory saw clumping: repeat in citrate. Clumping does not rule out a low count.")
    return tuple(lines)


RULE = Rule(
    id="platelets-low",
    title="Platelets low",
    hooks=EVERY_HOOK,
    gate=PLANNED_OR_EXPOSED,
    band="bleeding",
    source=Citation(us="5.6, 5.1", evidence="label; limits consensus and implementation choice", protocol="C.4 platelets-low"),
    to_find=(c.PLATELETS,),
    to_soften=(c.ITP, c.BLEEDING, c.LDH, c.BILIRUBIN, c.CREATININE, c.CBC_PANEL, c.ORDERS),
    card="cytopenia",
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
