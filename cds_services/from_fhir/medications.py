"""
Medication resources -> Medication events: which drug, how much, when, by which route, with which evidence.

A drug is named by code, by a contained, bundled or referenced Medication or its ingredients, else by words
(protocol B.2, ruling 45). What is unknown stays unknown.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from cds_services import units
from cds_services.dates import When, on_day
from cds_services.from_fhir.codes import alemtuzumab_in, codes_in, drug, each, name_of, vaccine, words_of
from cds_services.from_fhir.decoding import Malformed, Reading, decode, end_of, local_reference, optional, same_reference, start_of
from cds_services.from_fhir.shapes import (
    Annotation,
    CodeableConcept,
    CodeableReference,
    Dosage,
    Identifier,
    Ingredient,
    MedicationUse,
    Medicine,
    Quantity,
)
from cds_services.record import Medication
from cds_services.value_sets import VALUE_SETS, canonical_code, canonical_system, value_sets_of

ADMINISTRATION, STATEMENT, DISPENSE, REQUEST, DRAFT = "administration", "statement", "dispense", "request", "draft"
KINDS = {
    "MedicationAdministration": ADMINISTRATION, "MedicationStatement": STATEMENT, "MedicationUsage": STATEMENT,
    "MedicationDispense": DISPENSE, "MedicationRequest": REQUEST, "MedicationOrder": REQUEST,
}
LONGEST_SPAN = timedelta(days=60)  # days: a dosage period longer than this names no single days [impl]
_STRENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*mg\s*/\s*m ?l\b", re.IGNORECASE)
_PRODUCT_MASS = re.compile(r"(\d+(?:\.\d+)?)\s*mg\b(?!\s*/)", re.IGNORECASE)
_ROUTE_WORDS = (
    ("iv", re.compile(r"intravenous|\biv\b|\bi\.v\.", re.IGNORECASE)),
    ("sc", re.compile(r"subcutaneous|\bsc\b|\bsq\b|\bsubq\b|\bs\.c\.", re.IGNORECASE)),
    ("oral", re.compile(r"\boral|\bpo\b|by mouth", re.IGNORECASE)),
    ("topical", re.compile(r"topical|cutaneous use|ophthalmic|ointment|cream|\beye", re.IGNORECASE)),
)
_ROUTE_SETS = {"route-intravenous": "iv", "route-subcutaneous": "sc", "route-oral": "oral", "route-topical": "topical"}
_DISPLAYS = {(one.system, canonical_code(one.system, one.code)): one.display
             for codes in VALUE_SETS.values() for one in codes if one.plain}


class Drug(msgspec.Struct):
    """Which drug a resource is about: value sets, a name, all its words, and whether anything names it at all."""

    names: frozenset[str]
    name: str
    words: str
    known: bool


def medication(raw: bytes, reading: Reading, *, kind: str | None = None) -> Medication | None:
    """One medication resource as an event; None where it is another patient's."""
    use = decode(raw, MedicationUse)
    if not reading.is_ours(use.subject, use.patient):
        reading.dropped["other subject"] += 1
        return None
    reference = f"{use.resourceType}/{use.id or '?'}"
    found = _drug(use, reading)
    if not found.known:
        reading.unknown_drugs.append(reference)
    return _built(use, reference, kind or KINDS.get(use.resourceType or "", REQUEST), found, reading)


def _built(use: MedicationUse, reference: str, kind: str, found: Drug, reading: Reading) -> Medication:
    dosages = [*_listed(use.dosage), *_listed(use.dosageInstruction)]
    milligrams, problem = _milligrams(dosages, found)
    when, end, days = _times(use, kind, dosages, reading)
    return Medication(
        reference=reference, concepts=found.names, name=found.name, kind=kind, status=_status(use), when=when, end=end,
        days=days, authored=reading.lenient(use.authoredOn, use.dateWritten), milligrams=milligrams, unit_problem=problem,
        route=_route(dosages, found.words), drug_known=found.known, frequency=_frequency(dosages),
        identifiers=frozenset(f"{one.system}|{one.value}" for one in _listed(use.identifier) if isinstance(one, Identifier) and one.value),
        strength=product_mass(found.words), intent=(use.intent or "").lower(), do_not_perform=bool(use.doNotPerform),
        reason=_why(use))


def _listed(value: list | object | None) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def _status(use: MedicationUse) -> str:
    """The status, with the older ways of saying "not given" and "not taken" put into it."""
    if use.wasNotGiven or use.notGiven:
        return "not-done"
    if use.wasNotTaken or use.taken == "n":
        return "not-taken"
    return (use.status or "").lower()


def _why(use: MedicationUse) -> str:
    """Reason and remarks, in words: an infusion reaction may stand there alone."""
    parts = [words_of(one) for one in each(use.statusReason)]
    try:
        notes = optional(use.note, list[Annotation])
    except Malformed:
        notes = None
    return " ".join([*parts, *(one.text for one in notes or [] if one.text)]).strip()


