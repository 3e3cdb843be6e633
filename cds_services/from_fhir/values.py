"""
The value of a result: a number in canonical units, an answer in words, or why it cannot be read (protocol D).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from cds_services.concepts import Concept
from cds_services.from_fhir import answers
from cds_services.from_fhir.codes import codes_in, each
from cds_services.from_fhir.decoding import Malformed, optional
from cds_services.from_fhir.shapes import CodeableConcept, Quantity, Range, Ratio, ReferenceRange, Value
from cds_services.units import PROTEIN_CREATININE, UnknownUnit, convert, unit_of
from cds_services.value_sets import UCUM


class Measured(NamedTuple):
    """What a value says: canonical number and unit, the number and unit as sent, comparator, or an answer in words."""

    number: Decimal | None = None
    unit: str = ""
    sent_number: Decimal | None = None
    sent_unit: str = ""
    comparator: str = ""
    answer: str = ""
    grade: Decimal | None = None
    spelled: str = ""


class CannotRead(ValueError):
    """A value that is present and cannot be understood: the reason, and the value as sent."""

    def __init__(self, reason: str, sent: str = ""):
        super().__init__(reason)
        self.sent = sent


class NoValue(ValueError):
    """No value, or a reason why there is none: the test was not done."""


def measured(value: Value, concept: Concept) -> Measured:
    """Read a value of the concept's analyte; CannotRead or NoValue where there is nothing to judge."""
    if value.dataAbsentReason is not None:
        raise NoValue(value.dataAbsentReason.text or ", ".join(codes_in(value.dataAbsentReason)) or "data absent")
    if value.valueQuantity is not None:
        return _quantity(value.valueQuantity, concept)
    if value.valueCodeableConcept is not None:
        return _coded(value.valueCodeableConcept, concept)
    if value.valueString is not None:
        return _string(value.valueString, concept)
    return _rare(value, concept)


def _rare(value: Value, concept: Concept) -> Measured:
    if value.valueInteger is not None:
        return _number(Quantity(value=Decimal(value.valueInteger)), concept)
    if value.valueRatio is not None:
        return _number(_divided(value.valueRatio), concept)
    if value.valueRange is not None:
        return _worse_bound(value.valueRange, concept)
    if value.valueBoolean is not None and concept.words:
        return Measured(answer=answers.POSITIVE if value.valueBoolean else answers.NEGATIVE)
    if value.valueDateTime is not None and concept.words:
        return Measured(answer=value.valueDateTime)
    if len(value.valueSampledData) or len(value.valueAttachment):
        raise CannotRead("value is no number")
    raise NoValue("no value")


def _quantity(quantity: Quantity, concept: Concept) -> Measured:
    if quantity.value is None:
        raise CannotRead("no number", (quantity.unit or quantity.code or "").strip())
    if concept.words and not concept.measures:
        return Measured(sent_number=quantity.value, sent_unit=quantity.unit or quantity.code or "")
    return _number(quantity, concept)


def _number(quantity: Quantity, concept: Concept) -> Measured:
    """The number in the first of the concept's measures that knows its unit."""
    shown = quantity.unit or quantity.code or ""
    comparator = quantity.comparator or ""
    sent = f"{comparator}{quantity.value} {shown}".strip()
    if not quantity.value.is_finite():
        raise CannotRead("not a number", sent)
    if comparator not in ("", "<", "<=", ">", ">="):
        raise CannotRead(f"comparator {comparator!r} cannot be judged", sent)
    problem: UnknownUnit | None = None
    for measure in concept.measures:
        try:
            unit = unit_of(measure, code=quantity.code, system=quantity.system, text=quantity.unit)
            number = convert(measure, quantity.value, unit)
        except UnknownUnit as error:
            problem = problem or error
            continue
        return Measured(number, measure.unit, quantity.value, shown, comparator, spelled=unit)
    raise CannotRead(str(problem or "a number was not expected"), sent)


def _coded(value: CodeableConcept, concept: Concept) -> Measured:
    answer, grade, words = answers.answer_in(value)
    if concept.words and (answer or not concept.measures):
        return Measured(answer=answer or words, grade=grade)
    return _string(words, concept)


def _string(text: str, concept: Concept) -> Measured:
    found = answers.number_in(text) if concept.measures else None
    answer, grade = answers.answer_of(text) if concept.words else ("", None)
    if found and not grade:
        number, comparator, unit = found
        try:
            return _number(Quantity(value=number, comparator=comparator or None, unit=unit or None), concept)
        except CannotRead as why:
            if not answer:
                raise CannotRead(str(why), text.strip()) from None
    if concept.words and text.strip() and (answer or not concept.measures):
        return Measured(answer=answer or text.strip(), grade=grade)
    why = "answer not understood" if concept.words else "text is no number with a unit"
    raise (CannotRead(why, text.strip()) if text.strip() else NoValue("no value"))


def _divided(ratio: Ratio) -> Quantity:
    """A ratio as one quantity: mg over g, or over 1 of the denominator's unit."""
    over, under = ratio.numerator, ratio.denominator
    if not over or not under or over.value is None or not under.value:
        raise CannotRead("ratio without numerator or denominator")
    above, below = over.code or over.unit, under.code or under.unit
    unit = _over(above, below) if above and below else "{ratio}" if not above and not below else ""
    return Quantity(value=over.value / under.value, comparator=over.comparator, unit=unit, code=unit, system=UCUM)


