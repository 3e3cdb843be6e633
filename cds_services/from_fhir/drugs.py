"""
Which drug a medication resource is about: by code, by a contained, bundled or referenced Medication or its ingredients,
else by words (protocol B.2, ruling 45). What is unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec
from msgspec import Raw

from cds_services.from_fhir.codes import drug, name_of, words_of
from cds_services.from_fhir.decoding import Malformed, Reading, decode, local_reference, optional
from cds_services.from_fhir.shapes import CodeableConcept, CodeableReference, Ingredient, MedicationElements, Medicine, Reference
from cds_services.from_fhir.vocabulary import is_vocabulary
from cds_services.value_sets import VALUE_SETS, canonical_code, canonical_system

_DISPLAYS = {(one.system, canonical_code(one.system, one.code)): one.display
             for codes in VALUE_SETS.values() for one in codes if one.plain}


class Drug(msgspec.Struct, frozen=True):
    """Which drug a resource is about: value sets, a name, all its words, and whether anything names it at all."""

    names: frozenset[str]
    name: str
    words: str
    known: bool


_UNKNOWN = Drug(frozenset(), "", "", False)


def drug_of(use: MedicationElements, reading: Reading) -> Drug:
    """The drug of a medication resource, unknown where nothing names it."""
    concept = use.medicationCodeableConcept or (use.medication.concept if use.medication else None)
    if concept is not None and (concept.coding or concept.text):
        return drug_in(concept, reading)
    target = use.medicationReference or (use.medication.reference if use.medication else None)
    if target is None:
        return _UNKNOWN
    medicine = _resolved(target.reference, use, reading)
    if medicine is not None:
        found = _from_medicine(medicine, use, reading)
        if found.known:
            return found
    display = target.display or ""
    return drug_in(CodeableConcept(text=display), reading) if display else _UNKNOWN


def drug_in(concept: CodeableConcept, reading: Reading) -> Drug:
    """The drug of a concept, found once in a call: the doses of a course share theirs, and so do repeated orders."""
    known = reading.drugs.get(concept)
    if known is None:
        known = reading.drugs[concept] = _of_vocabulary(concept) if is_vocabulary(concept) else _from_words(concept, reading.told)
    return known


@lru_cache(maxsize=4096)
def _of_vocabulary(concept: CodeableConcept) -> Drug:
    """Kept between calls: most charts hold the same drugs."""
    return _from_words(concept)


def _from_words(concept: CodeableConcept, told: dict[str, frozenset[str]] | None = None) -> Drug:
    words = " ".join([words_of(concept), *_known_displays(concept)])
    return Drug(drug(concept, told), name_of(concept), words, True)


def _known_displays(concept: CodeableConcept) -> list[str]:
    """Our own displays of its codes, which state a product's strength even where the sender gave none."""
    found = [_display(coding.system, coding.code) for coding in concept.coding or () if coding.system and coding.code]
    return [one for one in found if one]


@lru_cache(maxsize=16384)
def _display(system: str, code: str) -> str | None:
    system = canonical_system(system)
    return _DISPLAYS.get((system, canonical_code(system, code)))


def _resolved(reference: str | None, use: MedicationElements, reading: Reading) -> Medicine | None:
    """The Medication behind a reference: contained, in a Bundle, or read beforehand."""
    if not reference:
        return None
    if reference.startswith("#"):
        return next((one for one in _contained(use) if one.id and one.id.lstrip("#") == reference[1:]), None)
    return reading.medicines.get(reference) or reading.medicines.get(local_reference(reference))


def _contained(use: MedicationElements) -> Iterator[Medicine]:
    """What is contained and has the shape of a Medication; a PractitionerRole beside it must not hide it."""
    try:
        inside = optional(use.contained, list[Raw]) or []
    except Malformed:
        return
    for raw in inside:
        try:
            yield decode(raw, Medicine)
        except Malformed:
            continue


def _from_medicine(medicine: Medicine, use: MedicationElements, reading: Reading) -> Drug:
    """A Medication by its code, and by its ingredients: an infusion's drug may stand in those alone."""
    inside = [*(medicine.ingredient or []), *((medicine.product.ingredient if medicine.product else None) or [])]
    parts = [medicine.code, *(_ingredient(one, use, reading) for one in inside)]
    drugs = [drug_in(one, reading) for one in parts if one is not None and (one.coding or one.text)]
    if not drugs:
        return _UNKNOWN
    names = frozenset().union(*(one.names for one in drugs))
    return Drug(names, drugs[0].name, " ".join(one.words for one in drugs), True)


def _ingredient(one: Ingredient, use: MedicationElements, reading: Reading) -> CodeableConcept | None:
    if one.itemCodeableConcept is not None:
        return one.itemCodeableConcept
    if one.itemReference is not None:
        medicine = _resolved(one.itemReference.reference, use, reading)
        return medicine.code if medicine else CodeableConcept(text=one.itemReference.display)
    try:
        item = optional(one.item, CodeableReference)
    except Malformed:  # DSTU2: a plain Reference
        return _shown(one.item)
    return item.concept if item else None


def _shown(item: Raw) -> CodeableConcept | None:
    """The display of a Reference as a concept."""
    try:
        target = decode(item, Reference)
    except Malformed:
        return None
    return CodeableConcept(text=target.display) if target.display else None


def remember(medicine: Medicine, full_url: str | None, reading: Reading) -> None:
    """Keep a Medication resource under its references, for those that point to it."""
    for key in (f"Medication/{medicine.id}" if medicine.id else None, full_url, local_reference(full_url) if full_url else None):
        if key:
            reading.medicines[key] = medicine


def elsewhere(use: MedicationElements, reading: Reading) -> str | None:
    """The reference of the Medication that a resource names and that is neither contained nor at hand."""
    target = use.medicationReference or (use.medication.reference if use.medication else None)
    if target is None or not target.reference or target.reference.startswith("#"):
        return None
    return None if _resolved(target.reference, use, reading) is not None else target.reference
