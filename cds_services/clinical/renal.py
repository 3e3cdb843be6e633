"""
Kidney and urine after alemtuzumab: has creatinine risen, is there blood or protein in the urine (protocol C.4, rulings 5, 7, 29).

Shared by the renal rules, which never import one another. A result counts from the day of the first dose on (ruling 27).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from cds_services import concepts as c
from cds_services.clinical import onset
from cds_services.clinical.baseline import Baseline, baseline
from cds_services.clinical.diagnoses import over
from cds_services.concepts import Concept
from cds_services.dates import When, add_months
from cds_services.record import Condition, Event, Result
from cds_services.results import TREND_MONTHS, above, at_least, before, higher, judge, judge_newest, recent, straddles
from cds_services.rule import CRITICAL, INFO, WARNING, Case

RISE_RATIO = Decimal("1.3")  # times baseline, a warning; critical with a changed urine [not re-read]: US PI 5.7, protocol C.4
CRITICAL_RATIO = Decimal("1.5")  # times baseline, critical [impl, KDIGO AKI]: protocol C.4
RISE_MILLIGRAMS = Decimal("0.3")  # mg/dL above baseline [impl, KDIGO AKI]: protocol C.4
RISE_MICROMOLES = Decimal("26.5")  # umol/L above baseline, where both were sent so [impl, KDIGO AKI]: protocol C.4, ruling 29
URINE_WITHIN_DAYS = 30  # days between creatinine or protein and the urine change beside it [impl]: protocol C.4
CELLS_PER_FIELD = Decimal(3)  # red cells /HPF and more are hematuria [impl, urological definition]: protocol C.4
CELLS_PER_MICROLITRE = Decimal(20)  # red cells /uL, more are hematuria [impl]: protocol C.4
STRIP_GRADE = Decimal(1)  # plus-score of a strip for blood or protein [not re-read]: US PI 5.7, protocol C.4
STRIP_PROTEIN = Decimal(30)  # mg/dL of protein on a strip, the same as 1+ [not re-read]: protocol C.4, D
RATIO_HIGH = Decimal(200)  # mg/g of urine protein:creatinine, more is a warning [impl]: protocol C.4 proteinuria-upcr
RATIO_CRITICAL = Decimal(1000)  # mg/g, more is critical [impl]: protocol C.4 proteinuria-upcr
DOUBLED = Decimal(2)  # times the ratio before, critical with hematuria [impl]: protocol C.4 proteinuria-upcr
CODED_DAYS = 30  # days that a coded sign of lung bleeding, hematuria or kidney failure counts, inclusive [impl]: protocol C.4
ALBUMIN_HIGH = Decimal(300)  # mg/g of urine albumin:creatinine, more needs a UPCR [impl]: protocol C.4 proteinuria-upcr

_MICROMOLES = frozenset({"umol/L", "µmol/L", "μmol/L"})
_DIGITS = 9  # decimal places kept where two units are compared: conversion factors are no exact decimals


# ---- creatinine -------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Rise:
    """A creatinine that has risen, or is high without a baseline; `urine` is what makes a moderate rise critical."""

    result: Result
    baseline: Baseline | None
    indicator: str
    ratio: Decimal | None
    urine: tuple[Event, ...] = ()

    @property
    def percent(self) -> int:
        """The rise in percent of the baseline."""
        return int(((self.ratio - 1) * 100).to_integral_value()) if self.ratio else 0


def creatinine_rise(case: Case) -> Rise | None:
    """What the newest creatinine says; None where it has not risen or there is none."""
    own = baseline(case, c.CREATININE, fallback=min)
    found = judge_newest(case, c.CREATININE, lambda one: _creatinine_grade(case, one, own), higher)
    if found is None or found[1] is None:
        return None
    result, indicator = found
    if own is None:
        return Rise(result, None, indicator, None)
    compared, usual, _ = _compared(result, own)
    urine = urine_changes(case, result.when) if at_least(compared, RISE_RATIO * usual) else ()
    return Rise(result, own, indicator, compared.number / usual, urine)


def _creatinine_grade(case: Case, one: Result, own: Baseline | None) -> str | None:
    if own is None:
        limit = one.high
        return WARNING if limit is not None and (above(one, limit) or straddles(one, limit)) else None
    compared, usual, step = _compared(one, own)
    if at_least(compared, CRITICAL_RATIO * usual):
        return CRITICAL
    if at_least(compared, RISE_RATIO * usual) and urine_changes(case, one.when):
        return CRITICAL
    limit = min(RISE_RATIO * usual, usual + step)
    return WARNING if at_least(compared, limit) or straddles(compared, limit) else None


def _compared(one: Result, own: Baseline) -> tuple[Result, Decimal, Decimal]:
    """Result, baseline and smallest rise in one unit: as sent where both came in umol/L, else mg/dL (rulings 7 and 29)."""
    if one.sent_unit in _MICROMOLES:
        sent = own.sent_in(_MICROMOLES)
        if sent is not None:
            return replace(one, number=one.sent_number), sent, RISE_MICROMOLES
    return replace(one, number=round(one.number, _DIGITS)), round(own.number, _DIGITS), RISE_MILLIGRAMS


# ---- urine ------------------------------------------------------------------------------------------------------

def blood_in_urine(case: Case) -> tuple[Result, str] | None:
    """The newest of microscopy and strip where it shows blood: a warning, or info for a trace (ruling 5)."""
    return _spoken(judge(recent(case, c.URINE_RBC, c.URINE_BLOOD_STRIP), _blood_grade, higher))


def hematuria(case: Case) -> Result | None:
    """The newest urine where it shows more than a trace of blood."""
    found = blood_in_urine(case)
    return found[0] if found and found[1] == WARNING else None


def _blood_grade(one: Result) -> str | None:
    if one.number is None:
        return _strip_grade(one)
    limit = one.high
    if limit is not None and above(one, limit):
        return WARNING
    if one.unit == "/uL":
        return WARNING if above(one, CELLS_PER_MICROLITRE) or straddles(one, CELLS_PER_MICROLITRE) else None
    return WARNING if at_least(one, CELLS_PER_FIELD) or straddles(one, CELLS_PER_FIELD) else None


def _strip_grade(one: Result) -> str | None:
    """A plus-score of 1 or more, or positive without a score: a warning; a trace: info."""
    if one.grade is not None:
        return WARNING if one.grade >= STRIP_GRADE else INFO
    return WARNING if one.answer == "positive" else None


def protein_ratio(case: Case) -> tuple[Result, str] | None:
    """The newest protein:creatinine ratio where it is above 200 mg/g; albumin filed under its code is none (E46)."""
    return _spoken(judge([one for one in recent(case, c.UPCR) if not is_albumin(one)], lambda one: _ratio_grade(case, one), higher))


def high_ratio(one: Result) -> bool:
    """True for a protein:creatinine ratio above 200 mg/g, whatever its age."""
    return not is_albumin(one) and above(one, RATIO_HIGH)


def _ratio_grade(case: Case, one: Result) -> str | None:
    if above(one, RATIO_CRITICAL) or (above(one, RATIO_HIGH) and doubled_with_blood(case, one)):
        return CRITICAL
    return WARNING if above(one, RATIO_HIGH) or straddles(one, RATIO_HIGH) else None


def ratio_before(case: Case, one: Result) -> Result | None:
    """The protein:creatinine ratio before this one, within the 24 months of trend."""
    ratios = [other for other in case.record.labs(c.UPCR) if not is_albumin(other)]
    return before(ratios, one, within_days=(one.when.first - add_months(one.when.first, -TREND_MONTHS)).days)


def doubled_with_blood(case: Case, one: Result) -> bool:
    """True where the ratio has at least doubled and there is blood in the urine within 30 days of it."""
    previous, blood = ratio_before(case, one), hematuria(case)
    if previous is None or blood is None or previous.comparator in (">", ">=") or days_apart(blood.when, one.when) > URINE_WITHIN_DAYS:
        return False
    return at_least(one, DOUBLED * previous.number)


def protein_on_strip(case: Case) -> Result | None:
    """The newest strip where it shows protein of 1+ or more, and no protein:creatinine ratio has been done since."""
    found = _spoken(judge_newest(case, c.URINE_PROTEIN_STRIP, _protein_grade, higher))
    return found[0] if found and not _ratio_since(case, found[0]) else None


def _protein_grade(one: Result) -> str | None:
    if one.number is not None:
        return WARNING if at_least(one, STRIP_PROTEIN) or straddles(one, STRIP_PROTEIN) else None
    return WARNING if _strip_grade(one) == WARNING else None


def albumin_ratio(case: Case) -> Result | None:
    """The newest albumin:creatinine ratio where it is above 300 mg/g, and no protein:creatinine ratio has been done since."""
    ratios = [one for one in recent(case, c.UACR, c.UPCR) if is_albumin(one)]
    found = _spoken(judge(ratios, lambda one: WARNING if above(one, ALBUMIN_HIGH) or straddles(one, ALBUMIN_HIGH) else None, higher))
    return found[0] if found and not _ratio_since(case, found[0]) else None


def is_albumin(one: Result) -> bool:
    """True for an albumin:creatinine ratio, also where it is filed under the code of the protein:creatinine ratio (E46)."""
    return one.of(c.UACR) or "albumin" in one.name.lower()


def _ratio_since(case: Case, one: Result) -> bool:
    """True where a protein:creatinine ratio as new as the result, or newer, is on record."""
    return any(other.done and not is_albumin(other) and _not_before(other.when, one.when) for other in case.record.labs(c.UPCR))


def _not_before(when: When, other: When) -> bool:
    if when.instant is not None and other.instant is not None:
        return when.instant >= other.instant
    return when.first >= other.first


def urine_changes(case: Case, near: When) -> tuple[Event, ...]:
    """Blood or protein in the urine, by result or as proteinuria on record, within 30 days of a date."""
    ratio = protein_ratio(case)
    results = (hematuria(case), ratio[0] if ratio else None, protein_on_strip(case), albumin_ratio(case))
    coded = [one for one in case.record.conditions(c.PROTEINURIA) if since_first_dose(case, one.latest)]
    found = [one for one in (*results, *coded) if one is not None and _date(one) is not None]
    return tuple(one for one in found if days_apart(_date(one), near) <= URINE_WITHIN_DAYS)


def renal_changes(case: Case) -> tuple[Event, ...]:
    """What makes a sign of lung bleeding an emergency: creatinine risen, blood in the urine, or either of them by code."""
    rise = creatinine_rise(case)
    found = (rise.result if rise else None, hematuria(case), *coded_lately(case, c.HEMATURIA, c.KIDNEY_FAILURE))
    return tuple(one for one in found if one is not None)


def coded_lately(case: Case, *concepts: Concept) -> tuple[Condition, ...]:
    """Coded signs since the first dose, at most 30 days old by the later of onset and recorded date; undated while not over."""
    return tuple(one for one in case.record.conditions(*concepts) if since_first_dose(case, one.latest)
                 and onset.told_within(case, one, CODED_DAYS) and not (one.latest is None and over(one, case)))


def _date(one: Event) -> When | None:
    return one.latest if isinstance(one, Condition) else one.when


def since_first_dose(case: Case, when: When | None) -> bool:
    """True where a date lies on or after the day of the first dose, or either of them is not known."""
    first: date | None = case.exposure.first_dose
    return when is None or first is None or when.last >= first


def days_apart(one: When, other: When) -> int:
    """Days between two dates, the fewest that they allow (B.5)."""
    return max(0, (other.first - one.last).days, (one.first - other.last).days)


def _spoken(found: tuple[Result, str | None] | None) -> tuple[Result, str] | None:
    return (found[0], found[1]) if found and found[1] is not None else None
