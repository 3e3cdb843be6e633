"""
Medication resources -> Medication events: which drug, how much, when, by which route, with which evidence.

drugs.py finds the drug, dosing.py the amount and route; here are status and dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from cds_services.dates import When, on_day
from cds_services.events import Medication
from cds_services.from_fhir import shapes, versions
from cds_services.from_fhir.bundles import Sent
from cds_services.from_fhir.codes import each as each_of
from cds_services.from_fhir.codes import words_of
from cds_services.from_fhir.decoding import Malformed, Reading, decode, end_of, optional, shaped, start_of
from cds_services.from_fhir.dosing import count_of, frequency_of, milligrams_of, product_mass, route_of
from cds_services.from_fhir.drugs import Drug, drug_of
from cds_services.from_fhir.shapes import EMPTY, Annotation, Dosage, Identifier, MedicationElements, MedicationUse

ADMINISTRATION, STATEMENT, DISPENSE, REQUEST, DRAFT = "administration", "statement", "dispense", "request", "draft"
KINDS = {
    "MedicationAdministration": ADMINISTRATION, "MedicationStatement": STATEMENT, "MedicationUsage": STATEMENT,
    "MedicationDispense": DISPENSE, "MedicationRequest": REQUEST, "MedicationOrder": REQUEST,
}
_KIND_OF = {shapes.MedicationAdministration: ADMINISTRATION, shapes.MedicationStatement: STATEMENT, shapes.MedicationDispense: DISPENSE,
            shapes.MedicationRequest: REQUEST}
_SUPPLY_DAYS = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7, "mo": 30, "month": 30, "months": 30}
_SHARED = attrgetter("dosage", "dosageInstruction", "authoredOn", "dateWritten", "intent", "doNotPerform", "statusReason", "reasonNotGiven",
                     "note")  # what the infusions of a course have in common, beside their drug
_NO_IDENTIFIERS: frozenset[str] = frozenset()
LONGEST_SPAN = timedelta(days=60)  # days: a dosage period longer than this names no single days [impl]


class Use(msgspec.Struct):
    """A medication resource of our patient whose drug is known as far as it can be; the rest is read by `event`."""

    raw: bytes | MedicationElements
    use: MedicationElements
    kind: str
    drug: Drug

    @property
    def reference(self) -> str:
        """Its FHIR reference."""
        return f"{self.use.resourceType}/{self.use.id or '?'}"


def line_up(sent: Iterable[Sent], reading: Reading, lined: list[Use | MedicationElements]) -> Iterator[Sent]:
    """
    Line up what is plain: of our patient, its drug known. Hand over all else, which is for `named`.

    Where the drug is in no value set the resource stays as it is: nobody needs more of it than its name, if that.
    """
    us = reading.us
    for one in sent:
        use = one.resource
        if (kind := _KIND_OF.get(type(use))) is not None:
            subject = use.subject
            if subject is not None and subject.reference == us:
                drug = drug_of(use, reading)
                if drug.known:
                    lined.append(Use(use, use, kind, drug) if drug.names else use)
                    continue
        yield one


def named(raw: bytes | MedicationElements, reading: Reading, *, kind: str | None = None) -> Use | None:
    """One medication resource with its drug; None where it is another patient's."""
    use = shaped(raw, MedicationUse)
    if not reading.is_ours(use.subject, use.patient):
        reading.dropped["other subject"] += 1
        return None
    found = Use(raw, use, kind or KINDS.get(use.resourceType or "", REQUEST), drug_of(use, reading))
    if not found.drug.known:
        reading.unknown_drugs.append(found.reference)
    return found


def medication(raw: bytes, reading: Reading, *, kind: str | None = None) -> Medication | None:
    """One medication resource as an event; None where it is another patient's."""
    found = named(raw, reading, kind=kind)
    if found is None:
        return None
    reading.versions |= versions.of_medications([found.use])
    return event(found, reading)


def event(one: Use, reading: Reading) -> Medication:
    """
    Amount, route, dates and status of a medication resource; ValueError where its date cannot be read, save of alemtuzumab.

    What a use shares with the one read before, as the infusions of a course do, is not read again.
    """
    use = one.use
    elements = one.drug, one.kind, _SHARED(use)
    last, model = reading.dosed or (None, None)
    if model is None or not _equal(elements, last):
        model = _shared(one, reading)
        reading.dosed = elements, model
    when, end, days = _times_of(one, reading)
    return replace(model, reference=one.reference, status=_status(use), when=when, end=end, days=days, identifiers=_identifiers(use))


