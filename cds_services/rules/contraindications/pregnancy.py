"""
Pregnancy and breastfeeding.

Why it matters: alemtuzumab crosses the placenta, and thyroid disease after it harms mother and child.
Speaks when alemtuzumab is planned, or surveillance runs, and a pregnancy on record has not ended.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over, told
from cds_services.clinical.plans import OVERRIDING, removals
from cds_services.clinical.pregnancies import Pregnancy, pregnancy_of
from cds_services.events import Condition, Event
from cds_services.results import told as result_told
from cds_services.rule import (
    CONTRAINDICATION_OVERRIDES,
    CRITICAL,
    EVERY_HOOK,
    INFO,
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
from cds_services.rules.contraindications.pregnancy_examples import EXAMPLES

CONTRACEPTION_MONTHS = 4  # calendar months after a course, contraception and in Europe no breastfeeding: US PI 8.3; SmPC 4.6; protocol F
RECORDED = "Pregnancy recorded: LEMTRADA only if benefit justifies fetal risk"
THYROID = "Under LEMTRADA surveillance: follow TSH closely; maternal thyroid antibodies cross the placenta."


def evaluate(case: Case) -> Outcome:
    if case.plan is None and not case.exposure.under_surveillance(case.today):
        return Silent("no LEMTRADA planned, and surveillance is over", settled=True)
    feeding = tuple(one for one in case.record.conditions(c.BREASTFEEDING) if not over(one, case))
    found = pregnancy_of(case)
    if found is not None:
        return _pregnant(case, found, feeding)
    if feeding and _concerns_feeding(case):
        return _breastfeeding(case, feeding)
    return Silent("no current pregnancy on record")


def _indicator(case: Case, found: Pregnancy) -> str:
    """Critical where a draft meets a pregnancy that is certain and current; info where nothing is planned."""
    if case.plan is None:
        return INFO
    return CRITICAL if case.plan.drafted and found.confirmed else WARNING


def _pregnant(case: Case, found: Pregnancy, feeding: tuple[Condition, ...]) -> Finding:
    indicator = _indicator(case, found)
    forbids = indicator == CRITICAL
    exposed = case.exposure.under_surveillance(case.today)
    ask = () if found.confirmed else (OrderTest(c.PREGNANCY_TEST),)
    return Finding(
        indicator=indicator, summary=RECORDED, evidence=evidence_of(*found.evidence, *feeding),
        found=(*(_line(one) for one in (*found.evidence, *feeding)), *(f"In doubt: {doubt}" for doubt in found.doubts)),
        meaning="LEMTRADA may harm the fetus; there is no adequate experience in pregnancy.",
        advice=(*_order_advice(case, found), *((THYROID,) if exposed else ()), *(_feeding_advice(case) if feeding else ()),
                *((OVERRIDING,) if forbids else ())),
        suggestions=(*(removals(case) if forbids else ()), *ask), overrides=CONTRAINDICATION_OVERRIDES if forbids else None)


def _order_advice(case: Case, found: Pregnancy) -> tuple[str, ...]:
    if case.plan is None:
        return ()
    confirm = () if found.confirmed else ("Confirm whether she is pregnant, and correct the entry.",)
    return (*confirm, "Give LEMTRADA only if the expected benefit justifies the risk to the fetus.",
            f"Contraception during a course and for {CONTRACEPTION_MONTHS} months after it.")


def _line(one: Event) -> str:
    return told(one) if isinstance(one, Condition) else result_told(one)


# ---- breastfeeding ----------------------------------------------------------------------------------------------

def _concerns_feeding(case: Case) -> bool:
    """A plan, or a last infusion no more than four months ago."""
    return case.plan is not None or (
        case.exposure.last_dose is not None and not case.exposure.months_since(case.today, CONTRACEPTION_MONTHS))


def _feeding_advice(case: Case) -> tuple[str, ...]:
    if case.policy.european:
        return (f"Avoid breastfeeding during each course and for {CONTRACEPTION_MONTHS} months after the last infusion.",)
    return ("Weigh breastfeeding against the mother's need of LEMTRADA and the risk to the child.",)


def _breastfeeding(case: Case, feeding: tuple[Condition, ...]) -> Finding:
    avoid = f"avoid it during LEMTRADA and for {CONTRACEPTION_MONTHS} months after the last infusion"
    return Finding(
        indicator=INFO, evidence=evidence_of(*feeding), found=tuple(told(one) for one in feeding),
        summary=f"Breastfeeding recorded: {avoid if case.policy.european else 'weigh LEMTRADA against it'}",
        meaning="Whether alemtuzumab passes into human milk in harmful amounts is not known.", advice=_feeding_advice(case))


RULE = Rule(
    id="pregnancy",
    title="Pregnancy",
    hooks=EVERY_HOOK,
    gate=PLANNED_OR_EXPOSED,
    band="contraindication",
    source=Citation(us="8.1, 8.2, 8.3", eu="4.6", evidence="label; 42 weeks and indicators implementation choice",
                    protocol="C.1 pregnancy, F"),
    to_find=(c.PREGNANCY, c.PREGNANCY_STATUS, c.PREGNANCY_TEST, c.BREASTFEEDING),
    to_soften=(c.PREGNANCY_ENDED,),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