# ---- which drug ---------------------------------------------------------------------------------------------

def _drug(use: MedicationUse, reading: Reading) -> Drug:
    concept = use.medicationCodeableConcept or (use.medication.concept if use.medication else None)
    if concept is not None and (concept.coding or concept.text):
        return _from_concept(concept)
    target = use.medicationReference or (use.medication.reference if use.medication else None)
    if target is None:
        return Drug(frozenset(), "", "", False)
    medicine = _resolved(target.reference, use, reading)
    if medicine is not None:
        found = _from_medicine(medicine, use, reading)
        if found.known:
            return found
    display = target.display or ""
    return _from_concept(CodeableConcept(text=display)) if display else Drug(frozenset(), "", "", False)


def _from_concept(concept: CodeableConcept) -> Drug:
    words = " ".join([words_of(concept), *_known_displays(concept)])
    return Drug(drug(concept) | vaccine(concept), name_of(concept), words, True)


def _known_displays(concept: CodeableConcept) -> list[str]:
    """Our own displays of its codes, which state a product's strength even where the sender gave none."""
    codings = [(canonical_system(c.system), c.code) for c in concept.coding or () if c.system and c.code]
    return [_DISPLAYS[system, canonical_code(system, code)] for system, code in codings
            if (system, canonical_code(system, code)) in _DISPLAYS]


def _resolved(reference: str | None, use: MedicationUse, reading: Reading) -> Medicine | None:
    """The Medication behind a reference: contained, in a Bundle, or read beforehand."""
    if not reference:
        return None
    if reference.startswith("#"):
        try:
            inside = optional(use.contained, list[Medicine]) or []
        except Malformed:
            return None
        return next((one for one in inside if one.id and one.id.lstrip("#") == reference[1:]), None)
    return reading.medicines.get(reference) or reading.medicines.get(local_reference(reference))


def _from_medicine(medicine: Medicine, use: MedicationUse, reading: Reading) -> Drug:
    """A Medication by its code, and by its ingredients: an infusion's drug may stand in those alone."""
    inside = [*(medicine.ingredient or []), *((medicine.product.ingredient if medicine.product else None) or [])]
    parts = [medicine.code, *(_ingredient(one, use, reading) for one in inside)]
    drugs = [_from_concept(one) for one in parts if one is not None and (one.coding or one.text)]
    if not drugs:
        return Drug(frozenset(), "", "", False)
    names = frozenset().union(*(one.names for one in drugs))
    return Drug(names, drugs[0].name, " ".join(one.words for one in drugs), True)


def _ingredient(one: Ingredient, use: MedicationUse, reading: Reading) -> CodeableConcept | None:
    if one.itemCodeableConcept is not None:
        return one.itemCodeableConcept
    if one.itemReference is not None:
        medicine = _resolved(one.itemReference.reference, use, reading)
        return medicine.code if medicine else CodeableConcept(text=one.itemReference.display)
    try:
        item = optional(one.item, CodeableReference)
    except Malformed:
        return None
    return item.concept if item else None


# ---- how much -----------------------------------------------------------------------------------------------

def _milligrams(dosages: list[Dosage], found: Drug) -> tuple[Decimal | None, str]:
    """The amount of one dose in milligrams, or None and why; millilitres count only where the strength is stated."""
    for dosage in dosages:
        for quantity in _quantities(dosage):
            if quantity is not None and quantity.value is not None:
                return _in_milligrams(quantity, found.words)
    return None, ""


def _quantities(dosage: Dosage) -> list[Quantity | None]:
    given = [dosage.dose, *(one.doseQuantity for one in dosage.doseAndRate or []), dosage.doseQuantity, dosage.quantity]
    ranges = [one.doseRange.high for one in dosage.doseAndRate or [] if one.doseRange]
    return [*given, *ranges]


def _in_milligrams(quantity: Quantity, words: str) -> tuple[Decimal | None, str]:
    sent = f"{quantity.value} {quantity.unit or quantity.code or ''}".strip()
    for measure in (units.DOSE_MASS, units.VOLUME):
        try:
            unit = units.unit_of(measure, code=quantity.code, system=quantity.system, text=quantity.unit)
        except units.UnknownUnit:
            continue
        amount = units.convert(measure, quantity.value, unit)
        if measure is units.DOSE_MASS:
            return amount, ""
        strength = _STRENGTH.search(words)
        return (amount * Decimal(strength[1]), "") if strength else (None, f"{sent}: strength not stated")
    return None, f"{sent}: dose unit not understood"


def product_mass(words: str) -> Decimal | None:
    """The milligrams that a product's name states, such as 1000 of "methylprednisolone 1000 MG Injection"."""
    found = _PRODUCT_MASS.search(words)
    return Decimal(found[1]) if found else None


