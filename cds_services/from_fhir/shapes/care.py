"""
The Patient, problems, allergies, vaccines, procedures, visits, and orders for tests or referrals.
"""

from __future__ import annotations

from msgspec import Raw, Struct

from cds_services.from_fhir.shapes.elements import EMPTY, CodeableConcept, Concepts, Period, Reference, Resource, Timing


class Patient(Resource):
    """A Patient; the name stays undecoded: the page of the SMART app alone shows it."""

    id: str | None = None
    meta: Raw = EMPTY
    gender: str | None = None
    birthDate: str | None = None
    deceasedBoolean: bool | None = None
    deceasedDateTime: str | None = None
    name: Raw = EMPTY
    identifier: Raw = EMPTY


class Condition(Resource):
    id: str | None = None
    meta: Raw = EMPTY
    subject: Reference | None = None
    patient: Reference | None = None
    code: CodeableConcept | None = None
    clinicalStatus: CodeableConcept | str | None = None
    verificationStatus: CodeableConcept | str | None = None
    category: Concepts = None
    severity: CodeableConcept | None = None
    onsetDateTime: str | None = None
    onsetPeriod: Period | None = None
    recordedDate: str | None = None
    assertedDate: str | None = None
    dateRecorded: str | None = None
    abatementDateTime: str | None = None
    abatementPeriod: Period | None = None
    abatementBoolean: bool | None = None
    abatementString: str | None = None


class Reaction(Struct, gc=False):
    substance: CodeableConcept | None = None
    manifestation: Raw = EMPTY
    description: str | None = None
    severity: str | None = None


class AllergyIntolerance(Resource):
    id: str | None = None
    meta: Raw = EMPTY
    patient: Reference | None = None
    subject: Reference | None = None
    code: CodeableConcept | None = None
    substance: CodeableConcept | None = None
    clinicalStatus: CodeableConcept | str | None = None
    verificationStatus: CodeableConcept | str | None = None
    status: str | None = None
    type: CodeableConcept | str | None = None
    criticality: str | None = None
    onsetDateTime: str | None = None
    onset: str | None = None
    recordedDate: str | None = None
    assertedDate: str | None = None
    reaction: list[Reaction] | None = None


class Immunization(Resource):
    id: str | None = None
    meta: Raw = EMPTY
    status: str | None = None
    patient: Reference | None = None
    subject: Reference | None = None
    vaccineCode: CodeableConcept | None = None
    occurrenceDateTime: str | None = None
    occurrenceString: str | None = None
    date: str | None = None
    notGiven: bool | None = None
    wasNotGiven: bool | None = None


class Procedure(Resource):
    id: str | None = None
    meta: Raw = EMPTY
    status: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    code: CodeableConcept | None = None
    reasonCode: Concepts = None
    reasonCodeableConcept: CodeableConcept | None = None
    reason: Raw = EMPTY
    notPerformed: bool | None = None
    notDone: bool | None = None
    performedDateTime: str | None = None
    performedPeriod: Period | None = None
    occurrenceDateTime: str | None = None
    occurrencePeriod: Period | None = None


class Encounter(Resource):
    id: str | None = None
    meta: Raw = EMPTY
    status: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    type: Concepts = None
    serviceType: Raw = EMPTY
    reasonCode: Concepts = None
    reason: Raw = EMPTY
    period: Period | None = None
    actualPeriod: Period | None = None


class OrderElements(Struct, gc=False, omit_defaults=True):
    """The elements of ServiceRequest, ProcedureRequest, DiagnosticOrder, ReferralRequest and ImmunizationRecommendation, united."""

    id: str | None = None
    meta: Raw = EMPTY
    status: str | None = None
    intent: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    code: Raw = EMPTY
    item: Raw = EMPTY
    orderDetail: Raw = EMPTY
    recommendation: Raw = EMPTY
    authoredOn: str | None = None
    date: str | None = None
    occurrenceDateTime: str | None = None
    occurrencePeriod: Period | None = None
    occurrenceTiming: Timing | None = None
    orderedOn: str | None = None
    dateSent: str | None = None
    scheduledDateTime: str | None = None
    scheduledPeriod: Period | None = None
    scheduledTiming: Timing | None = None
    serviceRequested: Concepts = None
    event: Raw = EMPTY
    doNotPerform: bool | None = None


class AnyOrder(OrderElements):
    """Any of them, whatever its name."""

    resourceType: str | None = None


class ServiceRequest(OrderElements, Resource):
    """An order for a test, a referral or a vaccine."""
