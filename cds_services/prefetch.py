"""
Prefetch: one broad query per kind of resource, the same for the published templates and for our own fetch.

Real servers cannot search administrations, conditions or immunizations by code: these are asked for by patient and
filtered here (spec section 16, P7 to P9).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from msgspec import Raw

from cds_services import concepts as c
from cds_services.from_fhir.bundles import Answer
from cds_services.from_fhir.reader import MEDICATION_SOURCES
from cds_services.from_fhir.versions import DSTU2, STU3, Capabilities
from cds_services.value_sets import LOINC

TYPES: dict[str, str] = {
    c.PATIENT: "Patient", c.ADMINISTRATIONS: "MedicationAdministration", c.REQUESTS: "MedicationRequest",
    c.STATEMENTS: "MedicationStatement", c.DISPENSES: "MedicationDispense", c.CONDITIONS: "Condition",
    c.ALLERGIES: "AllergyIntolerance", c.IMMUNIZATIONS: "Immunization", c.PROCEDURES: "Procedure",
    c.SERVICE_REQUESTS: "ServiceRequest", c.LABORATORY: "Observation", c.VITAL_SIGNS: "Observation",
    c.OTHER_OBSERVATIONS: "Observation", c.ENCOUNTERS: "Encounter", c.DIAGNOSTIC_REPORTS: "DiagnosticReport",
}
SHOWN_BY_EXPOSURE = (c.PATIENT, c.ADMINISTRATIONS, c.REQUESTS, c.STATEMENTS)  # what `prefetch = exposure` advertises
ALWAYS = (c.PATIENT, *MEDICATION_SOURCES, c.CONDITIONS)  # conditions tell LEMTRADA from CAMPATH (protocol B.2)
OLDER_TYPES = {  # of R5's drafts, STU3 and DSTU2
    "MedicationRequest": ("MedicationRequest", "MedicationOrder"), "MedicationStatement": ("MedicationStatement", "MedicationUsage"),
    "ServiceRequest": ("ServiceRequest", "ProcedureRequest", "DiagnosticOrder", "ReferralRequest"),
}


@dataclass(frozen=True)
class Wanted:
    """What to ask a FHIR server for a prefetch key: relative URLs, the types expected, and the first page where it came by prefetch."""

    queries: tuple[str, ...]
    types: tuple[str, ...]
    begun: Answer | None = None


class FhirAccess(Protocol):
    """The EHR's FHIR server, as far and as long as one call may use it. No answer is ever empty because looking failed."""

    queries: int

    def capabilities(self, *, ask: bool = True) -> Capabilities:
        """What the server says of itself; with `ask` false only what is remembered of it."""

    def search(self, wanted: Mapping[str, Wanted], *, last: bool = True) -> Mapping[str, Answer]:
        """An Answer for every key, all asked at once, pages followed; unless it is the `last` stage, time is left for another."""

    def read(self, references: Iterable[str]) -> Mapping[str, Raw]:
        """The Medication resources that could be read, by the reference that named them."""


def _other_codes() -> str:
    """The LOINC codes of the value sets that are neither laboratory nor vital signs."""
    codes = [row.code for concept in c.CONCEPTS.values() if c.OTHER_OBSERVATIONS in concept.sources
             for row in concept.codes if row.system == LOINC]
    return ",".join(dict.fromkeys(codes))


_FILTERS = {
    c.SERVICE_REQUESTS: "&status=active", c.LABORATORY: "&category=laboratory", c.VITAL_SIGNS: "&category=vital-signs",
    c.OTHER_OBSERVATIONS: f"&code={_other_codes()}",
}


_OLDER_ORDERS: dict[str, dict[str, tuple[str, ...]]] = {
    STU3: {c.SERVICE_REQUESTS: ("ProcedureRequest?patient={}&status=active", "ReferralRequest?patient={}&status=active")},
    DSTU2: {c.REQUESTS: ("MedicationOrder?patient={}",),
            c.SERVICE_REQUESTS: ("DiagnosticOrder?patient={}", "ProcedureRequest?patient={}", "ReferralRequest?patient={}")},
}


def types_of(key: str) -> tuple[str, ...]:
    """The resource types that may answer a prefetch key, R4's first."""
    return OLDER_TYPES.get(TYPES[key], (TYPES[key],))


def query(key: str, patient_id: str) -> str:
    """The relative URL that answers a prefetch key; the id comes percent-encoded or as the prefetch token."""
    if key == c.PATIENT:
        return f"Patient/{patient_id}"
    return f"{TYPES[key]}?patient={patient_id}{_FILTERS.get(key, '')}"


def queries(key: str, patient_id: str, version: str | None = None) -> tuple[str, ...]:
    """The relative URLs that answer a prefetch key on a server of this version; before R4 some types have other names."""
    older = _OLDER_ORDERS.get(version or "", {}).get(key)
    return tuple(one.format(patient_id) for one in older) if older else (query(key, patient_id),)
