"""
One Observation -> Results (one per component of a panel), a symptom, or a note of what could not be read (protocol D).
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Raw, Struct

from cds_services.concepts import CONCEPTS, Concept
from cds_services.dates import EARLIEST_INSTANT, When
from cds_services.events import Condition, Patient, Result
from cds_services.from_fhir import answers
from cds_services.from_fhir.asides import ReadOnce, interpretation_of
from cds_services.from_fhir.codes import analyte, codes_in, name_of
from cds_services.from_fhir.decoding import Malformed, Reading, decode, end_of, quietly, start_of
from cds_services.from_fhir.observations import PANELS, VOID, Candidate
from cds_services.from_fhir.shapes import EMPTY, Annotation, CodeableConcept, Concepts, Observation, Value
from cds_services.from_fhir.values import CannotRead, Measured, NoValue, measured

DONE = frozenset({"final", "amended", "corrected", "appended"})
PENDING = frozenset({"preliminary", "registered", "partial"})
PRESENT = frozenset({answers.POSITIVE, "present", "yes", "true"})


def facts_of(one: Candidate, reading: Reading, patient: Patient) -> list[Result | Condition]:
    """The Results (one per component of a panel) or the symptom that an Observation states."""
    found, reference = one.observation, one.reference
    status = (found.status or "").lower()
    if status in VOID:
        reading.dropped[status] += 1
        return []
    try:
        when, flags = _when(found, reading)
    except ValueError:
        reading.refuse(reference, "date cannot be read", concepts=one.names, name=name_of(one.code.concept))
        return []
    if one.code.by_words:
        flags = (*flags, "known by its name alone, not coded")
    context = _Context(found, one.code.concept, reference, status, when, flags, patient, reading)
    facts = _own(one, context)
    return facts + _components(context) if len(found.component) else facts


class _Context(Struct, gc=False):
    """What the Results of one Observation have in common."""

    observation: Observation
    code: CodeableConcept | None
    reference: str
    status: str
    when: When | None
    flags: tuple[str, ...]
    patient: Patient
    reading: Reading


def _own(one: Candidate, context: _Context) -> list[Result | Condition]:
    names = one.code.names
    kind = kind_of(names)
    if kind.concept is None or (kind.panel and not _says_anything(context.observation)):
        return []
    symptom = _symptom(one, context) if kind.finding else None
    return _result(one.value, kind, names, context) if symptom is None else symptom


class Kind(Struct, frozen=True):
    """How results of some value sets are read: by which Concept, and whether they head a panel or may be a finding."""

    concept: Concept | None
    panel: bool
    finding: bool


@lru_cache(maxsize=1024)
def kind_of(names: frozenset[str]) -> Kind:
    """By the first Concept that has a measure or takes words; by none where no rule is about it."""
    concepts = [CONCEPTS[name] for name in sorted(names) if name in CONCEPTS]
    concept = next((one for one in concepts if one.measures or one.words), concepts[0] if concepts else None)
    return Kind(concept, not names.isdisjoint(PANELS), any("conditions" in one.sources for one in concepts))


def _says_anything(found: Observation) -> bool:
    """A panel heads components or members; their own Observations carry the values."""
    return not (len(found.component) > 2 or len(found.hasMember) > 2 or len(found.related) > 2)


def _symptom(one: Candidate, context: _Context) -> list[Condition] | None:
    """A symptom or examination finding whose value says that it is present (ruling 22); None for a test."""
    if one.value.valueDateTime:
        return None
    category = codes_in(quietly(context.observation.category, Concepts))
    if not category & {"symptom", "exam", "sdoh", "survey"}:
        return None
    try:
        answer = measured(one.value, Concept("symptom", "symptom", (), (), True)).answer.lower()
    except (CannotRead, NoValue):
        return []
    if answer not in PRESENT:
        return []
    name = name_of(context.code)
    return [Condition(reference=context.reference, concepts=one.names, name=name, when=context.when, status=context.status,
                      clinical="active", recorded=context.when, symptom=True)]


def _components(context: _Context) -> list[Result]:
    found: list[Result] = []
    for raw in quietly(context.observation.component, list[Raw]) or []:
        try:
            component = decode(raw, Value)
        except Malformed as error:
            context.reading.refuse(context.reference, f"component malformed: {error}", name=name_of(context.code))
            continue
        names, _ = analyte(component.code)
        kind = kind_of(names)
        if kind.concept is not None:
            found += _result(component, kind, names, context)
    return found


def _result(value: Value, kind: Kind, names: frozenset[str], context: _Context) -> list[Result]:
    """One readable Result, or none and a note of why it cannot be read."""
    concept, reading = kind.concept, context.reading
    name = name_of(value.code, concept.title)
    try:
        found = measured(value, concept)
    except NoValue as why:
        _note_absent(value, names, name, str(why), context)
        return []
    except CannotRead as why:
        raised = sorted(interpretation_of(value) & {"LL", "HH"})
        reason = f"{why}; the laboratory flags it {raised[0]}" if raised else str(why)
        reading.refuse(context.reference, reason, concepts=names, name=name, sent=why.sent or "no number", when=context.when)
        return []
    if kind.panel:
        reading.refuse(context.reference, "panel without results", concepts=names, name=name, sent=_sent(found), when=context.when)
        return []
    if context.when is None:
        reading.refuse(context.reference, "no date", concepts=names, name=name, sent=_sent(found))
        return []
    return [_built(found, names, name, ReadOnce(value, found.measure, found.spelled, context.when, context.patient), context)]


def _sent(found: Measured) -> str:
    return f"{found.comparator}{found.sent_number} {found.sent_unit}".strip() if found.sent_number is not None else found.answer


def _built(found: Measured, names: frozenset[str], name: str, asides: ReadOnce, context: _Context) -> Result:
    sent, status = context.observation, context.status
    return Result(
        reference=context.reference, concepts=names, name=name, when=context.when, status=status,
        number=found.number, unit=found.unit, sent_number=found.sent_number, sent_unit=found.sent_unit,
        comparator=found.comparator, answer=found.answer, grade=found.grade, comment=_comment(sent),
        issued=context.reading.instant(sent.issued) or EARLIEST_INSTANT, done=status in DONE,
        pending=status in PENDING, flags=context.flags, read_asides=asides)


def _note_absent(value: Value, names: frozenset[str], name: str, why: str, context: _Context) -> None:
    """A panel without results is unreadable; a single test without a value was not done, which is no result at all."""
    if names & PANELS and context.status not in ("registered",):
        context.reading.refuse(context.reference, "panel without results", concepts=names, name=name, sent="no value", when=context.when)
        return
    raised = sorted(interpretation_of(value) & {"LL", "HH"})
    if raised:
        context.reading.refuse(context.reference, f"no value, but flagged {raised[0]}", concepts=names, name=name,
                               sent="no value", when=context.when)
    context.reading.dropped[f"no value ({why})"] += 1


def _comment(found: Observation) -> str:
    if found.note is EMPTY and not found.comment and not found.comments:
        return ""
    notes = quietly(found.note, list[Annotation] | Annotation | None) if len(found.note) else None
    notes = notes if isinstance(notes, list) else [notes] if notes else []
    return " ".join(text for text in (*(one.text for one in notes), found.comment, found.comments) if text)


def _when(found: Observation, reading: Reading) -> tuple[When | None, tuple[str, ...]]:
    """Clinical time: effective, else the period's end, else the specimen, else `issued`, which is flagged."""
    when = reading.when(found.effectiveDateTime)
    if when is None:
        when = reading.when(end_of(found.effectivePeriod), start_of(found.effectivePeriod), found.effectiveInstant)
    if when is not None:
        return when, ()
    collected = _collected(found, reading)
    if collected is not None:
        return collected, ()
    issued = reading.when(found.issued)
    return issued, ("date of issue, not of collection",) if issued else ()


class _Collection(Struct):
    collectedDateTime: str | None = None


class _Specimen(Struct):
    id: str | None = None
    resourceType: str | None = None
    collection: _Collection | None = None


def _collected(found: Observation, reading: Reading) -> When | None:
    for one in quietly(found.contained, list[_Specimen]) or []:
        if one.resourceType == "Specimen" and one.collection:
            return reading.lenient(one.collection.collectedDateTime)
    return None
