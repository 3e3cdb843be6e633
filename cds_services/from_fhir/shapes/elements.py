"""
Elements that many resources share: codes, references, quantities, times.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Raw, Struct

EMPTY = Raw(b"")


class Resource(Struct, gc=False, omit_defaults=True, tag_field="resourceType", tag=True):
    """A resource that says its type by its name, so that several types can be told apart while they are decoded."""

    def __init_subclass__(cls, **settings: object) -> None:
        super().__init_subclass__(**settings)
        cls.resourceType = cls.__name__


class Coding(Struct, frozen=True, omit_defaults=True, gc=False):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Struct, frozen=True, cache_hash=True, omit_defaults=True, gc=False):
    """Hashable, so that what its codes mean is looked up instead of worked out again."""

    coding: tuple[Coding, ...] | None = None
    text: str | None = None


Concepts = list[CodeableConcept] | CodeableConcept | None


class Reference(Struct, gc=False):
    reference: str | None = None
    display: str | None = None
    type: str | None = None


References = list[Reference] | Reference | None


class Identifier(Struct, gc=False):
    system: str | None = None
    value: str | None = None


class Quantity(Struct, gc=False):
    value: Decimal | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Ratio(Struct, gc=False):
    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Range(Struct, gc=False):
    low: Quantity | None = None
    high: Quantity | None = None


class Period(Struct, gc=False):
    start: str | None = None
    end: str | None = None


class Meta(Struct, gc=False):
    lastUpdated: str | None = None
    versionId: str | None = None


class Annotation(Struct, gc=False):
    text: str | None = None


class CodeableReference(Struct, gc=False):
    concept: CodeableConcept | None = None
    reference: Reference | None = None


class Repeat(Struct, gc=False):
    boundsPeriod: Period | None = None
    count: int | None = None
    frequency: int | None = None
    period: Decimal | None = None
    periodUnit: str | None = None
    periodUnits: str | None = None
    boundsDuration: Quantity | None = None


class Timing(Struct, gc=False):
    event: list[str] | None = None
    repeat: Repeat | None = None
    code: CodeableConcept | None = None
