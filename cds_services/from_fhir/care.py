"""
Immunizations, Procedures, Encounters and ServiceRequests -> events.
"""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta
from msgspec import Raw

from cds_services.dates import When
from cds_services.from_fhir import shapes, versions
from cds_services.from_fhir.codes import coded_any, codes_in, each, name_of, names_alemtuzumab, vaccine
from cds_services.from_fhir.decoding import Malformed, Reading, decode, end_of, optional, shaped, start_of
from cds_services.from_fhir.shapes import EMPTY, CodeableConcept, CodeableReference, Concepts
from cds_services.record import Immunization, Order, Procedure

MOST_OCCURRENCES = 1500  # days of one repeated order that are looked at [impl]
_CALENDAR = {"d": "days", "wk": "weeks", "mo": "months", "a": "years"}
_CODED = {"d": "qd", "wk": "wk", "mo": "mo"}  # codes of timing as FHIR has them, lower case
_VACCINE_DUE = b'"30980-7"'  # LOINC: date vaccine due
FINISHED_ENCOUNTER = frozenset({"finished", "completed", "discharged"})


def immunization(raw: Raw, reading: Reading) -> Immunization | None:
    """A vaccine that was given; not-done and entered-in-error never become an event."""
    found = shaped(raw, shapes.Immunization)
    reading.shows(versions.of_immunization(found))
    status = "not-done" if found.notGiven or found.wasNotGiven else (found.status or "").lower()
    if status in ("not-done", "entered-in-error") or not reading.is_ours(found.patient, found.subject):
        reading.dropped[status or "other subject"] += 1
        return None
    names, name, reference = vaccine(found.vaccineCode), name_of(found.vaccineCode), f"Immunization/{found.id or '?'}"
    words, when = found.occurrenceString or "", None
    try:
        when = reading.when(found.occurrenceDateTime, found.date)
    except ValueError:
        words = words or found.occurrenceDateTime or found.date or ""
    return Immunization(reference=reference, concepts=names, name=name, when=when, status=status, words=words)


def procedure(raw: Raw, reading: Reading) -> Procedure | None:
    """A completed procedure; its reason is coded among its value sets."""
    found = shaped(raw, shapes.Procedure)
    status = "not-done" if found.notDone or found.notPerformed else (found.status or "").lower()
    if not reading.is_ours(found.subject, found.patient) or status == "entered-in-error":
        return None
    if status not in ("completed", "in-progress"):
        reading.dropped[f"procedure {status or 'without status'}"] += 1
        return None
    names = coded_any([found.code, *each(found.reasonCode), *each(found.reasonCodeableConcept), *_reasons(found.reason)])
    if names_alemtuzumab(found.code):  # the weakest evidence of exposure (B.1 level 5)
        names |= {"alemtuzumab"}
    when = reading.lenient(found.performedDateTime, end_of(found.performedPeriod), start_of(found.performedPeriod),
                           found.occurrenceDateTime, end_of(found.occurrencePeriod), start_of(found.occurrencePeriod))
    return Procedure(reference=f"Procedure/{found.id or '?'}", concepts=names, name=name_of(found.code), when=when, status=status)


def encounter(raw: Raw, reading: Reading) -> Procedure | None:
    """A finished encounter with its types, service and reasons as value sets."""
    found = raw if type(raw) is shapes.Encounter else decode(raw, shapes.Encounter)
    subject = found.subject
    if (found.status or "") not in FINISHED_ENCOUNTER or (
            (subject is None or subject.reference != reading.us) and not reading.is_ours(subject, found.patient)):
        return None
    concepts = [*each(found.type), *each(found.reasonCode), *_reasons(found.reason), *_service(found.serviceType)]
    period = found.period or found.actualPeriod
    when = reading.lenient(period.start, period.end) if period is not None else None
    return Procedure(reference=f"Encounter/{found.id or '?'}", concepts=coded_any(concepts),
                     name=name_of(concepts[0]) if concepts else "encounter", when=when, status="completed", kind="encounter")


def _reasons(raw: Raw) -> list[CodeableConcept]:
    """`reason`: a list of concepts in STU3 and DSTU2, in R5 of CodeableReferences or, for an Encounter, of uses and values."""
    found: list[CodeableConcept] = []
    for one in _list(raw) if raw is not EMPTY else ():
        found += _concepts(one)
        for value in _list(_field(one, "value")):
            found += _concepts(value)
    return found


def _service(raw: Raw) -> list[CodeableConcept]:
    """serviceType: one concept in R4, a list of CodeableReferences in R5."""
    if raw is EMPTY:
        return []
    try:
        if bytes(raw).lstrip().startswith(b"["):
            return [one.concept for one in decode(raw, list[CodeableReference]) if one.concept]
        return [decode(raw, CodeableConcept)]
    except Malformed:
        return []


