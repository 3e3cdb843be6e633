"""
The FHIR elements that the rules need, as msgspec Structs: everything else in a resource is skipped unread.

One struct serves R4 and R4B and names the few renamed fields of R5, STU3 and DSTU2 beside them. Elements that only
some results need (components, ranges, comments) stay Raw until they are asked for. Where a type has had several names,
the struct that is decoded on its own takes any of them, and the ones that are told apart inside a Bundle take R4's.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import UNSET, Raw, Struct, UnsetType

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


class DoseAndRate(Struct, gc=False):
    doseQuantity: Quantity | None = None
    doseRange: Range | None = None


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


class CodeableReference(Struct, gc=False):
    concept: CodeableConcept | None = None
    reference: Reference | None = None


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


class Entry(Struct, gc=False):
    """One Bundle entry; the resource is decoded in its own try."""

    resource: Raw = EMPTY
    fullUrl: str | None = None


class Link(Struct, gc=False):
    relation: str | None = None
    url: str | None = None


class Bundle(Struct, gc=False):
    resourceType: str | None = None
    type: str | None = None
    total: int | None = None
    entry: list[Raw] | None = None
    link: list[Link] | None = None


class Issue(Struct, gc=False):
    severity: str | None = None


class OperationOutcome(Resource):
    issue: list[Issue] | None = None


ShapedResource = (
    Observation | Condition | AllergyIntolerance | Immunization | Procedure | Encounter | ServiceRequest | DiagnosticReport | Patient
    | MedicationAdministration | MedicationStatement | MedicationDispense | MedicationRequest | Medication | OperationOutcome)


class ShapedEntry(Struct, gc=False):
    """One entry of a Bundle that is decoded as a whole."""

    resource: ShapedResource | UnsetType = UNSET
    fullUrl: str | None = None


class ShapedBundle(Struct, gc=False, tag_field="resourceType", tag="Bundle"):
    """A Bundle decoded in one go, which works where every resource in it is of a type that is read, and has its shape."""

    type: str | None = None
    total: int | None = None
    entry: list[ShapedEntry] | None = None
    link: list[Link] | None = None


class Kind(Struct, gc=False):
    """What any resource says of itself."""

    resourceType: str | None = None
    id: str | None = None
