"""
ALT or AST raised after alemtuzumab.

Why it matters: autoimmune hepatitis and liver injury after alemtuzumab have ended in transplantation and death.
Speaks when the newest ALT or AST is above its own upper limit; with bilirubin above twice its limit it is critical (Hy's pattern).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from cds_services import concepts as c
from cds_services.clinical.assumed_limits import BILIRUBIN_LIMIT, ENZYME_LIMIT, bilirubin_limit, enzyme_limit
from cds_services.clinical.renal import days_apart
from cds_services.concepts import Concept
from cds_services.record import Result
from cds_services.results import above, before, higher, judge_newest, plain, recent, straddles, told, value
from cds_services.rule import (
    CRITICAL,
    EVERY_HOOK,
    EXPOSED,
    INFO,
    LEVEL,
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
from cds_services.rules.abnormal_results.alt_elevated_examples import EXAMPLES

WARNING_TIMES = Decimal(3)  # times the upper limit, more is a warning [impl]: protocol C.4; US PI 5.10
CRITICAL_TIMES = Decimal(8)  # times the upper limit, more is critical [impl]: protocol C.4
BILIRUBIN_TIMES = Decimal(2)  # times the upper limit, more beside ALT or AST above 3 times is Hy's pattern [impl]: protocol C.4
HY_DAYS = 14  # days between transaminase and bilirubin at most [impl]: protocol C.4 alt-elevated
TREND_DAYS = 731  # days, 24 months, in which the result before is told as trend [impl]: protocol C.0 result.lookback
_DIGITS = 9  # decimal places kept of a converted limit times a factor: conversion factors are no exact decimals


@dataclass(frozen=True)
class Raised:
    """A transaminase above its limit: the enzyme, the result, and what it amounts to."""

    enzyme: Concept
    result: Result
    indicator: str

    @property
    def times(self) -> Decimal:
        """The multiple of the upper limit."""
        return self.result.number / enzyme_limit(self.result)


def evaluate(case: Case) -> Outcome:
    raised = [one for enzyme in (c.ALT, c.AST) if (one := _raised(case, enzyme))]
    if not raised:
        return Silent(lambda: "ALT and AST are not above their limits" if recent(case, c.ALT, c.AST)
                      else "no readable ALT or AST in 90 days")
    raised.sort(key=lambda one: (-LEVEL[one.indicator], -one.times))
    first = raised[0]
    with_bilirubin = next((found for one in raised if (found := _bilirubin_beside(case, one.result))), None)
    earlier = [before(case.record.labs(one.enzyme), one.result, within_days=TREND_DAYS) for one in raised]
    multiple = f"{first.enzyme.title} {value(first.result)} U/L ({plain(first.times)} x ULN)"
    return Finding(
        indicator=first.indicator, summary=f"{multiple} after LEMTRADA: possible autoimmune hepatitis",
        evidence=evidence_of(*(one.result for one in raised), with_bilirubin, *earlier),
        found=(*(_line(one.result, ENZYME_LIMIT, "U/L") for one in raised),
               *((_line(with_bilirubin, BILIRUBIN_LIMIT, "mg/dL"),) if with_bilirubin else ()),
               *(f"Before: {told(one)}" for one in earlier if one)),
        meaning=_meaning(case, first, with_bilirubin), advice=_advice(first), suggestions=_suggestions(first),
        short=f"{first.enzyme.title} {plain(first.times)} x ULN")


def _raised(case: Case, enzyme: Concept) -> Raised | None:
    found = judge_newest(case, enzyme, lambda one: _grade(case, one), higher)
    return Raised(enzyme, found[0], found[1]) if found and found[1] else None


def _grade(case: Case, one: Result) -> str | None:
    limit = enzyme_limit(one)
    if not one.comparator and one.number <= limit:  # as most are
        return None
    if above(one, CRITICAL_TIMES * limit) or _bilirubin_beside(case, one):
        return CRITICAL
    if above(one, WARNING_TIMES * limit) or straddles(one, WARNING_TIMES * limit):
        return WARNING
    return INFO if above(one, limit) or straddles(one, limit) else None


def _bilirubin_beside(case: Case, one: Result) -> Result | None:
    """The high bilirubin that makes Hy's pattern of a transaminase above 3 times its limit; None where there is none."""
    if not above(one, WARNING_TIMES * enzyme_limit(one)):
        return None
    bilirubin = case.once(_high_bilirubin)
    return bilirubin if bilirubin is not None and days_apart(one.when, bilirubin.when) <= HY_DAYS else None


def _high_bilirubin(case: Case) -> Result | None:
    """The newest bilirubin where it is above twice its upper limit."""
    found = judge_newest(case, c.BILIRUBIN, lambda one: CRITICAL if _twice(one) else None, higher)
    return found[0] if found and found[1] else None


def _twice(one: Result) -> bool:
    return above(replace(one, number=round(one.number, _DIGITS)), round(BILIRUBIN_TIMES * bilirubin_limit(one), _DIGITS))


def _line(one: Result, fallback: Decimal, unit: str) -> str:
    limit = f"upper limit {plain(one.high)} {unit}" if one.high else f"no upper limit sent, {plain(fallback)} {unit} assumed"
    return f"{told(one)}; {limit}"


def _meaning(case: Case, first: Raised, bilirubin: Result | None) -> str:
    parts = ["Autoimmune hepatitis and liver injury are described after alemtuzumab."]
    if bilirubin is not None:
        parts.append("Transaminases above 3 times with bilirubin above twice the limit mean severe liver injury (Hy's pattern).")
    if case.record.conditions(c.AUTOIMMUNE_HEPATITIS):
        parts.append("Autoimmune hepatitis is already on the record.")
    if first.result.comparator:
        parts.append(f"The value was sent with a comparator ({first.result.comparator}): the true value is not known.")
    return " ".join(parts)


def _advice(first: Raised) -> tuple[str, ...]:
    if first.indicator == INFO:
        return ("Repeat with the next monitoring, earlier where it rises.",)
    lines = ["Interrupt or stop alemtuzumab as appropriate.",
             "Repeat ALT, AST and bilirubin; exclude viral hepatitis and drugs; refer to hepatology (no verified referral code)."]
    return ("Evaluate today.", *lines) if first.indicator == CRITICAL else tuple(lines)


def _suggestions(first: Raised) -> tuple[OrderTest, ...]:
    panel = OrderTest(c.HEPATIC_PANEL, urgent=first.indicator == CRITICAL)
    if first.indicator == INFO:
        return (panel,)
    return (panel, OrderTest(c.HEPATITIS_TEST, code="5196-1", label="Order hepatitis B surface antigen"),
            OrderTest(c.HEPATITIS_TEST, code="13955-0", label="Order hepatitis C antibody"))


RULE = Rule(
    id="alt-elevated",
    title="ALT or AST raised",
    hooks=EVERY_HOOK,
    gate=EXPOSED,
    band="abnormal",
    source=Citation(us="5.10", evidence="label; limits implementation choice", protocol="C.4 alt-elevated"),
    to_find=(c.ALT, c.AST),
    to_soften=(c.BILIRUBIN, c.AUTOIMMUNE_HEPATITIS, c.HEPATIC_PANEL, c.ORDERS),
    highest=CRITICAL,
    evaluate=evaluate,
    examples=EXAMPLES,
)
