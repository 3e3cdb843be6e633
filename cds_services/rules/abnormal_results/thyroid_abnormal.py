"""
TSH outside its range after alemtuzumab.

Why it matters: more than a third of treated people get autoimmune thyroid disease, years after the last dose too; in pregnancy
it endangers the child.
Speaks when the newest TSH is outside the range that came with it. It never stops speaking with time since the dose.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from cds_services import concepts as c
from cds_services.clinical.assumed_limits import tsh_limits
from cds_services.clinical.pregnancies import Pregnancy, pregnancy_of
from cds_services.record import Result
from cds_services.results import above, below, higher, judge_newest, plain, straddles, told
from cds_services.rule import (
    EXPOSED,
    INFO,
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
from cds_services.rules.abnormal_results.thyroid_abnormal_examples import EXAMPLES

WARNING_BELOW = Decimal("0.1")  # mIU/L, less is a warning [impl]: protocol C.4 thyroid-abnormal
WARNING_ABOVE = Decimal(10)  # mIU/L, more is a warning [impl]: protocol C.4 thyroid-abnormal
MOST_DECIMALS = 4  # decimal places of a TSH that are printed as sent [impl]: third generation assays report 0.001


class Limits(NamedTuple):
    """The range that a TSH is held against, and in words where it comes from."""

    low: Decimal
    high: Decimal
    origin: str

    @property
    def words(self) -> str:
        """The range for people, and where it comes from."""
        return f"range {plain(self.low)} to {plain(self.high)} mIU/L{self.origin}"


def evaluate(case: Case) -> Outcome:
    pregnancy = pregnancy_of(case)
    found = judge_newest(case, c.TSH, lambda one: _grade(one, pregnancy), higher)
    if found is None:
        return Silent("no readable TSH in the last 90 days")
    result, indicator = found
    if indicator is None:
        return Silent(lambda: f"{_number(result)} mIU/L on {result.when} is inside its range")
    treatment = case.active_drugs(c.THYROID_TREATMENT)
    lines = [f"{told(result)}; {_limits(result, pregnancy).words}"]
    lines += [told(one) for one in case.record.labs(c.FREE_T4)[-1:]]
    lines += [f"On treatment: {one.name}" for one in treatment]
    return Finding(
        indicator=indicator, summary=f"TSH {_number(result)} mIU/L ({result.when}) outside range after LEMTRADA",
        evidence=evidence_of(result, *treatment, *(pregnancy.evidence if pregnancy else ())), found=tuple(lines),
        meaning=_meaning(result, pregnancy), advice=_advice(case, result, pregnancy, bool(treatment)), short=f"TSH {_number(result)} mIU/L",
        suggestions=(OrderTest(c.FREE_T4), OrderTest(c.ENDOCRINOLOGY_REFERRAL)))


def _grade(one: Result, pregnancy: Pregnancy | None) -> str | None:
    limits = _limits(one, pregnancy)
    if not one.comparator and limits.low <= one.number <= limits.high:  # as most are
        return None
    outside = below(one, limits.low) or above(one, limits.high) or straddles(one, limits.low) or straddles(one, limits.high)
    if not outside:
        return None
    extreme = below(one, WARNING_BELOW) or above(one, WARNING_ABOVE) or straddles(one, WARNING_BELOW) or straddles(one, WARNING_ABOVE)
    return WARNING if extreme or (pregnancy is not None and pregnancy.confirmed) else INFO


def _limits(one: Result, pregnancy: Pregnancy | None) -> Limits:
    """The range for pregnancy where she is pregnant and it was sent, else the result's own; what is missing is assumed."""
    own = (one.low, one.high)
    where = ""
    if pregnancy is not None and pregnancy.confirmed and (one.pregnant_low, one.pregnant_high) != (None, None):
        own, where = (one.pregnant_low, one.pregnant_high), " in pregnancy"
    low, high = tsh_limits(*own)
    assumed = " assumed, none was sent" if own == (None, None) else " (one limit assumed, it was not sent)" if None in own else ""
    return Limits(low, high, f"{where}{assumed}")


def _number(one: Result) -> str:
    """Comparator and number, with the digits that were sent."""
    digits = -one.number.normalize().as_tuple().exponent
    return f"{one.comparator}{one.number.normalize():f}" if digits <= MOST_DECIMALS else f"{one.comparator}{plain(one.number)}"


def _meaning(result: Result, pregnancy: Pregnancy | None) -> str:
    parts = ["Graves' disease, thyroiditis and hypothyroidism are common after alemtuzumab."]
    if pregnancy is not None and pregnancy.confirmed:
        parts.append("Pregnancy is on record: thyroid disease harms mother and child, and maternal antibodies cross the placenta.")
    elif pregnancy is not None:
        parts.append("A pregnancy on record is not certain to be current: ask, for it changes the range and the urgency.")
    if result.comparator:
        parts.append(f"The value was sent with a comparator ({result.comparator}): the true value is not known.")
    return " ".join(parts)


def _advice(case: Case, result: Result, pregnancy: Pregnancy | None, treated: bool) -> tuple[str, ...]:
    lines = ["Measure free T4, and refer to endocrinology."]
    if treated:
        lines = ["Known, adjust: thyroid treatment is active; adjust it by free T4, with whoever manages it."]
    if below(result, _limits(result, pregnancy).low):
        lines.append("Tachycardia, fever, agitation or psychiatric change with a low TSH: think of thyroid storm, an emergency.")
    if pregnancy is not None and pregnancy.confirmed:
        lines.append("Endocrinology and obstetrics now.")
    return tuple(lines)


RULE = Rule(
    id="thyroid-abnormal",
    title="TSH outside its range",
    hooks=(PATIENT_VIEW,),
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="5.8", evidence="label; limits implementation choice", protocol="C.4 thyroid-abnormal"),
    to_find=(c.TSH,),
    to_soften=(c.FREE_T4, c.THYROID_TREATMENT, c.PREGNANCY, c.PREGNANCY_STATUS, c.PREGNANCY_TEST, c.PREGNANCY_ENDED, c.ORDERS),
    evaluate=evaluate,
    examples=EXAMPLES,
)
