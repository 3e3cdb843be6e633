"""
Medication resources -> Medication events: which drug, how much, when, by which route, with which evidence.

drugs.py finds the drug, dosing.py the amount and route; here are status and dates.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec

from cds_services.dates import When, on_day
from cds_services.events import Medication
from cds_services.from_fhir import versions
from cds_services.from_fhir.codes import each as each_of
from cds_services.from_fhir.codes import words_of
from cds_services.from_fhir.decoding import Malformed, Reading, decode, end_of, optional, shaped, start_of
from cds_services.from_fhir.dosing import count_of, frequency_of, milligrams_of, product_mass, route_of
from cds_services.from_fhir.drugs import Drug, drug_of
from cds_services.from_fhir.shapes import Annotation, Dosage, Identifier, MedicationUse

ADMINISTRATION, STATEMENT, DISPENSE, REQUEST, DRAFT = "administration", "statement", "dispense", "request", "draft"
KINDS = {
    "MedicationAdministration": ADMINISTRATION, "MedicationStatement": STATEMENT, "MedicationUsage": STATEMENT,
    "MedicationDispense": DISPENSE, "MedicationRequest": REQUEST, "MedicationOrder": REQUEST,
}
_SUPPLY_DAYS = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7, "mo": 30, "month": 30, "months": 30}
LONGEST_SPAN = timedelta(days=60)  # days: a dosage period longer than this names no single days [impl]


class Use(msgspec.Struct):
    """A medication resource of our patient whose drug is known as far as it can be; the rest is read by `event`."""

    raw: bytes
    use: MedicationUse
    reference: str
    kind: str
    drug: Drug

    @property
    def concerns_a_rule(self) -> bool:
        """True where its drug is in a value set, or where nobody can tell."""
        return bool(self.drug.names) or not self.drug.known


def named(raw: bytes, reading: Reading, *, kind: str | None = None) -> Use | None:
    """One medication resource with its drug; None where it is another patient's."""
    use = shaped(raw, MedicationUse)
    if not reading.is_ours(use.subject, use.patient):
        reading.dropped["other subject"] += 1
        return None
    reference = f"{use.resourceType}/{use.id or '?'}"
    found = drug_of(use, reading)
    reading.shows(versions.of_medication(use))
    if not found.known:
        reading.unknown_drugs.append(reference)
    return Use(raw, use, reference, kind or KINDS.get(use.resourceType or "", REQUEST), found)


def medication(raw: bytes, reading: Reading, *, kind: str | None = None) -> Medication | None:
    """One medication resource as an event; None where it is another patient's."""
    found = named(raw, reading, kind=kind)
    return event(found, reading) if found is not None else None


def event(one: Use, reading: Reading) -> Medication:
    """Amount, route, dates and status of a medication resource; ValueError where its date cannot be read, save of alemtuzumab."""
    use, words = one.use, one.drug.words
    dosages = [*_listed(use.dosage), *_listed(use.dosageInstruction)]
    dosed = _dosed(dosages, words, reading)
    when, end, days = _times_of(one, dosages, reading)
    return Medication(
        reference=one.reference, concepts=one.drug.names, name=one.drug.name, kind=one.kind, status=_status(use), when=when, end=end,
        days=days, authored=reading.lenient(use.authoredOn, use.dateWritten), milligrams=dosed.milligrams,
        unit_problem=dosed.problem, route=dosed.route, drug_known=one.drug.known, frequency=dosed.frequency, count=dosed.count,
        identifiers=frozenset(f"{each.system}|{each.value}" for each in _listed(use.identifier)
                              if isinstance(each, Identifier) and each.value),
        strength=dosed.strength, intent=(use.intent or "").lower(), do_not_perform=bool(use.doNotPerform), reason=_why(use))


class _Dosed(msgspec.Struct):
    """What dosages and the words of their drug say."""

    dosages: list[Dosage]
    words: str
    milligrams: Decimal | None
    problem: str
    route: str
    frequency: str
    count: int | None
    strength: Decimal | None