def _route(dosages: list[Dosage], words: str) -> str:
    """iv, sc, oral or topical; other where a route is named that is none of these; empty where none is."""
    routes = [one.route for one in dosages if one.route is not None]
    for route in routes:
        for coding in route.coding or ():
            names = value_sets_of(coding.system or "", coding.code or "")
            known = next((_ROUTE_SETS[name] for name in names if name in _ROUTE_SETS), None)
            if known:
                return known
        said = " ".join([words_of(route), *(c.code or "" for c in route.coding or ())])
        for name, pattern in _ROUTE_WORDS:
            if pattern.search(said):
                return name
    if routes:
        return "other"
    spoken = " ".join([words, *(one.text or "" for one in dosages)])
    return "topical" if _ROUTE_WORDS[3][1].search(spoken) else ""


def _frequency(dosages: list[Dosage]) -> str:
    """The frequency as it is stated, such as "1 per 1 d"; empty where none is."""
    for dosage in dosages:
        repeat = dosage.timing.repeat if dosage.timing else None
        if repeat and repeat.frequency and repeat.period and repeat.periodUnit:
            return f"{repeat.frequency} per {repeat.period.normalize():f} {repeat.periodUnit}"
        code = codes_in(dosage.timing.code) if dosage.timing and dosage.timing.code else frozenset()
        if code:
            return " ".join(sorted(code))
    return ""


# ---- when ---------------------------------------------------------------------------------------------------

def _times(use: MedicationUse, kind: str, dosages: list[Dosage], reading: Reading) -> tuple[When | None, When | None, tuple[date, ...]]:
    if kind in (REQUEST, DRAFT):
        return _planned(use, dosages, reading)
    period = use.effectivePeriod or use.effectiveTimePeriod or use.occurencePeriod
    start = reading.when(use.effectiveDateTime, use.effectiveTimeDateTime, use.occurenceDateTime, start_of(period),
                         use.whenHandedOver, use.whenPrepared, end_of(period))
    return start, reading.lenient(end_of(period)), ()


def _planned(use: MedicationUse, dosages: list[Dosage], reading: Reading) -> tuple[When | None, When | None, tuple[date, ...]]:
    """Start, end and single days of an order: the first of timing.event, bounds and validity that is given (C.0)."""
    events = [when for one in dosages if one.timing for text in one.timing.event or () if (when := reading.lenient(text))]
    bounds = [one.timing.repeat.boundsPeriod for one in dosages if one.timing and one.timing.repeat and one.timing.repeat.boundsPeriod]
    validity = use.dispenseRequest.validityPeriod if use.dispenseRequest else None
    if events:
        events.sort(key=lambda when: (when.first, when.text))
        return events[0], events[-1], tuple(sorted({when.first for when in events}))
    starts = [when for one in bounds if (when := reading.lenient(one.start))]
    if starts or bounds:
        ends = [when for one in bounds if (when := reading.lenient(one.end))]
        first = min(starts, key=lambda when: when.first, default=None)
        last = max(ends, key=lambda when: when.last, default=None)
        return first, last, _days(first, last)
    start = reading.lenient(start_of(validity))
    return start, reading.lenient(end_of(validity)) or _supply_end(use, start, reading), _counted(start, dosages)


def _days(first: When | None, last: When | None) -> tuple[date, ...]:
    if first is None or last is None or last.last - first.first > LONGEST_SPAN or last.last < first.first:
        return ()
    return tuple(first.first + timedelta(days=n) for n in range((last.last - first.first).days + 1))


def _counted(start: When | None, dosages: list[Dosage]) -> tuple[date, ...]:
    """The days of "daily, n times" from a stated start."""
    repeat = next((one.timing.repeat for one in dosages if one.timing and one.timing.repeat), None)
    if start is None or repeat is None or not repeat.count or repeat.count > LONGEST_SPAN.days:
        return ()
    return tuple(start.first + timedelta(days=n) for n in range(repeat.count))


def _supply_end(use: MedicationUse, start: When | None, reading: Reading) -> When | None:
    """The day on which the supply runs out: its duration counted from the start, else from when it was ordered."""
    supply = use.dispenseRequest.expectedSupplyDuration if use.dispenseRequest else None
    begun = start or reading.lenient(use.authoredOn, use.dateWritten)
    if supply is None or supply.value is None or begun is None or (supply.code or supply.unit or "") not in ("d", "day", "days"):
        return None
    return on_day(begun.first + timedelta(days=int(supply.value)))


def remember(medicine: Medicine, full_url: str | None, reading: Reading) -> None:
    """Keep a Medication resource under its references, for those that point to it."""
    for key in (f"Medication/{medicine.id}" if medicine.id else None, full_url, local_reference(full_url) if full_url else None):
        if key:
            reading.medicines[key] = medicine


def wanted_medicines(use: MedicationUse, reading: Reading) -> str | None:
    """The reference of a Medication that must be read before the drug is known, None where nothing is missing."""
    target = use.medicationReference or (use.medication.reference if use.medication else None)
    if target is None or not target.reference or target.reference.startswith("#"):
        return None
    known = any(same_reference(target.reference, one) for one in reading.medicines)
    return None if known or alemtuzumab_in(target.display or "") else target.reference
