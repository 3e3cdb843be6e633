"""
The FHIR elements that the rules need, as msgspec Structs: everything else in a resource is skipped unread.

One struct serves R4 and R4B and names the few renamed fields of R5, STU3 and DSTU2 beside them. Elements that only
some results need (components, ranges, comments) stay Raw until they are asked for. Where a type has had several names,
the struct that is decoded on its own takes any of them, and the ones that are told apart inside a Bundle take R4's.
"""

from __future__ import annotations

from cds_services.from_fhir.shapes.bundles import (
    Bundle,
    Entry,
    Issue,
    Kind,
    Link,
    OperationOutcome,
    ShapedBundle,
    ShapedEntry,
    ShapedResource,
)
from cds_services.from_fhir.shapes.care import (
    AllergyIntolerance,
    AnyOrder,
    Condition,
    Encounter,
    Immunization,
    OrderElements,
    Patient,
    Procedure,
    Reaction,
    ServiceRequest,
)
from cds_services.from_fhir.shapes.elements import (
    EMPTY,
    Annotation,
    CodeableConcept,
    CodeableReference,
    Coding,
    Concepts,
    Identifier,
    Meta,
    Period,
    Quantity,
    Range,
    Ratio,
    Reference,
    References,
    Repeat,
    Resource,
    Timing,
)
from cds_services.from_fhir.shapes.medications import (
    DispenseRequest,
    Dosage,
    Dosages,
    DoseAndRate,
    Ingredient,
    Medication,
    MedicationAdministration,
    MedicationDispense,
    MedicationElements,
    MedicationRequest,
    MedicationStatement,
    MedicationUse,
    Medicine,
    MedicineElements,
    Product,
)
from cds_services.from_fhir.shapes.observations import (
    DiagnosticReport,
    Observation,
    ReferenceRange,
    Related,
    Value,
)

__all__ = [
    "AllergyIntolerance", "Annotation", "AnyOrder", "Bundle", "CodeableConcept", "CodeableReference", "Coding", "Concepts", "Condition",
    "DiagnosticReport", "DispenseRequest", "Dosage", "Dosages", "DoseAndRate", "EMPTY", "Encounter", "Entry", "Identifier",
    "Immunization", "Ingredient", "Issue", "Kind", "Link", "Medication", "MedicationAdministration", "MedicationDispense",
    "MedicationElements", "MedicationRequest", "MedicationStatement", "MedicationUse", "Medicine", "MedicineElements", "Meta",
    "Observation", "OperationOutcome", "OrderElements", "Patient", "Period", "Procedure", "Product", "Quantity", "Range", "Ratio",
    "Reaction", "Reference", "ReferenceRange", "References", "Related", "Repeat", "Resource", "ServiceRequest", "ShapedBundle",
    "ShapedEntry", "ShapedResource", "Timing", "Value",
]
