"""
Which version of FHIR a client speaks: by its own word, by the CapabilityStatement, by the shape of resources (spec PF8).

R4 and R4B are read in full; R5, STU3 and DSTU2 by the renamed elements that shapes/ lists beside R4's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from cds_services.from_fhir.decoding import Malformed, decode
from cds_services.from_fhir.shapes import EMPTY, AllergyIntolerance, AnyOrder, Condition, Immunization, MedicationElements

R4, R4B, R5, STU3, DSTU2 = "R4", "R4B", "R5", "STU3", "DSTU2"
OLDEST_FIRST = (DSTU2, STU3, R5, R4B, R4)
TAKES_R4 = frozenset({R4, R4B})

_NAMES = {"R4": R4, "R4B": R4B, "R5": R5, "R3": STU3, "STU3": STU3, "R2": DSTU2, "DSTU2": DSTU2}
_NUMBERS = (("4.3", R4B), ("4.1", R4B), ("4", R4), ("5", R5), ("3", STU3), ("1", DSTU2), ("0", DSTU2))
_EPIC_KEY = "request.fhir-version"


class Capabilities(Struct, frozen=True):
    """What a FHIR server says of itself: its version and the types it holds; None where it does not say."""

    version: str | None = None
    types: frozenset[str] | None = None

    def holds(self, *types: str) -> bool:
        """True where any of the types, which are one thing under the names of several versions, is held."""
        return self.types is None or not self.types.isdisjoint(types)


class _Resource(Struct):
    type: str | None = None


class _Rest(Struct):
    mode: str | None = None
    resource: list[_Resource] | None = None


class _Statement(Struct):
    resourceType: str | None = None
    fhirVersion: str | None = None
    rest: list[_Rest] | None = None


def capabilities_of(raw: bytes) -> Capabilities:
    """A CapabilityStatement (DSTU2: Conformance) in brief; nothing is known where it is neither."""
    try:
        found = decode(raw, _Statement)
    except Malformed:
        return Capabilities()
    if found.resourceType not in ("CapabilityStatement", "Conformance"):
        return Capabilities()
    types = frozenset(one.type for rest in found.rest or () if rest.mode != "client" for one in rest.resource or () if one.type)
    return Capabilities(version_named(found.fhirVersion), types or None)


def version_named(text: Any) -> str | None:
    """The version behind a name such as `STU3` or a number such as `4.0.1`; None where it is neither."""
    if not isinstance(text, str):
        return None
    word = text.strip().upper()
    return _NAMES.get(word) or next((name for start, name in _NUMBERS if word == start or word.startswith(f"{start}.")), None)


def version_in(extension: Mapping[str, Any]) -> str | None:
    """The version that the client names in its request's extension, as Epic does."""
    return next((version_named(value) for key, value in extension.items() if key.endswith(_EPIC_KEY)), None)


def oldest(versions: set[str]) -> str | None:
    """Of the versions that shapes point to the oldest: it takes least for granted."""
    return next((one for one in OLDEST_FIRST if one in versions), None)


# ---- by shape: elements that one version alone has ------------------------------------------------------------

def of_medications(uses: Iterable[MedicationElements]) -> set[str]:
    """The versions that medication resources show by their elements; none where all could be R4."""
    found, requesters = set(), []
    for use in uses:
        kind = use.resourceType
        if (use.dateWritten or use.effectiveTimeDateTime or use.effectiveTimePeriod is not None or use.wasNotGiven is not None
                or use.wasNotTaken is not None or kind in ("MedicationOrder", "MedicationPrescription")):
            found.add(DSTU2)
        elif use.medication is not None or use.occurenceDateTime or use.occurencePeriod is not None:
            found.add(R5)
        elif use.notGiven is not None or use.taken is not None or use.notDone is not None:
            found.add(STU3)
        elif kind == "MedicationRequest":
            if use.context is not EMPTY:
                found.add(STU3)
            requesters.append(use.requester)
    if b'"agent"' in b" ".join(requesters):  # one look at all of them
        found.add(STU3)
    return found


def of_order(found: AnyOrder) -> str | None:
    """The version that an order for a test or a referral shows."""
    if found.resourceType == "DiagnosticOrder" or found.orderedOn or found.dateSent or found.scheduledDateTime:
        return DSTU2
    return STU3 if found.resourceType in ("ProcedureRequest", "ReferralRequest") else None


def of_condition(found: Condition) -> str | None:
    """The version that a Condition shows: its statuses are plain codes before R4."""
    if found.dateRecorded:
        return DSTU2
    return STU3 if found.assertedDate or isinstance(found.clinicalStatus, str) else None


def of_allergy(found: AllergyIntolerance) -> str | None:
    """The version that an AllergyIntolerance shows."""
    if found.substance is not None or found.status:
        return DSTU2
    return STU3 if found.assertedDate or isinstance(found.clinicalStatus, str) else None


def of_immunization(found: Immunization) -> str | None:
    """The version that an Immunization shows."""
    if found.wasNotGiven is not None:
        return DSTU2
    return STU3 if found.notGiven is not None or found.date else None