def _equal(elements: tuple, last: tuple) -> bool:
    """Whether two uses are the same in what they may share; a signalling NaN is equal to nothing."""
    try:
        return elements == last
    except ArithmeticError:
        return False


def _shared(one: Use, reading: Reading) -> Medication:
    """What the dosage, the drug and all else say that is not of the resource's own."""
    use, drug = one.use, one.drug
    dosages = _dosages(use)
    milligrams, problem = milligrams_of(dosages, drug.words)
    return Medication(
        reference="", concepts=drug.names, name=drug.name, kind=one.kind, authored=reading.lenient(use.authoredOn, use.dateWritten),
        milligrams=milligrams, unit_problem=problem, route=route_of(dosages, drug.words), drug_known=drug.known,
        frequency=frequency_of(dosages), count=count_of(dosages), strength=product_mass(drug.words), intent=(use.intent or "").lower(),
        do_not_perform=bool(use.doNotPerform), reason=_why(use))


def _identifiers(use: MedicationElements) -> frozenset[str]:
    return frozenset(f"{each.system}|{each.value}" for each in _listed(use.identifier)
                     if isinstance(each, Identifier) and each.value) if use.identifier is not None else _NO_IDENTIFIERS


def _dosages(use: MedicationElements) -> list[Dosage]:
    return [*_listed(use.dosage), *_listed(use.dosageInstruction)]


def _listed(value: list | object | None) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def _status(use: MedicationElements) -> str:
    """The status, with what other versions say elsewhere put into it: "not given" and "not taken"."""
    if use.wasNotGiven or use.notGiven or use.notDone:
        return "not-done"
    if use.wasNotTaken or use.taken == "n" or (use.adherence is not EMPTY and b'"not-taking"' in bytes(use.adherence)):
        return "not-taken"
    return (use.status or "").lower()


def _why(use: MedicationElements) -> str:
    """Reason and remarks, in words: an infusion reaction may stand there alone."""
    parts = [words_of(one) for one in (*each_of(use.statusReason), *each_of(use.reasonNotGiven))]
    return " ".join([*parts, *_notes(use)]).strip()


def _notes(use: MedicationElements) -> list[str]:
    """Remarks: a list of Annotations, in DSTU2 one text."""
    if use.note is EMPTY:
        return []
    try:
        if bytes(use.note).startswith(b'"'):
            return [decode(use.note, str)]
        return [one.text for one in optional(use.note, list[Annotation]) or [] if one.text]
    except Malformed:
        return []


# ---- when ---------------------------------------------------------------------------------------------------

def _times_of(one: Use, reading: Reading) -> tuple[When | None, When | None, tuple[date, ...]]:
    """Its dates; alemtuzumab whose date cannot be read was given all the same: told, and an exposure without date (B.5)."""
    try:
        return _planned(one.use, _dosages(one.use), reading) if one.kind in (REQUEST, DRAFT) else _given(one.use, reading)
    except (ValueError, OverflowError):
        if "alemtuzumab" not in one.drug.names:
            raise
        if _status(one.use) not in ("entered-in-error", "not-done"):
            reading.refuse(one.reference, "date cannot be read", concepts=one.drug.names, name=one.drug.name)
        return None, None, ()


def _given(use: MedicationElements, reading: Reading) -> tuple[When | None, When | None, tuple[date, ...]]:
    period = use.effectivePeriod or use.effectiveTimePeriod or use.occurencePeriod
    start = reading.when(use.effectiveDateTime or use.effectiveTimeDateTime or use.occurenceDateTime or start_of(period)
                         or use.whenHandedOver or use.whenPrepared or end_of(period))
    return start, reading.lenient(end_of(period)) if period is not None else None, ()


def _planned(use: MedicationElements, dosages: list[Dosage], reading: Reading) -> tuple[When | None, When | None, tuple[date, ...]]:
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


def _supply_end(use: MedicationElements, start: When | None, reading: Reading) -> When | None:
    """The day on which the supply and its refills run out, counted from the start, else from when it was ordered."""
    supply = use.dispenseRequest.expectedSupplyDuration if use.dispenseRequest else None
    begun = start or reading.lenient(use.authoredOn, use.dateWritten)
    days = _SUPPLY_DAYS.get(supply.code or supply.unit or "") if supply else None
    if supply is None or supply.value is None or begun is None or days is None:
        return None
    refills = use.dispenseRequest.numberOfRepeatsAllowed or 0 if use.dispenseRequest else 0
    return on_day(begun.first + timedelta(days=int(supply.value * days) * (1 + max(refills, 0))))
