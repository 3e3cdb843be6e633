"""
Blood cell lines: which are low, and what points to thrombotic thrombocytopenic purpura (rulings 6, protocol C.4).

Shared by platelets-low, hemoglobin-low and hlh-suspect, for which two low lines count, and by cbc-overdue for counts never repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.baseline import Baseline, baseline
from cds_services.clinical.renal import creatinine_rise
from cds_services.concepts import Concept
from cds_services.events import Result
from cds_services.results import above, below, higher, judge_newest, lower
from cds_services.rule import CRITICAL, Case

NEUTROPHIL_LINE_BELOW = Decimal("1.0")  # 10*9/L, a low cell line [impl]: ruling 6
PLATELET_LINE_BELOW = Decimal(100)  # 10*9/L, a low cell line [impl]: ruling 6
PLATELETS_BELOW = Decimal(150)  # 10*9/L, at or above it treatment may go on [cons]: Belgian ITP consensus, protocol G S9
NEUTROPHILS_BELOW = Decimal("1.5")  # 10*9/L, told below it [impl]: protocol C.4 neutrophils-low
HEMOGLOBIN_LINE_BELOW = Decimal(8)  # g/dL, a low cell line, and low by itself [impl]: protocol C.4 hemoglobin-low, ruling 6
LINES = (c.NEUTROPHILS, c.PLATELETS, c.HEMOGLOBIN)
HEMOGLOBIN_FALL = Decimal(2)  # g/dL below the patient's baseline, or more [impl]: protocol C.4 hemoglobin-low, ruling 6


def hemoglobin_baseline(case: Case) -> Baseline | None:
    """The patient's own hemoglobin: without results before the first dose the highest of its first 30 days (ruling 29)."""
    return case.once(_hemoglobin_baseline)


def _hemoglobin_baseline(case: Case) -> Baseline | None:
    return baseline(case, c.HEMOGLOBIN, fallback=max)


def has_fallen(result: Result, normal: Baseline | None) -> bool:
    """True where hemoglobin lies 2 g/dL or more below the baseline, in decimals as they were sent (ruling 7)."""
    return normal is not None and result.comparator not in (">", ">=") and normal.number - result.number >= HEMOGLOBIN_FALL


def low_hemoglobin(result: Result, normal: Baseline | None) -> bool:
    """True where hemoglobin is below 8 g/dL or has fallen from the baseline."""
    return below(result, HEMOGLOBIN_LINE_BELOW) or has_fallen(result, normal)


def low_line(case: Case, concept: Concept) -> Result | None:
    """The newest result of a cell line in the look-back where it is low, else None."""
    return case.once(_low_lines).get(concept.name)


def low_lines(case: Case) -> tuple[Result, ...]:
    """The newest results of the lines that are low: neutrophils, platelets, hemoglobin."""
    return tuple(case.once(_low_lines).values())


def _low_lines(case: Case) -> dict[str, Result]:
    """By value set."""
    judged = [(concept.name, judge_newest(case, concept, _judged(case, concept), lower)) for concept in LINES]
    return {name: found[0] for name, found in judged if found and found[1]}


def _judged(case: Case, concept: Concept) -> Callable[[Result], str | None]:
    if concept is c.HEMOGLOBIN:
        normal = hemoglobin_baseline(case)
        return lambda one: CRITICAL if low_hemoglobin(one, normal) else None
    limit = PLATELET_LINE_BELOW if concept is c.PLATELETS else NEUTROPHIL_LINE_BELOW
    return lambda one: CRITICAL if below(one, limit) else None


def purpura_signs(case: Case) -> tuple[Result, ...]:
    """Beside low platelets signs of thrombotic thrombocytopenic purpura (TTP): hemolysis, or a risen creatinine."""
    rise = creatinine_rise(case)
    return (*hemolysis_signs(case), *((rise.result,) if rise else ()))


def hemolysis_signs(case: Case) -> tuple[Result, ...]:
    """The newest LDH and bilirubin in the look-back that lie above their own upper limits."""
    newest = (judge_newest(case, one, _above_its_limit, higher) for one in (c.LDH, c.BILIRUBIN))
    return tuple(found[0] for found in newest if found and found[1])


def _above_its_limit(result: Result) -> str | None:
    return CRITICAL if result.high is not None and above(result, result.high) else None
