"""
What was given, reported, handed over or ordered, and the Medications behind it.
"""

from __future__ import annotations

from msgspec import Raw, Struct

from cds_services.from_fhir.shapes.elements import (
    EMPTY,
    CodeableConcept,
    CodeableReference,
    Concepts,
    Identifier,
    Meta,
    Period,
    Quantity,
    Range,
    Reference,
    Resource,
    Timing,
)


class DoseAndRate(Struct, gc=False):
    doseQuantity: Quantity | None = None
    doseRange: Range | None = None


class Dosage(Struct, gc=False):
    """dosageInstruction of an order, dosage of an administration or statement."""

    text: str | None = None
    timing: Timing | None = None
    route: CodeableConcept | None = None
    dose: Quantity | None = None
    doseAndRate: list[DoseAndRate] | None = None
    doseQuantity: Quantity | None = None
    doseRange: Range | None = None
    quantity: Quantity | None = None
    quantityQuantity: Quantity | None = None


Dosages = list[Dosage] | Dosage | None


class Ingredient(Struct, gc=False, omit_defaults=True):
    itemCodeableConcept: CodeableConcept | None = None
    itemReference: Reference | None = None
    item: Raw = EMPTY
    strength: Raw = EMPTY


class Product(Struct, gc=False):
    ingredient: list[Ingredient] | None = None


class MedicineElements(Struct, gc=False, omit_defaults=True):
    id: str | None = None
    code: CodeableConcept | None = None
    ingredient: list[Ingredient] | None = None
    product: Product | None = None


class Medicine(MedicineElements):
    """A Medication resource, or a Substance in its place, contained or on its own."""

    resourceType: str | None = None


class Medication(MedicineElements, Resource):
    """A Medication resource beside others in a Bundle."""


class DispenseRequest(Struct, gc=False):
    validityPeriod: Period | None = None
    expectedSupplyDuration: Quantity | None = None
    numberOfRepeatsAllowed: int | None = None


class MedicationElements(Struct, gc=False, omit_defaults=True):
    """The elements of MedicationAdministration, -Statement, -Dispense, -Request and DSTU2's MedicationOrder, united."""

    id: str | None = None
    meta: Meta | None = None
    identifier: list[Identifier] | Identifier | None = None
    status: str | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    context: Raw = EMPTY
    intent: str | None = None
    subject: Reference | None = None
    medicationCodeableConcept: CodeableConcept | None = None
    medicationReference: Reference | None = None
    contained: Raw = EMPTY
    requester: Raw = EMPTY
    authoredOn: str | None = None
    whenHandedOver: str | None = None
    whenPrepared: str | None = None
    dosage: Dosages = None
    dosageInstruction: Dosages = None
    dispenseRequest: DispenseRequest | None = None
    doNotPerform: bool | None = None
    statusReason: Concepts = None
    reasonNotGiven: Concepts = None
    note: Raw = EMPTY
    patient: Reference | None = None
    medication: CodeableReference | None = None
    dateWritten: str | None = None
    effectiveTimeDateTime: str | None = None
    effectiveTimePeriod: Period | None = None
    occurenceDateTime: str | None = None
    occurencePeriod: Period | None = None
    wasNotGiven: bool | None = None
    notGiven: bool | None = None
    wasNotTaken: bool | None = None
    taken: str | None = None
    notDone: bool | None = None
    adherence: Raw = EMPTY


class MedicationUse(MedicationElements):
    """Any of them, whatever its name."""

    resourceType: str | None = None


class MedicationAdministration(MedicationElements, Resource):
    """A dose that was given."""


class MedicationStatement(MedicationElements, Resource):
    """A drug that is reported to be taken."""


class MedicationDispense(MedicationElements, Resource):
    """A drug that was handed over."""


class MedicationRequest(MedicationElements, Resource):
    """A drug that was ordered."""
