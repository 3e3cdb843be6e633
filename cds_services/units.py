"""
Units: one hand-made table per measure, from the unit as laboratories write it to the factor to the canonical unit.

Sources: protocol C.0 "Units" and rulings 50 and 7 (decimal arithmetic). Nothing is guessed from a value's size: a unit
that stands in no table, or a code and a text that disagree, makes the result unreadable.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from cds_services.value_sets import UCUM

D = Decimal


@dataclass(frozen=True)
class Measure:
    """A kind of quantity: canonical UCUM unit, how it is printed, factors of accepted units, plausible range."""

    name: str
    unit: str
    shown: str
    factors: dict[str, Decimal]
    plausible: tuple[Decimal, Decimal] | None = None
    fahrenheit: bool = False


class UnknownUnit(ValueError):
    """A quantity whose unit cannot be understood, with the reason in words."""


def _per(factor: str, *units: str) -> dict[str, Decimal]:
    return {unit: D(factor) for unit in units}


_THOUSAND = ("10*9/L", "10*3/uL", "10*3/mm3", "K/uL", "K/mcL", "k/uL", "K/cumm", "10^3/uL", "10^9/L", "10E3/uL", "10E9/L",
             "x10E3/uL", "x10E9/L", "x10^3/uL", "x10^9/L", "x10*3/uL", "x10*9/L", "10*3/mcL", "10^3/mcL", "x10(3)/mcL",
             "x10(9)/L", "x10 3/uL", "x10 9/L", "/nL", "G/L", "thou/mm3", "thou/uL", "Thousand/uL", "thousand/uL")
_SINGLE = ("/uL", "/mm3", "{cells}/uL", "{cell}/uL", "cells/uL", "cells/mcL", "/mcL", "cells/mm3", "/cumm", "cells/cumm",
           "10*6/L", "10^6/L")

CELLS = _per("1", *_THOUSAND) | _per("0.001", *_SINGLE)
PLATELET_COUNT = Measure("platelets", "10*9/L", "×10⁹/L", CELLS, (D(0), D(3000)))
CELL_COUNT = Measure("blood cells", "10*9/L", "×10⁹/L", CELLS, (D(0), D(1000)))
CD4_COUNT = Measure("CD4+ cells", "/uL", "/µL", _per("1", *_SINGLE) | _per("1000", *_THOUSAND), (D(0), D(5000)))
CREATININE_MASS = Measure(
    "creatinine", "mg/dL", "mg/dL",
    _per("1", "mg/dL", "mg/dl", "mg/100mL") | {"umol/L": 1 / D("88.42"), "µmol/L": 1 / D("88.42"), "μmol/L": 1 / D("88.42"),
                                               "mmol/L": D("11.31")},
    (D("0.1"), D(30)))
THYROTROPIN = Measure("TSH", "m[IU]/L", "mIU/L", _per(
    "1", "m[IU]/L", "u[IU]/mL", "mU/L", "uU/mL", "mIU/L", "uIU/mL", "µIU/mL", "μIU/mL", "µU/mL"), (D(0), D(500)))
PROTEIN_CREATININE = Measure("urine protein:creatinine", "mg/g", "mg/g", (
    _per("1", "mg/g", "mg/g{creat}", "mg/g creat", "mg/g Cr", "mg/g{Cre}", "mg/g{creatinine}")
    | _per("1000", "g/g", "mg/mg", "g/g{creat}", "mg/mg{creat}")
    | _per("8.84", "mg/mmol", "g/mol", "mg/mmol{creat}") | _per("1000", "1", "{ratio}")))
ENZYME = Measure("enzyme", "U/L", "U/L", _per("1", "U/L", "[iU]/L", "[IU]/L", "IU/L", "u/L", "units/L") | _per("60", "ukat/L", "µkat/L"))
BILIRUBIN_MASS = Measure("bilirubin", "mg/dL", "mg/dL", _per("1", "mg/dL", "mg/dl") | {
    "umol/L": 1 / D("17.1"), "µmol/L": 1 / D("17.1"), "μmol/L": 1 / D("17.1")})
HEMOGLOBIN_MASS = Measure("haemoglobin", "g/dL", "g/dL", _per("1", "g/dL", "g/dl", "gm/dL") | {"g/L": D("0.1"), "mmol/L": D("1.611")},
                          (D(0), D(30)))
FERRITIN_MASS = Measure("ferritin", "ng/mL", "ng/mL", _per("1", "ng/mL", "ug/L", "µg/L", "μg/L", "mcg/L", "ng/ml"))
TRIGLYCERIDE_MASS = Measure("triglycerides", "mg/dL", "mg/dL", _per("1", "mg/dL", "mg/dl") | {"mmol/L": D("88.57")})
SECONDS = Measure("aPTT", "s", "s", _per("1", "s", "sec", "seconds", "secs"))
TEMPERATURE = Measure("temperature", "Cel", "°C", _per("1", "Cel", "C", "°C", "degC"), (D(25), D(45)), fahrenheit=True)
PRESSURE = Measure("blood pressure", "mm[Hg]", "mmHg", _per("1", "mm[Hg]", "mmHg", "mm Hg"))
CELLS_PER_FIELD = Measure("urine red cells a field", "/[HPF]", "/HPF", _per("1", "/[HPF]", "/HPF", "/hpf", "{cells}/[HPF]", "cells/HPF",
                                                                   "[HPF]", "RBC/HPF", "/[hpf]", "{#}/[HPF]"))
URINE_CELLS = Measure("urine red cells a volume", "/uL", "/µL", _per(
    "1", "/uL", "10*6/L", "{cells}/uL", "cells/uL", "/mm3", "/mcL", "10^6/L"))
STRIP_PROTEIN = Measure("urine protein", "mg/dL", "mg/dL", _per("1", "mg/dL", "mg/dl") | {"g/L": D(100)})
ALBUMIN_CREATININE = Measure("urine albumin:creatinine", "mg/g", "mg/g", PROTEIN_CREATININE.factors)
DOSE_MASS = Measure("dose", "mg", "mg", _per("1", "mg", "milligram", "milligrams", "mgs") | {"g": D(1000), "ug": D("0.001")})
VOLUME = Measure("volume", "mL", "mL", _per("1", "mL", "ml", "milliliter", "milliliter (iso1000)"))
VIRAL_LOAD = Measure("viral load", "{copies}/mL", "copies/mL", _per("1", "{copies}/mL", "copies/mL", "[copies]/mL", "{copies}/ml", "cp/mL",
                                                                    "[IU]/mL", "IU/mL"))
HORMONE = Measure("hCG", "m[IU]/mL", "mIU/mL", _per("1", "m[IU]/mL", "mIU/mL", "mU/mL", "[IU]/L", "IU/L", "U/L"))
FREE_THYROXINE = Measure("free T4", "ng/dL", "ng/dL", _per("1", "ng/dL", "ng/dl") | {"pmol/L": 1 / D("12.871")})
RATIO_UNITS = frozenset({"1", "{ratio}"})
FAHRENHEIT = frozenset({"[degF]", "degF", "F", "°F"})
_NO_UNIT = frozenset({"", "{unknownunit}", "unknown"})


def unit_of(measure: Measure, code: str | None, system: str | None, text: str | None) -> str:
    """The accepted spelling of the unit that was sent; UnknownUnit where there is none or code and text disagree."""
    spelling, problem = _unit_of(measure.name, code, system, text)
    if problem:
        raise UnknownUnit(problem)
    return spelling


@lru_cache(maxsize=4096)
def _unit_of(name: str, code: str | None, system: str | None, text: str | None) -> tuple[str, str]:
    measure = MEASURES[name]
    code = (code or "").strip() if system in (None, "", UCUM) or not text else ""
    text = (text or "").strip()
    if code in _NO_UNIT:
        code = ""
    if not code and text in _NO_UNIT:
        return "", "unit missing"
    spelled = [_spelling(measure, one) for one in (code, text) if one]
    if spelled[0] is None:
        return "", f"unit {code or text!r} not understood"
    if len(spelled) == 2 and _disagree(measure, spelled[0], spelled[1], text):
        return "", f"unit code {code!r} and text {text!r} disagree"
    return spelled[0], ""


def _spelling(measure: Measure, unit: str) -> str | None:
    if unit in measure.factors or (measure.fahrenheit and unit in FAHRENHEIT):
        return unit
    squeezed = unit.replace(" ", "")
    if squeezed in measure.factors:
        return squeezed
    if squeezed in _EVERY_SPELLING:  # g/L are grams, never the G/L of blood cells
        return None
    return next((known for known in measure.factors if known.lower() == squeezed.lower()), None)


def _disagree(measure: Measure, code: str, text: str | None, written: str) -> bool:
    """True where the text means another unit of the measure, or is the unit of another one."""
    return written in _EVERY_SPELLING if text is None else _meaning(measure, code) != _meaning(measure, text)


def _meaning(measure: Measure, unit: str) -> object:
    return "fahrenheit" if unit in FAHRENHEIT and measure.fahrenheit else measure.factors[unit]


MEASURES: dict[str, Measure] = {one.name: one for one in list(globals().values()) if isinstance(one, Measure)}
_EVERY_SPELLING = frozenset({"%", *FAHRENHEIT, *(unit for one in MEASURES.values() for unit in one.factors)})


def factor_of(measure: Measure, unit: str) -> Decimal | None:
    """The factor to the canonical unit, None where the value itself decides how it is converted."""
    by_value = (measure.fahrenheit and unit in FAHRENHEIT) or (measure is PROTEIN_CREATININE and unit in RATIO_UNITS)
    return None if by_value else measure.factors[unit]


def convert(measure: Measure, value: Decimal, unit: str) -> Decimal:
    """The value in the measure's canonical unit; UnknownUnit where the result lies outside what is plausible."""
    if measure.fahrenheit and unit in FAHRENHEIT:
        converted = (value - 32) * 5 / 9
    elif measure is PROTEIN_CREATININE and unit in RATIO_UNITS and value >= 20:
        raise UnknownUnit(f"a ratio of {value} without mass units cannot be judged")
    else:
        factor = measure.factors[unit]
        converted = value if factor == 1 else value * factor
    if measure.plausible is not None and not measure.plausible[0] <= converted <= measure.plausible[1]:
        raise UnknownUnit(f"{value} {unit} is not plausible")
    return converted
