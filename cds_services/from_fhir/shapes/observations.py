"""
Observations and the reports that hold or tell of them.
"""

from __future__ import annotations

from msgspec import Raw, Struct

from cds_services.from_fhir.shapes.elements import (
    EMPTY,
    CodeableConcept,
    Concepts,
    Period,
    Quantity,
    Range,
    Ratio,
    Reference,
    References,
    Resource,
)


class ReferenceRange(Struct, gc=False):
    low: Quantity | None = None
    high: Quantity | None = None
    type: Concepts = None
    appliesTo: Concepts = None
    age: Range | None = None
    text: str | None = None


class Value(Struct, gc=False):
    """The value of an Observation or of one of its components."""

    code: CodeableConcept | None = None
    valueQuantity: Quantity | None = None
    valueCodeableConcept: CodeableConcept | None = None
    valueString: str | None = None
    valueInteger: int | None = None
    valueBoolean: bool | None = None
    valueRatio: Ratio | None = None
    valueRange: Range | None = None
    valueDateTime: str | None = None
    valueSampledData: Raw = EMPTY
    valueAttachment: Raw = EMPTY
    dataAbsentReason: CodeableConcept | None = None
    referenceRange: Raw = EMPTY
    interpretation: Raw = EMPTY


class Related(Struct, gc=False):
    type: str | None = None
    target: Reference | None = None


class Observation(Resource):
    """An Observation of which nothing is decoded that its code may make needless; values.py makes a Value of it."""

    id: str | None = None
    status: str | None = None
    code: Raw = EMPTY
    subject: Raw = EMPTY
    effectiveDateTime: str | None = None
    issued: str | None = None
    valueQuantity: Raw = EMPTY
    referenceRange: Raw = EMPTY
    interpretation: Raw = EMPTY
    category: Raw = EMPTY
    identifier: Raw = EMPTY
    meta: Raw = EMPTY
    effectivePeriod: Period | None = None
    effectiveInstant: str | None = None
    valueCodeableConcept: Raw = EMPTY
    valueString: Raw = EMPTY
    valueInteger: Raw = EMPTY
    valueBoolean: Raw = EMPTY
    valueRatio: Raw = EMPTY
    valueRange: Raw = EMPTY
    valueDateTime: Raw = EMPTY
    valueSampledData: Raw = EMPTY
    valueAttachment: Raw = EMPTY
    dataAbsentReason: Raw = EMPTY
    component: Raw = EMPTY
    hasMember: Raw = EMPTY
    related: Raw = EMPTY
    note: Raw = EMPTY
    comment: str | None = None
    comments: str | None = None
    focus: Raw = EMPTY
    contained: Raw = EMPTY


class DiagnosticReport(Resource):
    id: str | None = None
    meta: Raw = EMPTY
    status: str | None = None
    subject: Reference | None = None
    code: CodeableConcept | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    issued: str | None = None
    result: References = None
    contained: Raw = EMPTY
