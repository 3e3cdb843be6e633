"""
Conditions and AllergyIntolerances -> events; refuted ones and those entered in error never become one.
"""

from __future__ import annotations

from msgspec import Raw

from cds_services.dates import When
from cds_services.from_fhir import versions
from cds_services.from_fhir.codes import alemtuzumab_in, code_of, coded, coded_any, codes_in, each, name_of, words_of
from cds_services.from_fhir.decoding import Malformed, Reading, decode, optional, shaped, start_of
from cds_services.from_fhir.shapes import AllergyIntolerance, CodeableConcept, CodeableReference, Concepts
from cds_services.from_fhir.shapes import Condition as ConditionShape
from cds_services.record import Allergy, Condition

NEVER = frozenset({"refuted", "entered-in-error"})
_SEVERE = "24484000"  # SNOMED CT: Severe (severity modifier)
_CLINICAL = frozenset({"active", "inactive", "resolved"})
_CRITICALITIES = {"CRITH": "high", "CRITL": "low", "CRITU": "unable-to-assess"}  # as DSTU2 writes them
_EXCIPIENT_WORDS = ("polysorbate 80", "disodium edetate", "edetate disodium", "edta")


def condition(raw: Raw, reading: Reading) -> Condition | None:
    """One Condition; None where it is refuted, entered in error, or another patient's."""
    found = raw if type(raw) is ConditionShape else decode(raw, ConditionShape)
    if (version := versions.of_condition(found)) is not None:
        reading.shows(version)
    verification, subject = code_of(found.verificationStatus), found.subject
    if verification in NEVER or ((subject is None or subject.reference != reading.us) and not reading.is_ours(subject, found.patient)):
        reading.dropped[verification if verification in NEVER else "other subject"] += 1
        return None
    reference = f"Condition/{found.id or '?'}"
    names, name = coded(found.code), name_of(found.code)
    began = found.onsetDateTime or start_of(found.onsetPeriod)
    onset = _date(began, reading, reference, names, name) if began else None
    told = found.recordedDate or found.assertedDate or found.dateRecorded
    recorded = reading.lenient(found.recordedDate, found.assertedDate, found.dateRecorded) if told else None
    return Condition(
        reference=reference, concepts=names, name=name, when=onset or recorded, recorded=recorded,
        clinical=code_of(found.clinicalStatus), verification=verification, category=codes_in(found.category),
        abated=_abated(found, reading), severity=_severity(found.severity) if found.severity is not None else "")


def _date(text: str | None, reading: Reading, reference: str, names: frozenset[str], name: str) -> When | None:
    """A date, or none and a note that it cannot be read: the condition itself still counts."""
    try:
        return reading.when(text)
    except ValueError:
        if names:
            reading.refuse(reference, "date cannot be read", concepts=names, name=name)
        return None


def _abated(found: ConditionShape, reading: Reading) -> When | bool:
    text, period = found.abatementDateTime, found.abatementPeriod
    if not text and period is not None:
        text = period.end or period.start
    return (reading.lenient(text) or True) if text else bool(found.abatementBoolean)


def _severity(severity: CodeableConcept) -> str:
    if _SEVERE in codes_in(severity) or "severe" in words_of(severity).lower():
        return "severe"
    return words_of(severity).lower()


def allergy(raw: Raw, reading: Reading) -> Allergy | None:
    """One AllergyIntolerance; None where it is refuted, entered in error, or another patient's."""
    found = shaped(raw, AllergyIntolerance)
    reading.shows(versions.of_allergy(found))
    clinical, verification = _statuses(found)
    if verification in NEVER or not reading.is_ours(found.patient, found.subject):
        reading.dropped[verification if verification in NEVER else "other subject"] += 1
        return None
    substances = [found.code, found.substance, *(one.substance for one in found.reaction or [])]
    manifestations = [item for one in found.reaction or [] for item in _manifestations(one.manifestation)]
    return Allergy(
        reference=f"AllergyIntolerance/{found.id or '?'}", concepts=_allergens(substances),
        name=name_of(found.code) or name_of(found.substance), clinical=clinical, verification=verification,
        when=reading.lenient(found.onsetDateTime, found.onset, found.recordedDate, found.assertedDate), type=code_of(found.type),
        criticality=_CRITICALITIES.get(found.criticality or "", (found.criticality or "").lower()),
        manifestations=coded_any(manifestations),
        manifestation_text=" ".join([*(words_of(one) for one in manifestations), *(one.description or "" for one in found.reaction or [])]))


def _statuses(found: AllergyIntolerance) -> tuple[str, str]:
    """Clinical and verification status; DSTU2 has one status for both."""
    clinical, verification, both = code_of(found.clinicalStatus), code_of(found.verificationStatus), (found.status or "").lower()
    return clinical or (both if both in _CLINICAL else ""), verification or (both if both not in _CLINICAL else "")


def _allergens(substances: list[CodeableConcept | None]) -> frozenset[str]:
    """Value sets by code; alemtuzumab by any product code or word; an excipient by words."""
    names = coded_any(substances)
    words = " ".join(words_of(one) for one in substances).lower()
    names |= alemtuzumab_in(words)
    if any(one in words for one in _EXCIPIENT_WORDS):
        names |= {"hypersensitivity-excipient"}
    if names & {"alemtuzumab", "alemtuzumab-lemtrada", "alemtuzumab-campath"}:
        names |= {"hypersensitivity-substance"}
    return names


def _manifestations(raw: Raw) -> list[CodeableConcept]:
    """Manifestations in R4's shape, or in R5's as CodeableReferences."""
    try:
        plain = each(optional(raw, Concepts)) if len(raw) else []
        if plain and not (plain[0].coding or plain[0].text):
            plain = [one.concept for one in optional(raw, list[CodeableReference]) or [] if one.concept]
    except Malformed:
        return []
    return plain
