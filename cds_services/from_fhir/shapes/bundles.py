"""
Bundles, their entries, and what any resource says of itself.
"""

from __future__ import annotations

from msgspec import UNSET, Raw, Struct, UnsetType

from cds_services.from_fhir.shapes.care import AllergyIntolerance, Condition, Encounter, Immunization, Patient, Procedure, ServiceRequest
from cds_services.from_fhir.shapes.elements import EMPTY, Resource
from cds_services.from_fhir.shapes.medications import (
    Medication,
    MedicationAdministration,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
)
from cds_services.from_fhir.shapes.observations import DiagnosticReport, Observation


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