def _over(above: str, below: str) -> str:
    """The unit of a ratio; mg/dL over g/dL are mg over g."""
    (top, _, volume), (bottom, _, other) = above.partition("/"), below.partition("/")
    return f"{top}/{bottom}" if volume == other else f"{above}/{below}"


def _worse_bound(span: Range, concept: Concept) -> Measured:
    """The bound of a range that leads to more safety action: the lower of blood cells, else the upper."""
    lower_is_worse = concept.name in LOWER_IS_WORSE
    bound = (span.low or span.high) if lower_is_worse else (span.high or span.low)
    if bound is None or bound.value is None:
        raise CannotRead("range without bounds")
    return _number(bound, concept)


LOWER_IS_WORSE = frozenset({"platelet-count", "neutrophils", "lymphocytes", "hemoglobin", "cd4-count", "wbc-count"})
_RANGE_TEXT = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(?:-|–|to)\s*(\d+(?:[.,]\d+)?)")
_SEXES = {"248153007": "male", "248152002": "female"}
_PREGNANCY = re.compile(r"pregnan|trimester|77386006|255246003|255247007|255248002")
_PREGNANCY_CODED = re.compile(rb"(?i)pregnan|trimester|77386006|255246003|255247007|255248002")
_NOT_PREGNANT = re.compile(r"non-?pregnan|not pregnan")
_UPPER_TEXT = re.compile(r"^\s*(?:<=|<|≤|up to)\s*(\d+(?:[.,]\d+)?)")
_YEARS = {"mo": Decimal(12), "wk": Decimal(52), "d": Decimal(365)}  # of them in a year, for the ages of ranges


def limits(value: Value, concept: Concept, found: Measured, *, gender: str = "", age: int | None = None) -> tuple:
    """Low and high of the result's own normal range in canonical units, (None, None) where it has none."""
    if not len(value.referenceRange) or not concept.measures or found.number is None:
        return None, None
    try:
        ranges = optional(value.referenceRange, list[ReferenceRange]) or []
    except Malformed:
        return None, None
    for one in ranges:
        if _fits(one, gender, age):
            return _edges(one, concept, found)
    return None, None


def limits_in_pregnancy(value: Value, concept: Concept, found: Measured) -> tuple:
    """Low and high that the result gives for pregnancy; of several trimesters the narrowest, for the month is not known."""
    if found.number is None or not _PREGNANCY_CODED.search(bytes(value.referenceRange)):
        return None, None
    try:
        ranges = optional(value.referenceRange, list[ReferenceRange]) or []
    except Malformed:
        return None, None
    edges = [_edges(one, concept, found) for one in ranges if _for_pregnancy(one)]
    lows, highs = [low for low, _ in edges if low is not None], [high for _, high in edges if high is not None]
    return max(lows, default=None), min(highs, default=None)


def _edges(one: ReferenceRange, concept: Concept, found: Measured) -> tuple:
    low, high = _edge(one.low, concept, found), _edge(one.high, concept, found)
    return (low, high) if (low, high) != (None, None) else _from_text(one.text or "", concept, found)


def _applies_to(one: ReferenceRange) -> set[str]:
    """The words and codes that say whom the range is for."""
    return {word for item in each(one.appliesTo) for word in ((item.text or "").lower(), *codes_in(item)) if word}


def _for_pregnancy(one: ReferenceRange) -> bool:
    """True where the range is for pregnancy or a trimester of it."""
    words = " ".join((*_applies_to(one), (one.text or "").lower()))
    return bool(_PREGNANCY.search(words)) and not _NOT_PREGNANT.search(words)


def _fits(one: ReferenceRange, gender: str, age: int | None) -> bool:
    """Type normal or absent; sex and age, where the range names them, those of the patient; never one for pregnancy."""
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


def _edge(limit: Quantity | None, concept: Concept, found: Measured) -> Decimal | None:
    """One limit in canonical units; a limit without a unit has the result's."""
    if limit is None or limit.value is None:
        return None
    measure = next(one for one in concept.measures if one.unit == found.unit)
    try:
        unit = unit_of(measure, code=limit.code, system=limit.system, text=limit.unit)
    except UnknownUnit:
        if limit.unit or limit.code:
            return None
        unit = found.spelled
    try:
        return convert(measure, limit.value, unit)
    except UnknownUnit:
        factor = measure.factors.get(unit)
        return limit.value * factor if factor and measure is not PROTEIN_CREATININE else None


def _from_text(text: str, concept: Concept, found: Measured) -> tuple:
    """A range in words, such as "0.4-4.0" or "<34", in the result's own unit."""
    span, upper = _RANGE_TEXT.match(text), _UPPER_TEXT.match(text)
    edges = (span[1], span[2]) if span else (None, upper[1]) if upper else (None, None)
    return tuple(_edge(Quantity(value=Decimal(one.replace(",", "."))), concept, found) if one else None for one in edges)
