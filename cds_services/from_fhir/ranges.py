"""
The normal range that a result gives for itself, and the one for pregnancy, in canonical units (protocol C.4, D).
"""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Raw

from cds_services.from_fhir.codes import codes_in, each
from cds_services.from_fhir.decoding import decoder
from cds_services.from_fhir.shapes import Quantity, ReferenceRange
from cds_services.units import PROTEIN_CREATININE, Measure, UnknownUnit, convert, unit_of

Limits = tuple[Decimal | None, Decimal | None]
_NO_LIMITS: Limits = (None, None)
_RANGES = decoder(list[ReferenceRange] | None)

_RANGE_TEXT = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(?:-|–|to)\s*(\d+(?:[.,]\d+)?)")
_SEXES = {"248153007": "male", "248152002": "female"}
_PREGNANCY_WORDS = ("pregnan", "trimester", "77386006", "255246003", "255247007", "255248002")
_NOT_PREGNANT = re.compile(r"non-?pregnan|not pregnan")
_UPPER_TEXT = re.compile(r"^\s*(?:<=|<|≤|up to)\s*(\d+(?:[.,]\d+)?)")
_YEARS = {"mo": Decimal(12), "wk": Decimal(52), "d": Decimal(365)}  # of them in a year, for the ages of ranges


def limits(ranges: Raw, measure: Measure | None, spelled: str, *, gender: str = "", age: int | None = None) -> tuple[Limits, Limits]:
    """
    Low and high of the result's own normal range, and of that for pregnancy; (None, None) where it has none.

    `measure` and `spelled` are those of the result's number, None where it has none, and its unit as the measure spells it.
    """
    if not len(ranges) or measure is None:
        return _NO_LIMITS, _NO_LIMITS
    try:
        given = _RANGES.decode(ranges) or []
    except ValueError:
        return _NO_LIMITS, _NO_LIMITS
    usual = next((one for one in given if _fits(one, gender, age)), None)
    pregnant = [one for one in given if (one.appliesTo or one.text) and _for_pregnancy(one)]
    return (_edges(usual, measure, spelled) if usual is not None else _NO_LIMITS,
            _narrowest([_edges(one, measure, spelled) for one in pregnant]) if pregnant else _NO_LIMITS)


def _narrowest(edges: list[Limits]) -> Limits:
    """Of several trimesters the narrowest, for the month is not known."""
    lows, highs = [low for low, _ in edges if low is not None], [high for _, high in edges if high is not None]
    return max(lows, default=None), min(highs, default=None)


def _edges(one: ReferenceRange, measure: Measure, spelled: str) -> Limits:
    low, high = _edge(one.low, measure, spelled), _edge(one.high, measure, spelled)
    return _from_text(one.text or "", measure, spelled) if low is None and high is None else (low, high)


def _applies_to(one: ReferenceRange) -> set[str]:
    """The words and codes that say whom the range is for."""
    return {word for item in each(one.appliesTo) for word in ((item.text or "").lower(), *codes_in(item)) if word}


def _for_pregnancy(one: ReferenceRange) -> bool:
    """True where the range is for pregnancy or a trimester of it."""
    words = " ".join((*_applies_to(one), (one.text or "").lower()))
    return any(one in words for one in _PREGNANCY_WORDS) and not _NOT_PREGNANT.search(words)


def _fits(one: ReferenceRange, gender: str, age: int | None) -> bool:
    """Type normal or absent; sex and age, where the range names them, those of the patient; never one for pregnancy."""
    if not (one.type or one.appliesTo or one.text or one.age):
        return True
    kinds = codes_in(one.type)
    if kinds and "normal" not in kinds:
        return False
    applies = {_SEXES.get(word, word) for word in _applies_to(one)}
    if _for_pregnancy(one):
        return False
    if gender and applies & {"male", "female", "m", "f"} and not applies & {gender, gender[0]}:
        return False
    if age is not None and one.age:
        low, high = _years(one.age.low), _years(one.age.high)
        if (low is not None and age < low) or (high is not None and age > high):
            return False
    return True


def _years(age: Quantity | None) -> Decimal | None:
    if age is None or age.value is None:
        return None
    return age.value / _YEARS.get(age.code or age.unit or "", Decimal(1))


def _edge(limit: Quantity | None, measure: Measure, spelled: str) -> Decimal | None:
    """One limit in canonical units; a limit without a unit has the result's."""
    if limit is None or limit.value is None or not limit.value.is_finite():
        return None
    try:
        unit = unit_of(measure, limit.code, limit.system, limit.unit)
    except UnknownUnit:
        if limit.unit or limit.code:
            return None
        unit = spelled
    try:
        return convert(measure, limit.value, unit)
    except UnknownUnit:
        factor = measure.factors.get(unit)
        return limit.value * factor if factor and measure is not PROTEIN_CREATININE else None


def _from_text(text: str, measure: Measure, spelled: str) -> tuple:
    """A range in words, such as "0.4-4.0" or "<34", in the result's own unit."""
    span, upper = _RANGE_TEXT.match(text), _UPPER_TEXT.match(text)
    edges = (span[1], span[2]) if span else (None, upper[1]) if upper else (None, None)
    return tuple(_edge(Quantity(value=Decimal(one.replace(",", "."))), measure, spelled) if one else None for one in edges)
