"""
The value of a result: a number in canonical units, an answer in words, or why it cannot be read (protocol D).
"""

from __future__ import annotations

from decimal import Decimal
from typing import get_type_hints

import msgspec
from msgspec import Raw

from cds_services.concepts import Concept
from cds_services.from_fhir import answers
from cds_services.from_fhir.codes import codes_in
from cds_services.from_fhir.decoding import element
from cds_services.from_fhir.shapes import CodeableConcept, Observation, Quantity, Range, Ratio, Value
from cds_services.units import Measure, UnknownUnit, convert, unit_of
from cds_services.value_sets import UCUM


class Measured(msgspec.Struct, gc=False):
    """What a value says: number in the canonical unit of its measure, number and unit as sent, comparator, or an answer in words."""

    number: Decimal | None = None
    measure: Measure | None = None
    sent_number: Decimal | None = None
    sent_unit: str = ""
    comparator: str = ""
    answer: str = ""
    grade: Decimal | None = None
    spelled: str = ""

    @property
    def unit(self) -> str:
        """The canonical unit of its number."""
        return self.measure.unit if self.measure is not None else ""


class CannotRead(ValueError):
    """A value that is present and cannot be understood: the reason, and the value as sent."""

    def __init__(self, reason: str, sent: str = ""):
        super().__init__(reason)
        self.sent = sent


class NoValue(ValueError):
    """No value, or a reason why there is none: the test was not done."""


_VALUES = {name: shape for name, shape in get_type_hints(Value).items() if name not in ("code", "valueQuantity") and shape is not Raw}


_QUANTITY = msgspec.json.Decoder(Quantity | None)


def value_of(found: Observation, code: CodeableConcept | None) -> Value:
    """The value of an Observation; Malformed where it has not the shape of its type."""
    value = Value(code=code, referenceRange=found.referenceRange, interpretation=found.interpretation)
    if len(raw := found.valueQuantity):
        try:
            value.valueQuantity = _QUANTITY.decode(raw)
        except msgspec.ValidationError:
            element(raw, "valueQuantity", Quantity | None)
            raise
    if value.valueQuantity is None or len(found.dataAbsentReason):
        value.valueSampledData, value.valueAttachment = found.valueSampledData, found.valueAttachment
        for name, shape in _VALUES.items():
            if len(raw := getattr(found, name)):
                setattr(value, name, element(raw, name, shape))
    return value


def measured(value: Value, concept: Concept) -> Measured:
    """Read a value of the concept's analyte; CannotRead or NoValue where there is nothing to judge."""
    if value.dataAbsentReason is not None:
        raise NoValue(value.dataAbsentReason.text or ", ".join(codes_in(value.dataAbsentReason)) or "data absent")
    if (quantity := value.valueQuantity) is not None:
        return _number(quantity, concept) if quantity.value is not None and concept.measures else _unmeasured(quantity, concept)
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


def _unmeasured(quantity: Quantity, concept: Concept) -> Measured:
    """A quantity without a number, or of a concept that has no measure."""
    if quantity.value is None:
        raise CannotRead("no number", (quantity.unit or quantity.code or "").strip())
    if concept.words:
        return Measured(sent_number=quantity.value, sent_unit=quantity.unit or quantity.code or "")
    return _number(quantity, concept)


def _number(quantity: Quantity, concept: Concept) -> Measured:
    """The number in the first of the concept's measures that knows its unit."""
    shown = quantity.unit or quantity.code or ""
    comparator = quantity.comparator or ""
    if not quantity.value.is_finite():
        raise CannotRead("not a number", _as_sent(quantity))
    if comparator and comparator not in ("<", "<=", ">", ">="):
        raise CannotRead(f"comparator {comparator!r} cannot be judged", _as_sent(quantity))
    problem = ""  # its words alone: an error that is held in its own frame would keep the record until the collector looks
    for measure in concept.measures:
        try:
            unit = unit_of(measure, quantity.code, quantity.system, quantity.unit)
            number = convert(measure, quantity.value, unit)
        except UnknownUnit as error:
            problem = problem or str(error)
            continue
        return Measured(number, measure, quantity.value, shown, comparator, spelled=unit)
    raise CannotRead(problem or "a number was not expected", _as_sent(quantity))


def _as_sent(quantity: Quantity) -> str:
    return f"{quantity.comparator or ''}{quantity.value} {quantity.unit or quantity.code or ''}".strip()


def _coded(value: CodeableConcept, concept: Concept) -> Measured:
    answer, grade, words = answers.answer_in(value)
    if concept.free or (concept.words and answer):
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
    if text.strip() and (concept.free or (concept.words and answer)):
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
