"""
Prefetch: one broad query per kind of resource, the same for the published templates and for our own fetch.

Real servers cannot search administrations, conditions or immunizations by code: these are asked for by patient and
filtered here (spec section 16, P7 to P9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cds_services import concepts as c
from cds_services.from_fhir.bundles import Answer
from cds_services.from_fhir.reader import MEDICATION_SOURCES
from cds_services.value_sets import LOINC

TYPES: dict[str, str] = {
    c.PATIENT: "Patient", c.ADMINISTRATIONS: "MedicationAdministration", c.REQUESTS: "MedicationRequest",
    c.STATEMENTS: "MedicationStatement", c.DISPENSES: "MedicationDispense", c.CONDITIONS: "Condition",
    c.ALLERGIES: "AllergyIntolerance", c.IMMUNIZATIONS: "Immunization", c.PROCEDURES: "Procedure",
    c.SERVICE_REQUESTS: "ServiceRequest", c.LABORATORY: "Observation", c.VITAL_SIGNS: "Observation",
    c.OTHER_OBSERVATIONS: "Observation", c.ENCOUNTERS: "Encounter", c.DIAGNOSTIC_REPORTS: "DiagnosticReport",
}
EXPOSURE_SOURCES = (c.PATIENT, *MEDICATION_SOURCES)
ALWAYS = (*EXPOSURE_SOURCES, c.CONDITIONS)  # conditions tell LEMTRADA from CAMPATH (protocol B.2)
OLDER_TYPES = {"MedicationRequest": ("MedicationRequest", "MedicationOrder"), "ServiceRequest": (
    "ServiceRequest", "ProcedureRequest", "DiagnosticOrder"), "MedicationStatement": ("MedicationStatement", "MedicationUsage")}

Obtain = Callable[[Mapping[str, str]], Mapping[str, Answer]]
"""Fetches what prefetch left out: prefetch key -> relative search URL in, prefetch key -> Answer out."""


def _other_codes() -> str:
    """The LOINC codes of the value sets that are neither laboratory nor vital signs."""
    codes = [row.code for concept in c.CONCEPTS.values() if c.OTHER_OBSERVATIONS in concept.sources
             for row in concept.codes if row.system == LOINC]
    return ",".join(dict.fromkeys(codes))


_FILTERS = {
    c.SERVICE_REQUESTS: "&status=active", c.LABORATORY: "&category=laboratory", c.VITAL_SIGNS: "&category=vital-signs",
    c.OTHER_OBSERVATIONS: f"&code={_other_codes()}",
}


def query(key: str, patient_id: str) -> str:
    """The relative URL that answers a prefetch key; the id comes percent-encoded or as the prefetch token."""
    if key == c.PATIENT:
        return f"Patient/{patient_id}"
    return f"{TYPES[key]}?patient={patient_id}{_FILTERS.get(key, '')}"