def order(raw: Raw, reading: Reading, *, kind: str = "request") -> Order | None:
    """A request for a test, a referral or a vaccine, with the days it is scheduled for."""
    found = shaped(raw, shapes.AnyOrder)
    reading.shows(versions.of_order(found))
    if not reading.is_ours(found.subject, found.patient):
        reading.dropped["other subject"] += 1
        return None
    concepts = _requested(found)
    names = coded_any(concepts)
    for one in concepts:
        names |= vaccine(one)
    return Order(
        reference=f"{found.resourceType}/{found.id or '?'}", concepts=names, name=name_of(concepts[0]) if concepts else "",
        kind=kind, status=_status_of(found), intent=(found.intent or "").lower(), authored=_authored(found, reading),
        occurrence=_days(found, reading), do_not_perform=bool(found.doNotPerform))


def _status_of(found: shapes.OrderElements) -> str:
    """The status; what DSTU2 calls an order that is under way is active."""
    status = (found.status or "").lower()
    return "active" if status in ("requested", "received", "accepted", "in-progress", "review") else status


def _authored(found: shapes.OrderElements, reading: Reading) -> When | None:
    """When it was ordered; a DSTU2 DiagnosticOrder tells it among its events."""
    events = [_text(_field(one, "dateTime")) for one in _list(found.event)]
    return reading.lenient(found.authoredOn, found.orderedOn, found.dateSent, found.date, *events)


def _requested(found: shapes.OrderElements) -> list[CodeableConcept]:
    """What is asked for: code (R4 concept or R5 reference), DSTU2 items, or an immunization recommendation's vaccines."""
    asked: list[CodeableConcept] = each(found.serviceRequested)
    for raw in (found.code, found.orderDetail):
        asked += _concepts(raw)
    for raw in _list(found.item):
        asked += _concepts(_field(raw, "code"))
    for raw in _list(found.recommendation):
        asked += _concepts(_field(raw, "vaccineCode"))
    return asked


def _concepts(raw: Raw) -> list[CodeableConcept]:
    try:
        plain = each(optional(raw, Concepts)) if len(raw) else []
        if plain and not (plain[0].coding or plain[0].text):
            reference = optional(raw, CodeableReference)
            plain = [reference.concept] if reference and reference.concept else []
    except Malformed:
        return []
    return plain


def _list(raw: Raw) -> list[Raw]:
    try:
        return optional(raw, list[Raw]) or []
    except Malformed:
        return []


def _field(raw: Raw, name: str) -> Raw:
    try:
        return decode(raw, dict[str, Raw]).get(name, Raw(b""))
    except Malformed:
        return Raw(b"")


def _text(raw: Raw) -> str | None:
    try:
        return optional(raw, str)
    except Malformed:
        return None


def _days(found: shapes.OrderElements, reading: Reading) -> tuple[date, ...]:
    """The days that occurrence[x], or scheduled[x] in DSTU2, names; of a timing that repeats each of its days (ruling 46)."""
    timing = found.occurrenceTiming or found.scheduledTiming
    texts = [found.occurrenceDateTime, start_of(found.occurrencePeriod), found.scheduledDateTime, start_of(found.scheduledPeriod),
             *((timing.event or []) if timing else [])]
    named = {when.first for text in texts if (when := reading.lenient(text))}
    named |= _recommended(found, reading)
    return tuple(sorted(named.union(_repeated(timing, _authored(found, reading), reading) if timing else ())))


def _recommended(found: shapes.OrderElements, reading: Reading) -> set[date]:
    """The day on which an immunization recommendation is due; the earliest of its other dates where it names none."""
    criteria = [one for raw in _list(found.recommendation) for one in _list(_field(raw, "dateCriterion"))]
    dated = [(when.first, _VACCINE_DUE in bytes(_field(one, "code"))) for one in criteria
             if (when := reading.lenient(_text(_field(one, "value"))))]
    days = [day for day, due in dated if due] or [day for day, _ in dated]
    return {min(days)} if days else set()


def _repeated(timing: shapes.Timing, authored: When | None, reading: Reading) -> list[date]:
    """The days of "every 4 weeks from a to b": from the stated start, else from when it was ordered."""
    repeat = timing.repeat or shapes.Repeat()
    step = _step(repeat, codes_in(timing.code))
    bounds = repeat.boundsPeriod
    begun, ended = reading.lenient(start_of(bounds)) or authored, reading.lenient(end_of(bounds))
    if step is None or begun is None:
        return []
    days: list[date] = []
    for number in range(min(repeat.count or MOST_OCCURRENCES, MOST_OCCURRENCES)):
        try:
            day = begun.first + step * number
        except (ValueError, OverflowError):  # beyond the calendar
            break
        if ended is not None and day > ended.last:
            break
        days.append(day)
    return days


def _step(repeat: shapes.Repeat, codes: frozenset[str]) -> relativedelta | None:
    """From one occurrence to the next, None where the timing does not repeat by days, weeks, months or years."""
    unit, period = repeat.periodUnit or repeat.periodUnits, repeat.period
    if unit in _CALENDAR and period is not None and period.is_finite() and 1 <= period == int(period) <= MOST_OCCURRENCES:
        return relativedelta(**{_CALENDAR[unit]: int(period)})
    return next((relativedelta(**{_CALENDAR[code]: 1}) for code in ("d", "wk", "mo") if _CODED[code] in codes), None)
