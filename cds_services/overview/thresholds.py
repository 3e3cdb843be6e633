"""
The lines that a plot draws beside the values: thresholds of the rules, the baseline, the reference range, with where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.assumed_limits import ENZYME_LIMIT, TSH_HIGH, TSH_LOW
from cds_services.clinical.baseline import baseline
from cds_services.clinical.cell_lines import NEUTROPHILS_BELOW, PLATELETS_BELOW
from cds_services.clinical.prophylaxis import CD4_ENOUGH
from cds_services.clinical.renal import (
    CELLS_PER_FIELD,
    CELLS_PER_MICROLITRE,
    CRITICAL_RATIO,
    RATIO_CRITICAL,
    RATIO_HIGH,
    RISE_MILLIGRAMS,
    RISE_RATIO,
)
from cds_services.overview.plots import Band, Line, Point
from cds_services.results import plain
from cds_services.rule import Case
from cds_services.rules import BY_ID
from cds_services.rules.abnormal_results import alt_elevated, lymphocyte_low, neutrophils_low, platelets_low, thyroid_abnormal
from cds_services.units import Measure

# By value set and unit: the rule whose numbers they are, and each number with what it means.
_FIXED: dict[tuple[str, str], tuple[str, tuple[tuple[Decimal, str], ...]]] = {
    (c.PLATELETS.name, "10*9/L"): ("platelets-low", (
        (PLATELETS_BELOW, "low: below it repeat"), (platelets_low.CRITICAL_BELOW, "critical: below it confirm at once"),
        (platelets_low.HIGH_RISK_BELOW, "high risk: below it"), (platelets_low.EMERGENCY_BELOW, "emergency: below it bleeding risk"))),
    (c.NEUTROPHILS.name, "10*9/L"): ("neutrophils-low", (
        (NEUTROPHILS_BELOW, "low: told below it"), (neutrophils_low.WARNING_BELOW, "warning: below it, critical with fever"),
        (neutrophils_low.CRITICAL_BELOW, "critical: below it severe neutropenia"))),
    (c.LYMPHOCYTES.name, "10*9/L"): ("lymphocyte-low", (
        (lymphocyte_low.INFO_BELOW, "expected effect: told below it"),
        (lymphocyte_low.VERY_LOW_BELOW, f"very low: below it for more than {lymphocyte_low.VERY_LOW_MONTHS} months a warning"))),
    (c.CD4.name, "/uL"): ("antiviral-prophylaxis-missing", ((CD4_ENOUGH, "herpes prophylaxis goes on below it"),)),
    (c.URINE_RBC.name, "/[HPF]"): ("hematuria-unexplained", ((CELLS_PER_FIELD, "hematuria: from it on"),)),
    (c.URINE_RBC.name, "/uL"): ("hematuria-unexplained", ((CELLS_PER_MICROLITRE, "hematuria: above it"),)),
    (c.UPCR.name, "mg/g"): ("proteinuria-upcr", ((RATIO_HIGH, "warning: above it"), (RATIO_CRITICAL, "critical: above it"))),
    (c.TSH.name, "m[IU]/L"): ("thyroid-abnormal", (
        (thyroid_abnormal.WARNING_BELOW, "warning: below it"), (thyroid_abnormal.WARNING_ABOVE, "warning: above it"))),
}


def thresholds_of(case: Case, name: str, measure: Measure, points: tuple[Point, ...]) -> tuple[Line, ...]:
    """The thresholds of an analyte in a unit: fixed ones, or multiples of the baseline or of the upper limit."""
    if name == c.CREATININE.name:
        return tuple(_of_creatinine(case))
    if name == c.ALT.name:
        return tuple(_of_alt(case, points))
    rule, lines = _FIXED[name, measure.unit]
    return tuple(Line(number, words, _source(case, rule)) for number, words in lines)


def baseline_of(case: Case, name: str) -> Line | None:
    """The patient's own creatinine from before treatment, as creatinine-rise compares with."""
    own = baseline(case, c.CREATININE, fallback=min) if name == c.CREATININE.name else None
    return Line(own.number, own.told, _source(case, "creatinine-rise")) if own is not None else None


def band_of(name: str, points: tuple[Point, ...]) -> Band | None:
    """The reference range of the newest TSH or ALT that has one, else the range that the rules assume."""
    if name not in (c.TSH.name, c.ALT.name):
        return None
    newest = next((one for one in reversed(points) if one.low is not None or one.high is not None), None)
    if newest is not None:
        return Band(newest.low, newest.high, f"range of the laboratory, by the result of {newest.when}")
    low, high = (TSH_LOW, TSH_HIGH) if name == c.TSH.name else (None, ENZYME_LIMIT)
    return Band(low, high, "assumed: no result has a range of its own")


def _of_creatinine(case: Case) -> Iterator[Line]:
    own, source = baseline_of(case, c.CREATININE.name), _source(case, "creatinine-rise")
    if own is not None:
        yield Line(own.number + RISE_MILLIGRAMS, f"warning: {plain(RISE_MILLIGRAMS)} mg/dL above the baseline", source)
        yield Line(own.number * RISE_RATIO, f"warning: {plain(RISE_RATIO)} times the baseline, critical with blood or protein in the urine",
                   source)
        yield Line(own.number * CRITICAL_RATIO, f"critical: {plain(CRITICAL_RATIO)} times the baseline", source)


def _of_alt(case: Case, points: tuple[Point, ...]) -> Iterator[Line]:
    limit = next((one.high for one in reversed(points) if one.high), ENZYME_LIMIT)
    for indicator, times in (("warning", alt_elevated.WARNING_TIMES), ("critical", alt_elevated.CRITICAL_TIMES)):
        yield Line(limit * times, f"{indicator}: above {times} times the upper limit of {plain(limit)}", _source(case, "alt-elevated"))


def _source(case: Case, rule: str) -> str:
    cited = BY_ID[rule].source
    return f"{cited.label(case.policy)} ({cited.evidence}); {cited.protocol}"