def _dosed(dosages: list[Dosage], words: str, reading: Reading) -> _Dosed:
    """Read once for uses in a row whose drug and dosage are the same, as those of a course are."""
    last = reading.dosed
    if last is None or last.problem or last.words != words or last.dosages != dosages:
        last = reading.dosed = _Dosed(dosages, words, *milligrams_of(dosages, words), route_of(dosages, words), frequency_of(dosages),
                                      count_of(dosages), product_mass(words))
    return last


def _listed(value: list | object | None) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def _status(use: MedicationUse) -> str:
    """The status, with what other versions say elsewhere put into it: "not given" and "not taken"."""
    if use.wasNotGiven or use.notGiven or use.notDone:
        return "not-done"
    if use.wasNotTaken or use.taken == "n" or b'"not-taking"' in bytes(use.adherence):
        return "not-taken"
    return (use.status or "").lower()


def _why(use: MedicationUse) -> str:
    """Reason and remarks, in words: an infusion reaction may stand there alone."""
    parts = [words_of(one) for one in (*each_of(use.statusReason), *each_of(use.reasonNotGiven))]
    return " ".join([*parts, *_notes(use)]).strip()


def _notes(use: MedicationUse) -> list[str]:
    """Remarks: a list of Annotations, in DSTU2 one text."""
    try:
        if bytes(use.note).startswith(b'"'):
            return [decode(use.note, str)]
        return [one.text for one in optional(use.note, list[Annotation]) or [] if one.text]
    except Malformed:
        return []


# ---- when ---------------------------------------------------------------------------------------------------

def _times_of(one: Use, dosages: list[Dosage], reading: Reading) -> tuple[When | None, When | None, tuple[date, ...]]:
    """Its dates; alemtuzumab whose date cannot be read was given all the same: told, and an exposure without date (B.5)."""
    try:
        return _times(one.use, one.kind, dosages, reading)
    except (ValueError, OverflowError):
        if "alemtuzumab" not in one.drug.names:
            raise
        if _status(one.use) not in ("entered-in-error", "not-done"):
            reading.refuse(one.reference, "date cannot be read", concepts=one.drug.names, name=one.drug.name)
        return None, None, ()


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
        first = min(starts, key=lambda when: when.first, default=None) or reading.lenient(start_of(validity))
        last = max(ends, key=lambda when: when.last, default=None)
        return first, last, _days(first, last) or _counted(first, dosages)
    start = reading.lenient(start_of(validity))
    return start, _supply_end(use, start, reading) or reading.lenient(end_of(validity)), _counted(start, dosages)


def _days(first: When | None, last: When | None) -> tuple[date, ...]:
    if first is None or last is None or last.last - first.first > LONGEST_SPAN or last.last < first.first:
        return ()
    return tuple(first.first + timedelta(days=n) for n in range((last.last - first.first).days + 1))


def _counted(start: When | None, dosages: list[Dosage]) -> tuple[date, ...]:
    """The days of "daily, n times" from a stated start."""
    count = count_of(dosages)
    if start is None or not count or count > LONGEST_SPAN.days:
        return ()
    return tuple(start.first + timedelta(days=n) for n in range(count))


def _supply_end(use: MedicationUse, start: When | None, reading: Reading) -> When | None:
    """The day on which the supply and its refills run out, counted from the start, else from when it was ordered."""
    supply = use.dispenseRequest.expectedSupplyDuration if use.dispenseRequest else None
    begun = start or reading.lenient(use.authoredOn, use.dateWritten)
    days = _SUPPLY_DAYS.get(supply.code or supply.unit or "") if supply else None
    if supply is None or supply.value is None or begun is None or days is None:
        return None
    refills = use.dispenseRequest.numberOfRepeatsAllowed or 0 if use.dispenseRequest else 0
    return on_day(begun.first + timedelta(days=int(supply.value * days) * (1 + max(refills, 0))))
